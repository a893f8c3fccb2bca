#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Times commands against each other: compare.py [-n RUNS] NAME COMMAND NAME COMMAND ...

Runs them in turn, A B C A B C ..., after one round that is not counted, so that a machine that gets
slower slows all of them. Prints for each the median of wall and processor seconds, the peak memory,
and the ratio of the first to it: the median of the ratios round by round. Output is thrown away."""

import os
import shlex
import statistics
import sys
import time


def run(command):
    """Runs one command; returns wall seconds, processor seconds and peak memory in MiB."""
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, 1)
        arguments = shlex.split(command)
        os.execvp(arguments[0], arguments)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    if status != 0:
        sys.exit(f"failed with {os.waitstatus_to_exitcode(status)}: {command}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    arguments = sys.argv[1:]
    runs = 11
    if arguments[:1] == ["-n"]:
        runs = int(arguments[1])
        arguments = arguments[2:]
    names = arguments[0::2]
    commands = arguments[1::2]
    rounds = [[run(command) for command in commands] for _ in range(runs + 1)][1:]

    print(f"{'median of ' + str(runs):30} {'wall s':>9} {'cpu s':>9} {'MiB':>7}   first / this (wall)")
    for i, name in enumerate(names):
        wall = statistics.median(r[i][0] for r in rounds)
        cpu = statistics.median(r[i][1] for r in rounds)
        memory = max(r[i][2] for r in rounds)
        ratio = statistics.median(r[0][0] / r[i][0] for r in rounds)
        print(f"{name:30} {wall:9.4f} {cpu:9.4f} {memory:7.1f}   {ratio:.2f}")


if __name__ == "__main__":
    main()
