#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: rules of ebtables-nft and arptables-nft, whose extensions nft says in its own words where iptables'
libraries have any, are printed as `nft list ruleset` prints them, line by line."""

import os
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
RULES = [
    "ebtables-nft -A FORWARD -d 01:80:c2:00:00:00 --stp-type config -j DROP",
    "ebtables-nft -A FORWARD --limit 5/sec --limit-burst 9 -j ACCEPT",
    "ebtables-nft -A FORWARD --pkttype-type multicast -j ACCEPT",
    "ebtables-nft -A FORWARD -p arp --arp-op Request -j ACCEPT",
    "ebtables-nft -A FORWARD -p ip --ip-proto udp --ip-dport 53 -j ACCEPT",
    "ebtables-nft -A FORWARD -p ip6 --ip6-proto ipv6-icmp --ip6-icmp-type echo-request -j ACCEPT",
    "ebtables-nft -A FORWARD -p 802_1Q --vlan-id 7 -j ACCEPT",
    "ebtables-nft -A FORWARD --log-prefix seen --log-level info --log-ip -j CONTINUE",
    "ebtables-nft -A FORWARD --nflog-group 3 --nflog-prefix seen -j CONTINUE",
    "ebtables-nft -A FORWARD -j mark --mark-set 7",
    "ebtables-nft -t nat -A PREROUTING -p arp -j arpreply --arpreply-mac 10:11:12:13:14:15",
    "ebtables-nft -t nat -A PREROUTING -d 02:00:00:00:00:01 -j dnat --to-destination 02:00:00:00:00:02",
    "ebtables-nft -t nat -A PREROUTING -i eth0 -j redirect",
    "ebtables-nft -t nat -A POSTROUTING -s 02:00:00:00:00:03 -j snat --to-source 02:00:00:00:00:04",
    "arptables-nft -A INPUT --opcode Request -j mangle --mangle-ip-s 192.0.2.7",
    "arptables-nft -A INPUT -s 192.0.2.1 -j DROP",
    "arptables-nft -A OUTPUT -j CLASSIFY --set-class 1:2",
]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    if sys.argv[1:] != ["inside"]:
        sys.exit(subprocess.run(["unshare", "-n", sys.executable, sys.argv[0], "inside"], check=False).returncode)
    for rule in RULES:
        run(*rule.split())
    expected = [line for line in run("nft", "list", "ruleset").splitlines() if line[:1] not in ("", "#")]
    got = [line for line in run(NETSCOPE, "--dump=netfilter", "--no-header").splitlines() if line]
    for a, b in zip(expected, got):
        if a != b:
            print(f"nft:      {a}\nnetscope: {b}")
    translated = sum("pkttype" in line or "log prefix" in line for line in got)
    print(f"{len(expected)} lines of {len(RULES)} rules, {translated} in words of a library's")
    sys.exit(0 if expected == got and translated >= 3 else 1)


main()
