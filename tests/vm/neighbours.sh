#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, whose bridges filter by VLAN, netscope says of a neighbour and an FDB entry
# of every sort what iproute2 says, and of the kernel's tables what the kernel's files say.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
exec "$here/run" --timeout 240 -- bash -c '
    modprobe -a bridge veth vxlan 8021q
    "$1/make_neighbours" && exec "$1/compare_neighbours.py"' - "$here/../lab"
