#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: netscope --trace in the pretend node chooses what its filter says, at its rate; changes nothing else, and
leaves nothing behind when it is killed (TRACE_KILLS times, 40 if that is not set); says what it does not know: rules
that changed, events that were lost. trace_packets_test.py compares the steps of packets."""

import os
import random
import re
import signal
import subprocess
import sys
import time

from trace_watch import NETSCOPE, HERE, LAB, Tracer, at, loggers, nft, packets_of, ping, ruleset, wait_for

LEGACY = "legacy-iptables"
KILLS = int(os.environ.get("TRACE_KILLS", "40"))
WEB, API = "10.244.1.2", "10.244.1.3"
# The sanitizers otherwise ask to be loaded before the library.
NO_OWNER = {
    "LD_PRELOAD": os.path.join(os.getcwd(), "tests/lab/no_owner.so"),
    "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0",
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_for_packets(tracer, count=1):
    wait_for(lambda: len(packets_of(tracer.rows())) >= count, f"no {count} packets: {tracer.rows()}")


# --- Which packets -------------------------------------------------------------------------------


def check_filters():
    """What is chosen is what the filter says, and its replies."""
    ping("web", API)  # conntrack knows a flow
    tracer = Tracer(f"--trace=src={WEB} dst={API} icmp_type=8", "--count", "2")
    ping("api", WEB)
    ping("web", API)
    rows, status = tracer.wait()
    if status != 0:
        sys.exit(f"--count ended with {status}")
    seen = [(row["src"], row["dst"], row["icmp_type"]) for row in packets_of(rows)]
    if seen != [(WEB, API, 8), (API, WEB, 0)]:
        sys.exit(f"wrong packets: {seen}")
    tracer = Tracer(f"--trace=src={WEB} not (proto=icmp or proto=tcp)", "--duration", "2")
    ping("web", API)
    if tracer.end()[1] != 4:
        sys.exit("a packet was chosen that the filter excludes")


def check_nat():
    """What a filter chose by the address of a Service is followed when a bridge hands it on behind NAT."""
    tracer = Tracer("--trace=dst=10.96.0.1 tcp_flags=syn", "--replies", "no", "--count", "1")
    at("web", "bash", "-c", "exec 3<>/dev/tcp/10.96.0.1/443")
    row = packets_of(tracer.wait()[0])[0]
    hooks = [step["hook"] for step in row["steps"]]
    if not {"prerouting", "forward", "postrouting"} <= set(hooks) or row.get("oif") != "eth0":
        sys.exit(f"behind NAT it is lost: {hooks}, out by {row.get('oif')}")


def check_long_filter():
    """A rule of as many tests as there can be is whole."""
    tests = " ".join(f"src!=2001:db8:{number:x}::/64" for number in range(16))
    tracer = Tracer(f"--trace={tests}")
    rules = re.findall(r"ip6 saddr != 2001:db8:", ruleset())
    tracer.end()
    if len(rules) % 16 != 0 or not rules:
        sys.exit(f"{len(rules)} tests of a filter of 16")


def check_frames():
    """Replies are followed at the hooks that know no flows, too; frames of interfaces that the rules name alone."""
    tracer = Tracer(f"--trace=src={WEB} dst={API} proto=icmp", "--hooks", "bridge,ingress", "--count", "2")
    tables = re.findall(r"table (\w+) netscope-", ruleset())
    ping("web", API)
    seen = [(row["src"], row["dst"], row["iif"]) for row in packets_of(tracer.wait()[0])]
    if sorted(tables) != ["bridge", "inet", "netdev"]:
        sys.exit(f"tables of {tables}")
    if seen != [(WEB, API, "vethc1f0a3d2"), (API, WEB, "veth4be97d10")]:
        sys.exit(f"wrong frames: {seen}")


MANY_INTERFACES = """
ip link set lo up
for i in {1..150}; do echo "link add a$i type veth peer name b$i"; done | ip -batch -
"$NETSCOPE" --trace=proto=icmp --hooks ingress --rate 1 --duration 30 >/dev/null &
until nft list ruleset | grep -q 'chain ingress3'; do sleep 0.05; done
nft list ruleset | grep -Eow '[ab][0-9]+' | sort -u | wc -l
kill $!
"""


def check_many_interfaces():
    """More than one chain can have."""
    count = int(run("unshare", "--net", "bash", "-c", MANY_INTERFACES))
    if count != 300:
        sys.exit(f"{count} of 300 interfaces have a hook")


def check_rate():
    tracer = Tracer("--trace=proto=udp dport=4999", "--rate", "5", "--replies", "no")
    began = time.monotonic()
    for _ in range(20):
        at("outside", "bash", "-c", "for i in {1..50}; do echo >/dev/udp/192.0.2.10/4999; done")
    took = time.monotonic() - began
    wait_for_packets(tracer, 5)
    rows = packets_of(tracer.end()[0])
    print(f"1000 packets in {took:.1f} s at a rate of 5: {len(rows)} traced")
    if not 5 <= len(rows) <= 5 + 5 * (took + 1):
        sys.exit("the rate does not hold")


def check_journey():
    """A packet of a pod is one packet in the pod and in the node, also behind NAT."""
    tracer = Tracer(f"--trace=proto=icmp icmp_type=8 (src={WEB} or dst=192.0.2.1)", "--all-netns", "--replies", "no")
    ping("web", "192.0.2.1")
    wait_for_packets(tracer, 2)
    rows = [row for row in tracer.end()[0] if "number" in row]
    ways = {(row.get("journey"), row["guessed"]) for row in rows}
    places = [row["netns"] for row in rows]
    if len(ways) != 1 or ways == {(None, False)} or len(places) != len(set(places)) or "host" not in places:
        sys.exit(f"no journey: {ways} through {places}")
    print("a journey:", *places)


# --- What it says --------------------------------------------------------------------------------


def check_steps():
    """With --steps each step is a row of its own, numbered within its packet."""
    tracer = Tracer(f"--trace=dst={API} proto=icmp", "--steps", "--replies", "no", "--count", "1")
    ping("web", API)
    rows = [row for row in tracer.wait()[0] if row.get("kind") == "steps"]
    if not rows or [row["step"] for row in rows] != list(range(1, len(rows) + 1)):
        sys.exit(f"steps are not numbered: {rows}")
    for row in rows:
        if row["packet"] != 1 or not {"netns", "table", "chain", "verdict", "family"} <= set(row) or {"src", "steps"} & set(row):
            sys.exit(f"no step: {row}")
    tracer = Tracer(f"--trace=dst={API} proto=icmp", "--steps", "--fields", "packet,step,verdict", "--count", "1")
    ping("web", API)
    rows = [row for row in tracer.wait()[0] if row.get("kind") == "steps"]
    if set(rows[0]) != {"kind", "netns", "packet", "step", "verdict"}:
        sys.exit(f"not the fields that were asked for: {rows[0]}")


CHANGING = """
table ip changing { chain first { type filter hook prerouting priority -280; ip protocol icmp counter %s; }; }
"""


def steps_in(rows, table):
    return [step for row in packets_of(rows) for step in row.get("steps", []) if step["table"] == table]


def told(tracer):
    return " ".join(step.get("rule", "") for step in steps_in(tracer.rows(), "changing"))


def check_changed_rules():
    """What a rule was that is not there any more is not guessed: neither if it went, nor if another has its handle."""
    for replacement in ["", CHANGING % 'comment "another"']:
        nft(CHANGING % 'comment "the one"')
        tracer = Tracer(f"--trace=src={WEB} dst={API} icmp_type=8", "--replies", "no")
        tracer.process.send_signal(signal.SIGSTOP)
        ping("web", API)
        nft("delete table ip changing\n" + replacement)
        tracer.process.send_signal(signal.SIGCONT)
        wait_for_packets(tracer)
        steps = [step for step in steps_in(tracer.rows(), "changing") if step["type"] == "rule"]
        if len(steps) != 1 or "rule" in steps[0] or "number" in steps[0] or "handle" not in steps[0]:
            sys.exit(f"a rule that changed: {steps}")
        if replacement:
            wait_for(lambda: ping("web", API) == 0 and "another" in told(tracer), "a rule that is there is not told")
            if "the one" in told(tracer):
                sys.exit(f"a rule that was: {steps_in(tracer.rows(), 'changing')}")
            nft("delete table ip changing")
        tracer.end()


def check_changes_in_a_large_ruleset():
    """One that takes long is not read for each change: other tables' rules are still told, and none wrongly."""
    rules = "".join(f"add rule ip large rules ip daddr 198.51.{number // 256 % 256}.{number % 256} counter\n" for number in range(20000))
    nft("add table ip large\nadd chain ip large rules\n" + rules)
    nft(CHANGING % 'comment "the one"')
    tracer = Tracer(f"--trace=src={WEB} dst={API} icmp_type=8", "--replies", "no")
    for number in range(1, 6):
        nft("delete table ip changing\n" + CHANGING % f'comment "of {number}"')
        ping("web", API)
        wait_for_packets(tracer, number)
    told = 0
    for number, row in enumerate(packets_of(tracer.end()[0]), 1):
        steps = [step for step in row["steps"] if step["type"] == "rule"]
        there = [step.get("rule") for step in steps if step["table"] == "changing"]
        if len(there) != 1 or (there[0] and f'"of {number}"' not in there[0]):
            sys.exit(f"packet {number} of a rule that changes: {there}")
        if not all("rule" in step for step in steps if step["table"] == "filter"):
            sys.exit(f"rules that stayed are not told: {steps}")
        told += there != [None]
    print(f"20,000 rules, one that changes 5 times: {told} of them told, none wrongly")
    nft("delete table ip changing\ndelete table ip large")


