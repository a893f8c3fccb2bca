#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: netscope --trace tells each packet's way through the chains as `nft -a monitor trace` does at the
same time, in the pretend node with the rules of each flavour; it changes nothing else, and leaves nothing
behind when it is killed."""

import difflib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(os.environ.get("srcdir", os.path.join(HERE, "../..")), "lab")
LEGACY = "legacy-iptables"
FLAVOURS = ["kube-proxy-iptables", "kube-proxy-nftables", "docker"]
SETTLE = 1.0  # more than a packet is waited for (PACKET_IDLE)
KILLS = 30


def topology():
    text = subprocess.run(
        ["bash", "-c", ". ./topology.sh; set"], cwd=LAB, check=True, capture_output=True, text=True
    ).stdout
    return dict(re.findall(r"^([A-Z0-9_]+)=(\S+)$", text, re.MULTILINE))


def at(place, *command, wait=True):
    full = [os.path.join(LAB, "at"), place, *command] if place else list(command)
    if wait:
        return subprocess.run(full, capture_output=True, timeout=20, check=False).returncode
    return subprocess.Popen(full, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def fetch(place, address, port):
    at(place, "timeout", "2", "bash", "-c", f"exec 3<>/dev/tcp/{address}/{port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3")


def datagram(place, address, port):
    at(place, "bash", "-c", f"echo hello >/dev/udp/{address}/{port}")


def ping(place, address, *options):
    at(place, "ping", "-n", "-c", "1", "-W", "1", *options, address)


def send_all(t):
    """Packets of every sort that the node knows."""
    pod2, outside, outside6 = t["POD2_IP4"], t["OUTSIDE_IP4"], t["OUTSIDE_IP6"]
    web = "10.244.1.2"
    ping("web", "10.244.1.3")  # on one bridge
    ping("web", pod2)  # through the tunnel
    ping("web", outside)  # with masquerade
    ping("web", outside6)
    ping("web", outside, "-s", "3000")  # in fragments
    ping("web", t["CNI_IP4"] if "CNI_IP4" in t else "10.244.1.1")  # to the node
    fetch("web", t["WEB_SERVICE_IP4"], t["WEB_SERVICE_PORT"])  # perhaps to itself
    fetch("api", t["WEB_SERVICE_IP4"], t["WEB_SERVICE_PORT"])
    fetch("api", t["API_SERVICE_IP4"], t["API_SERVICE_PORT"])
    fetch("web", t["REPORTS_SERVICE_IP4"], t["REPORTS_SERVICE_PORT"])  # has no endpoints
    at("web", "kdig", "+timeout=1", "+retry=0", "@" + t["KUBE_DNS_IP4"], "web.default.svc.cluster.local")
    fetch("outside", t["NODE_IP4"], t["WEB_NODE_PORT"])
    fetch("node2", t["NODE_IP4"], t["REGISTRY_PORT"])  # published by Docker
    datagram("outside", t["NODE_IP4"], 4999)  # nobody listens: an ICMP error
    datagram("web", outside, 4999)  # the error is related to a flow
    fetch(None, t["WEB_SERVICE_IP4"], t["WEB_SERVICE_PORT"])  # from the node itself
    ping(None, pod2)
    ping(None, "127.0.0.1")  # from the node to itself
    ping(None, "::1")
    ping("outside", t["NODE_IP4"])
    ping("outside", t["NODE_IP6"])
    ping("registry", outside)
    fetch("registry", web, 8080)


# --- What nft says -------------------------------------------------------------------------------

LINE = re.compile(r"^trace id (\w+) (\w+) (\S+) (\S+) (rule|policy|verdict) (.*)$")
PACKET = re.compile(r"^trace id (\w+) .* packet: .*(ip6? saddr \S+ ip6? daddr \S+) .*(ip id \d+|ip6 length .*)")
RULE = re.compile(r"# handle (\d+) \(verdict (\w+)(?: (\S+))?\)")


def parse_step(family, table, chain, what, rest):
    if what == "rule":
        match = RULE.search(rest)
        return ("rule", family, table, chain, int(match[1]), match[2], match[3])
    words = rest.split()
    return ("policy" if what == "policy" else "return", family, table, chain, None, words[0], None)


class Packet:
    def __init__(self):
        self.look = None
        self.steps = []


def packets_of_nft(text):
    """Lists of steps: each begins behind a rule that chose the packet."""
    packets, current, looks = [], {}, {}
    again = set()  # ids whose last line is a rule that leads to the choosing one: the packet goes on
    for line in text.splitlines():
        header = PACKET.match(line)
        if header:
            looks[header[1]] = header.groups()[1:]
        match = LINE.match(line)
        if not match:
            continue
        number, family, table, chain, what, rest = match.groups()
        ours = table.startswith("netscope-")
        if ours and "(verdict goto chosen)" in rest:
            # The packet, or a copy that the kernel made, which has another id.
            same = [packet for packet in packets if packet.look == looks[number]]
            if same:
                current[number] = same[-1]
            again.add(number)
            continue
        if ours and chain == "chosen" and what == "rule" and number not in again:
            current[number] = Packet()
            packets.append(current[number])
        again.discard(number)
        if number in current:
            current[number].look = looks[number]
            if not ours:
                current[number].steps.append(parse_step(family, table, chain, what, rest))
    return [packet.steps for packet in packets]


def packets_of_netscope(lines):
    packets = []
    for row in lines:
        if row.get("kind") != "packets" or "number" not in row:
            continue
        packets.append(
            [
                (s["type"], s["family"], s["table"], s["chain"], s.get("handle"), s["verdict"], s.get("target"))
                for s in row.get("steps", [])
            ]
        )
    return packets


# --- In the node ---------------------------------------------------------------------------------


def ruleset():
    """All rules, without the counts, which packets change."""
    text = subprocess.run(["nft", "-a", "list", "ruleset"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"packets \d+ bytes \d+", "", text)


class Tracer:
    """netscope, into a file: a pipe that nobody reads would hold it up."""

    def __init__(self, *arguments):
        self.output = tempfile.NamedTemporaryFile("r")
        self.process = subprocess.Popen(
            [NETSCOPE, *arguments, "--format", "ndjson"], stdout=open(self.output.name, "w")
        )
        while os.fstat(self.output.fileno()).st_size == 0:  # the header: the rules are there
            if self.process.poll() is not None:
                sys.exit(f"netscope {arguments} ended with {self.process.returncode}")
            time.sleep(0.01)

    def wait(self):
        """Its packets and last line, and its exit status."""
        status = self.process.wait(timeout=30)
        return [json.loads(line) for line in self.output], status

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.wait()


class Monitor:
    """`nft -a monitor trace`, into a file: a pipe that nobody reads would hold it up."""

    def __init__(self):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "nft", "-a", "monitor", "trace"], stdout=self.output, stderr=self.output
        )
        while self.size() == 0:  # it listens
            ping(None, "127.0.0.1")

    def size(self):
        return os.fstat(self.output.fileno()).st_size

    def end(self):
        size = -1
        while size != self.size():  # it is slow: until it has caught up
            size = self.size()
            time.sleep(SETTLE)
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.output.seek(0)
        return self.output.read()


def compare(t):
    before = ruleset()
    tracer = Tracer("--trace=", "--all", "--rate", "100000")
    if "netscope-" not in ruleset():
        sys.exit("the trace has no table")
    monitor = Monitor()
    send_all(t)
    time.sleep(SETTLE)
    lines, status = tracer.end()
    expected = packets_of_nft(monitor.end())
    got = packets_of_netscope(lines)
    if status != 0:
        sys.exit(f"the trace ended with {status}: {lines[-1]}")
    if ruleset() != before:
        sys.exit("the ruleset is not as before")
    differences = [steps for steps in expected if steps not in got]
    print(f"{len(expected)} packets by nft, {len(got)} by netscope, {sum(map(len, got))} steps: "
          f"{len(differences)} differ")
    if len(expected) < 40 or differences:
        for steps in differences[:3]:
            nearest = max(got, key=lambda other: difflib.SequenceMatcher(None, steps, other).ratio())
            print(*difflib.ndiff(list(map(str, steps)), list(map(str, nearest))), sep="\n    ")
        sys.exit(1)
    outcomes = {row["outcome"] for row in lines if "outcome" in row}
    changes = {row["changed"] for row in lines if "changed" in row}
    if not any("dst " in change for change in changes):
        sys.exit(f"no destination was changed: {changes}")
    print("outcomes:", *sorted(outcomes))


def check_filters():
    """What is chosen is what the filter says, and its replies."""
    ping("web", "10.244.1.3")  # conntrack knows a flow
    tracer = Tracer("--trace=src=10.244.1.2 dst=10.244.1.3 icmp_type=8", "--count", "2")
    ping("api", "10.244.1.2")
    ping("web", "10.244.1.3")
    rows, status = tracer.wait()
    if status != 0:
        sys.exit(f"--count ended with {status}")
    seen = [(row["src"], row["dst"], row["icmp_type"]) for row in rows if "number" in row]
    if seen != [("10.244.1.2", "10.244.1.3", 8), ("10.244.1.3", "10.244.1.2", 0)]:
        sys.exit(f"wrong packets: {seen}")
    tracer = Tracer("--trace=src=10.244.1.2 not (proto=icmp or proto=tcp)", "--duration", "2")
    ping("web", "10.244.1.3")
    if tracer.end()[1] != 4:
        sys.exit("a packet was chosen that the filter excludes")


def check_rate():
    tracer = Tracer("--trace=proto=udp dport=4999", "--rate", "5", "--replies", "no")
    began = time.monotonic()
    for _ in range(20):
        at("outside", "bash", "-c", "for i in {1..50}; do echo >/dev/udp/192.0.2.10/4999; done")
    took = time.monotonic() - began
    time.sleep(SETTLE)
    rows = [row for row in tracer.end()[0] if "number" in row]
    print(f"1000 packets in {took:.1f} s at a rate of 5: {len(rows)} traced")
    if not 5 <= len(rows) <= 5 + 5 * (took + 1):
        sys.exit("the rate does not hold")


# --- Legacy tables -------------------------------------------------------------------------------

LOGGERS = ["/proc/sys/net/netfilter/nf_log/2", "/proc/sys/net/netfilter/nf_log/10"]
NETLINK_NETFILTER = 12
NFNL_ULOG_CONFIG, NFNL_ULOG_PACKET = 4 << 8 | 1, 4 << 8
NFULA_PREFIX = 10


def loggers():
    return [open(path).read() for path in LOGGERS]


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class KernelLog:
    """What the kernel logs of traced packets, read by ourselves: nfnetlink_log's group 0."""

    def __init__(self):
        self.before = loggers()
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        self.socket.settimeout(SETTLE)
        self.configure(attribute(1, b"\1"))  # bind
        self.configure(attribute(2, struct.pack(">IBB", 100, 2, 0)) + attribute(5, struct.pack(">I", 1)))
        for path in LOGGERS:
            with open(path, "w") as file:
                file.write("nfnetlink_log")

    def configure(self, attributes):
        body = struct.pack("=BBH", 0, 0, 0) + attributes
        self.socket.send(struct.pack("=IHHII", 16 + len(body), NFNL_ULOG_CONFIG, 5, 1, 0) + body)
        code = struct.unpack_from("=i", self.socket.recv(4096), 16)[0]
        if code != 0:
            sys.exit(f"nfnetlink_log: {os.strerror(-code)}")

    def lines(self):
        found = []
        try:
            while True:
                found += self.prefixes(self.socket.recv(65536))
        except TimeoutError:
            return found

    @staticmethod
    def prefixes(data):
        found, at = [], 0
        while at < len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            inner, end = at + 20, at + length
            while kind == NFNL_ULOG_PACKET and inner < end:
                size, name = struct.unpack_from("=HH", data, inner)
                if name & 0x3FFF == NFULA_PREFIX:
                    found.append(data[inner + 4 : inner + size].rstrip(b"\0").decode())
                inner += (size + 3) & ~3
            at += (length + 3) & ~3
        return found

    def close(self):
        for path, name in zip(LOGGERS, self.before):
            with open(path, "w") as file:
                file.write(name)
        self.socket.close()


