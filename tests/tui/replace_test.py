#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules that iptables-restore replaces every 100 ms while the panel and --dump look at them: all that is shown is of
one generation, nothing ends before it is told to, and memory stays what it was.

Names of tests as arguments run only these.
"""

import itertools
import json
import os
import re
import subprocess
import sys
import threading

from terminal import Terminal, netscope, run_in_node, until

INTERVAL = 0.1  # seconds between two replacements
CHAINS = 60     # so many are asked for one by one
RULES = 8       # in each
WARM, LONG = 40, 160  # replacements before memory is looked at first, and until it is looked at again
GROWTH = 4096         # KiB that may come with the latter


def ruleset(word):
    """A table in which every chain and every rule has the word."""
    chains = [f"{word}-{i}" for i in range(CHAINS)]
    lines = ["*mangle", ":PREROUTING ACCEPT [0:0]", *(f":{chain} - [0:0]" for chain in chains)]
    lines += [f"-A PREROUTING -m comment --comment {word} -j {chain}" for chain in chains]
    lines += [f"-A {chain} -p tcp -m comment --comment {word} -m tcp --dport {port + 1} -j ACCEPT"
              for chain in chains for port in range(RULES)]
    return "\n".join([*lines, "COMMIT", ""])


class Replacer(threading.Thread):
    """Loads one ruleset after the other until it is stopped."""

    def __init__(self, command):
        super().__init__()
        self.command, self.count, self.error = command, 0, None
        self.stopped = threading.Event()

    def __enter__(self):
        self.load("even")
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()
        subprocess.run([self.command], input="*mangle\nCOMMIT\n", text=True, check=True)
        assert not self.error, self.error

    def load(self, word):
        subprocess.run([self.command], input=ruleset(word), text=True, check=True)
        self.count += 1

    def run(self):
        words = itertools.cycle(("odd", "even"))
        while not self.stopped.wait(INTERVAL):
            try:
                self.load(next(words))
            except subprocess.CalledProcessError as error:
                self.error = str(error)
                return

    def wait_for(self, count):
        until(lambda: self.error or self.count >= count, lambda: f"{self.count} replacements and no more", 120)


def words_of(text):
    return set(re.findall(r"\b(odd|even)-\d", text))


def check_dump(kind):
    """The words of a dump, of which there is one if it was all read."""
    done = subprocess.run(netscope(f"--dump={kind}", "--format", "json", "--filter", "table=mangle"), capture_output=True,
                          text=True, check=False)
    dump = json.loads(done.stdout)
    rows = dump["namespaces"][0] if "namespaces" in dump else dump
    states = {status["state"] for status in dump["status"] if status["source"] == kind}
    words = words_of(json.dumps(rows[kind]))
    assert done.returncode in (0, 3), f"{kind}: exit {done.returncode}: {done.stderr}"
    assert "partial" in states or len(words) == 1, f"{kind} are of {words}"
    if kind == "rules" and "partial" not in states:
        ours = [row for row in rows[kind] if words_of(json.dumps(row))]
        assert len(ours) == CHAINS * (RULES + 1), f"{len(ours)} rules"


def check_screen(terminal):
    """What stands on the screen while it stands still. It is drawn from the top down, and a later drawing comes only
    when an earlier one is whole: what a wrong key says, at the bottom."""
    terminal.keys("p")
    terminal.wait("^ PAUSED")
    terminal.keys("9")
    terminal.wait("^ there are panels 1 to")
    words = words_of(terminal.screen())
    terminal.keys("p")
    terminal.wait("^ host", "^ PAUSED")
    assert len(words) == 1, f"the screen has {words}:\n{terminal.screen()}"


def memory(terminal):
    with open(f"/proc/{terminal.ask('pane_pid')}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS:")).split()[1])


def look_at_replacements(command, view, found):
    with Replacer(command) as replacer, Terminal(netscope("--panel", "netfilter/" + view), 160, 50) as t:
        t.wait(found)
        t.keys("/", ["table=mangle"], "Enter")
        for word in ("even", "odd", "even"):  # it follows
            t.wait(rf"\b{word}-\d")
        replacer.wait_for(WARM)
        before = memory(t)
        for kind in ("rules", "chains", "references") * 3:
            check_dump(kind)
            check_screen(t)
        replacer.wait_for(WARM + LONG)
        check_screen(t)
        after = memory(t)
        assert after - before < GROWTH, f"{before} KiB became {after} KiB"
        t.keys("q")
        t.wait_dead()
        status, signal = t.ask("pane_dead_status"), t.ask("pane_dead_signal")
        assert status == "0", f"exit status {status!r}, signal {signal!r}"


def test_rules():
    look_at_replacements("iptables-nft-restore", "rules", "CHAIN")


def test_references():
    look_at_replacements("iptables-nft-restore", "references", "CALLS")


def test_rules_of_legacy_tables():
    if subprocess.run(["iptables-legacy-save"], check=False, capture_output=True).returncode != 0:
        print("not checked: there is no iptables-legacy", file=sys.stderr)
        return
    look_at_replacements("iptables-legacy-restore", "rules", "CHAIN")


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
