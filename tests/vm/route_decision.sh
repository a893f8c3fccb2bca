#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, netscope decides which route a packet takes as that kernel does, in namespaces
# that each have a VRF.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
export VRF=1
[ $# -gt 0 ] || set -- 1 24
exec "$here/run" --timeout 280 -- \
    bash -c 'modprobe -a veth vrf && exec tests/lab/route_decision_test "$@"' - "$@"
