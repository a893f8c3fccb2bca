#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The measuring part of trace.sh: trace.py NETSCOPE, in the namespace between `client` and `server`."""

import ctypes
import fcntl
import json
import os
import pty
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

import panel

NETSCOPE = sys.argv[1]
ROUNDS = 15
SECONDS = 1.0
FLOOD_SECONDS = 10
PORT = 5001
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(netns):
    with open(f"/run/netns/{netns}", "rb") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def in_child(netns, function):
    pid = os.fork()
    if pid == 0:
        enter(netns)
        function()
        os._exit(0)
    return pid


def sink():
    """Takes what comes, connection after connection, and answers each with the bytes that came."""
    with socket.create_server(("10.0.2.2", PORT)) as server:
        buffer = bytearray(1 << 20)
        while True:
            connection, _ = server.accept()
            total = 0
            while count := connection.recv_into(buffer):
                total += count
            connection.sendall(str(total).encode())
            connection.close()


def stream(writer):
    with socket.create_connection(("10.0.2.2", PORT)) as connection:
        block = bytes(1 << 18)
        start = time.monotonic()
        while time.monotonic() - start < SECONDS:
            connection.sendall(block)
        connection.shutdown(socket.SHUT_WR)
        total = int(connection.makefile().read())
        took = time.monotonic() - start
    os.write(writer, f"{total / took}".encode())


def throughput():
    """Bytes a second from the client to the server."""
    reader, writer = os.pipe()
    os.waitpid(in_child("client", lambda: stream(writer)), 0)
    os.close(writer)
    with os.fdopen(reader) as file:
        return float(file.read())


class Tracer:
    def __init__(self, *arguments):
        self.output = tempfile.NamedTemporaryFile("r")
        self.process = subprocess.Popen(
            [NETSCOPE, *arguments, "--format", "ndjson"], stdout=open(self.output.name, "w")
        )
        while os.fstat(self.output.fileno()).st_size == 0:
            time.sleep(0.01)

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        rows = [json.loads(line) for line in self.output]
        return [row for row in rows if "number" in row], time.monotonic() - start


def measure_unmatched():
    ratios, plain = [], []
    throughput()
    for _ in range(ROUNDS):
        without = throughput()
        tracer = Tracer("--trace=src=192.0.2.77 dport=53")
        ratios.append(throughput() / without)
        tracer.end()
        plain.append(without)
    print(
        f"traffic that no trace matches: {statistics.median(plain) / 1e6:.0f} MB/s without a trace; with one "
        f"{statistics.median(ratios):.3f} times that (median of {ROUNDS} pairs, {min(ratios):.3f} to {max(ratios):.3f})"
    )


def flood(writer):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("10.0.2.2", 9))
        count, start = 0, time.monotonic()
        while time.monotonic() - start < FLOOD_SECONDS:
            for _ in range(100):
                try:
                    sender.send(b"flood")
                except OSError:
                    pass  # a port that nobody listens on says so
            count += 100
    os.write(writer, str(count).encode())


def measure_flood():
    tracer = Tracer("--trace=proto=udp dport=9")
    before = tracer.cpu()
    reader, writer = os.pipe()
    os.waitpid(in_child("client", lambda: flood(writer)), 0)
    count = int(os.read(reader, 100))
    cpu, peak = tracer.cpu() - before, tracer.peak()
    rows, took = tracer.end()
    print(
        f"a flood of {count / FLOOD_SECONDS:.0f} packets a second that match, at a rate of 10: {len(rows)} traced in "
        f"{FLOOD_SECONDS} s, {100 * cpu / FLOOD_SECONDS:.1f}% of a core, {peak:.1f} MiB at most, "
        f"ended {1000 * took:.0f} ms after it was told"
    )


def open_panel(rate):
    """The panel of packets, tracing; the process and its terminal."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(NETSCOPE, [NETSCOPE, "--panel", "netfilter/packets"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    panel.wait_for(fd, b"nothing was traced yet", 10)
    panel.drain(fd, 1)
    os.write(fd, f"t\x15{rate}/s no-replies proto=udp dport=9\r".encode())
    panel.wait_for(fd, b"running", 10)
    return pid, fd


def ask_for_help(fd):
    """Seconds until the help stands on the screen."""
    os.write(fd, b"?")
    took = panel.wait_for(fd, b"go to the chain that the rule calls", 10)
    os.write(fd, b"\x1b")
    panel.drain(fd, 0.3)
    return took


def measure_panel(rate):
    pid, fd = open_panel(rate)
    before = panel.processor_seconds(pid)
    reader, writer = os.pipe()
    flooder = in_child("client", lambda: flood(writer))
    answers = []
    end = time.monotonic() + FLOOD_SECONDS
    while time.monotonic() < end:
        answers.append(ask_for_help(fd))
    cpu, peak = panel.processor_seconds(pid) - before, panel.peak_mebibytes(pid)
    os.waitpid(flooder, 0)
    count = int(os.read(reader, 100))
    os.kill(pid, signal.SIGTERM)
    start = time.monotonic()
    os.waitpid(pid, 0)
    print(
        f"the panel, at a rate of {rate} and {count / FLOOD_SECONDS:.0f} packets a second: {100 * cpu / FLOOD_SECONDS:.1f}% of a "
        f"core, {peak:.0f} MiB at most, a key answered after {1000 * statistics.median(answers):.1f} ms "
        f"({1000 * max(answers):.1f} ms at worst), ended {1000 * (time.monotonic() - start):.0f} ms after it was told"
    )


server = in_child("server", sink)
try:
    measure_unmatched()
    measure_flood()
    measure_panel(10)
    measure_panel(1000000)
finally:
    os.kill(server, signal.SIGKILL)
