#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns: in which order getaddrinfo gives addresses, against glibc and musl themselves, in namespaces of their own,
over random addresses, routes, host.conf and gai.conf files. DNS_ORDER_SEED repeats a run, DNS_ORDER_ROUNDS makes it longer."""

import json
import os
import random
import subprocess
import tempfile
import unittest

from dns_lab import NETSCOPE, main, run, write

SEED = int(os.environ.get("DNS_ORDER_SEED", random.randrange(1 << 32)))
ROUNDS = int(os.environ.get("DNS_ORDER_ROUNDS", "60"))

IPV4 = ["10.1.0.7", "10.1.0.130", "10.1.9.9", "10.200.0.1", "127.0.0.9", "169.254.3.4", "172.16.5.5", "192.168.1.1",
        "192.0.2.20", "192.0.2.200", "198.51.100.1", "203.0.113.9"]  # fmt: skip
IPV6 = ["2001:db8:1::7", "2001:db8:1:0:8000::1", "2001:db8:2::1", "2001:db8:ffff::1", "2002:c000:201::1", "2001::5",
        "fd00:1::7", "fd00:2::9", "fec0::1", "fe80::9", "::1", "64:ff9b::1"]  # fmt: skip
# What the namespace may have: interface, address, options.
OWN = [("d0", "10.1.0.2/24", ""), ("d0", "192.0.2.10/25", ""), ("d1", "172.16.0.1/16", ""), ("d1", "169.254.1.1/16", ""),
       ("d0", "2001:db8:1::2/64", "nodad"), ("d0", "fd00:1::2/64", "nodad"), ("d1", "2002:c000:201::2/48", "nodad"),
       ("d1", "2001:db8:2::2/64", "nodad preferred_lft 0"), ("t0", "2001:db8:9::2/64", "nodad"),
       ("d0", "fec0::2/64", "nodad")]  # fmt: skip
ROUTES = [("default", "d0"), ("default", "d1"), ("198.51.100.0/24", "d1"), ("-6 default", "d0"), ("-6 default", "t0"),
          ("-6 2001:db8:ffff::/48", "d1"), ("-6 unreachable fd00:2::/64", None)]  # fmt: skip
GAI = ["precedence ::ffff:0:0/96 100", "precedence ::/0 40", "precedence fc00::/7 5", "label ::/0 1", "label fc00::/7 6",
       "label 2002::/16 2", "label ::ffff:0:0/96 1", "scopev4 10.0.0.0/8 5", "scopev4 ::ffff:169.254.0.0/112 2",
       "scopev4 0.0.0.0/0 14", "reload yes", "precedence 2001:db8:2::/48 60 # more"]  # fmt: skip


def ip(words):
    return subprocess.run(["ip", *words.split()], check=False, capture_output=True).returncode == 0


class Order(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}", flush=True)
        cls.directory = tempfile.TemporaryDirectory()
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lookup.c")
        cls.programs = {rules: f"{cls.directory.name}/{rules}" for rules in ("glibc", "musl")}
        run("gcc", "-o", cls.programs["glibc"], source)
        run("musl-gcc", "-static", "-o", cls.programs["musl"], source)
        for name in ("d0", "d1"):
            run("ip", "link", "add", name, "type", "veth", "peer", "name", f"{name}-peer")
            run("ip", "link", "set", f"{name}-peer", "up")
        cls.devices = ["d0", "d1"]
        if ip("link add t0 type sit local 192.0.2.10 ttl 64"):
            cls.devices.append("t0")

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def place(self, chance):
        """Other addresses and routes than before."""
        for name in self.devices:
            run("ip", "addr", "flush", "dev", name)
            run("ip", "link", "set", name, "down")
            run("ip", "link", "set", name, "up")
        for name, address, options in OWN:
            if chance.random() < 0.5 and name in self.devices:
                self.assertTrue(ip(f"addr add {address} dev {name} {options}"), address)
        for route, name in ROUTES:
            if chance.random() < 0.5:
                family, _, rest = route.rpartition("-6 ")
                ip(("-6 " if _ else "") + "route add " + rest + (f" dev {name}" if name else ""))

    def real(self, rules):
        done = subprocess.run([self.programs[rules], "many"], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def ours(self, rules):
        done = subprocess.run([NETSCOPE, "--dump=answers", "--name", "many", "--rules", rules, "--format", "ndjson"],
                              capture_output=True, text=True, check=True)  # fmt: skip
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [entry for row in rows for entry in row.get("returned") or []]

    def compare(self, rules, words):
        real, ours = self.real(rules), self.ours(rules)
        addresses = [entry["address"].lower() for entry in ours]
        self.assertEqual(addresses, real, f"{rules}, {words}: {ours}")

    def test_orders_are_the_same(self):
        chance = random.Random(SEED)
        for number in range(ROUNDS):
            if number % 4 == 0:
                self.place(chance)
            # As the DNS gives them: IPv4 first.
            addresses = chance.sample(IPV4, chance.randrange(4)) + chance.sample(IPV6, chance.randrange(5))
            if len(addresses) < 2:
                continue
            gai = chance.sample(GAI, chance.randrange(4)) if number % 3 == 0 else []
            # All lines of a name, or the first alone.
            write("/etc/host.conf", chance.choice(["multi on\n", "multi on\n", "order hosts\nmulti off\n", ""]))
            write("/etc/gai.conf", "\n".join(gai) + "\n")
            write("/etc/hosts", "".join(f"{address} many\n" for address in addresses))
            for rules in self.programs:
                self.compare(rules, f"round {number} of seed {SEED}, gai.conf {gai}")


if __name__ == "__main__":
    main()
