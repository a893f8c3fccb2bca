#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 100,000 neighbours, and 100,000 entries of a bridge's forwarding database: what dumping them costs beside
# a bare netlink read of the same, and beside iproute2. The neighbours are permanent ones: those do not
# count against gc_thresh3, which is the whole machine's.
. "$(dirname "$0")/common.sh"

count=${NEIGHBOURS:-100000}

ip link add v0 type veth peer name v1
ip link add br0 type bridge
ip link set v1 master br0
for device in v0 v1 br0; do
    ip link set "$device" up
done

awk -v n="$count" 'BEGIN {
    for (i = 0; i < n; i++)
        printf "neigh add 10.%d.%d.%d lladdr 02:00:00:%02x:%02x:%02x dev v0 nud permanent\n",
            i / 65536, i / 256 % 256, i % 256, i / 65536, i / 256 % 256, i % 256
}' | ip -batch -
awk -v n="$count" 'BEGIN {
    for (i = 0; i < n; i++)
        printf "fdb add 02:00:01:%02x:%02x:%02x dev v1 master static\n",
            i / 65536, i / 256 % 256, i % 256
}' | bridge -batch -

# measure KIND IPROUTE2: the dump beside the bare read, then beside iproute2.
measure() {
    echo "== $count $1"
    dump="$netscope --dump=$1 --format ndjson"
    compare 15 "netscope --dump" "$dump" "bare netlink read" "$bare_read $1"
    compare 5 "netscope --dump" "$dump" "$2" "$2"
}

measure neighbours "ip -j -d -s neigh show nud all"
measure fdb "bridge -j -d -s fdb show"
