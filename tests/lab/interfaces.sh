#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: in every namespace of the pretend node, netscope says of interfaces what iproute2 says.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

if ! "$here/../../lab/node" -- "$here/capture_interfaces" "$out"; then
    exit 1
fi
"$here/compare_interfaces.py" "$out"
