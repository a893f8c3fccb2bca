#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: make_flows.py CLIENT SERVER [--second-kernel]

Sends packets from the network namespaces CLIENT and SERVER (files that open them) through the one
between, so that connection tracking there has a flow of each protocol and state. All packets are
made here, byte for byte, with addresses that nobody has: no TCP of a kernel's answers them. Prints
what has to be seen, one JSON object a line."""

import argparse
import ctypes
import json
import os
import socket
import struct

CLIENT4, SERVER4 = "198.51.100.{}", "203.0.113.{}"
CLIENT6, SERVER6 = "2001:db8:1::{}", "2001:db8:2::{}"
IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_GRE = 132, 33, 47
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

libc = ctypes.CDLL(None, use_errno=True)


class Sender:
    """Raw sockets in a namespace."""

    def __init__(self, path):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(path, os.O_RDONLY)
        if libc.setns(there, 0) < 0:
            raise OSError(ctypes.get_errno(), f"setns {path}")
        self.four = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.six = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        libc.setns(home, 0)
        os.close(home)
        os.close(there)

    def send(self, source, destination, protocol, payload):
        if ":" in source:
            header = struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
            packet = header + pack_address(source) + pack_address(destination) + payload
            self.six.sendto(packet, (destination, 0))
        else:
            header = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, protocol, 0)
            packet = header + pack_address(source) + pack_address(destination) + payload
            self.four.sendto(packet, (destination, 0))


def pack_address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def sum16(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def with_checksum(source, destination, protocol, payload, offset):
    """The payload with its checksum, over the pseudo header too, at offset."""
    pseudo = pack_address(source) + pack_address(destination)
    pseudo += struct.pack("!II", len(payload), protocol)
    number = sum16(pseudo + payload) or 0xFFFF
    return payload[:offset] + struct.pack("!H", number) + payload[offset + 2 :]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Talk:
    """Two ends that send each other packets of one flow. What the client sees of the server (dst) and
    the server of the client (seen_as) differ where something between translates."""

    def __init__(self, client, server, src, dst, reply_src=None, reply_dst=None):
        self.client, self.server = client, server
        self.src, self.dst = src, dst
        self.reply_src, self.reply_dst = reply_src or dst, reply_dst or src

    def send(self, reply, protocol, payload, checksum_at=None):
        source = self.reply_src if reply else self.src
        destination = self.reply_dst if reply else self.dst
        if checksum_at is not None:
            payload = with_checksum(source, destination, protocol, payload, checksum_at)
        (self.server if reply else self.client).send(source, destination, protocol, payload)


class Tcp:
    """A TCP connection, segment by segment."""

    def __init__(self, talk, sport, dport, reply_sport=None, reply_dport=None):
        self.talk = talk
        self.ports = [(sport, dport), (reply_sport or dport, reply_dport or sport)]
        self.next = [1000, 5000]  # sequence numbers: of the client, of the server

    def send(self, reply, flags, data=b""):
        mine, other = (1, 0) if reply else (0, 1)
        sport, dport = self.ports[mine]
        acked = self.next[other] if flags & ACK else 0
        # Maximum segment size, selective ACK permitted, no operation, window scale 7 or 9.
        options = struct.pack("!BBHBBBBBB", 2, 4, 1460, 4, 2, 1, 3, 3, 9 if reply else 7) + b"\0\0"
        options = options[:12] if flags & SYN else b""
        offset = (20 + len(options)) // 4
        segment = struct.pack(
            "!HHIIBBHHH", sport, dport, self.next[mine], acked, offset << 4, flags, 5000, 0, 0
        )
        self.talk.send(reply, socket.IPPROTO_TCP, segment + options + data, 16)
        self.next[mine] += len(data) + (1 if flags & (SYN | FIN) else 0)

    def play(self, script):
        """Segments like "C:S S:SA C:A"."""
        letters = {"F": FIN, "S": SYN, "R": RST, "P": PSH, "A": ACK}
        for word in script.split():
            who, flags = word.split(":")
            self.send(who == "S", sum(letters[letter] for letter in flags))


OPEN = "C:S S:SA C:A "
TCP_STATES = {
    "SYN_SENT": "C:S",
    "SYN_RECV": "C:S S:SA",
    "ESTABLISHED": OPEN,
    "FIN_WAIT": OPEN + "C:FA",
    "CLOSE_WAIT": OPEN + "C:FA S:A",
    "LAST_ACK": OPEN + "C:FA S:A S:FA",
    "TIME_WAIT": OPEN + "C:FA S:A S:FA C:A",
    "CLOSE": OPEN + "S:RA",
    "SYN_SENT2": "C:S S:S",
}


def expect(**fields):
    print(json.dumps(fields))


def udp(talk, reply, sport, dport, data=b"hello"):
    header = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    talk.send(reply, socket.IPPROTO_UDP, header + data, 6)


def icmp(talk, reply, number):
    kind = 0 if reply else 8
    packet = struct.pack("!BBHHH", kind, 0, 0, number, 1) + b"data"
    packet = packet[:2] + struct.pack("!H", sum16(packet)) + packet[4:]
    talk.send(reply, socket.IPPROTO_ICMP, packet)


def icmpv6(talk, reply, number):
    kind = 129 if reply else 128
    talk.send(reply, socket.IPPROTO_ICMPV6, struct.pack("!BBHHH", kind, 0, 0, number, 1), 2)


def sctp(talk, reply, sport, dport, vtag, chunk):
    packet = struct.pack("!HHII", sport, dport, vtag, 0) + chunk
    packet = packet[:8] + struct.pack("<I", crc32c(packet)) + packet[12:]
    talk.send(reply, IPPROTO_SCTP, packet)


def sctp_chunk(kind, body=b""):
    return struct.pack("!BBH", kind, 0, 4 + len(body)) + body


def sctp_steps(talk, sport, count):
    """INIT, INIT ACK, COOKIE ECHO, COOKIE ACK: the first ones of them."""
    init = struct.pack("!IIHHI", 0x1111, 65535, 1, 1, 1)
    init_ack = struct.pack("!IIHHI", 0x2222, 65535, 1, 1, 1)
    steps = [
        (False, 0, sctp_chunk(1, init)),
        (True, 0x1111, sctp_chunk(2, init_ack)),
        (False, 0x2222, sctp_chunk(10, b"cook")),
        (True, 0x1111, sctp_chunk(11)),
    ]
    for reply, vtag, chunk in steps[:count]:
        ports = (3868, sport) if reply else (sport, 3868)
        sctp(talk, reply, *ports, vtag, chunk)


def dccp(talk, reply, sport, dport, kind, acknowledged):
    """A packet with sequence numbers of 48 bits (RFC 4340, 5)."""
    extra = struct.pack("!Q", 100 if acknowledged else 0)[:8] if kind != 0 else b""
    service = b"serv" if kind in (0, 1) else b""
    length = 16 + len(extra) + len(service)
    header = struct.pack("!HHBBH", sport, dport, length // 4, 0, 0)
    header += struct.pack("!BBHI", kind << 1 | 1, 0, 0, 200 if reply else 100 + kind)
    talk.send(reply, IPPROTO_DCCP, header + extra + service, 6)


def make_tcp_states(talk_of):
    for i, (state, script) in enumerate(TCP_STATES.items()):
        for family, talk in (("ipv4", talk_of(4, 1, 1)), ("ipv6", talk_of(6, 1, 1))):
            Tcp(talk, 10000 + i, 80).play(script)
            expect(family=family, protocol="tcp", state=state, sport=10000 + i)


def make_datagrams(talk_of):
    for family, talk in (("ipv4", talk_of(4, 1, 1)), ("ipv6", talk_of(6, 1, 1))):
        udp(talk, False, 11000, 53)
        expect(family=family, protocol="udp", sport=11000, status="UNREPLIED")
        udp(talk, False, 11001, 53)
        udp(talk, True, 53, 11001)
        expect(family=family, protocol="udp", sport=11001, status="SEEN_REPLY")
        talk.send(False, IPPROTO_GRE, struct.pack("!HH", 0, 0x0800) + b"inner")
        expect(family=family, protocol="gre")
        talk.send(False, 253, b"unheard of")
        expect(family=family, protonum=253)
        for count, state in ((2, "COOKIE_WAIT"), (3, "COOKIE_ECHOED"), (4, "ESTABLISHED")):
            sctp_steps(talk, 12000 + count, count)
            expect(family=family, protocol="sctp", sport=12000 + count, state=state)
    for number in (1, 2):
        icmp(talk_of(4, 1, 1), False, number)
        icmpv6(talk_of(6, 1, 1), False, number)
    icmp(talk_of(4, 1, 1), True, 2)
    icmpv6(talk_of(6, 1, 1), True, 2)
    expect(protocol="icmp", icmp_id=1, icmp_type=8, status="UNREPLIED")
    expect(protocol="icmp", icmp_id=2, icmp_type=8, status="SEEN_REPLY")
    expect(protocol="icmpv6", icmp_id=1, icmp_type=128, status="UNREPLIED")
    expect(protocol="icmpv6", icmp_id=2, icmp_type=128, status="SEEN_REPLY")


def make_nat(talk_of):
    """The rules of flows.sh: see there which last byte means what."""
    for version, family in ((4, "ipv4"), (6, "ipv6")):
        for source, target, nat in ((11, 1, "SNAT"), (12, 1, "SNAT"), (1, 20, "DNAT")):
            udp(talk_of(version, source, target), False, 13000, 53)
            expect(family=family, protocol="udp", nat=nat, sport=13000)
        Tcp(talk_of(version, 11, 20), 13001, 80).play("C:S")
        expect(family=family, protocol="tcp", nat="SNAT and DNAT", sport=13001)
        # Only the port is translated: to 5000.
        udp(talk_of(version, 13, 1), False, 13002, 53)
        expect(family=family, protocol="udp", nat="SNAT", sport=13002, reply_dport=5000)


def make_marked(talk_of):
    for source, fields in (
        (31, {"mark": 0x1234}),
        (32, {"zone": 5}),
        (33, {"orig_zone": 7}),
        (34, {"reply_zone": 9}),
        (35, {"labels": "3"}),
    ):
        udp(talk_of(4, source, 1), False, 14000, 53)
        expect(protocol="udp", src=CLIENT4.format(source), **fields)


def make_ftp(talk_of):
    """PORT 198,51,100,1,19,137: the server's data connection comes to port 5001."""
    control = Tcp(talk_of(4, 1, 2), 15000, 21)
    control.play(OPEN)
    control.send(True, PSH | ACK, b"220 ready\r\n")
    control.send(False, PSH | ACK, b"USER nobody\r\n")
    control.send(False, PSH | ACK, b"PORT 198,51,100,1,19,137\r\n")
    expect(protocol="tcp", dport=21, helper="ftp")
    second = Tcp(talk_of(4, 2, 2), 15001, 21)
    second.play(OPEN)
    second.send(True, PSH | ACK, b"220 ready\r\n")
    second.send(False, PSH | ACK, b"USER nobody\r\n")
    second.send(False, PSH | ACK, b"PORT 198,51,100,2,19,138\r\n")
    Tcp(talk_of(4, 2, 2), 5002, 20).play("S:S")
    expect(protocol="tcp", sport=20, dport=5002, status="EXPECTED")