def check_changed_rules_text():
    """As text: the handle, with a mark."""
    nft(CHANGING % "")
    process = subprocess.Popen([NETSCOPE, f"--trace=src={WEB} icmp_type=8", "--replies", "no", "--count", "1"], stdout=subprocess.PIPE, text=True)
    wait_for(lambda: "netscope-" in ruleset() and "limit rate" in ruleset(), "the trace does not begin")
    process.send_signal(signal.SIGSTOP)
    ping("web", API)
    nft("delete table ip changing")
    process.send_signal(signal.SIGCONT)
    text = process.communicate(timeout=60)[0]
    if not re.search(r"ip changing first handle \d+ \(changed since\) -> continue", text):
        sys.exit(text)


def check_losses():
    """Events that come faster than they are read are counted, and what was under way is marked."""
    tracer = Tracer("--trace=proto=icmp", "--rate", "1000000")
    tracer.process.send_signal(signal.SIGSTOP)
    at(None, "ping", "-n", "-q", "-f", "-c", "4000", "127.0.0.1")
    tracer.process.send_signal(signal.SIGCONT)
    wait_for(lambda: any(row.get("event") == "lost" for row in tracer.rows()), "no loss is told")
    rows, status = tracer.end()
    count = sum(row["count"] for row in rows if row.get("event") == "lost")
    cut = [row for row in packets_of(rows) if row["incomplete"]]
    if status != 3 or count == 0 or not cut or cut[0]["outcome"] not in ("unknown", "dropped"):
        sys.exit(f"status {status}, {count} events lost, {len(cut)} packets cut")
    words = next(row for row in rows if "status" in row)["status"][0]["reason"]
    if not words.startswith(f"{count} events were lost"):
        sys.exit(words)
    print(f"{len(packets_of(rows))} packets, {count} events lost, {len(cut)} packets marked")


