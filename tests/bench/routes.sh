#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 1,000,000 IPv4 routes ($ROUTES, for another number) in one namespace: what --dump=routes costs beside a
# bare netlink read of the same and beside `ip -j route`; and the panel of routes: its first rows, its
# memory, its answer to keys, and to which route a packet takes.
. "$(dirname "$0")/common.sh"

routes=${ROUTES:-1000000}

ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 192.0.2.1/24 dev v0
# 11.0.0.0/24 and on: prefixes of three lengths by four gateways.
seq 0 $((routes - 1)) | awk '{
    printf "route add %d.%d.%d.%d/%d via 192.0.2.%d\n", 11 + int($1 / 4194304), int($1 / 16384) % 256,
        int($1 / 64) % 256, $1 % 64 * 4, 30 + $1 % 3, 2 + $1 % 4
}' | ip -batch -

echo "== $routes IPv4 routes"
dump="$netscope --dump=routes --format ndjson"
compare 7 "netscope --dump" "$dump" "bare netlink read" "$bare_read routes"
compare 3 "netscope --dump" "$dump" "ip -j route" "ip -j route"

echo "== the panel of routes there"
"$here/panel.py" --keys jjjjkkGgjjkk --ask w11.0.3.1 --answer "taken" 192.0.2 "$netscope" --panel routes
