#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: services are what rules make of them, with the shares that their probabilities give, whoever wrote
them. For kube-proxy's iptables form, backends are also read from iptables-save's text by this test itself.

With $RULESETS, a directory, every *.rules of kube-proxy in it is compared with that text, too."""

import glob
import json
import os
import re
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
PARTIAL = 3  # exit status: some could not be read

IPTABLES = """*filter
:INPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A KUBE-SERVICES -d 10.96.0.99/32 -p tcp -m comment --comment "shop/none:http has no endpoints" -m tcp --dport 80 -j REJECT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-DN-1 - [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-EXT-WEB - [0:0]
:KUBE-FW-WEB - [0:0]
:KUBE-SVC-WEB - [0:0]
:KUBE-SEP-A - [0:0]
:KUBE-SEP-B - [0:0]
:KUBE-SEP-C - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A DOCKER ! -i docker0 -p sctp -m sctp --dport 38412 -j DNAT --to-destination 172.17.0.2:38412
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"net\\"" -m multiport --dports 8080 -j CNI-DN-1
-A CNI-DN-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.85.0.2:80
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
-A KUBE-SERVICES -d 203.0.113.7/32 -p tcp -m comment --comment "shop/web:http loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-WEB
-A KUBE-FW-WEB -s 198.51.100.0/24 -j KUBE-EXT-WEB
-A KUBE-SERVICES -m comment --comment "nodeports" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -j KUBE-EXT-WEB
-A KUBE-EXT-WEB -m comment --comment "masquerade" -j KUBE-MARK-MASQ
-A KUBE-EXT-WEB -j KUBE-SVC-WEB
-A KUBE-SVC-WEB ! -s 10.244.0.0/16 -d 10.96.0.10/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-WEB -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-A --mask 255.255.255.255 --rsource -j KUBE-SEP-A
-A KUBE-SVC-WEB -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-A
-A KUBE-SVC-WEB -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-B
-A KUBE-SVC-WEB -j KUBE-SEP-C
-A KUBE-SEP-A -s 10.244.0.1/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-A -p tcp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.0.1:8080
-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.244.0.2:8080
-A KUBE-SEP-C -p tcp -m tcp -j DNAT --to-destination 10.244.0.3:8080
COMMIT
"""
THIRDS = (("10.244.0.1", 8080, 33.3), ("10.244.0.2", 8080, 33.3), ("10.244.0.3", 8080, 33.3))
OF_IPTABLES = {
    ("shop/none:http", "tcp", "10.96.0.99/32", "80", False, True, "kube-proxy", ()),
    ("shop/web:http", "tcp", "10.96.0.10/32", "80", True, False, "kube-proxy", THIRDS),
    ("shop/web:http", "tcp", None, "30080", True, False, "kube-proxy", THIRDS),
    ("shop/web:http", "tcp", "203.0.113.7/32", "80", True, False, "kube-proxy", THIRDS),
    (None, "sctp", None, "38412", False, False, "Docker", (("172.17.0.2", 38412, 100.0),)),
    (None, "tcp", None, "8080", False, False, "CNI portmap", (("10.85.0.2", 80, 100.0),)),
}

NATIVE = """
table ip kube-proxy {
    map service-ips { type ipv4_addr . inet_proto . inet_service : verdict
        elements = { 10.96.0.10 . tcp . 80 : goto service-ABCDEFGH-shop/web/tcp/http } }
    map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict
        comment "vmap to drop or reject packets to services with no endpoints"
        elements = { 10.96.0.99 . udp . 53 comment "shop/none" : goto refuse } }
    map service-nodeports { type inet_proto . inet_service : verdict
        elements = { tcp . 30080 : goto external-ABCDEFGH-shop/web/tcp/http } }
    chain refuse { reject; }
    chain masquerade-later { meta mark set 0x4000; }
    chain endpoint-A { ip saddr 10.244.0.1 jump masquerade-later; meta l4proto tcp dnat to 10.244.0.1:8080; }
    chain endpoint-B { ip saddr 10.244.0.2 jump masquerade-later; meta l4proto tcp dnat to 10.244.0.2:8080; }
    chain service-ABCDEFGH-shop/web/tcp/http {
        ip daddr 10.96.0.10 tcp dport 80 ip saddr != 10.244.0.0/16 jump masquerade-later
        numgen random mod 2 vmap { 0 : goto endpoint-A, 1 : goto endpoint-B }
    }
    chain external-ABCDEFGH-shop/web/tcp/http { jump masquerade-later; goto service-ABCDEFGH-shop/web/tcp/http; }
    chain services { type nat hook prerouting priority dstnat
        ip daddr . meta l4proto . th dport vmap @service-ips
        meta l4proto . th dport vmap @service-nodeports
    }
}
table inet plain {
    chain in { type nat hook prerouting priority dstnat
        ip daddr 192.0.2.0/28 udp dport 53-54 dnat ip to 198.51.100.1
        iifname "eth9" meta l4proto tcp dnat ip6 to [2001:db8::1]:80
        tcp dport { 8000, 8443 } dnat ip to 198.51.100.2
        dnat ip addr . port to tcp dport map { 7000 : 198.51.100.3 . 70, 7001 : 198.51.100.3 . 71 }
        ip daddr . udp dport vmap { 192.0.2.128/25 . 5300-5353 : goto resolver }
        ip daddr @blocked drop
        ip daddr 192.0.2.200 tcp dport 90 dnat ip to 198.51.100.8-198.51.100.9
    }
    set blocked { type ipv4_addr; flags interval; elements = { 203.0.113.0/24 } }
    chain resolver { dnat ip to 198.51.100.4; }
}
"""
HALVES = (("10.244.0.1", 8080, 50.0), ("10.244.0.2", 8080, 50.0))
OF_NATIVE = {
    ("shop/web:http", "tcp", "10.96.0.10/32", "80", False, False, "kube-proxy", HALVES),
    ("shop/web:http", "tcp", None, "30080", False, False, "kube-proxy", HALVES),
    ("shop/none", "udp", "10.96.0.99/32", "53", False, True, "kube-proxy", ()),
    (None, "udp", "192.0.2.0/28", "53-54", False, False, "nft", (("198.51.100.1", None, 100.0),)),
    (None, "tcp", None, None, False, False, "nft", (("2001:db8::1", 80, 100.0),)),
    (None, "tcp", None, "8000", False, False, "nft", (("198.51.100.2", None, 100.0),)),
    (None, "tcp", None, "8443", False, False, "nft", (("198.51.100.2", None, 100.0),)),
    (None, "tcp", None, "7000", False, False, "nft", (("198.51.100.3", 70, 100.0),)),
    (None, "tcp", None, "7001", False, False, "nft", (("198.51.100.3", 71, 100.0),)),
    (None, "udp", "192.0.2.128/25", "5300-5353", False, False, "nft", (("198.51.100.4", None, 100.0),)),
    (None, "tcp", "192.0.2.200/32", "90", False, False, "nft", (("198.51.100.8", None, 50.0), ("198.51.100.9", None, 50.0))),
}

failures = []


def fail(where, words):
    failures.append(where)
    print(f"FAIL {where}: {words}")


def load_and_dump(command, text):
    """What iptables-save and netscope say in a fresh namespace with these rules; None if they cannot be loaded."""
    script = f'{command} || exit 99; iptables-save; echo "=="; "$0" --dump=services --format json'
    done = subprocess.run(["unshare", "-n", "sh", "-c", script, NETSCOPE], input=text, capture_output=True, text=True, check=False)
    if done.returncode == 99:
        return None, None
    saved, _, dumped = done.stdout.partition("==\n")
    if done.returncode not in (0, PARTIAL):
        fail(command, done.stderr)
    return saved, rows_of(json.loads(dumped))


def rows_of(dump):
    return dump["namespaces"][0]["services"] if "namespaces" in dump else dump["services"]


def said(row):
    backends = tuple(sorted((one["address"], one.get("port"), round(one["share"], 1)) for one in row.get("backends", [])))
    return (row.get("name"), row.get("proto"), row.get("addr"), row.get("port"), row["affinity"], row["rejected"],
            row.get("origin"), backends)


def check_exactly(where, rows, expected):
    found = {said(row) for row in rows}
    for one in expected - found:
        fail(where, f"missing {one}")
    for one in found - expected:
        fail(where, f"not expected {one}")


def check_restricted(where, rows):
    restricted = [row["addr"] for row in rows if row["restricted"]]
    if restricted != ["203.0.113.7/32"]:
        fail(where, f"restricted are {restricted}")


def check_with_text(where, saved, rows):
    """Each rule of KUBE-SERVICES to a chain of a service, and where that chain's text leads to."""
    jumps = re.findall(r"^-A (\S+) (?!.*-m recent --rcheck)(?!.*(?:^| )-s ).*-j (KUBE-S(?:EP|VC)-\S+)$", saved, re.M)
    targets = dict(re.findall(r"^-A (KUBE-SEP-\S+) .*--to-destination (\S+)", saved, re.M))
    heads = re.findall(r"^-A KUBE-SERVICES -d (\S+) .*--dport (\d+) -j (KUBE-SVC-\S+)$", saved, re.M)
    for address, port, chain in heads:
        expected = sorted(targets[to] for of, to in jumps if of == chain)
        found = [sorted(f"{one['address']}:{one['port']}" for one in row["backends"])
                 for row in rows if (row.get("addr"), row.get("port")) == (address, port) and row["chain"] == "KUBE-SERVICES"]
        if expected not in found:
            fail(where, f"{address} port {port}: {found}, and not {expected}")
    return len(heads)


def main():
    if subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    for command in ("iptables-nft-restore", "iptables-legacy-restore"):
        saved, rows = load_and_dump(command, IPTABLES)
        if rows is None:
            print(f"not checked: {command} cannot load the rules here")
            continue
        check_exactly(command, rows, OF_IPTABLES)
        check_restricted(command, rows)
        if command == "iptables-nft-restore" and check_with_text(command, saved, rows) != 1:
            fail(command, "the text has no service")
    _, rows = load_and_dump("nft -f -", NATIVE)
    check_exactly("nft", rows or [], OF_NATIVE)
    for path in glob.glob(os.path.join(os.environ.get("RULESETS", ""), "*kubeproxy-iptables*.rules")):
        with open(path, encoding="utf-8") as file:
            saved, rows = load_and_dump("iptables-nft-restore", file.read())
        if rows is not None:
            print(path, check_with_text(path, saved, rows), "services compared")
    sys.exit(1 if failures else 0)


main()