# --- Legacy tables and nftables together ---------------------------------------------------------

BOTH = """
table ip early { chain first { type filter hook output priority -310; counter; }; chain last { type filter hook postrouting priority 400; counter; }; }
"""
SAME_PRIORITY = "table ip same { chain marks { type filter hook output priority 50; meta mark set 0x77; }; }"
MATCH_MARK = ["iptables-legacy", "-t", "security", "-A", "OUTPUT", "-p", "icmp", "-m", "mark", "--mark", "0x77", "-j", "ACCEPT"]


def trace_both():
    """Places of an echo's way out, and whether the mark says that nftables was first at the priority that is both's."""
    tracer = Tracer("--trace=proto=icmp icmp_type=8", "--replies", "no", "--count", "1")
    ping(None, "127.0.0.1")
    row = packets_of(tracer.wait()[0])[0]
    steps = [step for step in row["steps"] if step["hook"] in ("output", "postrouting")]
    places = [(step["table"], step["chain"], step["type"]) for step in steps]
    return places, ("security", "OUTPUT", "rule") in places


def check_order(places, nft_first):
    marks, matches = ("same", "marks", "rule"), ("security", "OUTPUT", "rule" if nft_first else "policy")
    two = [marks, matches] if nft_first else [matches, marks]
    expected = [("early", "first", "rule"), ("mangle", "OUTPUT", "rule"), *two, ("early", "last", "rule")]
    if [place for place in places if place in expected] != expected:
        sys.exit(f"{expected} are not in order: {places}")


