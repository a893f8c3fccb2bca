#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: in every namespace of the pretend node, and in some with a neighbour and an FDB entry of every
# sort, netscope says of neighbours what iproute2 says, of the kernel's tables what the kernel's files
# say, and what stands twice.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
# Only the first network namespace has files for these.
for way in arp:ipv4 ndisc:ipv6; do
    files=(/proc/sys/net/"${way#*:}"/neigh/default/gc_thresh{1,2,3})
    table=${way%:*}_cache
    if [ -r "${files[0]}" ]; then
        export "GC_THRESH_$table=$(cat "${files[@]}" | tr '\n' ' ')"
    fi
    if [ -r "/proc/net/stat/$table" ]; then
        exec {fd}<"/proc/net/stat/$table"
        export "STAT_FD_$table=$fd"
    fi
done
exec "$here/../../lab/node" -- \
    bash -c '"$1/make_neighbours" && exec "$1/compare_neighbours.py"' - "$here"