RULES = "table inet chooser { chain first { type filter hook prerouting priority -500; ip saddr %s ip protocol icmp meta nftrace set 1; }; }"


def kernel_lines(source, send):
    """The kernel's TRACE lines of a packet, as (table, chain, type, number)."""
    subprocess.run(["nft", "-f", "-"], input=RULES % source, text=True, check=True)
    log = KernelLog()
    send()
    lines = log.lines()
    log.close()
    subprocess.run(["nft", "delete", "table", "inet", "chooser"], check=True)
    return [tuple(re.match(r"TRACE: (\w+):(.+):(\w+):(\d+) $", line).groups()) for line in lines]


def compare_legacy(t):
    web = "10.244.1.2"
    ping(None, web)
    for destination in ["10.244.1.3", t["OUTSIDE_IP4"], t["POD2_IP4"], "10.244.1.1"]:
        expected = kernel_lines(web, lambda: ping("web", destination))
        before = loggers()
        tracer = Tracer(f"--trace=src={web} proto=icmp icmp_type=8", "--replies", "no")
        if loggers() == before:
            sys.exit("the log does not come here")
        ping("web", destination)
        time.sleep(SETTLE)
        lines, status = tracer.end()
        packets = [row for row in lines if "number" in row]
        steps = [
            (step["table"], step["chain"], step["type"], str(step["number"]))
            for packet in packets for step in packet["steps"] if step["legacy"]
        ]  # fmt: skip
        print(f"to {destination}: {len(expected)} lines by the kernel, {len(steps)} steps")
        if status != 0 or steps != expected or not expected:
            sys.exit("\n".join(difflib.ndiff(list(map(str, expected)), list(map(str, steps)))))
        wait_for(lambda: loggers() == before, "nf_log is not as before")


