#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: flow_panel.py FLOWS NETSCOPE [ARGS ...]

Measures the panel of connection tracking over FLOWS flows that are there: how soon it has the first rows and
all of them, how long keys wait meanwhile and afterwards, its memory, how long it takes to sort by each field
and to filter, and what it needs of a processor while nothing happens and while 1,000 flows a second begin
and end. The terminal is one of our own making, so that what is drawn is easily read."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

LINES, COLUMNS = 50, 160
# What a terminal must have for curses, and nothing else.
TERMINFO = r"""bench|as little as there can be,
    am, cols#160, lines#50, cup=\E[%i%p1%d;%p2%dH, clear=\E[H\E[2J, el=\E[K, rev=\E[7m, sgr0=\E[m,
    kcud1=\E[B, kcuu1=\E[A, khome=\E[H, kend=\E[F, kpp=\E[5~, knp=\E[6~,
"""
SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>()][0-9A-Z]?")
ORDER = re.compile(r"sorted by (\S.*?)(?:,| {2,}|$)", re.MULTILINE)
HOME, DOWN, PAGE_DOWN, PAGE_UP = b"\x1b[H", b"\x1b[B", b"\x1b[6~", b"\x1b[5~"
FILTERS = ("dst=10.96.0.7", "mark=1", "state=ESTABLISHED", "src=10.0.0.0/30", "sport<2000", "10.96.0.77")


