#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: what legacy tables there are, on Debian's kernel, which has those of ebtables, too.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
exec "$here/run" --timeout 240 -- bash -c '
    modprobe -a ip_tables ip6_tables iptable_nat ip6table_filter arp_tables arptable_filter
    exec "$@" --ebtables' - "$here/../lab/legacy_test.py"
