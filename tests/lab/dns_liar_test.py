#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns against servers that lie, are late or do not answer: each time there is a clear result.

Runs in namespaces of its own (network, mount, processes), with servers of the test's own on addresses
of lo.
"""

import re
import signal
import socket
import struct
import subprocess
import time
import unittest

from dns_lab import NETSCOPE, Server, main, netscope, netscope_json, question_end, reply_to, resolve_with


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


if __name__ == "__main__":
    main()
