# SPDX-License-Identifier: GPL-2.0-or-later
"""Watching packets in the pretend node: netscope --trace, and beside it what nft and the kernel say of the same."""

import json
import os
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
PATIENCE = 60  # seconds, after which what is waited for will not come


def at(place, *command, wait=True, **options):
    full = [os.path.join(LAB, "at"), place, *command] if place else list(command)
    if not wait:
        return subprocess.Popen(full, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return subprocess.run(full, capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


def ping(place, address, *options):
    return at(place, "ping", "-n", "-c", "1", "-W", "1", *options, address).returncode


def wait_for(condition, words):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(words)
        time.sleep(0.02)


def nft(text):
    subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)


def ruleset():
    """All rules, without the counts, which packets change."""
    text = subprocess.run(["nft", "-a", "list", "ruleset"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"packets \d+ bytes \d+", "", text)


# --- netscope ------------------------------------------------------------------------------------


class Tracer:
    """netscope, into a file: a pipe that nobody reads would hold it up."""

    def __init__(self, *arguments, env=None):
        self.output = tempfile.NamedTemporaryFile("r")
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [NETSCOPE, *arguments, "--format", "ndjson"], stdout=open(self.output.name, "w"), stderr=self.errors,
            env={**os.environ, **(env or {})},
        )  # fmt: skip
        wait_for(lambda: self.size() > 0 or self.process.poll() is not None, f"netscope {arguments} does not begin")
        if self.size() == 0:  # the header: the rules are there
            self.errors.seek(0)
            sys.exit(f"netscope {arguments} ended with {self.process.returncode}: {self.errors.read()}")

    def size(self):
        return os.fstat(self.output.fileno()).st_size

    def rows(self):
        """What it has written so far, whole lines."""
        with open(self.output.name) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def wait(self):
        """Its lines, and its exit status."""
        status = self.process.wait(timeout=PATIENCE)
        return self.rows(), status

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.wait()


def packets_of(rows):
    return sorted((row for row in rows if "number" in row), key=lambda row: row["number"])


def steps_of(row):
    return [
        (s["type"], s["family"], s["table"], s["chain"], s.get("handle"), s["verdict"], s.get("target"))
        for s in row.get("steps", [])
        if not s["legacy"]
    ]


# --- Marks between packets -----------------------------------------------------------------------

MARK_SIZE = 1300  # bytes of the first marking echo; each is one longer


class Marks:
    """Echoes of the node to itself, each of another length, which come between what is sent."""

    def __init__(self):
        self.count = 0

    def put(self):
        self.count += 1
        ping(None, "127.0.0.1", "-s", str(MARK_SIZE + self.count))
        return self.length()

    def length(self):
        return MARK_SIZE + self.count + 28

    def which(self, source, destination, length):
        """Number of the mark that a packet is, from 1; None."""
        number = length - MARK_SIZE - 28
        return number if source == destination == "127.0.0.1" and 1 <= number <= self.count else None

    def split(self, packets, describe):
        """What came between the marks: a list for each, of what stood before it."""
        windows, current, marked = [], [], 0
        for packet in packets:
            number = self.which(*describe(packet))
            if number is None:
                current.append(packet)
            elif number > marked:
                windows += [current] + [[]] * (number - marked - 1)
                current, marked = [], number
        return windows


def describe_row(row):
    return row.get("src"), row.get("dst"), row.get("length", 0)


# --- nft -----------------------------------------------------------------------------------------

LINE = re.compile(r"^trace id (\w+) (\w+) (\S+) (\S+) (rule|policy|verdict) (.*)$")
HEADER = re.compile(r"^trace id (\w+) .* packet: (.*)$")
ENDS_CHAIN = re.compile(r"^policy |\(verdict (?:accept|drop|queue|stolen)\)$")
RULE = re.compile(r"# handle (\d+) \(verdict (\w+)(?: (\S+))?\)")


def parse_step(family, table, chain, what, rest):
    if what == "rule":
        match = RULE.search(rest)
        return ("rule", family, table, chain, int(match[1]), match[2], match[3])
    words = rest.split()
    return ("policy" if what == "policy" else "return", family, table, chain, None, words[0], None)


def decode_raw(text):
    """What nft shows as bytes, since it does not know what the frame is: one of IPv4's."""
    raw = dict(re.findall(r"@(nh|th),\d+,\d+ 0x(\w+)", text))
    if "nh" not in raw or not raw["nh"].startswith("45"):
        return {}
    network, transport = bytes.fromhex(raw["nh"].zfill(40)), bytes.fromhex(raw.get("th", "").zfill(40))
    fields = {
        "ip saddr": socket.inet_ntoa(network[12:16]), "ip daddr": socket.inet_ntoa(network[16:20]),
        "ip length": str(int.from_bytes(network[2:4], "big")), "ip id": str(int.from_bytes(network[4:6], "big")),
    }  # fmt: skip
    halves = [str(int.from_bytes(transport[at : at + 2], "big")) for at in (0, 2, 4, 6)]
    if network[9] == socket.IPPROTO_ICMP:
        return fields | {"icmp id": halves[2], "icmp sequence": halves[3]}
    name = {socket.IPPROTO_TCP: "tcp", socket.IPPROTO_UDP: "udp"}.get(network[9])
    if name:
        fields |= {f"{name} sport": halves[0], f"{name} dport": halves[1]}
    return fields | ({"udp length": halves[2]} if name == "udp" else {})


FIELDS = r"\b((?:ip6?|icmp|icmpv6|tcp|udp) (?:saddr|daddr|id|length|sequence|sport|dport)) (\S+)"


class Look:
    """What a packet looks like: its ends, and what stays the same when NAT changes one of them."""

    def __init__(self, text):
        fields = dict(re.findall(FIELDS, text)) or decode_raw(text)
        end = lambda side: tuple(value for name, value in fields.items() if name.endswith((f" {side}addr", f" {side}port")))
        self.ends = [end("s"), end("d")]
        self.rest = {name: value for name, value in fields.items() if not name.endswith(("addr", "port"))}
        if not any(self.ends):  # a later fragment of IPv6; ARP
            start = text.find("@")
            self.rest["start"] = text[start:] if start >= 0 else re.sub(r'\b[io]if "\S+" ', "", text)
        self.described = fields.get("ip saddr"), fields.get("ip daddr"), int(fields.get("ip length", 0))

    def __eq__(self, other):
        return self.rest == other.rest and self.ends == other.ends

    def is_same(self, other):
        return self.rest == other.rest and any(a == b for a, b in zip(self.ends, other.ends))


class NftPacket:
    def __init__(self, look):
        self.first = self.look = look
        self.heard = 0
        self.been = set()  # in which of netscope's chains
        self.in_chain = True  # no base chain has let it go since
        self.steps = []

    def describe(self):
        return self.first.described


def find_original(packets, current, look, chain, default=None):
    """The packet that goes on, perhaps with another id, by that chain of netscope's: the one of those that look like it
    for which most speaks, as packet_assembly.c counts it; of several the one heard of last."""

    def likeness(packet):
        is_new_here = not any(look.ends) or chain not in packet.been
        points = 8 * (not packet.in_chain) + 4 * is_new_here + 3 * (packet.look.ends == look.ends) + 2 * (packet is current)
        return points, packet.heard

    found = max([packet for packet in packets if packet.look.is_same(look)], key=likeness, default=default)
    if found:
        found.been.add(chain)
    return found


def packets_of_nft(text, marks):
    """Each begins behind a rule that chose it. None that was not heard of since a mark goes on."""
    packets, current, looks = [], {}, {}
    introduced = set()  # ids whose packet was described since their last step: they come by another chain
    again = set()  # ids whose last line is a rule that leads to the choosing one: the packet goes on
    marked = 0
    for place, line in enumerate(text.splitlines()):
        header = HEADER.match(line)
        if header:
            looks[header[1]] = Look(header[2])
            introduced.add(header[1])
        match = LINE.match(line)
        if not match:
            continue
        number, family, table, chain, what, rest = match.groups()
        ours = table.startswith("netscope-")
        is_led_back = ours and "(verdict goto chosen)" in rest
        if ours and chain == "chosen" and what == "rule" and number not in again:
            current[number] = NftPacket(looks[number])
            packets.append(current[number])
            if marks.which(*current[number].describe()):
                marked = place
        elif ours and chain != "chosen" and number in introduced:  # a copy, or what NAT has changed, need not be chosen again
            under_way = [packet for packet in packets if packet.heard >= marked]
            default = None if is_led_back else current.get(number)
            current[number] = find_original(under_way, current.get(number), looks[number], (family, chain), default)
        introduced.discard(number)
        again.discard(number)
        if is_led_back:
            again.add(number)
        if current.get(number):
            current[number].look, current[number].heard = looks[number], place
            current[number].in_chain = not ENDS_CHAIN.search(f"{what} {rest}")
            if not ours:
                current[number].steps.append(parse_step(family, table, chain, what, rest))
    return packets


class Monitor:
    """`nft -a monitor trace`, into a file: a pipe that nobody reads would hold it up."""

    def __init__(self):
        self.output = tempfile.NamedTemporaryFile("r")
        self.process = subprocess.Popen(
            ["stdbuf", "-oL", "nft", "-a", "monitor", "trace"], stdout=open(self.output.name, "w"),
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        wait_for(lambda: ping(None, "127.0.0.1") or self.text(), "nft does not listen")

    def text(self):
        with open(self.output.name) as file:
            return file.read()

    def end(self, last_length):
        """What it said, once it has told of the packet of that length."""
        words = f"ip length {last_length} "
        wait_for(lambda: words in self.text(), "nft lags behind")
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        return self.text().rpartition("\n")[0]


# --- The kernel's log ----------------------------------------------------------------------------

LOGGERS = ["/proc/sys/net/netfilter/nf_log/2", "/proc/sys/net/netfilter/nf_log/10"]
NETLINK_NETFILTER = 12
NFNL_ULOG_CONFIG, NFNL_ULOG_PACKET = 4 << 8 | 1, 4 << 8
NFULA_PAYLOAD, NFULA_PREFIX = 9, 10


def loggers():
    return [open(path).read() for path in LOGGERS]


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def parse_attributes(data):
    found, at = {}, 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        found[kind & 0x3FFF] = data[at + 4 : at + size]
        at += (size + 3) & ~3
    return found


class LoggedLine:
    """A line of the kernel's trace, as (table, chain, type, number), and its packet's ends and length."""

    def __init__(self, attributes):
        prefix = attributes[NFULA_PREFIX].rstrip(b"\0").decode()
        self.step = tuple(re.match(r"TRACE: (\w+):(.+):(\w+):(\d+) $", prefix).groups())
        payload = attributes.get(NFULA_PAYLOAD, b"")
        self.packet = (None, None, 0)
        if payload and payload[0] >> 4 == 4:
            length = struct.unpack_from(">H", payload, 2)[0]
            self.packet = (socket.inet_ntoa(payload[12:16]), socket.inet_ntoa(payload[16:20]), length)

    def describe(self):
        return self.packet


class KernelLog:
    """What the kernel logs of traced packets, read by ourselves: nfnetlink_log's group 0."""

    def __init__(self):
        self.before = loggers()
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((0, 0))
        self.socket.settimeout(PATIENCE)
        self.lines = []
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

    def read(self, last_length):
        """Reads on until there is a line of a packet of that length."""
        while not any(line.packet[2] == last_length for line in self.lines[-64:]):
            self.take(self.socket.recv(65536))

    def take(self, data):
        at = 0
        while at < len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind == NFNL_ULOG_PACKET:
                self.lines.append(LoggedLine(parse_attributes(data[at + 20 : at + length])))
            at += (length + 3) & ~3

    def close(self):
        for path, name in zip(LOGGERS, self.before):
            with open(path, "w") as file:
                file.write(name)
        self.socket.close()
