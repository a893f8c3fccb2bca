# SPDX-License-Identifier: GPL-2.0-or-later
"""The packets that trace_packets_test.py sends through the pretend node, one of each sort that a node knows, and what
the sender has to see of each. As a program it sends one: trace_packets.py PROTOCOL ADDRESS PORT, in the namespace in
which it is called, and prints what the sender saw."""

import errno
import os
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass, field

WAIT = 0.7      # seconds for an answer: less than until TCP tries again
DNS_WAIT = 2.0  # nobody asks again, and a server can be slow

# What the sender sees, and what the node's rules did, as far as the trace tells.
ANSWERED = ("answer", "accepted")
REFUSED = ("error", "accepted")  # by whoever it was for, or a router
REJECTED = ("error", "dropped")  # by a rule that says so
DROPPED = ("nothing", "dropped")
LOST = ("nothing", "accepted")  # beyond the node
UNSEEN = ("answer", None)  # no hook saw it

WEB, API, DNS, POD2, REGISTRY = "10.244.1.2", "10.244.1.3", "10.244.1.4", "10.244.2.2", "172.18.0.2"
WEB6, CNI6, POD26 = "fd00:10:244:1::2", "fd00:10:244:1::1", "fd00:10:244:2::2"
CNI, OUTSIDE, OUTSIDE6, NODE, NODE6, NODE2 = (
    "10.244.1.1", "192.0.2.1", "2001:db8::1", "192.0.2.10", "2001:db8::10", "192.0.2.20",
)  # fmt: skip
SOURCES = {"web": (WEB, WEB6), "api": (API,), "dns": (DNS,), "pod2": (POD2, POD26), "registry": (REGISTRY,),
           "outside": (OUTSIDE, OUTSIDE6), "node2": (NODE2,)}  # fmt: skip
API_SERVICE, WEB_SERVICE, DNS_SERVICE, REPORTS_SERVICE, KUBERNETES = (
    "10.96.88.21", "10.96.45.110", "10.96.0.10", "10.96.200.5", "10.96.0.1",
)  # fmt: skip


@dataclass
class Sent:
    name: str
    place: str | None  # of lab/at; None: the node itself
    protocol: str  # tcp, udp, dns, ping
    address: str
    port: int | str = ""  # of ping: its other options
    seen: tuple = ANSWERED
    flavours: dict = field(default_factory=dict)  # where it is other than `seen`
    bridge_netfilter: bool = True  # net.bridge.bridge-nf-call-iptables

    def expected(self, flavour):
        return self.flavours.get(flavour, self.seen)


DOCKER, NFT = "docker", "kube-proxy-nftables"
# Without kube-proxy nobody knows a Service: the router beyond the node says so, and to the node alone: it knows no pods.
NO_SERVICE, NO_SERVICE_OF_NODE = {DOCKER: LOST}, {DOCKER: REFUSED}

