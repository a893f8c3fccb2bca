#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, too, netscope says of connection tracking what conntrack(8), ctnetlink and
# /proc say, of DCCP and of a flow that a flowtable carries, which the running kernel need not have.

set -uo pipefail

here=$(dirname "$(realpath "$0")")

exec "$here/run" --timeout 240 -- "$here/../lab/flows.sh" --second-kernel
