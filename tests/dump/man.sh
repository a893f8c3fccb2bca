#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The man pages have nothing to complain about, and every option stands in netscope(8).
set -u
command -v mandoc >/dev/null || { echo 'mandoc (Debian package mandoc) is not there'; exit 77; }

failed=0
for page in netscope.5 netscope.8; do
    # Whether other packages' pages are installed says nothing about ours.
    mandoc -T lint -W warning "$srcdir/man/$page" | grep -v 'outdated mandoc.db' && failed=1
done
for option in $("$NETSCOPE" --help | grep -o -- ' --[a-z-]*' | sort -u); do
    grep -qE -- "^\.It Fl .*\\\\-${option#--}( |\$)" "$srcdir/man/netscope.8" && continue
    echo "netscope.8 says nothing of $option"
    failed=1
done
exit $failed