PACKETS = [
    Sent("pod to pod on one bridge", "web", "ping", API),
    Sent("pod to pod on one bridge by TCP", "web", "tcp", API, 9090),
    Sent("pod to a closed port of a pod by TCP", "web", "tcp", API, 4999, REFUSED),
    Sent("pod to a closed port of a pod by UDP", "web", "udp", API, 4999, REFUSED),
    Sent("pod to pod without br_netfilter", "web", "ping", API, "", UNSEEN, bridge_netfilter=False),
    Sent("pod to pod without br_netfilter by TCP", "web", "tcp", API, 9090, UNSEEN, bridge_netfilter=False),
    Sent("pod to pod, dropped by a network policy", "dns", "tcp", API, 9090, DROPPED),
    Sent("pod to pod, dropped by a network policy, by ICMP", "dns", "ping", API, "", DROPPED),
    Sent("pod to its node", "web", "ping", CNI),
    Sent("pod to a closed port of its node by TCP", "web", "tcp", CNI, 4999, REFUSED),
    Sent("pod to a closed port of its node by UDP", "web", "udp", CNI, 4999, REFUSED),
    Sent("node to pod", None, "ping", WEB),
    Sent("node to pod by TCP", None, "tcp", WEB, 8080),
    Sent("pod to Service", "web", "tcp", API_SERVICE, 80, flavours=NO_SERVICE),
    Sent("pod to Service of another pod", "api", "tcp", WEB_SERVICE, 80, flavours=NO_SERVICE),
    Sent("pod to itself through a Service", "web", "tcp", WEB_SERVICE, 80, flavours=NO_SERVICE),
    Sent("pod to a Service beyond the node", "web", "tcp", KUBERNETES, 443, flavours=NO_SERVICE),
    Sent("pod to a Service without endpoints", "web", "tcp", REPORTS_SERVICE, 80, REJECTED, NO_SERVICE),
    Sent("node to a Service without endpoints", None, "tcp", REPORTS_SERVICE, 80, REJECTED, NO_SERVICE_OF_NODE),
    Sent("pod to a port that a Service has not", "web", "tcp", API_SERVICE, 81, REFUSED, {NFT: REJECTED, DOCKER: LOST}),
    Sent("node to Service", None, "tcp", WEB_SERVICE, 80, flavours=NO_SERVICE_OF_NODE),
    Sent("node to Service of another pod", None, "tcp", API_SERVICE, 80, flavours=NO_SERVICE_OF_NODE),
    Sent("DNS by UDP through its Service", "web", "dns", DNS_SERVICE, 53, flavours=NO_SERVICE),
    Sent("DNS by UDP through its Service from another pod", "api", "dns", DNS_SERVICE, 53, flavours=NO_SERVICE),
    Sent("DNS by UDP through its Service from the node", None, "dns", DNS_SERVICE, 53, flavours=NO_SERVICE_OF_NODE),
    Sent("DNS by TCP through its Service", "web", "tcp", DNS_SERVICE, 53, flavours=NO_SERVICE),
    Sent("DNS by UDP to its pod", "web", "dns", DNS, 53),
    Sent("pod to outside with masquerade", "web", "ping", OUTSIDE, "", flavours={DOCKER: LOST}),
    Sent("DNS to outside with masquerade", "web", "dns", OUTSIDE, 53, flavours={DOCKER: LOST}),
    Sent("pod to the second node with masquerade", "web", "tcp", NODE2, 6443),
    Sent("an ICMP error from outside to a flow", "web", "udp", OUTSIDE, 4999, REFUSED, {DOCKER: LOST}),
    Sent("an ICMP error of the node's: time exceeded", "web", "ping", OUTSIDE, "-t 1", REFUSED),
    Sent("an ICMP error of the node's: too long", "registry", "ping", WEB, "-M do -s 1472", REFUSED),
    Sent("pod to a pod of the second node", "web", "ping", POD2),
    Sent("pod to a pod of the second node by TCP", "web", "tcp", POD2, 8080),
    Sent("pod of the second node to pod", "pod2", "ping", WEB),
    Sent("pod of the second node to pod by TCP", "pod2", "tcp", WEB, 8080),
    Sent("outside to NodePort", "outside", "tcp", NODE, 30080, flavours={DOCKER: REFUSED}),
    Sent("second node to NodePort", "node2", "tcp", NODE, 30080, flavours={DOCKER: REFUSED}),
    Sent("outside to a published Docker port", "outside", "tcp", NODE, 5000, REFUSED, {DOCKER: ANSWERED}),
    Sent("second node to a published Docker port", "node2", "tcp", NODE, 5000, REFUSED, {DOCKER: ANSWERED}),
    Sent("node to a published Docker port", None, "tcp", NODE, 5000, REFUSED, {DOCKER: ANSWERED}),
    Sent("outside to a closed port by TCP", "outside", "tcp", NODE, 4999, REFUSED),
    Sent("outside to a closed port by UDP", "outside", "udp", NODE, 4999, REFUSED),
    Sent("outside to node", "outside", "ping", NODE),
    Sent("container to outside", "registry", "ping", OUTSIDE, "", LOST, {DOCKER: ANSWERED}),
    Sent("container to pod", "registry", "tcp", WEB, 8080),
    Sent("pod to container", "web", "tcp", REGISTRY, 5000),
    Sent("fragments to outside", "web", "ping", OUTSIDE, "-s 3000", flavours={DOCKER: LOST}),
    Sent("fragments from outside", "outside", "ping", NODE, "-s 4000"),
    Sent("fragments to a pod of the second node", "web", "ping", POD2, "-s 3000"),
    Sent("IPv6 to outside", "web", "ping", OUTSIDE6, "", LOST),
    Sent("IPv6 to a pod of the second node", "web", "ping", POD26),
    Sent("IPv6 from outside", "outside", "ping", NODE6),
    Sent("IPv6 from node to pod", None, "ping", WEB6),
    Sent("IPv6 to a closed port by TCP", "web", "tcp", POD26, 4999, REFUSED),
    Sent("IPv6 to a closed port by UDP", "web", "udp", POD26, 4999, REFUSED),
    Sent("IPv6 in fragments", "web", "ping", CNI6, "-s 3000"),
    Sent("an ICMPv6 error of the node's: too big", "web", "ping", POD26, "-s 1400", REFUSED),
    Sent("node to itself", None, "ping", "127.0.0.1"),
    Sent("node to itself by IPv6", None, "ping", "::1"),
    Sent("node to its own address by TCP", None, "tcp", NODE, 4999, REFUSED),
    Sent("node to its own address by UDP", None, "udp", NODE, 4999, REFUSED),
]

