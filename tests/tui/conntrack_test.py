#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of connection tracking, inside the pretend node, over flows of the test's own.

Names of tests as arguments run only these.
"""

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import tempfile
import time

from terminal import Terminal, netscope, run_in_node, until

FLOW = ["-p", "tcp", "-s", "192.0.2.71", "-d", "192.0.2.72", "--sport", "1000", "--dport", "80"]
OTHER = ["-p", "udp", "-s", "192.0.2.73", "-d", "192.0.2.74", "--sport", "1000", "--dport", "53"]


def conntrack(*arguments):
    subprocess.run(["conntrack", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def flow():
    conntrack("-I", *FLOW, "--state", "ESTABLISHED", "-t", "1000", "-u", "SEEN_REPLY,ASSURED", "-m",
              "7", "--dst-nat", "192.0.2.75:8080")
    try:
        yield
    finally:
        subprocess.run(["conntrack", "-D", *FLOW], check=False, capture_output=True)


def panel(view, width=160):
    terminal = Terminal(netscope("--panel", "conntrack/" + view), width, 40)
    terminal.wait("Flows")
    return terminal


def test_flows():
    with flow(), panel("flows") as t:
        t.wait("Flows .* of [0-9]+; [0-9]+ buckets, chains of [0-9.]+")
        t.wait("Expected .* of [0-9]+")
        t.wait(r"Packets .* not inserted, .* dropped early, .* clashes")
        t.wait("Accounting +(on: flows that began|off: no flow counts)")
        t.keys("/", ["src = 192.0.2.71"], "Enter")
        t.wait(r"tcp +ESTABLISHED +192\.0\.2\.71 +1000 +- +192\.0\.2\.72 +80 +- +DNAT +192\.0\.2\.75")
        # What nearly all flows have stands in the details.
        t.wait(r"STATUS[^\n]*\n[^\n]* ASSURED ", "CONFIRMED")
        t.keys("Enter")
        t.wait(r"STATUS +SEEN_REPLY,ASSURED,CONFIRMED,")
        t.wait(r"from 192\.0\.2\.75:8080 to 192\.0\.2\.71:1000, seen")
        t.wait(r"destination 192\.0\.2\.72:80 becomes 192\.0\.2\.75:8080")


def test_flows_come_and_go():
    with panel("flows") as t:
        t.keys("/", ["src = 192.0.2.73"], "Enter")
        t.wait("0 of [0-9]+")
        conntrack("-I", *OTHER, "-t", "1000")
        t.wait(r"udp +- +192\.0\.2\.73 +1000")
        conntrack("-D", *OTHER)
        t.wait("0 of [0-9]+")


def test_events_as_they_happen():
    with panel("events") as t:
        t.wait(r"no flow_events|[0-9]+ flow_events")
        t.keys("/", ["src = 192.0.2.71 or src = 192.0.2.73"], "Enter")
        conntrack("-I", *OTHER, "-t", "1000")
        t.wait(r"new +udp +- +192\.0\.2\.73 +1000")
        conntrack("-U", *OTHER, "-m", "9")
        t.wait(r"update +udp +- +192\.0\.2\.73 +1000")
        with flow():
            t.wait(r"new +tcp +ESTABLISHED +192\.0\.2\.71 +1000")
            # Who goes up sees all stand still, and the details of what went.
            t.keys("Up", "Up")
            t.wait("stands still, [0-9]+ newer: G goes to them")
            conntrack("-D", *OTHER)
            t.wait("stands still, [1-9][0-9]* newer: G goes to them")
            t.keys("Enter")
            t.wait(r"EVENT +new[\s\S]*SOURCE +192\.0\.2\.73")
            t.keys("Escape", "G")
            t.wait(r"destroy +udp +- +192\.0\.2\.73 +1000")
        t.wait(r"destroy +tcp +- +192\.0\.2\.71 +1000|destroy +tcp +[A-Z]+ +192\.0\.2\.71 +1000")


def test_summaries_lead_to_flows():
    with flow(), panel("services") as t:
        t.keys("/", ["192.0.2.72"], "Enter")
        t.wait(r"tcp 192\.0\.2\.72:80 +1 ")
        t.keys("o")
        t.wait(r"\[Flows\]")
        t.wait(r"tcp +ESTABLISHED +192\.0\.2\.71 +1000")
        t.wait(r"1 of [0-9]+ flows shown")
        t.keys("BSpace")
        t.wait(r"\[Services\]")
        t.keys("Escape", "V")
        t.wait(r"\[Destinations\]")
        t.keys("/", ["192.0.2.72"], "Enter", "o")
        t.wait(r"1 of [0-9]+ flows shown")


def test_only_rows_on_the_screen_are_asked_for():
    """The timeouts of those go on; of the others stands what was read."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([FILL, "3000"], check=True)
        with panel("flows") as t:
            t.keys("/", ["src = 10.0.0.0/8"], "Enter")
            t.wait("3000 of [0-9]+ flows shown")
            until(lambda: asked_for(t, directory), t.screen)
        conntrack("-F")


