# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that a rule with `-j NFQUEUE` hands over, by netlink itself: they are held until so many
are there, and then all go on. Packets of one flow that are held together lose the race for its place."""

import socket
import struct
import threading

NETLINK_NETFILTER = 12
NFNL_SUBSYS_QUEUE = 3
PACKET, VERDICT, CONFIG = 0, 1, 2
CFG_CMD, CFG_PARAMS = 1, 2
CMD_BIND, COPY_PACKET = 1, 2
PACKET_HDR, VERDICT_HDR = 1, 2
NF_ACCEPT = 1


def attribute(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def message(kind, queue, attributes):
    body = struct.pack(">BBH", socket.AF_UNSPEC, 0, queue) + attributes
    return struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_QUEUE << 8 | kind, 1, 0, 0) + body


class Holder:
    """Holds the packets of a queue in groups of so many."""

    def __init__(self, queue, size):
        self.queue, self.size = queue, size
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        self.socket.send(message(CONFIG, queue, attribute(CFG_CMD, struct.pack(">BBH", CMD_BIND, 0, socket.AF_INET))))
        self.socket.send(message(CONFIG, queue, attribute(CFG_PARAMS, struct.pack(">IB", 64, COPY_PACKET))))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        held = []
        while True:
            packet = self.socket.recv(65536)
            # Behind netlink's header and nfnetlink's the first attribute is the packet's own header.
            if struct.unpack_from("=H", packet, 4)[0] == NFNL_SUBSYS_QUEUE << 8 | PACKET:
                held.append(struct.unpack_from(">I", packet, 24)[0])
            if len(held) < self.size:
                continue
            for number in held:
                verdict = attribute(VERDICT_HDR, struct.pack(">II", NF_ACCEPT, number))
                self.socket.send(message(VERDICT, self.queue, verdict))
            held = []