def check_both():
    """Steps of both stand as the packet met them: at equal priorities, too, where the mark tells what was first."""
    nft(BOTH)
    run("iptables-legacy", "-t", "mangle", "-A", "OUTPUT", "-p", "icmp", "-j", "MARK", "--set-mark", "1")
    nft(SAME_PRIORITY)
    run(*MATCH_MARK)  # what is registered last comes first, of those of one priority
    places, first = trace_both()
    check_order(places, first)
    nft("delete table ip same\n" + SAME_PRIORITY)
    places, second = trace_both()
    check_order(places, second)
    if first == second:
        sys.exit(f"one order alone: {places}")
    print("legacy tables and nftables at one priority, in both orders")
    nft("delete table ip same\ndelete table ip early")


# --- What it leaves ------------------------------------------------------------------------------


def all_rules():
    """Byte for byte, but for counts, which packets change."""
    texts = [run("nft", "-a", "-s", "list", "ruleset")]
    for tool in ["iptables-nft-save", "iptables-legacy-save", "ip6tables-nft-save"]:
        texts.append(re.sub(r"\[\d+:\d+\]|^#.*\n", "", run(tool), flags=re.MULTILINE))
    return texts + loggers()


KILLED = [
    (["--trace=proto=icmp"], None),
    (["--trace=proto=icmp", "--hooks", "bridge,ingress"], None),
    (["--trace=proto=icmp", "--hooks", "bridge", "--force"], NO_OWNER),
]


def check_kills():
    """At any moment: before the tables are there, while they are made, and while packets are traced."""
    before, pinger, running = all_rules(), None, 0
    for number in range(KILLS):
        if not pinger or pinger.poll() is not None:
            pinger = at("web", "ping", "-n", "-q", "-i", "0.01", "-c", "100000", API, wait=False)
        arguments, env = KILLED[number % len(KILLED)]
        process = subprocess.Popen([NETSCOPE, *arguments, "--format", "ndjson"], stdout=subprocess.PIPE, env={**os.environ, **(env or {})})
        if number % 2:
            process.stdout.readline()  # the header: the rules are there
            running += "netscope-" in run("nft", "list", "tables")
        time.sleep(random.random() * 0.03)
        process.kill()
        process.wait()
        wait_for(lambda: all_rules() == before, f"{arguments}: a killed trace left something behind")
    pinger.kill()
    pinger.wait()
    print(f"{KILLS} kills, {running} of them of running traces: rules and nf_log are as before")
    if running != KILLS // 2:
        sys.exit("those were no traces")


