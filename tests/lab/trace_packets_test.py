#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: of each packet of trace_packets.py, in the pretend node with the rules of each flavour, netscope --trace
tells the steps that `nft -a monitor trace` tells at the same time (table, chain, handle, verdict), or the kernel's own
TRACE lines of legacy tables, and the outcome is what the sender saw. Frames, too, with --hooks. Words choose
flavours; --few, a few of the packets, and no frames."""

import difflib
import functools
import os
import re
import subprocess
import sys

from trace_packets import API, DNS, FEW, PACKETS, POD2, Sent, is_sent
from trace_watch import (
    HERE, LAB, KernelLog, Marks, Monitor, Tracer, at, describe_row, loggers, nft, packets_of, packets_of_nft, ruleset,
    steps_of, wait_for,
)  # fmt: skip

LEGACY = "legacy-iptables"
FLAVOURS = ["kube-proxy-iptables", "kube-proxy-nftables", "docker", LEGACY]
MIXED = "legacy-iptables+nft"
BRIDGE_NETFILTER = "/proc/sys/net/bridge/bridge-nf-call-iptables"
PLACES = [None, "outside", "node2", "web", "api", "dns", "pod2", "registry"]
VETH_WEB, VETH_API = "vethc1f0a3d2", "veth4be97d10"

# --- Preparing the node --------------------------------------------------------------------------

POLICY = ["-I", "FORWARD", "-s", DNS, "-d", API, "-m", "conntrack", "--ctstate", "NEW", "-m", "comment", "--comment", "network policy", "-j", "DROP"]
NFT_POLICY = f"table ip policies {{ chain forward {{ type filter hook forward priority -10; ip saddr {DNS} ip daddr {API} ct state new drop; }}; }}"
WEB_CHAIN, WEB_ENDPOINT = "service-SUSTUHLJ-default/web/tcp/http", "endpoint-SVLGPL42-default/web/tcp/http__10.244.1.2/8080"


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def one_endpoint(flavour):
    """The Service web has the pod web alone: whatever asks for it comes there, the pod itself included."""
    if flavour == "kube-proxy-nftables":
        nft(f"flush chain ip kube-proxy {WEB_CHAIN}\nadd rule ip kube-proxy {WEB_CHAIN} goto {WEB_ENDPOINT}")
        return
    tool = "iptables-legacy" if flavour == LEGACY else "iptables-nft"
    rules = run(f"{tool}-save", "-t", "nat").replace("--probability 0.5", "--probability 1.0")
    run(f"{tool}-restore", input=rules)


def add_policy(flavour):
    if flavour == "kube-proxy-nftables":
        nft(NFT_POLICY)
    else:
        run("iptables-legacy" if flavour == LEGACY else "iptables-nft", *POLICY)


def set_bridge_netfilter(on):
    with open(BRIDGE_NETFILTER, "w") as file:
        file.write(str(int(on)))


def send(sent):
    set_bridge_netfilter(sent.bridge_netfilter)
    words = str(sent.port).split() if sent.protocol == "ping" else [str(sent.port)]
    result = at(sent.place, sys.executable, os.path.join(HERE, "trace_packets.py"), sent.protocol, sent.address, *words)
    if result.returncode != 0:
        sys.exit(f"{sent.name}: {result.stderr}")
    return result.stdout.strip()


def send_all(packets, marks, after_each=lambda: None):
    """What the sender saw of each, and behind each a mark."""
    seen = []
    marks.put()
    for sent in packets:
        seen.append(send(sent))
        marks.put()
        after_each()
    return seen


# --- Comparing -----------------------------------------------------------------------------------


def show_difference(expected, got):
    return "\n    ".join(difflib.unified_diff([str(line) for line in expected], [str(line) for line in got], n=1))


def outcome_of(sent, rows):
    """What became of the packet that was sent, of its last part if it was in fragments."""
    rows = [row for row in rows if is_sent(sent, row)]
    return rows[-1]["outcome"] if rows else None


def check_seen(flavour, sent, saw, rows):
    got = (saw, outcome_of(sent, rows))
    if got != sent.expected(flavour):
        return f"{sent.name}: the sender saw {got[0]}, the trace says {got[1]}; expected {sent.expected(flavour)}"
    return None


def check_steps(sent, expected, got):
    if expected != got:
        return f"{sent.name}: {show_difference(expected, got)}"
    return None


def in_one_order(packets):
    """Two CPUs tell of two packets at once to each listener in an order of its own."""
    return sorted(packets, key=repr)


def check_packets(sent, theirs, told):
    """Of those that are the same to the last byte, as resets of TCP are, and that two CPUs tell of at once, nft's words
    do not say whose a step is: of those, all steps together."""
    told, others = list(told), []
    for packet in theirs:
        if packet.steps in told:
            told.remove(packet.steps)
        else:
            others.append(packet)
    if len(others) == len(told) and all(packet.first == others[0].first for packet in others):
        return check_steps(sent, in_one_order(step for p in others for step in p.steps), in_one_order(sum(told, [])))
    return check_steps(sent, in_one_order(packet.steps for packet in others), in_one_order(told))


def report(words, mistakes):
    print(words, flush=True)
    mistakes = [mistake for mistake in mistakes if mistake]
    if mistakes:
        sys.exit("\n".join(mistakes))


def trace_all(packets, *options):
    """What the senders saw; what netscope and nft say, each by what was sent."""
    before, marks = ruleset(), Marks()
    tracer = Tracer("--trace=", "--all", "--rate", "100000", *options)
    if "netscope-" not in ruleset():
        sys.exit("the trace has no table")
    monitor = Monitor()
    seen = send_all(packets, marks)
    text = monitor.end(marks.length())
    wait_for(lambda: any(row.get("length") == marks.length() for row in packets_of(tracer.rows())), "netscope lags behind")
    rows, status = tracer.end()
    if status != 0:
        sys.exit(f"the trace ended with {status}: {rows[-1]}")
    if ruleset() != before:
        sys.exit("the ruleset is not as before")
    by_netscope = marks.split(packets_of(rows), describe_row)[1:]
    by_nft = marks.split(packets_of_nft(text, marks), lambda packet: packet.describe())[1:]
    return seen, by_netscope, by_nft


def is_silent_return(step):
    """Where the kernel calls a rule that returns the end of its chain (Linux 6.1), nft does not say which rule it was."""
    return step[0] == "return" and step[5] == "return"


def as_nft_tells(step):
    return ("return", *step[1:4], None, "return", None) if step[5] == "return" else step


@functools.cache
def returning_rules(*chain):
    """Handles of a chain's rules that return."""
    return re.findall(r"\breturn\b.* # handle (\d+)$", run("nft", "-a", "list", "chain", *chain), re.MULTILINE)


