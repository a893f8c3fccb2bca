#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The panel of netfilter over 10,000 Services ($SERVICES, for another number) as kube-proxy in iptables mode makes
# rules of them: how soon it opens, what it takes, how soon it answers keys and finds a word in all rules.
. "$(dirname "$0")/common.sh"

services=${SERVICES:-10000}
"$here/make_services.py" "$services" | iptables-nft-restore

# open VIEW TEXT [OPTIONS ...]: TEXT stands on the screen once there are rows.
open() {
    view=$1 text=$2
    shift 2
    echo "-- $view"
    "$here/panel.py" --idle 5 "$@" "$text" "$netscope" --panel "netfilter/$view"
}

echo "== $services Services: $(iptables-nft-save | grep -c ^-A) rules"
open rules KUBE-SE --keys "jjkkGg/service-99" --search "no-such-word" --found "matches the filter"
open chains KUBE-SE --keys "jjkkGg/SEP-A" --search "no-such-word" --found "matches the filter"
open references KUBE-SERVICES --keys "jjkkGgEjjGg/SEP-A" --search "no-such-word" --found "matches the filter"
open services namespace- --keys "jjkkGg/service-99" --search "no-such-word" --found "matches the filter"
open hooks PREROUTING --keys "jjk"
