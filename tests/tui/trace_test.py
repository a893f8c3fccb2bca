#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets traced in the panel of netfilter, inside the pretend node: what is typed for it, packets that come and
are opened, journeys through several namespaces, summaries, and what goes wrong.

Names of tests as arguments run only these.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys

from terminal import LAB, Terminal, netscope, on, run_in_node, until

OUTSIDE = "198.51.100.10"
API = "10.244.1.3"
NOT_TOLD = (subprocess.DEVNULL, subprocess.DEVNULL)


def run(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout


def at(place, *command):
    subprocess.run([os.path.join(LAB, "at"), place, *command], check=False, capture_output=True)


def ping(place="web", address=OUTSIDE, *options):
    at(place, "ping", "-n", "-c", "1", "-W", "1", *options, address)


def tables():
    return run("nft", "list", "tables")


def is_clean():
    return "netscope-" not in tables()


@contextlib.contextmanager
def rule(*words):
    """A rule of nft's at the front of a chain: family, table, chain, and what it says."""
    text = run("nft", "-j", "-e", "-a", "insert", "rule", *words)
    handle = json.loads(text)["nftables"][-1]["insert"]["rule"]["handle"]
    try:
        yield handle
    finally:
        run("nft", "delete", "rule", *words[:3], "handle", str(handle))


def child_of(process):
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return int(file.read())


@contextlib.contextmanager
def stopped(process):
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def panel(*options, width=160, height=50, through=()):
    terminal = Terminal([*through, *netscope("--panel", "netfilter/rules", *options)], width, height)
    terminal.wait(r"\[?Rules\]? +Hooks")
    return terminal


def trace(terminal, typed, where="1 namespace"):
    terminal.wait("rules|packets")
    terminal.keys("t")
    terminal.wait("^trace: ")
    terminal.keys("C-u", [typed], "Enter")
    choice = re.sub("^(([0-9]+/s|no-replies|bridge|ingress|force) )*", "", typed)
    terminal.wait(f"^ +Trace +running in {where}, [0-9]+/s(, no replies)?: " + re.escape(choice))


# --- What is typed -------------------------------------------------------------------------------


def test_what_is_typed():
    with panel() as t:
        t.wait("rules")
        t.keys("t")
        t.wait("^trace: 10/s")  # the rate is in sight, and can be changed
        t.keys("Enter")
        t.wait('^ which packets. a filter, or "all" for every packet')
        t.keys(["dport=http"], "Enter")
        t.wait("^ at 12: dport needs a number")
        t.keys("C-u", ["10/s no-replies src="], "Enter")
        t.wait("^ at [0-9]+: ")
        t.keys("C-u", ["0/s all"], "Enter")
        t.wait("^ a rate is 1/s to 1000000/s")
        t.keys("Escape")
        t.wait("no new trace")
        t.keys("x")
        t.wait("nothing is traced")
        assert is_clean()
        trace(t, "25/s no-replies icmp_type=8")
        t.wait("Trace +running in 1 namespace, 25/s, no replies: icmp_type=8")
        assert "limit rate 25/second" in run("nft", "list", "ruleset")
        trace(t, "all")  # another one: the first has ended
        assert "limit rate 25/second" not in run("nft", "list", "ruleset")
        assert len(re.findall("netscope-", tables())) == 1, tables()


def test_frames_by_force():
    with panel() as t:
        trace(t, "bridge ingress force no-replies icmp_type=8")
        assert re.search("bridge netscope-", tables()) and re.search("netdev netscope-", tables()), tables()
        ping("web", API)
        t.wait("icmp +10.244.1.2 > 10.244")
        t.keys("q")
        until(is_clean, tables)
        t.wait_dead()


def test_end_and_no_trace_of_it():
    for end in (["x"], ["q"]):
        with panel() as t:
            trace(t, "icmp_type=8")
            assert not is_clean()
            t.wait("netscope chooses packets to trace")  # on the road
            t.keys(*end)
            until(is_clean, tables)
            if end == ["x"]:
                t.wait("^ +Trace +ended, 10/s: icmp_type=8")
                t.wait("the trace has ended, and its rules are gone", "netscope chooses packets to trace")
            else:
                t.wait_dead()
    with panel() as t:
        trace(t, "icmp_type=8")
        os.kill(int(t.ask("pane_pid")), 9)
        until(is_clean, tables)


# --- Packets -------------------------------------------------------------------------------------


def test_a_packet_and_its_way():
    with panel() as t:
        trace(t, "icmp_type=8")
        t.wait("no packets")
        ping()
        t.wait(r"^.* \d\d:\d\d:\d\d\.\d\d\d +cni0 +eth0 +icmp +10.244.1.2 > 198.51.100")
        t.wait("^from outside, forwarded ")
        t.wait("^. +-100 ip nat PREROUTING DNAT", "^  +-150 ip mangle FORWARD")  # lit
        t.keys("Enter")
        t.wait("Outcome +-> accepted by ip nat FLANNEL-POSTRTG rule")
        t.wait(r"hook +prerouting, in cni0, flow new")
        t.wait(r"\+0\.000 ms +accept +-> ip mangle PREROUTING policy")
        t.wait(r"\+\d+\.\d+ ms +jump +-> ip nat PREROUTING rule 1: ")
        t.wait(r"changed +ttl 64 -> 63\n.* routing: forwarded from cni0 to eth0\n.* hook +forward, in cni0, out eth0")
        t.wait(r"\+\d+\.\d+ ms +accept +->   ip filter FLANNEL-FWD rule")  # what was jumped to is indented
        t.wait("^. +-150 ip mangle POSTROUTING")  # the road is still there
        t.keys("Escape", "/", ["outcome=dropped"], "Enter")
        t.wait("0 of 1 packets shown")


# When it was, how long it took, and numbers that the kernel gives.
MASKS = ((r"\b\d\d:\d\d:\d\d\.\d\d\d", "hh:mm:ss.mmm"), (r"\+\d+\.\d\d\d ms +", "+n.nnn ms   "),
         (r", id \d+$", ", id n"))


def test_as_it_looks():
    with panel() as t, rule("ip", "nat", "PREROUTING", "ip", "daddr", OUTSIDE, "icmp", "type", "8",
                            "counter", "dnat", "to", API):
        t.keys("\\")  # the road has counters
        trace(t, "no-replies icmp_type=8")
        ping()
        ping("api", "10.244.1.2")
        t.wait("2 seen")
        t.expect("trace-packets-160x50", *MASKS)
        t.keys("G", "Enter")
        t.wait("^ +Outcome")
        t.expect("trace-packet-160x50", *MASKS)
        t.keys("Escape", "v")
        t.wait(r"\[By rule\]")
        t.expect("trace-rules-160x50", (r"(?<= )[01](?= +50\.0)", "n"), (r"handle \d+ +", "handle n "))


def test_a_drop_leads_to_its_rule():
    with panel() as t, rule("ip", "filter", "FORWARD", "icmp", "type", "8", "counter", "drop"):
        trace(t, "icmp_type=8")
        ping()
        t.wait("dropped +ip filter FORWARD rule 1")
        t.wait("^x +0 ip filter FORWARD")
        t.keys("Enter")
        t.wait("Outcome +-> dropped by ip filter FORWARD rule 1: -p icmp -m icmp --icmp-type 8 -j DROP")
        t.keys("Enter")
        t.wait(r"ip filter FORWARD . \d of")
        t.wait(r" 1 +1 +[0-9]+ .*-j DROP")


def test_marks_and_nat_are_told():
    with (panel() as t, rule("ip", "mangle", "PREROUTING", "meta", "mark", "set", "0x55"),
          rule("ip", "nat", "PREROUTING", "ip", "daddr", OUTSIDE, "icmp", "type", "8", "counter",
               "dnat", "to", API)):
        trace(t, "no-replies icmp_type=8")
        ping()
        t.wait("icmp +10.244.1.2 > 198.51")
        t.keys("Enter")
        t.wait("ip mangle PREROUTING rule 1: .*\n.*changed +mark 0x0 -> 0x55")
        t.wait(f"rule 1: ip daddr {OUTSIDE} (.*\n)+.*changed +dst {OUTSIDE} -> {API}\n.*routing: forwarded")


def test_rules_that_are_gone_are_told_by_their_handle():
    words = ("ip", "filter", "FORWARD", "udp", "dport", "4999", "counter", "drop")
    with panel(through=["sh", "-c", '"$@"; exit $?', "sh"]) as t:  # tmux would wake a child of its own
        trace(t, "no-replies dport=4999")
        with stopped(child_of(t.ask("pane_pid"))), rule(*words):
            at("web", "bash", "-c", f"echo hello >/dev/udp/{OUTSIDE}/4999")
        t.wait("^ +Packets +1 seen")
        t.keys("/", ["doubts=changed outcome=dropped"], "Enter", "Enter")
        t.wait("Rules changed +rules have changed since")
        t.wait(r" drop +-> ip filter FORWARD handle \d+ \(changed since\)")


def test_a_journey_through_namespaces():
    with panel("--all-netns") as t:
        trace(t, "icmp_type=8", r"\d+ namespaces")
        ping("web", API)
        t.wait(r"default/web\S* +\d\d:\d\d:\d\d.* 10.244.1.2 > 10.244.1.3")
        t.wait(r"default/api\S* +\d\d:\d\d:\d\d.* 10.244.1.2 > 10.244.1.3")
        t.keys("/", ["netns~api"], "Enter")
        t.wait("1 of [0-9]+ packets")
        t.keys("Enter")
        t.wait(r"Journey +default/web\S+ > host > default/api\S+ \(this row is part 3\)")
        t.wait(r"The way in default/web")
        t.wait(r"The way in host")
        t.wait(r"The way in default/api")


def test_the_road_of_each_namespace_of_a_journey():
    with panel("--all-netns", width=200) as t:
        t.wait("rules")
        assert "routing decision" not in t.screen()  # rows of all namespaces: whose road?
        trace(t, "no-replies icmp_type=8", r"\d+ namespaces")
        ping()
        t.wait("2 seen")
        t.keys("/", ["netns=host"], "Enter")
        t.wait("1 of [0-9]+ packets")
        t.wait("^from outside, forwarded . host ")
        t.wait("^. +-100 ip nat PREROUTING DNAT")  # lit
        t.keys("/", "C-u", ["netns~web"], "Enter")
        t.wait("^from this machine out . default/web", "ip nat PREROUTING")
        t.keys("Enter")
        t.wait("The way in host")
        t.wait("^from outside, forwarded . host")  # where it came to its end
        t.keys("G")
        t.wait("^. +100 ip nat POSTROUTING SNAT")
        t.keys("g", *["Down"] * 6)  # of the pod: it met no rule
        t.wait("^from this machine out . default/web")
        t.keys("\\")
        t.wait("The way in host", "routing decision")
        t.keys("\\")
        t.wait("routing decision")
        t.keys("Escape")
        t.wait("1 of [0-9]+ packets")
        t.resize(160, 50)  # what stands in the table is worth more
        t.wait("1 of [0-9]+ packets", "routing decision")


def test_a_journey_that_is_a_guess():
    # Of what may not be fragmented, a socket that is not connected sends no identification.
    lonely = ("import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.setsockopt(0, 10, 2); "
              "s.sendto(b'x', ('10.244.1.3', 4999))")
    with panel("--all-netns") as t:
        trace(t, "no-replies proto=udp dport=4999", r"\d+ namespaces")
        at("web", sys.executable, "-c", lonely)
        t.wait("3 seen")
        t.keys("/", ["doubts=guessed"], "Enter", "Enter")
        t.wait("A guess +that all of this is one packet")


def test_a_namespace_that_the_filter_names():
    with panel() as t:
        trace(t, "netns=default/web-7d4b9c6f5d-x2x8k icmp_type=8")  # not where the user is
        ping()
        t.wait("^ +Packets +1 seen")
        t.wait("no packets")
        t.keys("a")
        t.wait(r"default/web\S+ +\d\d:\d\d:\d\d")
        t.keys("t", "C-u", ["netns=nowhere proto=udp"], "Enter")
        t.wait("not tracing: there is no namespace that the filter names")


# --- Legacy tables ---------------------------------------------------------------------------------


@on("legacy-iptables")
def test_legacy_tables():
    run("iptables-legacy", "-I", "FORWARD", "-d", OUTSIDE, "-p", "udp", "--dport", "4998", "-j", "DROP")
    with panel() as t:
        trace(t, "no-replies icmp_type=8 or dport=4998")
        ping()
        t.wait("accepted +legacy ip nat FLANNEL-POSTRTG rule 5")
        t.wait("^. +-100 legacy ip nat PREROUTING DNAT", "^  +-150 legacy ip mangle FORWARD")  # lit
        t.keys("Enter")
        t.wait(r"\+0\.000 ms +accept +-> legacy ip mangle PREROUTING policy")
        t.wait(r" jump +-> legacy ip filter FORWARD rule 6: .*\n.*FLANNEL-FWD")
        t.wait(r" accept +->   legacy ip filter FLANNEL-FWD rule 1: ")
        t.keys("Escape")
        at("web", "bash", "-c", f"echo hello >/dev/udp/{OUTSIDE}/4998")
        t.wait("dropped +legacy ip filter FORWARD rule 1:")
        t.keys("Home")
        t.wait("^x +0 legacy ip filter FORWARD", "legacy and nft rules both here")
        t.keys("Enter")
        t.wait("Outcome +-> dropped by legacy ip filter FORWARD rule 1: -d")
        t.keys("Enter")
        t.wait(r"ip filter FORWARD . \d of")
        t.wait(" 1 +1 +.*-d 198.51.100.10/32 -p udp")
        t.keys("T", "v")
        t.wait("50.0 dropped +legacy ip filter FORWARD rule 1 +-d 198.51")
    run("iptables-legacy", "-D", "FORWARD", "1")


BETWEEN = """
table ip between {
    chain first { type filter hook forward priority -200; ip protocol icmp counter; }
    chain second { type filter hook forward priority -50; ip protocol icmp counter; }
}
"""


@on("legacy-iptables")
def test_legacy_tables_and_nftables():
    """Steps of both stand in the order of their hooks' priorities."""
    subprocess.run(["nft", "-f", "-"], input=BETWEEN, text=True, check=True)
    with panel() as t:
        trace(t, "no-replies icmp_type=8")
        ping()
        t.wait("1 seen")
        t.wait("^. +-200 ip between first .*\n. +-150 legacy ip mangle FORWARD .*\n. +-50 ip between second "
               ".*\n. +0 legacy ip filter FORWARD")  # lit
        t.keys("Enter")
        t.wait("-> ip between first rule 1: (.*\n)+.*-> legacy ip mangle FORWARD policy(.*\n)+.*-> ip between second rule 1: "
               "(.*\n)+.*-> legacy ip filter FORWARD rule \d+: ")
    run("nft", "delete", "table", "ip", "between")


# --- Summaries -----------------------------------------------------------------------------------


def test_summaries():
    with panel() as t:
        trace(t, "icmp_type=8")
        with rule("ip", "filter", "FORWARD", "icmp", "type", "8", "counter", "drop") as handle:
            ping()
            ping()
            ping("web", API)
        t.wait("3 seen")
        t.keys("v")
        t.wait(rf"^.* 3 +[0-9]+ +100.0 dropped +ip filter FORWARD handle {handle} +-p icmp")
        t.keys("Enter")
        t.wait("decided by ip filter FORWARD handle")
        t.wait("3 of 3 packets shown")
        t.keys("v", "v")
        t.wait(r"\[By path\]")
        t.wait(rf"^.* 3 +[0-9]+ +100.0 dropped +\d+ ip mangle PREROUTING policy > .*FORWARD#{handle}|"
               r"dropped +\d+ ip mangle PREROUTING policy > ")


# --- What goes wrong -----------------------------------------------------------------------------


def test_without_the_privilege():
    command = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin", "--"]
    with Terminal([*command, *netscope("--panel", "netfilter/packets")], 160, 50) as t:
        t.wait("nothing was traced yet: t asks which packets, and begins")
        t.wait("^ host ")
        t.keys("t", ["icmp_type=8"], "Enter")
        t.wait("Not traced +not in 1 namespace: tracing needs CAP_NET_ADMIN in the namespace")
        t.wait("^ +Trace +ended, ")


def test_losses():
    with panel(through=["sh", "-c", '"$@"; exit $?', "sh"]) as t:  # tmux would wake a child of its own
        trace(t, "1000000/s icmp_type=8")
        with stopped(child_of(t.ask("pane_pid"))):
            run("ping", "-n", "-q", "-f", "-c", "4000", "127.0.0.1")
        t.wait(r"^ +Packets +\d+ seen.*; \d+ events were lost: some packets are incomplete")
        t.keys("/", ["doubts=incomplete"], "Enter")
        t.wait("^ .* unknown +.* incomplete")
        t.keys("Enter")
        t.wait("Incomplete +events were lost while it was under way: steps may be missing")


def test_a_namespace_that_vanishes():
    run("ip", "netns", "add", "brief")
    with panel("--netns", "brief") as t:
        trace(t, "all")
        run("ip", "netns", "delete", "brief")
        t.wait("^ +Trace +ended, 10/s: all")
        t.wait("host|own namespace", " brief ")
    assert "brief" not in run("ip", "netns")


def test_a_tiny_window():
    with panel(width=80, height=24) as t:
        trace(t, "icmp_type=8")
        ping()
        t.wait(r"\[Packets\]")
        t.resize(40, 10)
        t.wait("1 packets . tracing")
        t.wait(r"^ \d\d:\d\d:\d\d\.\d\d\d icmp +10.244.1.2 >")
        t.keys("t")
        t.wait("^ N/s: packets a second")
        t.keys("Escape", "Enter")
        t.wait("^ +-> Outcome: accepted by")
        t.keys("G")
        t.wait("accept$")
        t.resize(20, 4)
        t.wait("too small")


FLOOD = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    try:
        s.sendto(b"x", (sys.argv[1], 4999))
    except OSError:
        pass
"""


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])


def seen(terminal):
    match = re.search(r"Packets +(\d+) seen", terminal.screen())
    return int(match[1]) if match else 0


def test_a_flood():
    with panel() as t:
        trace(t, "1000000/s no-replies proto=udp dport=4999")
        flood = subprocess.Popen([os.path.join(LAB, "at"), "web", sys.executable, "-c", FLOOD, OUTSIDE],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            t.wait(r"\d+ seen, the newest 2000 kept")
            until(lambda: seen(t) > 4000, t.screen)
            before, count = memory(t.ask("pane_pid")), seen(t)
            t.keys("Down", "Down", "Enter")  # keys are answered meanwhile
            t.wait("Outcome +-> ")
            t.keys("Escape")
            until(lambda: seen(t) > count + 15000, t.screen, 60)
            after = memory(t.ask("pane_pid"))
        finally:
            flood.kill()
            flood.wait()
        print(f"     {before} KiB, and {after} KiB 15000 packets later")
        # What is under way is as much as comes in a tenth of a second; all of them would take 150 MiB.
        assert after < before + 65536, f"{before} KiB became {after} KiB"
        t.keys("x")
        until(is_clean, tables)


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
