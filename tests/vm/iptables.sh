#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on Debian's kernel, too, netscope prints rules as iptables-save does, with extensions that
# the running kernel need not have.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
rules=$here/../lab/xt_rules

exec "$here/run" --timeout 240 -- bash -c 'modprobe -q nfnetlink_acct; exec "$@"' - \
    "$here/../lab/compare_iptables.py" \
    "$rules"/{cgroup,cluster,ct,header,ipvs,led,nfacct,tcp}.rules
