# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Service rules in one of the flavours.

services_load_rules() {
    case $1 in
    kube-proxy-iptables) expand_file "$LAB/rulesets/kube-proxy.rules" | iptables-nft-restore ;;
    kube-proxy-nftables) expand_file "$LAB/rulesets/kube-proxy.nft" | nft -f - ;;
    legacy-iptables) expand_file "$LAB/rulesets/kube-proxy.rules" | iptables-legacy-restore ;;
    docker) expand_file "$LAB/rulesets/docker.rules" | iptables-nft-restore ;;
    none) ;;
    esac
}
