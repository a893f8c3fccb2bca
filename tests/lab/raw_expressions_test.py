#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: expressions that nft of Debian 12 cannot write, and shows as nothing, put into the kernel by hand: netscope
shows them as they are, and counts them. Runs in a network namespace of its own. Kernels without one of them say so."""

import errno
import json
import os
import socket
import struct
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
INSIDE = "NETSCOPE_RAW_TEST_INSIDE"
NETLINK_NETFILTER = 12
BATCH_BEGIN, BATCH_END, NEWRULE = 16, 17, 10 << 8 | 6
REQUEST, ACK, CREATE, APPEND = 1, 4, 0x400, 0x800
TABLE = """
table inet t {
    chain c {
        type filter hook input priority 0
    }
}
table netdev t {
    chain c {
        type filter hook ingress device lo priority 0
    }
}
"""
INET, NETDEV = 1, 5  # linux/netfilter.h


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def nested(kind, *attributes):
    return attribute(kind | 0x8000, b"".join(attributes))


def number(kind, value):
    return attribute(kind, struct.pack(">I", value))


def text(kind, words):
    return attribute(kind, words.encode() + b"\0")


def expression(name, *operands):
    return [text(1, name), nested(2, *operands)]


def compare(value):
    return expression("cmp", number(1, 1), number(2, 0), nested(3, attribute(1, value)))


def vxlan(inside):
    """inner (linux/netfilter/nf_tables.h): of a VXLAN packet, all headers."""
    return expression("inner", number(1, 0), number(2, 1), number(3, 15), number(4, 8), nested(5, *inside))


RULES = [
    ("inner", INET, [vxlan(expression("payload", number(1, 1), number(2, 1), number(3, 12), number(4, 4))), compare(b"\x0a\0\0\1")],
     "[ inner type 1 flags 15 header 8 [ payload load 4b @ nh + 12 => reg 4 ] ] [ cmp eq reg 4 0x0a000001 ]"),
    ("inner", INET, [vxlan(expression("meta", number(1, 1), number(2, 16))), compare(b"\x06")],
     "[ inner type 1 flags 15 header 8 [ meta l4proto => reg 4 ] ] [ cmp eq reg 4 0x06 ]"),
    ("tunnel", NETDEV, [expression("tunnel", number(1, 1), number(2, 1)), compare(b"\0\0\0\5")],
     "[ tunnel key 1 mode 0 => reg 4 ] [ cmp eq reg 4 0x00000005 ]"),
]  # fmt: skip


def message(kind, flags, body, family=socket.AF_UNIX, resource=0):
    body = struct.pack("=BBH", family, 0, socket.htons(resource)) + body
    return struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body


def add_rule(sock, family, expressions):
    """Returns 0, or the errno that the kernel answers."""
    body = text(1, "t") + text(2, "c") + nested(4, *[nested(1, *parts) for parts in expressions])
    sock.send(message(BATCH_BEGIN, REQUEST, b"", 0, 10) + message(NEWRULE, REQUEST | ACK | CREATE | APPEND, body, family)
              + message(BATCH_END, REQUEST, b"", 0, 10))  # fmt: skip
    return -struct.unpack_from("=i", sock.recv(8192), 16)[0]


def shown():
    done = subprocess.run([NETSCOPE, "--dump=rules", "--format", "json"], capture_output=True, text=True, check=True)
    return [(row["text"], row.get("unknown")) for row in json.loads(done.stdout)["rules"]]


def inside():
    subprocess.run(["nft", "-f", "-"], input=TABLE, text=True, check=True)
    expected = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
        sock.bind((0, 0))
        sock.settimeout(60)
        for name, family, expressions, words in RULES:
            error = add_rule(sock, family, expressions)
            if error == 0:
                expected.append((words, 1))
            elif error in (errno.ENOENT, errno.EOPNOTSUPP):
                print(f"this kernel has no expression {name}")
            else:
                sys.exit(f"{words}: {os.strerror(error)}")
    if shown() != expected:
        sys.exit(f"expected {expected}\nthere is {shown()}")
    if not expected:
        print("skipped: this kernel has none of them")
        sys.exit(77)


if INSIDE in os.environ:
    inside()
else:
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
