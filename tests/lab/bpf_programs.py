# SPDX-License-Identifier: GPL-2.0-or-later
"""BPF programs of two instructions, loaded and put where packets pass: a compiler would be a lot to ask for them."""

import ctypes
import os
import struct

SYS_BPF = 321  # x86_64; bpf(2)
PROG_LOAD, OBJ_PIN, OBJ_GET, PROG_ATTACH, PROG_QUERY, LINK_CREATE = 5, 6, 7, 8, 16, 28
SIZE = 144  # of union bpf_attr, as much as any of these needs

# Type, what lets a packet pass, expected attach type.
KINDS = {
    "sched_cls": (3, 0, 0),  # TC_ACT_OK
    "sched_act": (4, 0, 0),
    "xdp": (6, 2, 0),  # XDP_PASS
    "cgroup_ingress": (8, 1, 0),
    "cgroup_egress": (8, 1, 1),
    "sock_ops": (13, 1, 3),
    "connect4": (18, 1, 10),
    "sendmsg6": (18, 1, 15),
    "netfilter": (32, 1, 45),  # NF_ACCEPT
}


def bpf(command, attributes):
    """What the kernel says (-errno, or a descriptor), and the attributes as it leaves them."""
    buffer = ctypes.create_string_buffer(attributes.ljust(SIZE, b"\0"), SIZE)
    result = ctypes.CDLL(None, use_errno=True).syscall(SYS_BPF, command, buffer, SIZE)
    return (result if result >= 0 else -ctypes.get_errno()), buffer.raw


def must(result):
    if result[0] < 0:
        raise OSError(-result[0], os.strerror(-result[0]))
    return result[0]


def load(kind, name):
    """A program that lets everything pass: its descriptor."""
    number, passes, attach_type = KINDS[kind]
    instructions = ctypes.create_string_buffer(struct.pack("<BBhi", 0xB7, 0, 0, passes) + struct.pack("<BBhi", 0x95, 0, 0, 0))
    licence = ctypes.create_string_buffer(b"GPL")
    return must(bpf(PROG_LOAD, struct.pack("<IIQQIIQII16sII", number, 2, ctypes.addressof(instructions), ctypes.addressof(licence),
                                           0, 0, 0, 0, 0, name.encode(), 0, attach_type)))


def pin(program, path):
    target = ctypes.create_string_buffer(path.encode())
    must(bpf(OBJ_PIN, struct.pack("<QII", ctypes.addressof(target), program, 0)))


def attach_to_cgroup(kind, program, directory):
    """Until the control group goes."""
    group = os.open(directory, os.O_DIRECTORY)
    try:
        must(bpf(PROG_ATTACH, struct.pack("<IIII", group, program, KINDS[kind][2], 0)))
    finally:
        os.close(group)


def attach_to_hook(program, family, hook, priority):
    """Among the chains of this namespace, until the descriptor that it returns is closed."""
    return must(bpf(LINK_CREATE, struct.pack("<IIIIIIiI", program, 0, 45, 0, family, hook, priority, 0)))


def cgroup_top():
    """Where control groups of version 2 are mounted, or None."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return next((line.split()[1] for line in mounts if line.split()[2] == "cgroup2"), None)
