#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: netscope says of an interface of every kind, on Debian's kernel, what iproute2 says.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

"$here/run" --timeout 240 --out "$out" -- \
    bash -c '"$1/vm/make-interfaces" && "$1/lab/capture_interfaces" "$OUT"' - "$(dirname "$here")"
status=$?
if [ "$status" -ne 0 ]; then
    exit "$status"
fi
"$here/../lab/compare_interfaces.py" "$out"
