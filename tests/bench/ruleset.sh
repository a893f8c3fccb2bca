#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 10,000 Services ($SERVICES, for another number) as kube-proxy in iptables mode makes rules of them:
# 110,000 rules in 40,000 chains. What --dump=netfilter costs beside iptables-save and `nft list ruleset`.
# Then a set of 1,000,000 elements ($ELEMENTS).
. "$(dirname "$0")/common.sh"

services=${SERVICES:-10000}
elements=${ELEMENTS:-1000000}

"$here/make_services.py" "$services" | iptables-nft-restore

echo "== $services Services: $(iptables-nft-save | grep -c ^-A) rules"
ndjson="$netscope --dump=netfilter --format ndjson"
compare 7 "netscope, ndjson" "$ndjson" "iptables-save" "iptables-nft-save"
compare 3 "netscope, ndjson" "$ndjson" "nft list ruleset" "nft list ruleset"
compare 7 "netscope, text" "$netscope --dump=netfilter" "iptables-save" "iptables-nft-save"

iptables-nft -t nat -F
iptables-nft -t nat -X
nft add table ip large
nft add set ip large addresses '{ type ipv4_addr; }'
seq 0 $((elements - 1)) | awk '{
    if ($1 % 10000 == 0) printf "%sadd element ip large addresses { ", ($1 > 0 ? "}\n" : "")
    printf "11.%d.%d.%d, ", int($1 / 65536), int($1 / 256) % 256, $1 % 256
} END { print "}" }' | nft -f -

echo "== a set of $elements elements"
compare 3 "netscope --dump=elements" "$netscope --dump=elements --format ndjson" \
    "nft list set" "nft list set ip large addresses"