def wait_for(condition, words):
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(words)
        time.sleep(0.05)


def check_kills():
    before, log = ruleset(), loggers()
    for _ in range(KILLS):
        tracer = Tracer("--trace=proto=icmp")
        pinger = at("web", "ping", "-n", "-i", "0.01", "-c", "20", "10.244.1.3", wait=False)
        time.sleep(random.random() * 0.1)
        tracer.process.kill()
        tracer.process.wait()
        pinger.wait()
    wait_for(lambda: ruleset() == before, "a killed trace left rules behind")
    wait_for(lambda: loggers() == log, "a killed trace left nf_log as it had it")
    print(f"{KILLS} kills: the ruleset is as before, and nf_log")


def check_refusals():
    for arguments, status, words in [
        (["--trace="], 2, "--all"),
        (["--trace=lo"], 2, "word"),
        (["--trace=src ~ 10"], 2, "regular"),
        (["--trace=outcome=dropped"], 2, "outcome"),
        (["--trace=dport=53", "--format", "json"], 2, "ndjson"),
        (["--trace=dport=53", "--rate", "0"], 2, "--rate"),
        (["--trace=dport=53", "--count", "x"], 2, "--count"),
    ]:
        result = subprocess.run([NETSCOPE, *arguments], capture_output=True, text=True, check=False, timeout=20)
        if result.returncode != status or words not in result.stderr:
            sys.exit(f"{arguments}: {result.returncode}, {result.stderr}")
    denied = subprocess.run(
        ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", NETSCOPE, "--trace=dport=53"],
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    if denied.returncode != 5 or "CAP_NET_ADMIN" not in denied.stderr:
        sys.exit(f"without the right: {denied.returncode}, {denied.stderr}")


def inside(flavour):
    t = topology()
    if flavour == LEGACY:
        compare_legacy(t)
        check_kills()
        return
    compare(t)
    if flavour == FLAVOURS[0]:
        check_filters()
        check_rate()
        check_kills()
        check_refusals()


def main():
    if sys.argv[1:2] == ["inside"]:
        inside(sys.argv[2])
        return
    for flavour in [*FLAVOURS, LEGACY]:
        print(f"# {flavour}", flush=True)
        subprocess.run(
            [os.path.join(LAB, "node"), "--flavour", flavour, "--no-traffic", "--", os.path.abspath(sys.argv[0]),
             "inside", flavour],
            check=True,
        )  # fmt: skip


main()