def asked_for(t, directory):
    """How many flows have a shorter timeout than most, if those on the screen have."""
    times = sorted(row["timeout"] for row in saved_flows(t, directory))
    usual = times[len(times) // 2]
    newer = sum(time < usual - 1 for time in times)
    assert newer <= 40, f"{newer} flows were asked for"
    return newer >= 20


def test_summaries_are_kept_up_to_date():
    with panel("sources") as t:
        t.keys("/", ["192.0.2.73"], "Enter")
        t.wait("0 of [0-9]+")
        conntrack("-I", *OTHER, "-t", "1000")
        t.wait(r"192\.0\.2\.73 +1 ")
        conntrack("-D", *OTHER)
        t.wait("0 of [0-9]+")


def saved_flows(t, directory):
    """The flows that the panel has, by what it saves."""
    name = os.path.join(directory, f"flows-{time.monotonic_ns()}.json")
    t.keys("C-s", "C-u", [name], "Enter")
    t.wait("saved [0-9]+ bytes to .*" + re.escape(os.path.basename(name)))
    with open(name, encoding="utf-8") as file:
        rows = json.load(file)
    return rows["flows"] if isinstance(rows, dict) else rows


def shown_flows(t, directory):
    rows = saved_flows(t, directory)
    return sorted((row["src"], row["sport"], row["dst"], row["dport"], row["id"]) for row in rows
                  if row["protocol"] == "tcp")


def listed_flows(there=()):
    text = subprocess.run([*there, "conntrack", "-L", "-p", "tcp", "-o", "id"], check=True,
                          capture_output=True, text=True).stdout
    flow = re.compile(r"src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+).* id=(\d+)")
    found = [flow.search(line).groups() for line in text.splitlines()]
    return sorted((src, int(sport), dst, int(dport), int(number))
                  for src, dst, sport, dport, number in found)


def panel_in_shell(*prefix):
    """The panel, and the program's pid: a child of tmux's would not stay stopped."""
    command = shlex.join([*prefix, *netscope("--panel", "conntrack/flows")])
    terminal = Terminal(["sh", "-c", command + "; true"], 160, 40)
    terminal.wait("Flows")
    children = subprocess.run(["pgrep", "-P", terminal.ask("pane_pid")], check=True,
                              capture_output=True, text=True).stdout
    return terminal, int(children)


FILL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bench/fill_flows.py")


def test_burst_in_a_small_queue():
    """200,000 flows, made and destroyed as fast as the kernel can, in a user namespace, where nobody gets a
    larger queue of events than all have: losses are said, and then it is right again, to the last flow."""
    terminal, pid = panel_in_shell("unshare", "--user", "--map-root-user", "--net")
    there = ["nsenter", "-t", str(pid), "-U", "-n", "--preserve-credentials"]

    def burst():
        subprocess.run([*there, FILL, "200000"], check=True)
        subprocess.run([*there, "conntrack", "-F"], check=True, capture_output=True)
        return "events were lost" in t.screen()

    with tempfile.TemporaryDirectory() as directory, terminal as t:
        t.wait("(^|[^0-9])0 flows")
        until(burst, t.screen)
        subprocess.run([*there, FILL, "3000"], check=True)
        t.wait("(^|[^0-9])3000 flows", "events were lost")
        until(lambda: shown_flows(t, directory) == listed_flows(there), t.screen)


def test_burst():
    """More events than can be kept until they are read (the program is stopped meanwhile, as a busy
    machine would have it): said, and then right again."""
    terminal, pid = panel_in_shell()
    with tempfile.TemporaryDirectory() as directory, terminal as t:
        subprocess.run([FILL, "200000"], check=True)
        t.wait("2[0-9]{5} flows")
        until(lambda: shown_flows(t, directory) == listed_flows(), t.screen)
        t.keys("Home")  # what was saved is said until the next key
        t.wait("10.0.0.0", "saved")
        os.kill(pid, signal.SIGSTOP)
        conntrack("-F")
        subprocess.run([FILL, "200000"], check=True)  # it is said until these have been read
        os.kill(pid, signal.SIGCONT)
        t.wait("events were lost")
        conntrack("-F")
        t.wait("(^|[^0-9])[0-9]{1,3} flows", "events were lost")
        subprocess.run([FILL, "4000"], check=True)
        t.wait("[45][0-9]{3} flows", "events were lost")
        until(lambda: shown_flows(t, directory) == listed_flows(), t.screen)
        conntrack("-F")
        t.wait("(^|[^0-9])[0-9]{1,3} flows")


def test_a_pause_does_not_fill_memory():
    """More flows go while nothing may change on the screen than are kept for it: the rest is read again."""
    with tempfile.TemporaryDirectory() as directory, panel("flows") as t:
        subprocess.run([FILL, "200000"], check=True)
        t.wait("2[0-9]{5} flows")
        t.keys("p")
        t.wait("PAUSED")
        conntrack("-F")
        subprocess.run([FILL, "2000"], check=True)
        t.keys("p")
        until(lambda: shown_flows(t, directory) == listed_flows(), t.screen)
        conntrack("-F")


def test_without_the_right():
    """Said, and the rest of the program goes on."""
    command = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"]
    with Terminal([*command, *netscope("--panel", "conntrack/flows")], 200, 40) as t:
        t.wait("flows: connection tracking is read with CAP_NET_ADMIN only")
        t.wait("Flows .* of [0-9]+; [0-9]+ buckets")
        t.keys("2")
        t.wait("eth0|lo ")


def test_summaries():
    with flow(), panel("states") as t:
        t.wait(r"VALUE +FLOWS\S* +SHARE %")
        t.wait(r"ESTABLISHED +[0-9]+ +[0-9.]+")
        t.keys("v")
        t.wait(r"tcp +[0-9]+ +[0-9.]+")
        t.keys("v", "v", "v", "/", ["192.0.2.72"], "Enter")
        t.wait(r"tcp 192\.0\.2\.72:80 +1 ")


def test_names():
    with flow(), panel("flows", 110) as t:
        t.wait("PROTOCOL", "FROM")
        t.keys("@", "@")
        t.wait("addresses stand with their names")
        t.wait("FROM")


def test_processors():
    with panel("processors", 220) as t:
        t.wait(r"CPU\S* +FOUND +FOUND/S +INVALID +INVALID/S")
        t.wait(r"(?m)^ +0 +[0-9.]+[KMG]? +[0-9.]+ +[0-9]+ +[0-9.]+ ")
        t.keys("Enter")
        t.wait(r"INSERT FAILED/S +[0-9]")


def test_statistics():
    with flow(), panel("statistics") as t:
        t.wait(r"host . 1 conntrack")
        t.wait(r"FLOWS\S* +MAX +USED %")
        t.keys("Enter")
        t.wait(r"sctp_established=[0-9]+ *\n")
        t.keys("Escape", "V")
        t.wait("Expectations")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
