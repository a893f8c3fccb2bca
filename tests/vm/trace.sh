#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, too, the steps of a traced packet are those that nft tells. It makes its ids of
# packets otherwise, says nothing of connections, and calls a rule that returns the end of its chain.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
exec "$here/run" --timeout 240 -- bash -c 'modprobe br_netfilter; exec "$@"' - \
    "$here/../lab/trace_packets_test.py" --few kube-proxy-nftables
