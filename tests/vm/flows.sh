#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, too, netscope says of connection tracking what conntrack(8), ctnetlink and
# /proc say, of DCCP and of a flow that a flowtable carries, which the running kernel need not have.

set -uo pipefail

here=$(dirname "$(realpath "$0")")

# Before it is loaded, that is said.
exec "$here/run" --timeout 240 -- bash -c '
    said=$("$NETSCOPE" --dump=flows 2>&1 >/dev/null)
    if [ "$said" != "netscope: flows of host: unsupported: connection tracking (nf_conntrack) is not loaded" ]; then
        echo "without connection tracking: $said"
        exit 1
    fi
    exec "$1" --second-kernel' - "$here/../lab/flows.sh"
