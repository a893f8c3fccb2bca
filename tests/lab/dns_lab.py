# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the DNS share: namespaces of their own, and a server that answers as it is told."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

NETSCOPE = os.environ["NETSCOPE"]
INSIDE = "NETSCOPE_DNS_TEST_INSIDE"


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
        assert result.returncode == status, (result.returncode, result.stdout[-2000:], result.stderr)
    return result.stdout


def netscope_json(*arguments, status=None):
    return json.loads(netscope("-j", *arguments, status=status))


def resolve_with(text):
    write("/etc/resolv.conf", text)


def wait_for_server(address, name, rtype, answer):
    """Until dig gets an answer of that server that has the text in it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        probe = subprocess.run(
            ["dig", "+time=1", "+tries=1", f"@{address}", name, rtype],
            capture_output=True, text=True, check=False,
        )
        if answer in probe.stdout:
            return
    raise RuntimeError(f"the server at {address} does not answer: {probe.stdout}")


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


def options_of(query):
    """EDNS options of a query: {code: bytes}."""
    at = question_end(query)
    if struct.unpack(">H", query[10:12])[0] == 0:
        return {}
    at += 11  # root, OPT, size, flags, length
    found = {}
    while at < len(query):
        code, size = struct.unpack(">HH", query[at : at + 4])
        found[code] = query[at + 4 : at + 4 + size]
        at += 4 + size
    return found


def with_options(reply, options, rcode=0):
    """The reply with an EDNS record; rcode: its upper bits."""
    data = b"".join(struct.pack(">HH", code, len(value)) + value for code, value in options.items())
    record = b"\0" + struct.pack(">HHBBHH", 41, 1232, rcode >> 4, 0, 0, len(data)) + data
    return reply[:10] + struct.pack(">H", 1) + reply[12:] + record


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


# --- Namespaces -----------------------------------------------------------------------------------


def prepare():
    run("mount", "-t", "tmpfs", "none", "/run")
    run("mount", "-t", "tmpfs", "none", "/etc")
    write("/etc/nsswitch.conf", "hosts: files dns\n")
    write("/etc/hosts", "")
    write("/etc/passwd", "root:x:0:0::/:/bin/sh\n")
    resolve_with("nameserver 127.0.0.1\n")
    run("ip", "link", "set", "lo", "up")


def main():
    """Runs the tests of the script that calls it, inside."""
    if INSIDE not in os.environ:
        enter_namespaces()
    prepare()
    unittest.main()
