#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: what takes packets past netfilter, on Debian's kernel, which has every filter and action of tc,
# flowtables, and br_netfilter as a module that is not loaded at first; and has no tcx.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
exec "$here/run" --timeout 240 -- bash -c '
    modprobe -a veth bridge nf_tables nft_flow_offload nf_flow_table_inet nft_compat ip_tables ip6_tables \
        iptable_raw iptable_filter ip6table_raw xt_CT
    exec "$@" --second-kernel' - "$here/../lab/bypass_test.py"
