#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: --dump=flows --follow writes a line for each flow that comes, changes and goes, in every
namespace that it follows; says when some were lost; and ends by a signal with its last line, or when its
reader leaves."""

import json
import os
import signal
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
HERE = os.path.dirname(os.path.abspath(__file__))


def inside():
    """Runs this again in namespaces of its own."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child"]
    os.execvp("unshare", [*command, "--mount-proc", sys.argv[0], "inside"])


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def conntrack(*arguments, netns=None):
    run(*(["ip", "netns", "exec", netns] if netns else []), "conntrack", *arguments)


class Follower:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [NETSCOPE, "--dump=flows", "--follow", *arguments], stdout=subprocess.PIPE, text=True
        )
        self.expect_key(self.line(), "netscope")

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            sys.exit(f"netscope ended with {self.process.wait()}")
        return json.loads(text)

    @staticmethod
    def expect_key(line, key):
        if key not in line:
            sys.exit(f"{key} is not in {line}")

    def expect(self, **fields):
        line = self.line()
        if any(line.get(key) != value for key, value in fields.items()):
            sys.exit(f"{line} is not {fields}")
        return line

    def end(self, number, status, state):
        self.process.send_signal(number)
        line = self.line()
        while "kind" in line:
            line = self.line()
        states = {entry["state"] for entry in line["status"]}
        if self.process.wait() != status or states != state:
            sys.exit(f"ended with {self.process.returncode}: {line}")
        if self.process.stdout.read():
            sys.exit("something stands behind the last line")


FLOW = ["-p", "tcp", "-s", "10.0.0.1", "-d", "10.0.0.2", "--sport", "1000", "--dport", "80"]
OTHER = ["-p", "udp", "-s", "10.0.0.3", "-d", "10.0.0.4", "--sport", "1000", "--dport", "53"]


def check_events():
    follower = Follower()
    conntrack("-I", *FLOW, "--state", "ESTABLISHED", "-t", "100", "-u", "SEEN_REPLY")
    new = follower.expect(kind="flows", event="new", protocol="tcp", src="10.0.0.1", dport=80)
    conntrack("-U", *FLOW, "-m", "7")
    follower.expect(event="update", mark=7, id=new["id"])
    conntrack("-D", *FLOW)
    follower.expect(event="destroy", id=new["id"], sport=1000)
    follower.end(signal.SIGINT, 0, {"ok"})


def check_filter():
    follower = Follower("--filter", "protocol=tcp", "--fields", "src,id", "--all-netns")
    conntrack("-I", *OTHER, "-t", "100")
    conntrack("-I", *FLOW, "--state", "ESTABLISHED", "-t", "100", netns="other")
    line = follower.expect(event="new", src="10.0.0.1", netns="other")
    if set(line) != {"kind", "netns", "event", "src", "id"}:
        sys.exit(f"other fields: {line}")
    follower.end(signal.SIGTERM, 0, {"ok"})


def check_lost():
    """A follower that stands still while more comes than its socket holds."""
    follower = Follower()
    follower.process.send_signal(signal.SIGSTOP)
    run(f"{HERE}/../bench/fill_flows.py", "60000")
    follower.process.send_signal(signal.SIGCONT)
    events = {"new": 0, "lost": 0}
    while events["lost"] == 0:
        events[follower.line()["event"]] += 1
    if not 0 <= events["new"] < 60000:
        sys.exit(f"nothing was lost: {events}")
    follower.end(signal.SIGINT, 3, {"partial"})


def check_reader_leaves():
    follower = Follower()
    follower.process.stdout.close()
    status = follower.process.wait(60)
    if status not in (1, -signal.SIGPIPE):
        sys.exit(f"ended with {status} when the reader left")


def check_refusal():
    for arguments in (["--dump=interfaces"], ["--dump=flows", "--sort", "src"], ["--dump=flows", "-j"]):
        status = subprocess.run([NETSCOPE, "--follow", *arguments], capture_output=True, check=False)
        if status.returncode != 2 or b"--follow" not in status.stderr:
            sys.exit(f"{arguments}: {status}")


def main():
    if sys.argv[1:] != ["inside"]:
        inside()
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "netns", "add", "other")
    check_events()
    check_filter()
    check_lost()
    check_reader_leaves()
    check_refusal()


if __name__ == "__main__":
    main()
