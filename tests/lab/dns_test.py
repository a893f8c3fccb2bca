#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns: against dig, and against what glibc's getaddrinfo sends.

Runs in namespaces of its own (network, mount, processes), with knotd and servers of the test's own
on addresses of lo.
"""

import json
import os
import subprocess
import tempfile
import time
import unittest

from dns_dig import dig, ours
from dns_lab import (
    NETSCOPE, Server, main, netscope, netscope_json, question_of, reply_to, resolve_with, wait_for_server, write,
)

KNOT = "127.0.0.1"

LONG = "".join(f'"{n:03}{"x" * 200}" ' for n in range(10))
ZONE = f"""\
$ORIGIN cluster.local.
$TTL 30
@ SOA ns hostmaster 1 2 3 4 5
@ NS ns
@ DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==
ns A 127.0.0.1
web.default.svc A 10.96.0.20
web.default.svc AAAA fd00::20
headless.default.svc A 10.0.0.1
headless.default.svc A 10.0.0.2
alias CNAME alias2
alias2 CNAME web.default.svc
*.wild TXT "any" "\\007\\"two\\"" ""
big TXT {LONG}
_http._tcp.web SRV 0 5 80 web.default.svc
m MX 10 web.default.svc
c CAA 0 issue "ca.example"
h HTTPS 1 . alpn=h2,h3 ipv4hint=10.0.0.1
v SVCB 2 web.default.svc port=8443
x TYPE65280 \\# 4 01020304
t TLSA 3 1 1 {"0123456789abcdef" * 4}
p PTR web.default.svc
s SSHFP 1 1 {"01234567" * 5}
n NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@b!" .
d DS 60485 13 2 {"0123456789ABCDEF" * 4}
d NS ns
i HINFO "a b" "c"
e.ax DNAME cluster.local.
a\\.b\\032c A 10.0.0.9
xn--mnchen-3ya A 10.0.0.10
"""
QUESTIONS = [
    ("cluster.local", t) for t in ("SOA", "NS", "DNSKEY", "A", "ANY", "MX")
] + [
    ("web.default.svc.cluster.local", t) for t in ("A", "AAAA", "TXT", "TYPE1")
] + [
    (name + ".cluster.local", t)
    for name, t in (
        ("headless.default.svc", "A"), ("alias", "A"), ("alias", "CNAME"), ("alias", "MX"),
        ("some.wild", "TXT"), ("some.wild", "A"), ("big", "TXT"), ("_http._tcp.web", "SRV"),
        ("m", "MX"), ("c", "CAA"), ("h", "HTTPS"), ("v", "SVCB"), ("x", "TYPE65280"),
        ("t", "TLSA"), ("p", "PTR"), ("s", "SSHFP"), ("n", "NAPTR"), ("d", "DS"), ("i", "HINFO"),
        ("q.e.ax", "A"), ("nothing", "A"), ("a\\.b\\032c", "A"), ("c", "TYPE257"),
    )
] + [("elsewhere.example", "A")]


class Dig(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        path = cls.directory.name
        os.mkdir(f"{path}/run")
        write(f"{path}/zone", ZONE)
        write(
            f"{path}/conf",
            f'server:\n  rundir: "{path}/run"\n  listen: {KNOT}@53\n  nsid: node-a\n'
            "mod-cookies:\n  - id: default\n"
            "template:\n  - id: default\n    global-module: mod-cookies/default\n"
            f'database:\n  storage: "{path}"\n'
            f"acl:\n  - id: all\n    action: transfer\n    address: {KNOT}\n"
            f'zone:\n  - domain: cluster.local\n    file: "{path}/zone"\n    acl: all\n',
        )
        cls.knotd = subprocess.Popen(
            ["knotd", "-c", f"{path}/conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_server(KNOT, "cluster.local", "SOA", "hostmaster")

    @classmethod
    def tearDownClass(cls):
        cls.knotd.kill()
        cls.knotd.wait()
        cls.directory.cleanup()

    def test_every_answer_is_digs(self):
        for name, rtype in QUESTIONS:
            with self.subTest(name=name, type=rtype):
                answer = netscope_json("--server", KNOT, "--name", name, "--type", rtype)["answers"][0]
                self.assertEqual(ours(answer), dig(name, rtype))
                self.assertEqual(answer["nsid"], "node-a")
                self.assertEqual(answer["cookie_state"], "good")

    def test_another_class(self):
        for name in ("version.server", "id.server", "web.default.svc.cluster.local"):
            answer = netscope_json("--server", KNOT, "--class", "CH", "--name", name, "--type", "TXT")["answers"][0]
            self.assertEqual(ours(answer), dig(name, "TXT", "-c", "CH"))
            self.assertEqual(answer["class"], "CH")

    def test_over_tcp_too(self):
        answer = netscope_json("--server", KNOT, "--tcp", "--name", "big.cluster.local", "--type", "TXT")
        self.assertEqual(ours(answer["answers"][0]), dig("big.cluster.local", "TXT", "+tcp"))
        self.assertEqual([q["transport"] for q in answer["queries"]], ["tcp"])

    def test_a_truncated_reply_is_asked_for_again(self):
        queries = netscope_json("--server", KNOT, "--name", "big.cluster.local", "--type", "TXT")["queries"]
        self.assertEqual(
            [(q["transport"], q["outcome"]) for q in queries],
            [("udp", "answered"), ("udp", "truncated"), ("tcp", "answered")],  # BADCOOKIE first
        )

    def test_a_zone_is_transferred(self):
        answer = netscope_json("--server", KNOT, "--name", "cluster.local", "--type", "AXFR")["answers"][0]
        dug = subprocess.run(
            ["dig", "+noall", "+answer", "+noidnout", f"@{KNOT}", "cluster.local", "AXFR"],
            capture_output=True, text=True, check=True,
        ).stdout
        self.assertEqual(len(answer["answer"]), len([l for l in dug.splitlines() if l]))

    def test_letters_of_all_kinds_and_addresses(self):
        answer = netscope_json("--server", KNOT, "--name", "münchen.cluster.local", "--type", "A")["answers"][0]
        self.assertEqual(answer["answer"][0]["data"], "10.0.0.10")
        answer = netscope_json("--server", KNOT, "--name", "2001:db8::1")["answers"][0]
        self.assertEqual(answer["type"], "PTR")
        self.assertTrue(answer["candidate"].startswith("1.0.0.0."), answer["candidate"])
        self.assertTrue(answer["candidate"].endswith(".8.b.d.0.1.0.0.2.ip6.arpa."))

    def test_the_exit_status_tells(self):
        netscope("--server", KNOT, "--name", "web.default.svc.cluster.local", status=0)
        netscope("--server", KNOT, "--name", "nothing.cluster.local", status=4)
        netscope("--server", "127.0.0.99", "--name", "a.b", status=5)
        netscope("--server", "nonsense", "--name", "a.b", status=2)
        netscope("--server", KNOT, "--name", "a..b", status=2)

    def test_many_names_at_once(self):
        with tempfile.NamedTemporaryFile("w") as names:
            names.write("".join(f"n{i}.wild.cluster.local\n" for i in range(10000)))
            names.flush()
            output = netscope(
                "--server", KNOT, "--type", "TXT", "--names-from", names.name, "--format", "ndjson",
                status=0, timeout=240,
            )
        rows = [json.loads(line) for line in output.splitlines()]
        answers = [row for row in rows if row.get("kind") == "answers"]
        self.assertEqual(len({row["name"] for row in answers}), 10000)
        self.assertEqual({row["outcome"] for row in answers}, {"answer"})


class Asking(unittest.TestCase):
    """A server that notes what it is asked, and what is sent to it by whom."""

    NAMES = {
        "web.a.test": {1: b"\x0a\0\0\1", 28: bytes(16)},
        "four.a.test": {1: b"\x0a\0\0\2"},
        "empty.a.test": {},
        "empty.b.test": {1: b"\x0a\0\0\3"},
        "full.name.test": {1: b"\x0a\0\0\4"},
        "short": {1: b"\x0a\0\0\5"},
        "half": {1: b"\x0a\0\0\6"},
    }

    def answer(self, query, _transport):
        name, rtype = question_of(query)
        # Of `half` the first query for AAAA is lost, as to the race in conntrack.
        lost = name == "half" and rtype == 28 and self.server.queries.count(("udp", name, 28)) == 1
        if name.startswith("silent") or lost:
            return []
        if name.startswith(("fail.", "fail2.")):
            return [reply_to(query, rcode=2)]
        if name.startswith(("refuse.", "refuse2.")):
            return [reply_to(query, rcode=5)]
        if name not in self.NAMES:
            return [reply_to(query, rcode=3)]
        records = self.NAMES[name]
        return [reply_to(query, records=[(rtype, records[rtype])] if rtype in records else [])]

    def setUp(self):
        self.server = Server("127.0.0.2", self.answer)
        self.addCleanup(self.server.close)

    def sent_by(self, *command):
        self.server.queries.clear()
        subprocess.run(command, capture_output=True, timeout=120, check=False)
        return list(self.server.queries)


def wait_for_queries(server, count):
    """It may still have some to read when who sent them has ended."""
    deadline = time.monotonic() + 60
    while len(server.queries) < count and time.monotonic() < deadline:
        time.sleep(0.01)


class Glibc(Asking):
    """What is sent for a name is what getaddrinfo sends for it."""

    def compare(self, options, search, name):
        resolve_with(f"nameserver 127.0.0.2\nsearch {search}\noptions {options}\n")
        glibc = self.sent_by("getent", "ahosts", name)
        self.assertEqual(self.sent_by(NETSCOPE, "--dump=dns", "--name", name), glibc)
        return glibc

    def test_candidates_are_the_same(self):
        names = ["web", "four", "empty", "nothing", "short", "full.name.test", "web.a.test",
                 "web.a.test.", "nothing.", "a.b", "a.b.c.d.e.f", "fail", "refuse", "fail.x.y",
                 "refuse.x", "x" * 63]
        for options in ("ndots:1", "ndots:2", "ndots:5", "ndots:0", "ndots:15 no-tld-query"):
            for search in ("a.test", "a.test b.test c.test", ". a.test", "a.test ."):
                for name in names:
                    with self.subTest(options=options, search=search, name=name):
                        self.assertGreater(len(self.compare(options, search, name)), 0)

    def test_the_ways_of_asking_are_the_same(self):
        for options in ("single-request", "single-request-reopen", "use-vc", "edns0", "no-aaaa",
                        "attempts:1", "attempts:4", "trust-ad"):
            for name in ("web", "nothing.x", "fail"):
                with self.subTest(options=options, name=name):
                    if name != "fail" or "single" not in options:
                        self.compare(options, "a.test b.test", name)

    def test_a_server_that_is_silent_is_asked_again(self):
        for options, name in (
            ("timeout:1 attempts:1", "silent"), ("timeout:1 attempts:3", "silent.x"), ("timeout:1", "half"),
            ("timeout:1 single-request", "silent"),
        ):
            resolve_with(f"nameserver 127.0.0.2\noptions {options}\n")
            with self.subTest(options=options, name=name):
                glibc = self.sent_by("getent", "ahosts", name)
                self.assertEqual(self.sent_by(NETSCOPE, "--dump=dns", "--name", name), glibc)

    def test_the_next_server_is_asked(self):
        other = Server("127.0.0.3", self.answer)
        self.addCleanup(other.close)
        for name in ("fail", "refuse", "web", "nothing"):
            resolve_with("nameserver 127.0.0.2\nnameserver 127.0.0.3\nsearch a.test\n")
            with self.subTest(name=name):
                other.queries.clear()
                glibc = self.sent_by("getent", "ahosts", name), list(other.queries)
                other.queries.clear()
                same = self.sent_by(NETSCOPE, "--dump=dns", "--name", name), list(other.queries)
                self.assertEqual(same, glibc)


class Musl(Asking):
    """By musl's rules it is what musl's getaddrinfo sends."""

    LOOKED_UP = ["web", "four", "empty", "nothing", "short", "full.name.test", "web.a.test", "web.a.test.",
                 "nothing.", "a.b", "a.b.c.d.e.f"]
    # For these musl waits until its time is over.
    WAITED_FOR = ["fail", "refuse", "fail2.x.y", "refuse2.x"]

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.program = f"{cls.directory.name}/lookup"
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lookup.c")
        subprocess.run(["musl-gcc", "-static", "-o", cls.program, source], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def sent_at_once(self, *command):
        """Of all that is waited for: {name: queries}; each name has a first label of its own."""
        self.server.queries.clear()
        running = [subprocess.Popen([*command, name], stdout=subprocess.DEVNULL) for name in self.WAITED_FOR]
        for process in running:
            process.wait(120)
        labels = {name.partition(".")[0]: name for name in self.WAITED_FOR}
        sent = {name: [] for name in self.WAITED_FOR}
        for query in self.server.queries:
            sent[labels[query[1].partition(".")[0]]].append(query)
        return sent

    def compare(self, name):
        musl = self.sent_by(self.program, name)
        ours = self.sent_by(NETSCOPE, "--dump=dns", "--rules", "musl", "--name", name)
        self.assertEqual(ours, musl)
        return musl

    def test_candidates_are_the_same(self):
        for options in ("ndots:1", "ndots:2", "ndots:5", "ndots:0"):
            for search in ("a.test", "a.test b.test c.test"):
                resolve_with(f"nameserver 127.0.0.2\nsearch {search}\noptions timeout:1 {options}\n")
                for name in self.LOOKED_UP:
                    with self.subTest(options=options, search=search, name=name):
                        self.assertGreater(len(self.compare(name)), 0)
                musl = self.sent_at_once(self.program)
                self.assertTrue(all(musl.values()), musl)
                self.assertEqual(self.sent_at_once(NETSCOPE, "--dump=dns", "--rules", "musl", "--name"), musl)

    def test_all_servers_are_asked_at_once(self):
        other = Server("127.0.0.3", lambda query, transport: [])
        self.addCleanup(other.close)
        resolve_with("nameserver 127.0.0.3\nnameserver 127.0.0.2\nsearch a.test\noptions timeout:1\n")
        for name in ("web", "nothing"):
            other.queries.clear()
            with self.subTest(name=name):
                sent = self.compare(name)
                wait_for_queries(other, len(sent) * 2)
                self.assertEqual(other.queries, sent * 2)

    def test_a_server_that_is_silent_is_asked_again(self):
        ours = [NETSCOPE, "--dump=dns", "--rules", "musl", "--name"]
        for options in ("timeout:2 attempts:2", "timeout:2 attempts:1", "timeout:3 attempts:3"):
            resolve_with(f"nameserver 127.0.0.2\noptions {options}\n")
            with self.subTest(options=options):
                self.server.queries.clear()
                both = [subprocess.Popen([*command, name], stdout=subprocess.DEVNULL)
                        for command, name in (([self.program], "silent"), (ours, "silent2"))]
                for process in both:
                    process.wait(120)
                sent = {name: [(transport, rtype) for transport, asked, rtype in self.server.queries if asked == name]
                        for name in ("silent", "silent2")}
                self.assertGreater(len(sent["silent"]), 0)
                self.assertEqual(sent["silent2"], sent["silent"])


if __name__ == "__main__":
    main()
