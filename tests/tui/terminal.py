# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal for tests: a tmux server of its own, with one window in which a command runs.

Nothing here sleeps for a while and hopes: a test says what it waits for.
"""

import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
LAB = os.path.join(HERE, "..", "..", "lab")
# The clock; and what an ordinary user may not read.
MASKS = (
    (r"(?<= )\d\d:\d\d:\d\d$", "hh:mm:ss"),
    (r"^ interfaces: partial: tcx.*(?=hh:mm:ss$)", lambda match: " " * len(match[0])),
)
SECONDS = 20  # until what is waited for will not come any more


class Missed(Exception):
    """What was waited for did not come."""


class Terminal:
    """The command on a screen of so many columns and rows, in tmux."""

    def __init__(self, command, columns=80, rows=24, **environment):
        self.directory = tempfile.mkdtemp(prefix="netscope-tui-")
        self.socket = os.path.join(self.directory, "tmux")
        env = {k: v for k, v in os.environ.items() if k not in ("TMUX", "NO_COLOR", "LC_ALL")}
        env["LC_ALL"] = "C.UTF-8"
        variables = {"LC_ALL": "C.UTF-8", "TZ": "UTC", **environment}
        settings = [word for k, v in variables.items() for word in ("-e", f"{k}={v}")]
        self.env = env
        with open(os.path.join(self.directory, "conf"), "w", encoding="ascii") as file:
            file.write("set -g default-terminal tmux-256color\nset -g remain-on-exit on\n"
                       "set -g set-clipboard on\nset -g escape-time 5\nset -g mouse on\n")
        self.tmux("-f", os.path.join(self.directory, "conf"), "new-session", "-d", "-s", "test",
                  "-x", str(columns), "-y", str(rows), *settings, *command)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.env, check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def tmux(self, *arguments):
        result = subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], env=self.env,
                                check=True, stdout=subprocess.PIPE, text=True)
        return result.stdout

    def keys(self, *names):
        """Presses keys by tmux's names; a list of one string is typed as it is."""
        for name in names:
            if isinstance(name, list):
                self.tmux("send-keys", "-t", "test", "-l", name[0])
            else:
                self.tmux("send-keys", "-t", "test", name)

    def mouse(self, x, y, button=0):
        """Presses and lets go of a button at a place (from 0)."""
        self.keys(["\x1b[M" + chr(32 + button) + chr(33 + x) + chr(33 + y)])
        if button < 64:
            self.keys(["\x1b[M" + chr(32 + 3) + chr(33 + x) + chr(33 + y)])

    def click_at_once(self, x, y, times=1):
        """Presses and lets go of the button with nothing in between, as a slow line hands it over."""
        place = chr(33 + x) + chr(33 + y)
        self.keys(["".join("\x1b[M" + chr(32 + button) + place for button in (0, 3) * times)])

    def screen(self, *options):
        lines = self.tmux("capture-pane", "-p", "-t", "test", *options).split("\n")
        return "\n".join(line.rstrip() for line in lines).rstrip("\n")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", "test", "-x", str(columns), "-y", str(rows))

    def ask(self, what):
        """A variable of tmux: pane_dead, pane_pid, cursor_flag ..."""
        return self.tmux("display-message", "-p", "-t", "test", "#{" + what + "}").strip()

    def wait(self, wanted, unwanted=None):
        """Waits until a text (a regular expression) stands on the screen, and another does not."""
        until(lambda: re.search(wanted, self.screen(), re.M)
              and not (unwanted and re.search(unwanted, self.screen(), re.M)),
              lambda: f"waited for {wanted!r}" + (f" without {unwanted!r}" if unwanted else "")
              + ", and there is:\n" + self.screen())

    def wait_dead(self):
        """Until it has ended and tmux knows how: pane_dead alone says that nobody has the terminal any more."""
        until(self.has_ended, lambda: "it does not end:\n" + self.screen())

    def has_ended(self):
        if self.ask("pane_dead_status") or self.ask("pane_dead_signal"):
            return True
        if self.ask("pane_dead") == "1":
            os.kill(int(self.ask("pid")), signal.SIGCHLD)  # tmux 3.3a now and then misses the end of a child
        return False

    def expect(self, name, *masks):
        """Waits until the screen is the golden one; masks are (pattern, replacement)."""
        path = os.path.join(GOLDEN, name + ".txt")

        def seen():
            text = self.screen()
            for pattern, replacement in (*MASKS, *masks):
                text = re.sub(pattern, replacement, text, flags=re.M)
            return text + "\n"

        if os.environ.get("UPDATE_GOLDEN"):
            last = None
            while last != (last := seen()):
                time.sleep(0.5)
            with open(path, "w", encoding="utf-8") as file:
                file.write(last)
            return
        with open(path, encoding="utf-8") as file:
            golden = file.read()
        until(lambda: seen() == golden, lambda: f"{name} is not as it was:\n" + "\n".join(
            difflib.unified_diff(golden.split("\n"), seen().split("\n"), "golden", "seen",
                                 lineterm="")))


def until(condition, explain, seconds=SECONDS):
    """Waits until the condition holds; else says why it should have."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Missed(explain())
        time.sleep(0.03)


def netscope(*arguments):
    """The command line of the program."""
    return [os.environ["NETSCOPE"], *arguments]


def on(flavour):
    """The test runs in a node with these rules."""
    def mark(test):
        test.flavour = flavour
        return test
    return mark


def flavour_of(test):
    return getattr(test, "flavour", "kube-proxy-iptables")


def start_nodes(tests):
    """A node for each flavour; each goes with this process. The exit status of the first that failed."""
    statuses = []
    for flavour in sorted({flavour_of(test) for test in tests}):
        node = ["setpriv", "--pdeathsig", "TERM", os.path.join(LAB, "node"), "--flavour", flavour, "--no-traffic", "--"]
        statuses.append(subprocess.run([*node, os.path.abspath(sys.argv[0]), *sys.argv[1:]], check=False,
                                       env={**os.environ, "NETSCOPE_TUI_INSIDE": flavour}).returncode)
    return next((status for status in statuses if status != 0), 0)


def run_in_node(tests):
    """Runs the functions in the pretend node, and ends with what make check wants to know."""
    for tool in ("tmux", "ip"):
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            print(f"{tool} is not installed")
            sys.exit(77)
    chosen = [test for test in tests if len(sys.argv) == 1 or test.__name__ in sys.argv[1:]]
    if "NETSCOPE_TUI_INSIDE" not in os.environ:
        sys.exit(start_nodes(chosen))
    failed = 0
    for test in chosen:
        if flavour_of(test) != os.environ["NETSCOPE_TUI_INSIDE"]:
            continue
        start = time.monotonic()
        try:
            test()
            print(f"ok   {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        except (Missed, AssertionError) as error:
            failed += 1
            subprocess.run(["ip", "link", "del", "test0"], check=False, stderr=subprocess.DEVNULL)
            print(f"FAIL {test.__name__}: {error}", flush=True)
    sys.exit(1 if failed else 0)