def check_ends():
    """What tells it to end finds all as before when it has ended, and so do those that close its terminal."""
    before = all_rules()
    for arguments, env in KILLED:
        for number in [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]:
            tracer = Tracer(*arguments, env=env)
            if all_rules() == before:
                sys.exit(f"{arguments}: no rules")
            tracer.process.send_signal(number)
            tracer.wait()
            if all_rules() != before:
                sys.exit(f"{arguments}: something is left behind {number}")


# --- What it refuses -----------------------------------------------------------------------------


def check_refusals():
    for arguments, status, words in [
        (["--trace="], 2, "--all"),
        (["--trace=lo"], 2, "word"),
        (["--trace=src ~ 10"], 2, "regular"),
        (["--trace=outcome=dropped"], 2, "outcome"),
        (["--trace=netns=nowhere"], 1, "namespace"),
        (["--trace=dport=53", "--format", "json"], 2, "ndjson"),
        (["--trace=dport=53", "--rate", "0"], 2, "--rate"),
        (["--trace=dport=53", "--count", "x"], 2, "--count"),
        (["--trace=dport=53", "--hooks", "egress"], 2, "bridge"),
        (["--trace=dport=53", "--steps"], 2, "ndjson"),
    ]:
        result = subprocess.run([NETSCOPE, *arguments], capture_output=True, text=True, check=False, timeout=60)
        if result.returncode != status or words not in result.stderr:
            sys.exit(f"{arguments}: {result.returncode}, {result.stderr}")
    denied = subprocess.run(
        ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", NETSCOPE, "--trace=dport=53"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if denied.returncode != 5 or "CAP_NET_ADMIN" not in denied.stderr:
        sys.exit(f"without the right: {denied.returncode}, {denied.stderr}")


def check_old_kernel():
    """One that does not remove a program's tables with it: nothing without --force, and then it traces as ever."""
    before = all_rules()
    refused = subprocess.run([NETSCOPE, "--trace=proto=icmp"], capture_output=True, text=True, check=False, env={**os.environ, **NO_OWNER})
    if refused.returncode != 1 or "5.12" not in refused.stderr or "--force" not in refused.stderr or all_rules() != before:
        sys.exit(f"an old kernel: {refused.returncode}, {refused.stderr}")
    tracer = Tracer(f"--trace=src={WEB} icmp_type=8", "--replies", "no", "--count", "1", "--force", env=NO_OWNER)
    table = re.search(r"table inet netscope-.*?{(.*?)chain", run("nft", "list", "ruleset"), re.DOTALL)[1]
    ping("web", API)
    rows, status = tracer.wait()
    if status != 0 or "owner" in table or not packets_of(rows)[0]["steps"] or all_rules() != before:
        sys.exit(f"with --force: {status}, {table}, {rows}")


# --- The test ------------------------------------------------------------------------------------


def inside(flavour):
    if flavour == "kube-proxy-iptables":
        for check in [check_filters, check_nat, check_long_filter, check_frames, check_many_interfaces, check_rate, check_journey, check_steps,
                      check_changed_rules, check_changes_in_a_large_ruleset, check_changed_rules_text, check_losses, check_refusals,
                      check_old_kernel]:  # fmt: skip
            check()
    if flavour == LEGACY:
        check_both()
    check_ends()
    check_kills()


def main():
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2])
        return
    for flavour in sys.argv[1:] or ["kube-proxy-iptables", LEGACY]:
        print(f"# {flavour}", flush=True)
        subprocess.run(
            [os.path.join(LAB, "node"), "--flavour", flavour, "--no-traffic", "--", sys.executable,
             os.path.join(HERE, "trace_test.py"), "inside", flavour],
            check=True,
        )  # fmt: skip


main()
