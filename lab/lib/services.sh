# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Service rules in one of the flavours, and the cluster's DNS server.

# The file with the values of lab/topology.sh in the place of their names.
expand_file() {
    eval "cat <<EXPAND_END
$(<"$1")
EXPAND_END"
}

# As in the zone 10.in-addr.arpa.
reverse_name() {
    local -a octets
    IFS=. read -ra octets <<<"$1"
    echo "${octets[3]}.${octets[2]}.${octets[1]}"
}

services_load_rules() {
    case $1 in
    kube-proxy-iptables) expand_file "$LAB/rulesets/kube-proxy.rules" | iptables-nft-restore ;;
    kube-proxy-nftables) expand_file "$LAB/rulesets/kube-proxy.nft" | nft -f - ;;
    legacy-iptables) expand_file "$LAB/rulesets/kube-proxy.rules" | iptables-legacy-restore ;;
    docker) expand_file "$LAB/rulesets/docker.rules" | iptables-nft-restore ;;
    none) ;;
    esac
}

# Starts the server in the pod dns; it is the pod's application.
services_start_dns() {
    local directory=$STATE/dns
    mkdir -p "$directory"
    expand_file "$LAB/dns/knot.conf" >"$directory/knot.conf"
    expand_file "$LAB/dns/cluster.zone" >"$directory/$CLUSTER_DOMAIN.zone"
    expand_file "$LAB/dns/reverse.zone" >"$directory/10.in-addr.arpa.zone"
    process_start dns "${POD_NAME[dns]}" "${POD_APP[dns]}" coredns knotd --config "$directory/knot.conf"
}

services_wait_for_dns() {
    local try
    for try in {1..100}; do
        nsenter --net="$(netns_path dns)" kdig +short +timeout=1 +retry=0 "@${POD_IP4[dns]}" \
            "dns-version.$CLUSTER_DOMAIN" TXT 2>/dev/null | grep -q . && return 0
        sleep 0.02
    done
    echo "lab/node: the DNS server does not answer:" >&2
    cat "$STATE/log/${POD_NAME[dns]}.${POD_APP[dns]}" >&2
    return 1
}
