#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: netscope says of connection tracking what conntrack(8), ctnetlink and /proc say, flow by
# flow. A client's and a server's namespace send packets through the one in between.

set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

here=$(dirname "$(realpath "$0")")

if [ "${1:-}" != inside ]; then
    user=
    [ "$(id -u)" -eq 0 ] || user=--map-root-user
    exec unshare $user --net --mount --pid --fork --kill-child --mount-proc "$0" inside "$@"
fi
shift

# --second-kernel: what it has and the running one need not have, DCCP and a flowtable.
second_kernel=false
if [ "${1:-}" = --second-kernel ]; then
    second_kernel=true
    modprobe -a veth nf_tables nf_conntrack nf_conntrack_ftp nf_conntrack_netlink nf_nat nft_ct nft_nat nft_masq \
        nft_chain_nat nf_flow_table nf_flow_table_inet nft_flow_offload
fi

mount -t tmpfs tmpfs /run
out=$(mktemp -d -p /run)
ip link set lo up

# A namespace beyond the link $1, with the networks $2 and $3.
add_end() {
    ip netns add "$1"
    ip link add "$1" type veth peer name eth0 netns "$1"
    ip addr add "10.0.$4.1/24" dev "$1"
    ip addr add "fd00:$4::1/64" dev "$1" nodad
    ip link set "$1" up
    ip -n "$1" link set lo up
    ip -n "$1" addr add "10.0.$4.2/24" dev eth0
    ip -n "$1" addr add "fd00:$4::2/64" dev eth0 nodad
    ip -n "$1" link set eth0 up
    ip -n "$1" route add default via "10.0.$4.1"
    ip -n "$1" -6 route add default via "fd00:$4::1"
    ip route add "$2" via "10.0.$4.2"
    ip -6 route add "$3" via "fd00:$4::2"
}

add_end client 198.51.100.0/24 2001:db8:1::/64 1
add_end server 203.0.113.0/24 2001:db8:2::/64 2
sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
# Packets wait for a neighbour's address in a short queue: it is known before they come.
for target in 10.0.1.2 10.0.2.2 fd00:1::2 fd00:2::2; do
    until ping -c 1 -W 1 "$target" >/dev/null 2>&1; do :; done
done
# Flows that would last for seconds last until they were compared.
for setting in /proc/sys/net/netfilter/nf_conntrack_{generic,gre,icmp,icmpv6,sctp,tcp,udp}_timeout*; do
    echo 300 >"$setting"
done

nft -f - <<'EOF'
table inet lab {
    ct helper ftp-here { type "ftp" protocol tcp; l3proto ip; }
    chain raw {
        type filter hook prerouting priority raw
        ip saddr 198.51.100.32 ct zone set 5
        ip saddr 198.51.100.33 ct original zone set 7
        ip saddr 198.51.100.34 ct reply zone set 9
    }
    chain forward {
        type filter hook forward priority filter
        ip saddr 198.51.100.31 ct mark set 0x1234
        ip saddr 198.51.100.35 ct label set 3
        tcp dport 21 ct helper set "ftp-here"
        icmp type { destination-unreachable, time-exceeded } drop
        icmpv6 type { destination-unreachable, time-exceeded } drop
    }
    chain destination {
        type nat hook prerouting priority dstnat
        ip daddr 203.0.113.20 dnat ip to 203.0.113.5
        ip6 daddr 2001:db8:2::20 dnat ip6 to 2001:db8:2::5
    }
    chain source {
        type nat hook postrouting priority srcnat
        ip saddr 198.51.100.11 snat ip to 192.0.2.1
        ip6 saddr 2001:db8:1::11 snat ip6 to 2001:db8:3::1
        ip saddr 198.51.100.12 masquerade
        ip6 saddr 2001:db8:1::12 masquerade
        ip saddr 198.51.100.13 udp dport 53 snat ip to 198.51.100.13:5000
        ip6 saddr 2001:db8:1::13 udp dport 53 snat ip6 to [2001:db8:1::13]:5000
    }
}
EOF
if $second_kernel; then
    nft -f - <<'EOF'
table inet fast {
    flowtable shortcut { hook ingress priority filter; devices = { client, server }; }
    chain forward {
        type filter hook forward priority 10
        ip saddr { 198.51.100.41, 203.0.113.41 } ct state established flow add @shortcut
    }
}
EOF
fi
# The server's namespace tracks as well, so that there is more than one.
ip netns exec server nft 'table inet lab { chain in { type filter hook prerouting priority 0; ct state new counter; }; }'

# Flows with ends that somebody has.
ping -c 1 10.0.1.2 >/dev/null
ping -c 1 10.0.2.2 >/dev/null

make_flows() {
    if $second_kernel; then
        set -- --second-kernel
    fi
    "$here/make_flows.py" "$@" /run/netns/client /run/netns/server >>"$out/expected"
}

# Half of the flows count packets and note their start, half do not.
make_flows
sysctl -q net.netfilter.nf_conntrack_acct=1 net.netfilter.nf_conntrack_timestamp=1
conntrack -D -p udp >/dev/null 2>&1
make_flows

# What no packet made is counted. UDP-Lite's are of that sort: the kernel takes its packets for invalid, since
# it checks them with UDP's number in the pseudo header.
for family in 192.0.2.7,192.0.2.8 2001:db8:4::7,2001:db8:4::8; do
    conntrack -I -p udplite -s "${family%,*}" -d "${family#*,}" --sport 11002 --dport 53 -t 300 >/dev/null 2>&1
done
echo '{"family": "ipv4", "protocol": "udplite", "sport": 11002, "status": "UNREPLIED"}' >>"$out/expected"
echo '{"family": "ipv6", "protocol": "udplite", "sport": 11002, "status": "UNREPLIED"}' >>"$out/expected"
conntrack -I -p tcp -s 192.0.2.7 -d 192.0.2.8 --sport 1 --dport 2 --state ESTABLISHED -t 300 \
    -u SEEN_REPLY,ASSURED,FIXED_TIMEOUT >/dev/null 2>&1

"$here/compare_flows.py" "$out/expected"