def check_returns(rows):
    """The rule that netscope tells in its place is one of that chain, and returns."""
    for step in (step for row in rows for step in row.get("steps", []) if step["verdict"] == "return"):
        if str(step.get("handle")) not in returning_rules(step["family"], step["table"], step["chain"]):
            return f"no rule that returns: {step}"
    return None


def compare(flavour, packets, *options):
    seen, by_netscope, by_nft = trace_all(packets, *options)
    if not len(seen) == len(by_netscope) == len(by_nft) == len(packets):
        sys.exit(f"{len(packets)} sent, {len(by_netscope)} by netscope, {len(by_nft)} by nft")
    silent = any(is_silent_return(step) for theirs in by_nft for packet in theirs for step in packet.steps)
    mistakes = []
    for sent, saw, rows, theirs in zip(packets, seen, by_netscope, by_nft):
        told = [list(map(as_nft_tells, steps_of(row))) if silent else steps_of(row) for row in rows]
        mistakes.append(check_seen(flavour, sent, saw, rows))
        mistakes.append(check_packets(sent, theirs, told))
        mistakes.append(check_returns(rows) if silent else None)
    steps = sum(len(steps_of(row)) for rows in by_netscope for row in rows)
    report(f"{len(packets)} sent: {sum(map(len, by_netscope))} packets with their replies, {steps} steps", mistakes)
    return by_netscope


# --- Frames --------------------------------------------------------------------------------------

FRAME_RULES = f"""
table bridge watch {{
    chain prerouting {{ type filter hook prerouting priority -300; ip protocol icmp counter; }}
    chain forward {{ type filter hook forward priority 0; tcp dport 4998 drop; ip protocol tcp accept; }}
    chain output {{ type filter hook output priority 0; counter; }}
}}
table netdev watch {{
    chain ingress {{ type filter hook ingress devices = {{ {VETH_WEB}, {VETH_API}, lo }} priority 0; udp dport 4997 drop; tcp dport 1-10000 counter; }}
}}
"""
FRAMES = [
    Sent("pod to pod on one bridge", "web", "ping", API),
    Sent("pod to pod on one bridge by TCP", "web", "tcp", API, 9090),
    Sent("pod to pod without br_netfilter", "web", "ping", API, "", ("answer", "accepted"), bridge_netfilter=False),
    Sent("pod to pod without br_netfilter by TCP", "web", "tcp", API, 9090, ("answer", "accepted"), bridge_netfilter=False),
    Sent("dropped in the bridge", "web", "tcp", API, 4998, ("nothing", "dropped")),
    Sent("dropped in the bridge, without br_netfilter", "web", "tcp", API, 4998, ("nothing", "dropped"), bridge_netfilter=False),
    Sent("dropped as it comes in", "web", "udp", API, 4997, ("nothing", "dropped"), bridge_netfilter=False),
    Sent("pod to a pod of the second node", "web", "ping", POD2),
    Sent("node to pod", None, "tcp", "10.244.1.2", 8080),
    Sent("node to itself", None, "ping", "127.0.0.1"),
]  # fmt: skip


