#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A DNS server for tests of the screen, which is told by names what to do.

dns_server.py RELEASE ADDRESS...: listens on port 53 of these addresses, UDP and TCP. A name whose
first label is `hold` is answered once the file RELEASE is there, `never` never; what the others do
stands in answer(). The last address answers otherwise than the others. Prints a line when it is
ready.
"""

import os
import select
import socket
import struct
import sys

A, NS, CNAME, SOA, PTR, TXT, AAAA, OPT, RRSIG, ANY = 1, 2, 5, 6, 12, 16, 28, 41, 46, 255
QR, AA, TC = 0x8000, 0x0400, 0x0200
TTL = 1000
PLACES = {"pod": "10.244.1.2", "neighbour": "198.51.100.9"}


def wire(name):
    labels = [label.encode("utf-8", "surrogateescape") for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(name, rtype, data, ttl=TTL):
    return wire(name) + struct.pack("!HHIH", rtype, 1, ttl, len(data)) + data


def text(*strings):
    return b"".join(bytes([len(string)]) + string for string in strings)


def signature(rtype, signer):
    return struct.pack("!HBBIIIH", rtype, 13, 2, TTL, 2000000000, 1500000000, 4711) + wire(
        signer) + bytes(64)


def chain(name, *others):
    return [record(a, CNAME, wire(b)) for a, b in zip((name, *others), others)]


def answer(name, rtype, odd, tcp):
    """(rcode, flags, answers, EDNS options) for a question."""
    first, _, rest = name.partition(".")
    address = record(name, A, socket.inet_aton("10.0.0.2" if odd else "10.0.0.1"))
    if rtype == PTR:
        return 0, 0, [record(name, PTR, wire("host.b.test"))], b""
    if first in ("web", "hold", "xn--mnchen-3ya", *PLACES) and rest == "b.test":
        if first in PLACES:
            address = record(name, A, socket.inet_aton(PLACES[first]))
        return 0, 0, [address] if rtype in (A, ANY) else [], b""
    if first == "alias":
        return 0, 0, chain(name, "second.b.test", "web.b.test") + [
            record("web.b.test", A, socket.inet_aton("10.0.0.1"))], b""
    if first == "dangling":
        return 0, 0, chain(name, "elsewhere.test"), b""
    if first == "empty":
        return 0, 0, [], b""
    if first == "loop":
        return 0, 0, chain(name, "second.b.test", name), b""
    if first == "signed":
        return 0, 0, [address, record(name, RRSIG, signature(A, "b.test"))], b""
    if first == "hostile":
        return 0, 0, [record(name, TXT, text(b"\x1b[2J\x1b]0;owned\x07", b"\xff\xfe\r\n",
                                             "\u202e".encode())),
                      record("\x1b[31m.b.test", TXT, text(b"x" * 200))], b""
    if first == "big":
        return 0, 0 if tcp else TC, [address] if tcp else [], b""
    if first == "broken":
        return 2, 0, [], struct.pack("!HHH", 15, 2 + 8, 22) + b"no route"
    return 3, 0, [], b""


def reply(query, odd, tcp):
    end = 12
    labels = []
    while query[end]:
        labels.append(query[end + 1:end + 1 + query[end]].decode("utf-8", "replace"))
        end += 1 + query[end]
    rtype, _ = struct.unpack("!HH", query[end + 1:end + 5])
    name = ".".join(labels)
    rcode, flags, answers, options = answer(name, rtype, odd, tcp)
    extra = b""
    if struct.unpack("!H", query[10:12])[0]:
        extra = b"\0" + struct.pack("!HHIH", OPT, 1232, 0, len(options)) + options
    return name, (query[:2] + struct.pack("!HHHHH", QR | AA | flags | rcode | 0x0100, 1,
                                          len(answers), 0, bool(extra))
                  + query[12:end + 5] + b"".join(answers) + extra)


def serve(release, addresses):
    udp, tcp, held = {}, {}, []
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        odd = len(addresses) > 1 and address == addresses[-1]
        datagrams = socket.socket(family, socket.SOCK_DGRAM)
        datagrams.bind((address, 53))
        udp[datagrams] = odd
        streams = socket.create_server((address, 53), family=family)
        tcp[streams] = odd
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([*udp, *tcp], [], [], 0.02)
        if os.path.exists(release):
            for to, data, where in held:
                to.sendto(data, where)
            held = []
        for sock in ready:
            if sock in tcp:
                with sock.accept()[0] as stream:
                    size, = struct.unpack("!H", stream.recv(2, socket.MSG_WAITALL))
                    _, data = reply(stream.recv(size, socket.MSG_WAITALL), tcp[sock], True)
                    stream.sendall(struct.pack("!H", len(data)) + data)
                continue
            query, where = sock.recvfrom(4096)
            name, data = reply(query, udp[sock], False)
            if name.startswith("hold."):
                held.append((sock, data, where))
            elif not name.startswith("never."):
                sock.sendto(data, where)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
