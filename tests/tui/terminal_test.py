#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The terminal is given back, whatever ends the program; and it is asked for where there is none."""

import os
import signal
import subprocess
import time

from terminal import Terminal, netscope, run_in_node, until

PROMPT = "ready> "


class Shell(Terminal):
    """A shell, in which the program is started as a user does it."""

    def __init__(self, **environment):
        super().__init__(["bash", "--norc", "--noprofile", "-i"], PS1=PROMPT, **environment)
        self.wait("^" + PROMPT.rstrip())
        self.keys(["before=$(stty -g)"], "Enter")
        self.start()

    def start(self):
        self.keys([" ".join(netscope()) + "; echo ended with $?"], "Enter")
        self.wait("[0-9]+ interfaces")

    def program(self):
        """The program's PID."""
        children = subprocess.run(["pgrep", "-P", self.ask("pane_pid")], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout.split()
        return int(children[0])

    def expect_restored(self, status):
        self.wait(f"ended with {status}$")
        self.wait("^" + PROMPT.rstrip() + "$", "^ NAME ")
        until(lambda: self.ask("alternate_on") == "0", lambda: "the other screen is still there")
        until(lambda: self.ask("cursor_flag") == "1", lambda: "the cursor is hidden")
        until(lambda: self.ask("mouse_any_flag") == "0", lambda: "the mouse is still asked for")
        self.keys(['test "$(stty -g)" = "$before" && echo same modes || stty -a'], "Enter")
        self.wait("^same modes")


def test_quit():
    for keys in (("q",), ("F10",), ("C-c",), ("?", "F10")):
        with Shell() as t:
            t.keys(*keys)
            t.expect_restored(0)


def test_signals():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with Shell() as t:
            os.kill(t.program(), number)
            t.expect_restored(0)


def test_crash():
    for number in (signal.SIGSEGV, signal.SIGABRT):
        with Shell() as t:
            os.kill(t.program(), number)
            t.expect_restored(128 + number)


def test_stop_and_go_on():
    with Shell() as t:
        t.keys("C-z")
        t.wait("Stopped")
        until(lambda: t.ask("alternate_on") == "0", lambda: "the other screen is still there")
        t.keys(["fg"], "Enter")
        t.wait("^ NAME ")
        t.wait("12 interfaces")
        t.keys("q")
        t.expect_restored(148)  # what the shell said when it was stopped


def test_redraw():
    with Shell() as t:
        with open(t.ask("pane_tty"), "w", encoding="ascii") as tty:
            tty.write("\x1b[2J\x1b[HRUBBISH")
        t.wait("RUBBISH")
        t.keys("C-l")
        t.wait("12 interfaces", "RUBBISH")


def test_terminal_that_goes():
    with Shell() as t:
        pid = t.program()
        t.tmux("kill-server")
        until(lambda: not is_running(pid), lambda: "it runs on without a terminal")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_no_terminal():
    for keywords in ({"stdin": subprocess.DEVNULL}, {}):
        result = subprocess.run(netscope(), check=False, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, timeout=20, **keywords)
        assert result.returncode == 2, result
        assert "--dump" in result.stderr and result.stdout == "", result


def test_terminal_that_cannot():
    for name in ("dumb", "nosuchterminal"):
        with Terminal(["sh", "-c", f"TERM={name} {netscope()[0]}; echo ended with $?; read x"]) as t:
            t.wait("ended with 1")
            t.wait("--dump")
    with Terminal(["sh", "-c", f"TERM=vt100 {netscope()[0]}; echo ended with $?; read x"]) as t:
        t.wait("12 interfaces")
        t.keys("q")
        t.wait("ended with 0")


def test_unknown_namespace():
    with Terminal(["sh", "-c",
                   f"{netscope()[0]} --netns default/wep; echo ended with $?; read x"]) as t:
        t.wait("no such namespace: default/wep")
        t.wait("ended with 1")


def test_idle_costs_nothing():
    """On a quiet node an idle screen needs less than 2% of a core (measured: far less)."""
    with Shell() as t:
        pid = t.program()
        t.wait(r"^ lo .* 0 +0$")
        before, start = processor_seconds(pid), time.monotonic()
        until(lambda: time.monotonic() > start + 3, lambda: "")
        used = processor_seconds(pid) - before
        assert used < 0.06, f"{used:.2f} s of processor time in 3 s"


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
