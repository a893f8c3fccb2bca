#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 2,000 veth pairs into 200 namespaces: what --dump=interfaces --all-netns costs beside a bare netlink
# read of the same, beside `ip -j -d addr` once a namespace, and how it grows from a tenth of that; and
# what the terminal program costs there.
. "$(dirname "$0")/common.sh"

# make_pods FIRST LAST: namespaces of these numbers, ten pairs into each.
make_pods() {
    for n in $(seq "$1" "$2"); do
        ip netns add "pod-$n"
        for p in $(seq 10); do
            echo "link add v$n-$p type veth peer name eth$p netns pod-$n"
            echo "link set v$n-$p up"
        done | ip -batch -
        for p in $(seq 10); do
            echo "addr add 10.$((n % 250)).$p.2/24 dev eth$p"
            echo "link set eth$p up"
        done | ip -n "pod-$n" -batch -
    done
}

# Until the kernel has made its own addresses, ten in the last namespace, and is done with all of them, it
# interrupts dumps, and works beside them.
wait_for_addresses() {
    while [ "$(ip -n "pod-$1" -6 addr show -tentative | grep -c inet6)" -lt 10 ] ||
        ip -6 addr show tentative | grep -q .; do
        sleep 0.2
    done
}

ip_everywhere="sh -c 'ip -j -d addr; for n in /run/netns/*; do ip -n \${n##*/} -j -d addr; done'"

# Beside the bare read alone first: 200 runs of ip leave the kernel work that outlasts them.
measure() {
    echo "== $1"
    dump="$netscope --dump=interfaces --all-netns --format json"
    compare 31 "netscope --dump" "$dump" "bare netlink read" "$bare_read -a interfaces"
    compare 7 "netscope --dump" "$dump" "ip -j -d addr, each" "$ip_everywhere"
}

make_pods 1 20
wait_for_addresses 20
measure "200 veth pairs in 20 namespaces"
make_pods 21 200
wait_for_addresses 200
measure "2,000 veth pairs in 200 namespaces"

echo "== the terminal program there, all namespaces shown"
"$here/panel.py" --keys jjjjkkGg v1-10 "$netscope" --all-netns --panel interfaces
