#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: pin_bpf.py xdp|sched_cls|sched_act NAME PATH

Loads a BPF program that lets every packet pass and pins it at PATH (in a bpf file system), for
`ip link set ... xdp pinned` and `tc filter ... bpf pinned`. A compiler would be a lot to ask for
two instructions.
"""

import ctypes
import os
import struct
import sys

SYS_BPF = 321  # x86_64; bpf(2)
BPF_PROG_LOAD = 5
BPF_OBJ_PIN = 6
TYPES = {"sched_cls": 3, "sched_act": 4, "xdp": 6}
PASS = {"sched_cls": 0, "sched_act": 0, "xdp": 2}  # TC_ACT_OK, XDP_PASS


def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(SYS_BPF, command, buffer, len(attributes))
    if result < 0:
        number = ctypes.get_errno()
        sys.exit(f"pin_bpf.py: {os.strerror(number)}")
    return result


def main():
    kind, name, path = sys.argv[1:]
    # r0 = PASS; exit
    instructions = ctypes.create_string_buffer(
        struct.pack("<BBhi", 0xB7, 0, 0, PASS[kind]) + struct.pack("<BBhi", 0x95, 0, 0, 0)
    )
    licence = ctypes.create_string_buffer(b"GPL")
    program = bpf(
        BPF_PROG_LOAD,
        struct.pack(
            "<IIQQIIQII16s",
            TYPES[kind],
            2,
            ctypes.addressof(instructions),
            ctypes.addressof(licence),
            0,  # no log
            0,
            0,
            0,  # any kernel version
            0,
            name.encode(),
        ),
    )
    target = ctypes.create_string_buffer(path.encode())
    bpf(BPF_OBJ_PIN, struct.pack("<QII", ctypes.addressof(target), program, 0))


main()