def make_dccp(talk_of):
    talk = talk_of(4, 1, 1)
    dccp(talk, False, 16000, 5001, 0, False)
    expect(protocol="dccp", sport=16000, state="REQUEST")


def make_offloaded(talk_of):
    """What is established goes into the flowtable: see the rules of flows.sh."""
    talk = talk_of(4, 41, 41)
    for reply in (False, True, False, True):
        udp(talk, reply, *((53, 17000) if reply else (17000, 53)))
    expect(protocol="udp", sport=17000, status="OFFLOAD")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("client")
    parser.add_argument("server")
    parser.add_argument("--second-kernel", action="store_true")
    arguments = parser.parse_args()
    # One processor, one queue: packets are seen in the order in which they are sent.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    client, server = Sender(arguments.client), Sender(arguments.server)

    def talk_of(version, source, target):
        ours, theirs = (CLIENT4, SERVER4) if version == 4 else (CLIENT6, SERVER6)
        return Talk(client, server, ours.format(source), theirs.format(target))

    make_tcp_states(talk_of)
    make_datagrams(talk_of)
    make_nat(talk_of)
    make_marked(talk_of)
    make_ftp(talk_of)
    if arguments.second_kernel:
        make_dccp(talk_of)
        make_offloaded(talk_of)


if __name__ == "__main__":
    main()
