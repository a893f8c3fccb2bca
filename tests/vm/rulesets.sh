#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: netscope prints native rules as nft does, on Debian's kernel too, which has queues,
# flowtables and what the family bridge alone can look at and do.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
export NO_MAYBE=1
exec "$here/run" --timeout 240 -- bash -c '
    modprobe -a nf_tables nft_queue nft_flow_offload nf_flow_table_inet nft_meta_bridge \
        nft_reject_bridge nft_reject_netdev nft_fib_inet nft_fib_netdev nft_xfrm nft_osf nft_socket nft_tproxy \
        nft_synproxy nft_ct nft_nat nft_masq nft_redir nft_dup_ipv4 nft_dup_ipv6 nft_connlimit nft_tunnel
    "$1/raw_expressions_test.py" || exit
    exec "$1/compare_nft.py" "${@:2}"' - "$here/../lab" "$@"
