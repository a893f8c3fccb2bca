#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: in every namespace of the pretend node, and in one with a route of every sort, netscope says
# of routes, policy rules and nexthop objects what iproute2 says.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
exec "$here/../../lab/node" -- \
    bash -c '"$1/make_routes" && exec "$1/compare_routes.py"' - "$here"
