#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is made from the tables of options and fields is what would be made of them now.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/man"
cp "$srcdir/man/netscope.5" "$srcdir/man/netscope.8" "$scratch/man/"
sh "$srcdir/tools/generate/write" "$GENERATE" "$scratch"

failed=0
for file in contrib/completions/netscope.bash contrib/completions/netscope.fish \
    contrib/completions/_netscope share/netscope.schema.json man/netscope.5 man/netscope.8; do
    diff -u "$srcdir/$file" "$scratch/$file" && continue
    echo "$file is out of date: run 'make generated'"
    failed=1
done
bash -n "$srcdir/contrib/completions/netscope.bash"
exit $failed
