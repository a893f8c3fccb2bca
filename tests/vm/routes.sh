#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: netscope says of a route of every sort, on Debian's kernel (with MPLS, VRFs and every
# encapsulation), what iproute2 says.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
export LWTUNNEL_OPTIONS=1
exec "$here/run" --timeout 240 -- bash -c '
    modprobe -a mpls_router mpls_iptunnel mpls_gso vrf ila xfrm_interface
    "$1/make_routes" && exec "$1/compare_routes.py"' - "$here/../lab"