# Where there is no time for all.
FEW = [
    "pod to pod, dropped by a network policy",
    "pod to itself through a Service",
    "node to a Service without endpoints",
    "DNS by UDP through its Service",
    "fragments to a pod of the second node",
    "IPv6 in fragments",
]


def is_sent(sent, row):
    """True if a traced packet can be one that the sender sent."""
    local = sent.place is None
    return row.get("dst") == sent.address and (local or row.get("src") in SOURCES[sent.place])


# --- Sending -------------------------------------------------------------------------------------


IP_RECVERR = 11  # linux/in.h


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def talk(kind, address, port, question, wait):
    with socket.socket(family(address), kind) as sock:
        sock.settimeout(wait)
        if sock.family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)  # every error is told, not only of ports
        sock.connect((address, port))
        sock.sendall(question)
        return "answer" if sock.recv(4096) else "error"


DNS_QUESTION = struct.pack(">HHHHHH", 4711, 0x100, 1, 0, 0, 0) + b"\7example\3net\0" + struct.pack(">HH", 6, 1)
QUESTIONS = {
    "udp": (socket.SOCK_DGRAM, b"hello"),
    "dns": (socket.SOCK_DGRAM, DNS_QUESTION),
    "tcp": (socket.SOCK_STREAM, b"GET / HTTP/1.0\r\n\r\n"),
}


def send(protocol, address, port):
    kind, question = QUESTIONS[protocol]
    if (protocol, port) == ("tcp", 53):
        question = struct.pack(">H", len(DNS_QUESTION)) + DNS_QUESTION
    try:
        return talk(kind, address, port, question, DNS_WAIT if protocol == "dns" else WAIT)
    except TimeoutError:
        return "nothing"
    except OSError as error:
        if error.errno in (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES):
            return "error"
        raise


def ping(address, options):
    result = subprocess.run(
        ["ping", "-n", "-c", "1", "-W", str(WAIT), *options, address], capture_output=True, text=True, check=False
    )
    if result.returncode == 0:
        return "answer"
    words = ("exceeded", "nreachable", "Frag needed", "Packet too big", "prohibited")
    return "error" if any(word in result.stdout + result.stderr for word in words) else "nothing"


if __name__ == "__main__":
    if sys.argv[1] == "ping":
        print(ping(sys.argv[2], sys.argv[3:]))
    else:
        print(send(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    sys.stdout.flush()
    os._exit(0)
