#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns against servers that lie, are late or do not answer: each time there is a clear result.

Runs in namespaces of its own (network, mount, processes), with servers of the test's own on addresses
of lo.
"""

import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from dns_lab import (
    NETSCOPE, Server, main, netscope, netscope_json, options_of, question_end, question_of, reply_to,
    resolve_with, run, with_options,
)
from nfqueue import Holder

NSID, SUBNET, COOKIE, EDE = 3, 8, 10, 15
SERVICE = "10.96.0.10"
BADCOOKIE = 23


class Flood(Server):
    """A server whose client may go while it still sends."""

    def serve_connection(self, connection):
        try:
            super().serve_connection(connection)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


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

    def test_a_watch_as_rows_has_rounds(self):
        # Rules that look at connections make the namespace track them.
        rule = "table ip watched { chain out { type filter hook output priority 0; ct state new accept; }; }\n"
        subprocess.run(["nft", "-f", "-"], input=rule, text=True, check=True)
        self.addCleanup(subprocess.run, ["nft", "delete table ip watched"], check=True)
        server = Server(self.ADDRESS, lambda query, _transport: [reply_to(query, records=self.GOOD)])
        self.addCleanup(server.close)
        resolve_with(f"nameserver {self.ADDRESS}\n")
        rows = [json.loads(line) for line in netscope(
            "--name", "a.test.", "--watch", "0.01", "--count", "3", "--format", "ndjson", status=0
        ).splitlines()]
        answers = [row for row in rows if row.get("kind") == "answers"]
        self.assertEqual(
            [(row["round"], row["type"]) for row in answers],
            [(number, rtype) for number in (1, 2, 3) for rtype in ("A", "AAAA")],
        )
        self.assertEqual({(row["insert_failed"], row["clash_resolve"]) for row in answers}, {(0, 0)})

    def watch_through_a_service(self, name, count, rules):
        """Rows of answers and the text's last lines for a name that is watched through DNAT, with more rules."""
        both = [(1, b"\x0a\0\0\1"), (28, bytes(16))]
        for address in (self.ADDRESS, "127.0.0.14"):
            self.addCleanup(Server(address, lambda query, _transport: [reply_to(query, records=both)]).close)
        run("ip", "route", "add", "local", SERVICE, "dev", "lo")
        self.addCleanup(run, "ip", "route", "delete", "local", SERVICE, "dev", "lo")
        for table in ("nat", "mangle"):
            self.addCleanup(run, "iptables-nft", "-t", table, "--flush")
        for rule in (*rules, f"nat OUTPUT -d {SERVICE} -p udp -j DNAT --to-destination {self.ADDRESS}"):
            run("iptables-nft", "-w", "-t", rule.split(" ")[0], "-A", *rule.split(" ")[1:])
        resolve_with(f"nameserver {SERVICE}\noptions timeout:1 attempts:1\n")
        watch = ("--name", name, "--watch", "0.05", "--count", str(count))
        rows = [json.loads(line) for line in netscope(*watch, "--format", "ndjson").splitlines()]
        return [row for row in rows if row.get("kind") == "answers"], netscope(*watch).decode()

    def test_a_and_aaaa_race_for_one_flow(self):
        # Both are held until both are there: each has made the flow then, and one is too late.
        Holder(7, 2)
        hold = "mangle POSTROUTING -p udp --dport 53 -j NFQUEUE --queue-num 7"
        every_second = "-m statistic --mode nth --every 2 --packet 0"
        other = f"nat OUTPUT -d {SERVICE} -p udp {every_second} -j DNAT --to-destination 127.0.0.14"
        for rules in ([hold], [hold, other]):
            with self.subTest(rules=rules):
                answers, text = self.watch_through_a_service("a.test.", 4, rules)
                self.assertEqual({row["outcome"] for row in answers}, {"answer"}, text)
                self.assertEqual([row["clash_resolve"] for row in answers], [1] * 8)
                self.assertEqual({row["insert_failed"] for row in answers}, {0})
                self.assertEqual(text.count("  clash_resolve +1\n"), 4, text)
                self.assertIn("; clash_resolve of the namespace's conntrack: 4 more\n", text)
                self.doCleanups()

    def test_a_flow_whose_place_is_taken_is_lost(self):
        # All leave from one port: the second lookup's replies could not be told from the first one's.
        answers, text = self.watch_through_a_service(
            "b.test.", 2, [f"nat POSTROUTING -p udp --dport 53 -j SNAT --to-source {SERVICE}:4000"]
        )
        self.assertEqual([row["outcome"] for row in answers], ["answer", "answer", "no_reply", "no_reply"], text)
        self.assertGreater(answers[-1]["insert_failed"], 0)
        self.assertRegex(text, r"lost: b\.test\. A to 10\.96\.0\.10 \S+.*  insert_failed \+\d")
        self.assertRegex(text, r"; insert_failed of the namespace's conntrack: [1-9]\d* more\n")

    def test_a_watch_stays_in_its_namespace(self):
        subprocess.run(["ip", "netns", "add", "other"], check=True)
        self.addCleanup(subprocess.run, ["ip", "netns", "del", "other"], check=True)
        subprocess.run(["ip", "-n", "other", "link", "set", "lo", "up"], check=True)
        with subprocess.Popen(
            ["ip", "netns", "exec", "other", sys.executable, "-c",
             "import sys; sys.path.insert(0, sys.argv[1])\n"
             "from dns_lab import Server, reply_to\n"
             f"Server('{self.ADDRESS}', lambda query, transport: [reply_to(query)])\n"
             "print('ready', flush=True); sys.stdin.read()",
             os.path.dirname(os.path.abspath(__file__))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as inside:
            self.assertEqual(inside.stdout.readline(), "ready\n")
            text = netscope(
                "--netns", "other", "--server", self.ADDRESS, "--name", "a.test", "--watch", "0.01",
                "--count", "3", status=4,
            ).decode()
            inside.kill()
        self.assertEqual(text.count("A NOERROR (0)  AAAA NOERROR (0)"), 3, text)

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

    def test_the_same_reply_twice(self):
        def twice(query, _transport):
            if question_of(query)[1] == 1:
                return [reply_to(query, records=self.GOOD)] * 2
            time.sleep(0.2)
            return [reply_to(query)]

        result = self.ask(twice, rtype="A,AAAA")
        self.assertEqual([a["outcome"] for a in result["answers"]], ["answer", "no_data"])
        self.assertEqual([q.get("strays", 0) for q in result["queries"]], [0, 1])

    def test_a_reply_after_its_time_does_not_belong(self):
        def late(query, _transport):
            asked.append(query)
            if len(asked) == 1:
                time.sleep(1.5)  # until the second attempt is under way
            return [reply_to(query, records=self.GOOD)]

        asked = []
        server = Server(self.ADDRESS, late)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:3\n")
        result = netscope_json("--server", self.ADDRESS, "--name", "a.test", "--type", "A", status=0)
        server.close()
        self.assertEqual(result["queries"][0]["outcome"], "timed_out")
        self.assertEqual(result["answers"][0]["outcome"], "answer")

    def test_what_is_cut_anywhere(self):
        whole = []

        def cut(query, _transport):
            reply = with_options(
                reply_to(query, records=self.GOOD + [(16, b"\4text"), (15, b"\0\1\1m\0")]), {NSID: b"me"}
            )
            whole.append(reply)
            return [reply[: len(reply) - len(whole)]]

        server = Server(self.ADDRESS, cut)
        self.addCleanup(server.close)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:1\n")
        size = 1
        while not whole or size < len(whole[0]) - question_end(whole[0]):
            queries = netscope_json("--server", self.ADDRESS, "--name", "a.test", "--type", "A")["queries"]
            self.assertEqual([q["outcome"] for q in queries], ["malformed"], size)
            size += 1

    def test_two_pointers_to_one_another(self):
        def loop(query, _transport):
            at = question_end(query)
            first, second = struct.pack(">H", 0xC000 | at + 2), struct.pack(">H", 0xC000 | at)
            head = query[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0)
            return [head + query[12:at] + first + second + struct.pack(">HHIH", 1, 1, 60, 4) + bytes(4)]

        self.assertEqual(self.ask(loop)["queries"][0]["outcome"], "malformed")

    def test_two_records_for_edns(self):
        def twice(query, _transport):
            reply = with_options(reply_to(query, records=self.GOOD), {NSID: b"a"})
            again = with_options(reply_to(query), {NSID: b"b"})[question_end(query):]
            return [reply[:10] + struct.pack(">H", 2) + reply[12:] + again]

        self.assertEqual(self.ask(twice)["queries"][0]["outcome"], "malformed")

    def test_tcp_that_never_ends(self):
        flood = [struct.pack(">H", 13) + bytes(13)] * 4096

        def answer(query, transport):
            if transport == "udp":
                return [reply_to(query, flags=0x8780)]
            return iter(lambda: (b"".join(flood), None), None)

        with Flood(self.ADDRESS, answer):
            resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:1\n")
            result = netscope_json("--server", self.ADDRESS, "--name", "a.test", "--type", "A")
        self.assertEqual([q["outcome"] for q in result["queries"]], ["truncated", "timed_out"])
        self.assertGreater(result["queries"][1]["strays"], 4096)
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertLess(usage.ru_maxrss, 64 << 10)

    def test_tcp_that_never_answers(self):
        def answer(query, transport):
            return [reply_to(query, flags=0x8780)] if transport == "udp" else []

        result = self.ask(answer)
        self.assertEqual([q["outcome"] for q in result["queries"]], ["truncated", "timed_out"])


class Many(unittest.TestCase):
    """Names from a file: many at once, but not more than a server bears."""

    ADDRESS = "127.0.0.9"

    def outcomes(self, answer, count):
        server = Server(self.ADDRESS, answer)
        self.addCleanup(server.close)
        server.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:1\n")
        with tempfile.NamedTemporaryFile("w") as names:
            names.write("".join(f"n{number}.test\n" for number in range(count)))
            names.flush()
            output = netscope(
                "--server", self.ADDRESS, "--names-from", names.name, "--type", "A", "--format", "ndjson",
            )
        rows = [json.loads(line) for line in output.splitlines()]
        return [row["outcome"] for row in rows if row.get("kind") == "queries"]

    def test_a_server_with_little_room_loses_nothing(self):
        def slow(query, _transport):
            time.sleep(0.0005)
            return [reply_to(query)]

        self.assertEqual(self.outcomes(slow, 3000), ["answered"] * 3000)

    def test_a_silent_server_is_asked_for_all_at_once(self):
        self.assertEqual(self.outcomes(lambda query, transport: [], 900), ["timed_out"] * 900)


class Servers(unittest.TestCase):
    """Which servers are asked."""

    def setUp(self):
        self.servers = [
            Server(address, lambda query, transport, last=last: [reply_to(query, records=[(1, bytes([10, 0, 0, last]))])])
            for last, address in enumerate(("127.0.0.10", "127.0.0.11", "127.0.0.12", "127.0.0.13"))
        ]
        for server in self.servers:
            self.addCleanup(server.close)
        resolve_with("".join(f"nameserver 127.0.0.{last}\n" for last in (10, 11, 12, 13)))

    def test_all_that_are_configured(self):
        answers = netscope_json("--server", "all", "--name", "a.test", "--type", "A")["answers"]
        self.assertEqual(
            sorted((answer["server"], answer["answer"][0]["data"]) for answer in answers),
            [(f"127.0.0.{10 + last}", f"10.0.0.{last}") for last in range(4)],
        )

    def test_one_that_is_typed(self):
        for typed in ("127.0.0.12", "127.0.0.12:53", "[127.0.0.12]:53"):
            answer = netscope_json("--server", typed, "--name", "a.test", "--type", "A")["answers"][0]
            self.assertEqual((answer["server"], answer["port"]), ("127.0.0.12", 53), typed)

    def test_one_that_makes_no_sense(self):
        for typed in ("", "a.test", "127.0.0.12:", "127.0.0.12:0", "127.0.0.12:65536", "127.0.0.12:x",
                      "[127.0.0.12", "[127.0.0.12]x", "::1::2", "[]:53", "%lo"):
            with self.subTest(typed=typed):
                netscope("--server", typed, "--name", "a.test", status=2)


class Probe(unittest.TestCase):
    """Which of the configured servers answer."""

    def problems(self, *options, status=0):
        output = subprocess.run(
            [NETSCOPE, "--dump=resolver", "-j", *options], capture_output=True, timeout=60, check=False
        )
        self.assertEqual(output.returncode, status, output.stderr)
        return json.loads(output.stdout)["resolver"][0].get("problems", []) if status == 0 else None

    def test_servers_that_do_not_answer(self):
        for address, answer in (
            ("127.0.0.7", lambda query, transport: [reply_to(query, rcode=5)]),
            ("127.0.0.8", lambda query, transport: []),
        ):
            self.addCleanup(Server(address, answer).close)
        resolve_with("".join(f"nameserver 127.0.0.{last}\n" for last in (7, 8, 77)))
        self.assertEqual(self.problems(), [])
        self.assertEqual(
            self.problems("--probe"),
            ["127.0.0.8 does not answer: timed out", "127.0.0.77 does not answer: Connection refused"],
        )

    def test_it_goes_with_resolvers(self):
        for wrong in (("--dump=interfaces",), ("--dump=dns", "--name", "a")):
            result = subprocess.run([NETSCOPE, *wrong, "--probe"], capture_output=True, check=False)
            self.assertEqual(result.returncode, 2)


class Edns(unittest.TestCase):
    """What stands in EDNS options of queries, and what replies have in theirs."""

    ADDRESS = "127.0.0.6"
    GOOD = [(1, b"\x0a\0\0\1")]

    def ask(self, answer, *options):
        server = Server(self.ADDRESS, answer)
        resolve_with(f"nameserver {self.ADDRESS}\noptions timeout:1 attempts:1\n")
        try:
            return netscope_json(
                "--server", self.ADDRESS, "--name", "a.test", "--type", "A", *options
            )
        finally:
            server.close()

    def test_a_good_cookie(self):
        def answer(query, _transport):
            client = options_of(query)[COOKIE]
            self.assertEqual(len(client), 8)
            return [with_options(reply_to(query, records=self.GOOD), {COOKIE: client + b"server88"})]

        got = self.ask(answer)["answers"][0]
        self.assertEqual(got["cookie_state"], "good")
        self.assertEqual(got["cookie"][16:], b"server88".hex())

    def test_a_cookie_that_is_only_echoed(self):
        def answer(query, _transport):
            return [with_options(reply_to(query, records=self.GOOD), {COOKIE: options_of(query)[COOKIE]})]

        self.assertEqual(self.ask(answer)["answers"][0]["cookie_state"], "echoed")

    def test_another_clients_cookie_does_not_belong(self):
        def answer(query, _transport):
            good = reply_to(query, records=self.GOOD)
            wrong = [with_options(good, {COOKIE: cookie}) for cookie in (b"somebody", b"short", b"")]
            return wrong + [good]

        result = self.ask(answer)
        self.assertEqual(result["answers"][0]["outcome"], "answer")
        self.assertEqual(result["queries"][0]["strays"], 3)
        self.assertNotIn("cookie_state", result["answers"][0])

    def test_a_server_that_wants_its_cookie(self):
        def answer(query, _transport):
            cookie = options_of(query)[COOKIE]
            if cookie[8:] == b"server88":
                return [with_options(reply_to(query, records=self.GOOD), {COOKIE: cookie})]
            return [with_options(reply_to(query, rcode=BADCOOKIE & 15), {COOKIE: cookie + b"server88"}, BADCOOKIE)]

        result = self.ask(answer)
        self.assertEqual([q["rcode"] for q in result["queries"]], ["BADCOOKIE", "NOERROR"])
        self.assertEqual(result["answers"][0]["outcome"], "answer")

    def test_a_server_that_no_cookie_pleases(self):
        def answer(query, transport):
            if transport == "tcp":
                return [reply_to(query, records=self.GOOD)]
            cookie = options_of(query)[COOKIE][:8] + b"server88"
            return [with_options(reply_to(query, rcode=BADCOOKIE & 15), {COOKIE: cookie}, BADCOOKIE)]

        result = self.ask(answer)
        self.assertEqual([q["transport"] for q in result["queries"]], ["udp", "udp", "tcp"])
        self.assertEqual(result["answers"][0]["outcome"], "answer")

    def test_the_subnet_is_said(self):
        sent = []

        def answer(query, _transport):
            subnet = options_of(query).get(SUBNET)
            sent.append(subnet)
            options = {SUBNET: subnet[:3] + b"\x10" + subnet[4:]} if subnet else {}
            return [with_options(reply_to(query, records=self.GOOD), options)]

        got = self.ask(answer, "--subnet", "10.1.2.255/25")["answers"][0]
        self.assertEqual(sent.pop(), b"\0\1\x19\0\x0a\1\2\x80")
        self.assertEqual(got["client_subnet"], "10.1.2.128/25/16")
        self.ask(answer, "--subnet", "2001:db8::/32")
        self.assertEqual(sent.pop(), b"\0\2\x20\0\x20\1\x0d\xb8")
        self.ask(answer, "--subnet", "0.0.0.0/0")
        self.assertEqual(sent.pop(), b"\0\1\0\0")
        self.ask(answer)
        self.assertEqual(sent.pop(), None)
        netscope("--name", "a", "--server", self.ADDRESS, "--subnet", "10.0.0.0/33", status=2)

    def test_another_networks_answer_does_not_belong(self):
        def answer(query, _transport):
            subnet = options_of(query)[SUBNET]
            wrong = [b"\0\2" + subnet[2:], subnet[:2] + b"\x17" + subnet[3:], subnet[:-1] + b"\3", subnet[:-1],
                     subnet + b"\0", b""]
            replies = [with_options(reply_to(query, records=[(1, b"\x0a\0\0\2")]), {SUBNET: other}) for other in wrong]
            return [*replies, with_options(reply_to(query, records=self.GOOD), {SUBNET: subnet[:3] + b"\x08" + subnet[4:]})]

        result = self.ask(answer, "--subnet", "10.1.2.0/24")
        self.assertEqual(result["queries"][0]["strays"], 6)
        self.assertEqual(result["answers"][0]["client_subnet"], "10.1.2.0/24/8")
        self.assertEqual(result["answers"][0]["answer"][0]["data"], "10.0.0.1")

    def test_extended_errors_are_words(self):
        def answer(query, _transport):
            ede = struct.pack(">H", 18) + b"not you\x1b[31m"
            return [with_options(reply_to(query, rcode=5), {EDE: ede, NSID: b"node-7"})]

        got = self.ask(answer)["answers"][0]
        self.assertEqual(got["extended_errors"], ["18 (Prohibited): not you\x1b[31m"])
        self.assertEqual((got["nsid"], got["edns_udp_size"]), ("node-7", 1232))


if __name__ == "__main__":
    main()
