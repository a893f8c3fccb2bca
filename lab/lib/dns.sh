# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# DNS servers: the cluster's in the pod dns, and that of the network outside, which the node asks.

# As in a zone for names of addresses: reverse_name ADDRESS OCTETS, the last ones of the address.
reverse_name() {
    local -a octets
    local name=
    IFS=. read -ra octets <<<"$1"
    local octet
    for octet in "${octets[@]: -$2}"; do
        name=$octet${name:+.$name}
    done
    echo "$name"
}

# dns_start PLACE HOSTNAME NAME ZONE...: a server with zones that are files in lab/dns.
dns_start() {
    local place=$1 hostname=$2 name=$3 zone
    shift 3
    local dns_zones=("$@") dns_directory=$STATE/dns/$place
    mkdir -p "$dns_directory"
    for zone in "$@"; do
        expand_file "$LAB/dns/$zone.zone" >"$dns_directory/$zone.zone"
    done
    expand_file "$LAB/dns/knot.conf" >"$dns_directory/knot.conf"
    process_start "$place" "$hostname" "$name" "$name" knotd --config "$dns_directory/knot.conf"
}

dns_start_cluster() {
    dns_start dns "${POD_NAME[dns]}" "${POD_APP[dns]}" "$CLUSTER_DOMAIN" 10.in-addr.arpa
}

dns_start_outside() {
    dns_start outside resolver knotd "$OUTSIDE_DOMAIN" "signed.$OUTSIDE_DOMAIN" 2.0.192.in-addr.arpa
}

# dns_wait PLACE ADDRESS ZONE: until the server there answers. It is asked once it listens: a question
# before that would wait for its answer in vain.
dns_wait() {
    local try port
    port=$(printf %04X "$DNS_PORT")
    for try in {1..200}; do
        nsenter --net="$(netns_path "$1")" bash -c '
            grep -q ":$1 " /proc/self/net/udp && kdig +short +timeout=1 +retry=0 "@$2" "$3" SOA
        ' dns_wait "$port" "$2" "$3" | grep -q . && return 0
        sleep 0.02
    done
    echo "lab/node: the DNS server at $2 does not answer:" >&2
    cat "$STATE"/log/*."${POD_APP[dns]}" "$STATE"/log/resolver.knotd >&2
    return 1
}
