#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes rules for `iptables-restore` as kube-proxy in iptables mode makes them: make_services.py [SERVICES].

Each Service has three endpoints: a line in KUBE-SERVICES, a chain KUBE-SVC-* of four rules and three
chains KUBE-SEP-* of two: 11 rules and 4 chains."""

import base64
import hashlib
import sys

ENDPOINTS = 3


def chain(prefix, *words):
    digest = hashlib.sha256("".join(words).encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:16]


def service(i):
    address = f"10.{96 + i // 65536}.{i // 256 % 256}.{i % 256}"
    name = f"namespace-{i % 100}/service-{i}:http"
    comment = f'-m comment --comment "{name}'
    svc = chain("KUBE-SVC-", name, "tcp")
    endpoints = [f"10.{128 + (i * ENDPOINTS + k) // 65536}.{(i * ENDPOINTS + k) // 256 % 256}.{(i * ENDPOINTS + k) % 256}"
                 for k in range(ENDPOINTS)]
    seps = [chain("KUBE-SEP-", name, "tcp", endpoint) for endpoint in endpoints]
    jump = f'-A KUBE-SERVICES -d {address}/32 -p tcp {comment} cluster IP" -m tcp --dport 80 -j {svc}'
    rules = [f'-A {svc} ! -s 10.128.0.0/9 -d {address}/32 -p tcp {comment} cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ']
    for k, (endpoint, sep) in enumerate(zip(endpoints, seps)):
        left = ENDPOINTS - k
        chance = f"-m statistic --mode random --probability {1 / left:.11f} " if left > 1 else ""
        rules.append(f'-A {svc} {comment} -> {endpoint}:8080" {chance}-j {sep}')
        rules.append(f'-A {sep} -s {endpoint}/32 {comment}" -j KUBE-MARK-MASQ')
        rules.append(f'-A {sep} -p tcp {comment}" -m tcp -j DNAT --to-destination {endpoint}:8080')
    return [svc] + seps, jump, rules


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    services = [service(i) for i in range(count)]
    lines = ["*nat", ":PREROUTING ACCEPT [0:0]", ":INPUT ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]",
             ":POSTROUTING ACCEPT [0:0]", ":KUBE-SERVICES - [0:0]", ":KUBE-POSTROUTING - [0:0]",
             ":KUBE-MARK-MASQ - [0:0]"]
    lines += [f":{name} - [0:0]" for chains, _, _ in services for name in chains]
    lines += ['-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
              '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
              '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
              "-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000",
              "-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN",
              "-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0",
              '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully']
    lines += [jump for _, jump, _ in services]
    lines += [rule for _, _, rules in services for rule in rules]
    print("\n".join(lines + ["COMMIT"]))


main()