class Screen:
    """What stands on the terminal."""

    def __init__(self, fd):
        self.fd = fd
        self.cells = [[" "] * COLUMNS for _ in range(LINES)]
        self.y = self.x = 0
        self.rest = b""

    def move(self, where):
        numbers = [int(number or 1) for number in where.split(";")] if where else [1, 1]
        self.y, self.x = min(numbers[0], LINES) - 1, min(numbers[-1], COLUMNS) - 1

    def obey(self, arguments, letter):
        if letter == "H":
            self.move(arguments)
        elif letter == "J":
            self.cells = [[" "] * COLUMNS for _ in range(LINES)]
        elif letter == "K":
            self.cells[self.y][self.x :] = [" "] * (COLUMNS - self.x)

    def put(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.y = min(self.y + 1, LINES - 1)
        elif character == "\b":
            self.x = max(self.x - 1, 0)
        elif character >= " ":
            if self.x == COLUMNS:
                self.y, self.x = min(self.y + 1, LINES - 1), 0
            self.cells[self.y][self.x] = character
            self.x += 1

    def take(self, data):
        text = (self.rest + data).decode("utf-8", "ignore")
        self.rest = b""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            found = SEQUENCE.match(text, at)
            if not found:
                if len(text) - at < 16:  # the rest of it comes later
                    self.rest = text[at:].encode()
                    return
                at += 1
                continue
            if found.group(2):
                self.obey(found.group(1), found.group(2))
            at = found.end()

    def read(self, seconds):
        """Takes what is drawn within the time. Returns whether anything was."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return False
        try:
            self.take(os.read(self.fd, 1 << 16))
        except OSError:
            sys.exit("the program ended:\n" + self.text())
        return True

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.cells)

    def wait(self, holds, seconds=60):
        """Seconds until that holds for the text."""
        start = time.monotonic()
        while not holds(self.text()):
            left = start + seconds - time.monotonic()
            if left <= 0:
                sys.exit("waited in vain:\n" + self.text())
            self.read(left)
        return time.monotonic() - start

    def type(self, keys):
        os.write(self.fd, keys)

    def rest_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)


def answer_time(screen, key):
    """Seconds from a key to the first that is drawn for it."""
    start = time.monotonic()
    screen.type(key)
    while not screen.read(1):
        pass
    return time.monotonic() - start


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mebibytes(pid, key):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(key + ":"))


def say_memory(pid, what):
    """What it took at most since this was said last."""
    print(f"memory {what}: {mebibytes(pid, 'VmHWM'):.0f} MiB at most, {mebibytes(pid, 'VmRSS'):.0f} MiB now")
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def say_times(what, times):
    times = sorted(times)
    print(f"{what}: median {1e3 * statistics.median(times):.1f} ms, 95th percentile "
          f"{1e3 * times[int(0.95 * (len(times) - 1))]:.1f} ms, worst of {len(times)} {1e3 * times[-1]:.1f} ms")


def measure_loading(screen, pid, total, start):
    screen.wait(lambda text: re.search(r"10\.0\.\d+\.\d+ ", text))
    print(f"first rows after {time.monotonic() - start:.2f} s")
    times = []

    def is_whole(text):
        found = re.search(r"(\d+) flows", text)
        return found and int(found.group(1)) >= total and "looking ..." not in text

    while not is_whole(screen.text()):
        times.append(answer_time(screen, b"k" if len(times) % 2 else b"j"))
        screen.rest_for(0.02)
    print(f"all of {total} after {time.monotonic() - start:.2f} s ({processor_seconds(pid):.2f} s of processor)")
    say_memory(pid, "while loading")
    say_times("keys while loading", times)


def measure_keys(screen):
    times = []
    for key in (b"j", b"k", PAGE_DOWN, PAGE_UP, b"G", b"g", b"j", b"j") * 10:
        times.append(answer_time(screen, key))
        screen.rest_for(0.05)
    say_times("keys", times)


def field_count(netscope):
    command = [netscope, "--list-fields=flows", "--format", "json"]
    return len(json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["flows"])


def measure_sorting(screen, fields):
    times = {}
    for place in range(fields):
        screen.type(b"s")
        screen.wait(lambda text: "Enter" in text)
        screen.type(HOME + DOWN * place)
        screen.rest_for(0.2)
        start = time.monotonic()
        screen.type(b"\r")
        screen.wait(lambda text: ORDER.search(text) and "looking ..." not in text)
        times[ORDER.search(screen.text()).group(1)] = time.monotonic() - start
        screen.rest_for(0.3)
    slow = ", ".join(f"{title} {1e3 * t:.0f}" for title, t in sorted(times.items(), key=lambda i: -i[1])[:6])
    say_times("sorting by a field", times.values())
    print(f"  the slowest, in ms: {slow}")


def is_filtered(shown, text):
    """True if the text stands in the prompt, and its rows on the screen."""
    return re.search(rf"^/{re.escape(text)} *$", shown, re.MULTILINE) and "looking ..." not in shown


def measure_filters(screen):
    times = {}
    for text in FILTERS:
        screen.type(b"/" + text[:-1].encode())
        screen.wait(lambda shown, text=text: is_filtered(shown, text[:-1]))
        screen.rest_for(1)
        start = time.monotonic()
        screen.type(text[-1:].encode())
        screen.wait(lambda shown, text=text: is_filtered(shown, text))
        times[text] = time.monotonic() - start
        screen.type(b"\r")
        screen.rest_for(0.3)
        screen.type(b"\x1b")
        screen.wait(lambda shown: "filter: " not in shown and "looking ..." not in shown)
    print("a filter applied, in ms: " + ", ".join(f"{text} {1e3 * t:.0f}" for text, t in times.items()))


def measure_load(screen, pid, seconds, what):
    before = processor_seconds(pid)
    screen.rest_for(seconds)
    used = processor_seconds(pid) - before
    print(f"{what}: {100 * used / seconds:.2f}% of a core over {seconds} s")


def start_program(command, terminfo):
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.environ.update(TERM="bench", TERMINFO=terminfo)
        os.execvp(command[0], command)
    return pid, Screen(fd)


def measure(total, command):
    with tempfile.TemporaryDirectory() as terminfo:
        source = os.path.join(terminfo, "bench.ti")
        with open(source, "w", encoding="ascii") as file:
            file.write(TERMINFO)
        subprocess.run(["tic", "-o", terminfo, source], check=True)
        start = time.monotonic()
        pid, screen = start_program(command, terminfo)
        try:
            measure_loading(screen, pid, total, start)
            screen.rest_for(3)
            measure_keys(screen)
            measure_load(screen, pid, 20, "idle")
            fill = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fill_flows.py")
            with subprocess.Popen([fill, "--rate", "1000", "20000"]) as filling:
                screen.rest_for(2)
                measure_load(screen, pid, 15, "1,000 flows a second begin, and end after five")
                filling.wait()
            say_memory(pid, "while flows came and went")
            measure_sorting(screen, field_count(command[0]))
            say_memory(pid, "while sorting")
            measure_filters(screen)
            say_memory(pid, "while filtering")
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    measure(int(sys.argv[1]), sys.argv[2:])