def compare_frames(flavour):
    nft(FRAME_RULES)
    for place in (None, "web", "api"):
        at(place, "ip", "neigh", "flush", "all")  # what asks for addresses goes to every port
    by_netscope = compare(flavour, FRAMES, "--hooks", "bridge,ingress")
    hooks = {(step["family"], step["hook"]) for rows in by_netscope for row in rows for step in row.get("steps", [])}
    missing = {("bridge", "prerouting"), ("bridge", "forward"), ("bridge", "output"), ("netdev", "ingress"), ("ip", "forward")} - hooks
    if missing:
        sys.exit(f"no step of {missing} among {hooks}")


# --- Legacy tables -------------------------------------------------------------------------------

# Of TCP what opens connections: how the rest of them is cut up is another one each time; so is what carries it to
# the second node, and what bridges report of themselves when they are new (IGMP).
CHOOSE = """
udp dport 8472 return
meta l4proto != { tcp, igmp, ipv6-icmp } meta nftrace set 1
tcp flags & syn == syn meta nftrace set 1
icmpv6 type < 130 meta nftrace set 1
"""
CHOOSER = f"""table inet chooser {{
    chain prerouting {{ type filter hook prerouting priority -500; {CHOOSE} }}
    chain output {{ type filter hook output priority -500; {CHOOSE} }}
}}"""
CHOSEN = (
    "(proto!=tcp proto!=udp proto!=igmp proto!=icmpv6) or tcp_flags=syn or (proto=udp dport!=8472) "
    "or (proto=icmpv6 icmp_type<130)"
)


def forget():
    """Flows, and what ways can take: every packet is a first one."""
    run("conntrack", "-F")
    for place in PLACES:
        at(place, "ip", "route", "flush", "cache")
        at(place, "ip", "-6", "route", "flush", "cache")


def log_all(packets):
    """The kernel's TRACE lines of each."""
    forget()
    nft(CHOOSER)
    log, marks = KernelLog(), Marks()
    send_all(packets, marks, lambda: log.read(marks.length()))
    log.close()
    nft("delete table inet chooser")
    windows = marks.split(log.lines, lambda line: line.describe())[1:]
    return [[line.step for line in window] for window in windows]


def trace_legacy(packets):
    forget()
    before, marks = loggers(), Marks()
    tracer = Tracer(f"--trace={CHOSEN}", "--replies", "no", "--rate", "100000")
    if loggers() == before:
        sys.exit("the log does not come here")
    seen = send_all(packets, marks)
    wait_for(lambda: any(row.get("length") == marks.length() for row in packets_of(tracer.rows())), "netscope lags behind")
    rows, status = tracer.end()
    if status != 0 or loggers() != before:
        sys.exit(f"the trace ended with {status}: {rows[-1]}; the log goes to {loggers()}")
    return seen, marks.split(packets_of(rows), describe_row)[1:]


def legacy_steps(rows):
    return [
        (step["table"], step["chain"], step["type"], str(step["number"]))
        for row in rows for step in row.get("steps", []) if step["legacy"]
    ]  # fmt: skip


def compare_legacy(flavour):
    expected = log_all(PACKETS)
    seen, got = trace_legacy(PACKETS)
    if not len(expected) == len(seen) == len(got) == len(PACKETS):
        sys.exit(f"{len(PACKETS)} sent, {len(expected)} by the kernel, {len(got)} by netscope")
    mistakes = []
    for sent, saw, lines, rows in zip(PACKETS, seen, expected, got):
        mistakes.append(check_seen(flavour, sent, saw, rows))
        mistakes.append(check_steps(sent, lines, legacy_steps(rows)))
    report(f"{len(PACKETS)} sent: {sum(map(len, expected))} lines by the kernel", mistakes)


# --- The test ------------------------------------------------------------------------------------


def answer_always():
    """ICMP errors come however many were sent already."""
    for place in PLACES:
        at(place, "sysctl", "-q", "-w", "net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0")


def inside(flavour, packets):
    answer_always()
    one_endpoint(flavour)
    add_policy(flavour)
    if flavour == LEGACY:
        compare_legacy(flavour)
        return
    compare(flavour, packets)
    if packets == PACKETS:
        compare_frames(flavour)


def main():
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2], [sent for sent in PACKETS if sent.name in sys.argv[3:]])
        return
    if len(PACKETS) < 40:
        sys.exit("too few packets")
    few = "--few" in sys.argv
    for flavour in [word for word in sys.argv[1:] if word != "--few"] or FLAVOURS:
        print(f"# {flavour}", flush=True)
        names = FEW if few else [sent.name for sent in PACKETS]
        subprocess.run(
            [os.path.join(LAB, "node"), "--flavour", flavour, "--no-traffic", "--", sys.executable,
             os.path.abspath(sys.argv[0]), "inside", flavour, *names],
            check=True,
        )  # fmt: skip


main()
