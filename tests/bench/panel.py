#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures the terminal program: panel.py [OPTIONS] TEXT COMMAND [ARGS ...]

Starts COMMAND on a terminal of 160x50, waits until TEXT stands on it and prints how long that took;
then leaves it alone and prints what share of a core it needs while nobody does anything, and its memory;
at last types each of the keys that --keys names and prints how long the screen takes to answer. Then asks
what --ask names, such as "w10.0.0.1", twice, and prints how long each key of it took to be answered, and how
long it took until --answer stood on the screen. With --search it types that word as a filter, twice, and prints
how long it took until --found stood there: one that matches nothing is looked for in every row."""

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time


def read_some(fd, seconds):
    """What the program draws within the time, b'' if nothing."""
    ready, _, _ = select.select([fd], [], [], seconds)
    if not ready:
        return b""
    try:
        return os.read(fd, 65536)
    except OSError:
        sys.exit("the program ended")


def wait_for(fd, text, seconds):
    """Seconds until the text has been drawn."""
    start = time.monotonic()
    seen = b""
    while text not in seen:
        left = start + seconds - time.monotonic()
        if left <= 0:
            sys.exit(f"{text.decode()} did not show within {seconds} s")
        seen = seen[-len(text):] + read_some(fd, left)
    return time.monotonic() - start


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mebibytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def drain(fd, seconds):
    """Takes what is drawn for so long. Returns how many bytes that were."""
    end = time.monotonic() + seconds
    count = 0
    while (left := end - time.monotonic()) > 0:
        count += len(read_some(fd, left))
    return count


def answer_time(fd, key):
    """Seconds from a key to the first byte that is drawn for it."""
    os.write(fd, key)
    start = time.monotonic()
    while not read_some(fd, 5):
        sys.exit(f"no answer to {key!r}")
    answered = time.monotonic() - start
    drain(fd, 0.2)
    return answered


def ask(fd, typed, answer):
    """Types a question: the times of its keys, and that from Enter to its answer."""
    times = [answer_time(fd, key.encode()) for key in typed]
    start = time.monotonic()
    os.write(fd, b"\r")
    wait_for(fd, answer.encode(), 60)
    took = time.monotonic() - start
    drain(fd, 0.2)
    os.write(fd, b"\x1b")
    drain(fd, 0.5)
    return times, took


def search(fd, word, found):
    """Seconds from typing a filter, all at once, to what it finds."""
    os.write(fd, b"\x1b")  # out of what the keys before have opened
    drain(fd, 1)
    os.write(fd, b"/")
    drain(fd, 0.3)
    os.write(fd, word.encode())
    return wait_for(fd, found.encode(), 60)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=float, default=20)
    parser.add_argument("--keys", default="")
    parser.add_argument("--ask", default="")
    parser.add_argument("--answer", default="")
    parser.add_argument("--search", default="")
    parser.add_argument("--found", default="")
    parser.add_argument("text")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(options.command[0], options.command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    try:
        print(f"first rows after {wait_for(fd, options.text.encode(), 30):.3f} s")
        drain(fd, 5)  # what is left to be read at the start is no idling
        before = processor_seconds(pid)
        drawn = drain(fd, options.idle)
        used = processor_seconds(pid) - before
        print(f"idle: {100 * used / options.idle:.2f}% of a core over {options.idle:.0f} s, "
              f"{drawn / options.idle:.0f} bytes drawn a second, {peak_mebibytes(pid):.1f} MiB")
        if options.keys:
            times = [answer_time(fd, key.encode()) for key in options.keys]
            print(f"answer to a key: median {1000 * statistics.median(times):.1f} ms, "
                  f"worst of {len(times)} {1000 * max(times):.1f} ms")
        for turn in ("first", "second") if options.ask else ():
            times, took = ask(fd, options.ask, options.answer)
            print(f"{turn} question: answered after {1000 * took:.1f} ms, its keys after "
                  f"{1000 * statistics.median(times):.1f} ms, {1000 * max(times):.1f} ms at worst")
        for turn in ("first", "second") if options.search else ():
            print(f"{turn} search: {1000 * search(fd, options.search, options.found):.1f} ms")
        if options.ask or options.search:
            print(f"memory then: {peak_mebibytes(pid):.1f} MiB")
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
