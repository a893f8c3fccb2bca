#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: fill_flows.py [--rate RATE] COUNT

Makes COUNT established TCP flows in this network namespace, by ctnetlink and many a send. One in a
hundred has mark 1, the others have mark 0. With --rate, so many a second, other ones, which end after five."""

import argparse
import socket
import struct
import sys
import time

NETLINK_NETFILTER = 12
CT_NEW = 0x100
REQUEST, CREATE, EXCL = 1, 0x400, 0x200
CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_MARK = 1, 2, 3, 4, 7, 8
NESTED = 0x8000
SEEN_REPLY_ASSURED_CONFIRMED = 2 | 4 | 8
TCP_ESTABLISHED = 3
BATCH = 200


def attr(kind, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + b"\0" * (-length % 4)


def tuple_attr(kind, src, dst, sport, dport):
    addresses = attr(1, struct.pack("!I", src)) + attr(2, struct.pack("!I", dst))
    ports = attr(1, b"\6") + attr(2, struct.pack("!H", sport)) + attr(3, struct.pack("!H", dport))
    return attr(kind | NESTED, attr(1 | NESTED, addresses) + attr(2 | NESTED, ports))


REST = attr(CTA_STATUS, struct.pack("!I", SEEN_REPLY_ASSURED_CONFIRMED)) + attr(
    CTA_PROTOINFO | NESTED, attr(1 | NESTED, attr(1, bytes([TCP_ESTABLISHED])))
)
NETWORK, BRIEF_NETWORK = 0x0A000000, 0x0A800000
TIMEOUT, BRIEF_TIMEOUT = 400000, 5


def message(number, network=NETWORK, timeout=TIMEOUT):
    src, sport = network + number // 50000, 1024 + number % 50000
    dst, dport = 0x0A600000 + number % 1000, 443
    body = struct.pack("=BBH", socket.AF_INET, 0, 0)
    body += tuple_attr(CTA_TUPLE_ORIG, src, dst, sport, dport)
    body += tuple_attr(CTA_TUPLE_REPLY, dst, src, dport, sport)
    body += REST + attr(CTA_TIMEOUT, struct.pack("!I", timeout)) + attr(CTA_MARK, struct.pack("!I", int(number % 100 == 0)))
    return struct.pack("=IHHII", 16 + len(body), CT_NEW, REQUEST | CREATE | EXCL, 0, 0) + body


def fill(kernel, count):
    for start in range(0, count, BATCH):
        kernel.send(b"".join(message(i) for i in range(start, min(start + BATCH, count))))


def fill_slowly(kernel, count, rate):
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(0, start + number / rate - time.monotonic()))
        kernel.send(message(number, BRIEF_NETWORK, BRIEF_TIMEOUT))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float)
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    if options.rate:
        fill_slowly(kernel, options.count, options.rate)
    else:
        fill(kernel, options.count)
    kernel.setblocking(False)
    try:
        error = struct.unpack_from("=i", kernel.recv(65536), 16)[0]
        sys.exit(f"a flow was refused: error {error}")
    except BlockingIOError:
        pass


if __name__ == "__main__":
    main()
