#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: security marks, of iptables (both) and nft, as these print them, and those of flows, as
# conntrack(8) does, on Debian's kernel with SELinux.
# Without a policy it knows its initial contexts by their bare names.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
tools=$(dirname "$NETSCOPE")/tests/lab
exec "$here/run" --timeout 240 --kernel "security=selinux selinux=1 enforcing=0" -- bash -c '
    modprobe -a xt_SECMARK xt_CONNSECMARK ip_tables iptable_mangle ip6_tables nft_compat nf_tables
    failed=0
    compare() { # what, the tool, netscope
        if [ -z "$2" ] || [ "$2" != "$3" ]; then
            printf "%s:\n%s\nand netscope:\n%s\n" "$1" "$2" "$3"
            failed=1
        fi
    }
    for backend in nft legacy; do
        for context in kernel unlabeled netif; do
            iptables-$backend -t mangle -A INPUT -j SECMARK --selctx $context
        done
        iptables-$backend -t mangle -A INPUT -j CONNSECMARK --save
        iptables-$backend -t mangle -A OUTPUT -j CONNSECMARK --restore
        compare $backend "$(iptables-$backend-save -t mangle | grep ^-A)" "$("$1/ipt_save" $backend ip | grep ^-A)"
    done
    iptables-nft -t mangle -F && iptables-nft -t mangle -X && nft flush ruleset
    nft -f - <<END
table inet marks {
    secmark ssh { "unlabeled" }
    chain in { type filter hook input priority 0; tcp dport 22 meta secmark set "ssh"; ct secmark set meta secmark; }
}
END
    compare nft "$(nft list ruleset)" "$("$1/nft_list")"
    modprobe nf_conntrack_netlink
    ip link set lo up
    python3 -c "import socket
server = socket.create_server((\"127.0.0.1\", 22))
socket.create_connection((\"127.0.0.1\", 22))"
    flows=$(conntrack -L -p tcp -o id | sed -n "s/.*secctx=\([^ ]*\).* id=\([0-9]*\).*/\2 \1/p" | sort)
    compare flows "$flows" "$("$NETSCOPE" --dump=flows --format ndjson --fields id,secctx --filter "secctx ~ ." |
        sed -n "s/.*\"id\":\([0-9]*\),\"secctx\":\"\([^\"]*\)\".*/\1 \2/p" | sort)"
    exit $failed' - "$tools"
