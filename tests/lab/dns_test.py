#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns: against dig, against what glibc's getaddrinfo sends, and against servers that lie.

Runs in namespaces of its own (network, mount, processes), with knotd and servers of the test's own
on addresses of lo.
"""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

NETSCOPE = os.environ["NETSCOPE"]
INSIDE = "NETSCOPE_DNS_TEST_INSIDE"
KNOT = "127.0.0.1"
TYPES = {1: "A", 28: "AAAA", 16: "TXT"}

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


def enter_namespaces():
    """Starts this script again where it may mount; does not return."""
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", unshare + [sys.executable] + sys.argv)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def netscope(*arguments, status=None, timeout=60):
    result = subprocess.run(
        [NETSCOPE, "--dump=dns", *arguments], capture_output=True, timeout=timeout, check=False
    )
    if status is not None:
        assert result.returncode == status, (result.returncode, result.stdout, result.stderr)
    return result.stdout


def netscope_json(*arguments, status=None):
    return json.loads(netscope("-j", *arguments, status=status))


def resolve_with(text):
    write("/etc/resolv.conf", text)


# --- dig ------------------------------------------------------------------------------------------


def record_key(name, rclass, rtype, data):
    data = re.sub(r"\s+", " ", data.strip())
    if rtype in ("DNSKEY", "DS", "TLSA", "SSHFP"):  # dig breaks long ones
        head, tail = data.split(" ", 3)[:3], data.split(" ", 3)[3:]
        data = " ".join(head + ["".join(tail).replace(" ", "")]).lower()
    if rtype in ("HTTPS", "SVCB"):
        data = data.replace('"', "")
    return name.lower(), rclass, rtype, data


def dig(name, rtype, *options):
    """(status, flags, {section: sorted records}, size) as dig has it."""
    output = subprocess.run(
        ["dig", "+noidnout", "+nocookie", "+nsid", *options, f"@{KNOT}", "-q", name, "-t", rtype],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout
    header = re.search(r"status: (\w+),", output).group(1)
    flags = re.search(r";; flags: ([a-z ]*);", output).group(1).split()
    sections, section = {}, None
    for line in output.splitlines():
        match = re.match(r";; (ANSWER|AUTHORITY|ADDITIONAL) SECTION:", line)
        if match:
            section = sections.setdefault(match.group(1).lower(), [])
        elif not line or line.startswith(";"):
            section = None
        elif section is not None:
            owner, _ttl, rclass, kind, data = re.split(r"\s+", line, maxsplit=4)
            section.append(record_key(owner, rclass, kind, data))
    size = int(re.search(r"MSG SIZE  rcvd: (\d+)", output).group(1))
    return header, flags, {k: sorted(v) for k, v in sections.items()}, size


def ours(answer):
    sections = {}
    for section in ("answer", "authority", "additional"):
        if section in answer:
            sections[section] = sorted(
                record_key(r["name"], r["class"], r["type"], r["data"]) for r in answer[section]
            )
    return answer["rcode"], answer["flags"], sections, answer["size"]


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
            f'database:\n  storage: "{path}"\n'
            f"acl:\n  - id: all\n    action: transfer\n    address: {KNOT}\n"
            f'zone:\n  - domain: cluster.local\n    file: "{path}/zone"\n    acl: all\n',
        )
        cls.knotd = subprocess.Popen(
            ["knotd", "-c", f"{path}/conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        cls.wait_for_knot()

    @classmethod
    def wait_for_knot(cls):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            probe = subprocess.run(
                ["dig", "+time=1", "+tries=1", "+short", f"@{KNOT}", "cluster.local", "SOA"],
                capture_output=True, check=False,
            )
            if b"hostmaster" in probe.stdout:
                return
        raise RuntimeError("knotd does not answer")

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

    def test_over_tcp_too(self):
        answer = netscope_json("--server", KNOT, "--tcp", "--name", "big.cluster.local", "--type", "TXT")
        self.assertEqual(ours(answer["answers"][0]), dig("big.cluster.local", "TXT", "+tcp"))
        self.assertEqual([q["transport"] for q in answer["queries"]], ["tcp"])

    def test_a_truncated_reply_is_asked_for_again(self):
        queries = netscope_json("--server", KNOT, "--name", "big.cluster.local", "--type", "TXT")["queries"]
        self.assertEqual(
            [(q["transport"], q["outcome"]) for q in queries],
            [("udp", "truncated"), ("tcp", "answered")],
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


# --- A server of our own --------------------------------------------------------------------------


def question_end(query):
    at = 12
    while query[at]:
        at += query[at] + 1
    return at + 5


def question_of(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += query[at] + 1
    return ".".join(labels), struct.unpack(">H", query[at + 1 : at + 3])[0]


def reply_to(query, rcode=0, records=(), flags=0x8580):
    """records: (type, data) of the name that was asked for."""
    body = b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", rtype, 1, 60, len(data)) + data for rtype, data in records
    )
    head = query[:2] + struct.pack(">HHHHH", flags | rcode, 1, len(records), 0, 0)
    return head + query[12 : question_end(query)] + body


class Server:
    """Answers by a function of query and transport, which gives a list: a message, as bytes; over UDP
    a message and the socket to send it from; over TCP bytes as they are and None; None to close."""

    def __init__(self, address, answer):
        self.answer = answer
        self.queries = []
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, 53))
        self.tcp = socket.create_server((address, 53))
        self.threads = [
            threading.Thread(target=self.serve_udp, daemon=True),
            threading.Thread(target=self.serve_tcp, daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            if query == b"stop":
                return
            self.queries.append(("udp", *question_of(query)))
            for reply in self.answer(query, "udp"):
                if isinstance(reply, tuple):
                    reply[1].sendto(reply[0], peer)
                else:
                    self.udp.sendto(reply, peer)

    def serve_tcp(self):
        while True:
            try:
                connection, _peer = self.tcp.accept()
            except OSError:
                return
            with connection:
                self.serve_connection(connection)

    def serve_connection(self, connection):
        while True:
            size = connection.recv(2, socket.MSG_WAITALL)
            if len(size) < 2:
                return
            query = connection.recv(struct.unpack(">H", size)[0], socket.MSG_WAITALL)
            self.queries.append(("tcp", *question_of(query)))
            for reply in self.answer(query, "tcp"):
                if reply is None:
                    return
                if isinstance(reply, bytes):
                    reply = struct.pack(">H", len(reply)) + reply, None
                connection.sendall(reply[0])

    def close(self):
        self.udp.sendto(b"stop", self.udp.getsockname())
        self.tcp.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()


class Glibc(unittest.TestCase):
    """What is sent for a name is what getaddrinfo sends for it."""

    NAMES = {
        "web.a.test": {1: b"\x0a\0\0\1", 28: bytes(16)},
        "four.a.test": {1: b"\x0a\0\0\2"},
        "empty.a.test": {},
        "empty.b.test": {1: b"\x0a\0\0\3"},
        "full.name.test": {1: b"\x0a\0\0\4"},
        "short": {1: b"\x0a\0\0\5"},
    }

    def answer(self, query, _transport):
        name, rtype = question_of(query)
        if name.startswith("fail."):
            return [reply_to(query, rcode=2)]
        if name.startswith("refuse."):
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


class Liar(unittest.TestCase):
    """A server that lies: each time there is a result, and a clear one."""

    ADDRESS = "127.0.0.4"
    GOOD = [(1, b"\x0a\0\0\1")]

    def ask(self, answer, *options, rtype="A", timeout=1):
        server = Server(self.ADDRESS, answer)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:{timeout} attempts:1\n")
        try:
            return netscope_json(
                "--server", self.ADDRESS, "--name", "a.test", "--type", rtype, *options
            )
        finally:
            server.close()

    def test_it_never_answers(self):
        result = self.ask(lambda query, transport: [])
        self.assertEqual(result["answers"][0]["outcome"], "no_reply")
        self.assertEqual([q["outcome"] for q in result["queries"]], ["timed_out"])

    def test_wrong_ids_and_questions_are_counted(self):
        def answer(query, _transport):
            good = reply_to(query, records=self.GOOD)
            wrong_id = bytes([query[0] ^ 1]) + good[1:]
            return [wrong_id, good.replace(b"\1a\4test", b"\1b\4test", 1), b"", b"\0" * 5, query, good]

        result = self.ask(answer)
        self.assertEqual(result["answers"][0]["outcome"], "answer")
        self.assertEqual(result["queries"][0]["strays"], 5)

    def test_another_source_is_counted(self):
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(other.close)
        other.bind(("127.0.0.5", 53))

        def answer(query, _transport):
            good = reply_to(query, records=self.GOOD)
            return [(good, other), good]

        result = self.ask(answer)
        self.assertEqual(result["answers"][0]["outcome"], "answer")
        self.assertEqual(result["queries"][0]["strays"], 1)

    def test_what_cannot_be_read_is_said_to_be_malformed(self):
        def cut(query, _transport):
            return [reply_to(query, records=self.GOOD)[:-2]]

        def loop(query, _transport):
            at = question_end(query)
            pointer = struct.pack(">H", 0xC000 | at)
            head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0)
            return [head + query[12:at] + pointer + struct.pack(">HHIH", 1, 1, 60, 4) + bytes(4)]

        for answer in (cut, loop):
            result = self.ask(answer)
            self.assertEqual(result["queries"][0]["outcome"], "malformed")
            self.assertEqual(result["answers"][0]["outcome"], "no_reply")

    def test_a_watch_counts_what_was_lost(self):
        asked = []

        def every_fifth_is_lost(query, _transport):
            asked.append(query)
            return [] if len(asked) % 5 == 0 else [reply_to(query, records=self.GOOD)]

        server = Server(self.ADDRESS, every_fifth_is_lost)
        self.addCleanup(server.close)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:1\n")
        lines = netscope(
            "--server", self.ADDRESS, "--name", "a.test", "--type", "A", "--watch", "0.01",
            "--count", "10", status=5, timeout=100,
        ).decode().splitlines()
        self.assertEqual(len(asked), 10)
        rounds = [line for line in lines if line[:1] != ";"]
        self.assertEqual([" lost: " in line for line in rounds], ([False] * 4 + [True]) * 2)
        self.assertIn("; 10 lookups, 10 queries, 2 lost (20.0%)", lines)
        self.assertIn("; answers: NOERROR 8 no reply 2", lines)
        tail = re.search(r"99th percentile (\d+)", "\n".join(lines))
        self.assertGreaterEqual(int(tail.group(1)), 1000)

    def test_a_watch_ends_when_it_is_told(self):
        server = Server(self.ADDRESS, lambda query, _transport: [reply_to(query, records=self.GOOD)])
        self.addCleanup(server.close)
        with subprocess.Popen(
            [NETSCOPE, "--dump=dns", "--server", self.ADDRESS, "--name", "a.test", "--type", "A",
             "--watch", "3600"], stdout=subprocess.PIPE, text=True,
        ) as watch:
            first = watch.stdout.readline()
            watch.send_signal(signal.SIGINT)
            rest = watch.stdout.read()
        self.assertIn("A NOERROR (1)", first)
        self.assertIn("; 1 lookups, 1 queries, 0 lost (0.0%)", rest)
        self.assertEqual(watch.returncode, 0)

    def test_a_watch_that_makes_no_sense_is_refused(self):
        for wrong in (("--watch", "0"), ("--watch", "x"), ("--count", "3"), ("-j", "--watch", "1")):
            with self.subTest(wrong=wrong):
                netscope("--name", "a.test", "--server", self.ADDRESS, *wrong, status=2)

    def test_it_answers_late_and_twice(self):
        def late(query, _transport):
            time.sleep(1.5)
            good = reply_to(query, records=self.GOOD)
            return [good, good]

        result = self.ask(late)
        self.assertEqual(result["answers"][0]["outcome"], "no_reply")

    def test_it_closes_half_way(self):
        def answer(query, transport):
            if transport == "udp":
                return [reply_to(query, flags=0x8780)]
            return [(struct.pack(">H", 500) + reply_to(query)[:20], None), None]

        result = self.ask(answer)
        self.assertEqual([q["outcome"] for q in result["queries"]], ["truncated", "closed"])

    def test_text_does_not_reach_the_terminal_as_it_is(self):
        evil = b"\x1b]0;evil\x07\x9b31m\r\n\x00\\\""

        def answer(query, transport):
            if transport == "udp":
                return [reply_to(query, flags=0x8780)]
            text = b"".join(bytes([200]) + (evil * 20)[:200] for _ in range(310))
            return [reply_to(query, records=[(16, text)])]

        result = self.ask(answer, rtype="TXT")
        self.assertGreater(len(result["answers"][0]["answer"][0]["data"]), 64000)
        server = Server(self.ADDRESS, answer)
        text = netscope("--server", self.ADDRESS, "--name", "a.test", "--type", "TXT", status=0)
        server.close()
        self.assertEqual(set(text) - set(range(0x20, 0x7F)), {ord("\n"), ord("\t")})


def prepare():
    run("mount", "-t", "tmpfs", "none", "/run")
    run("mount", "-t", "tmpfs", "none", "/etc")
    write("/etc/nsswitch.conf", "hosts: files dns\n")
    write("/etc/hosts", "")
    write("/etc/passwd", "root:x:0:0::/:/bin/sh\n")
    resolve_with("nameserver 127.0.0.1\n")
    run("ip", "link", "set", "lo", "up")


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespaces()
    prepare()
    unittest.main()
