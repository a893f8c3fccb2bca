#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a trace costs: the throughput of traffic through the node that a trace does not match, with the trace and
# without; and what netscope itself takes while a flood of packets matches.
. "$(dirname "$0")/common.sh"

for end in client server; do
    ip netns add "$end"
    ip link add "$end" type veth peer name eth0 netns "$end"
    ip link set "$end" up
    ip -n "$end" link set eth0 up
done
ip addr add 10.0.1.1/24 dev client
ip addr add 10.0.2.1/24 dev server
ip -n client addr add 10.0.1.2/24 dev eth0
ip -n server addr add 10.0.2.2/24 dev eth0
ip -n client route add default via 10.0.1.1
ip -n server route add default via 10.0.2.1
sysctl -q net.ipv4.ip_forward=1
nft -f - <<END
table ip node {
    chain forward { type filter hook forward priority filter; ct state established accept; }
    chain postrouting { type nat hook postrouting priority srcnat; ip daddr 192.0.2.1 masquerade; }
}
END
exec "$here/trace.py" "$netscope"
