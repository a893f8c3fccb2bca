#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: pin_bpf.py xdp|sched_cls|sched_act NAME PATH

Loads a BPF program that lets every packet pass and pins it at PATH (in a bpf file system), for
`ip link set ... xdp pinned` and `tc filter ... bpf pinned`.
"""

import sys

import bpf_programs


def main():
    kind, name, path = sys.argv[1:]
    try:
        bpf_programs.pin(bpf_programs.load(kind, name), path)
    except OSError as error:
        sys.exit(f"pin_bpf.py: {error.strerror}")


main()
