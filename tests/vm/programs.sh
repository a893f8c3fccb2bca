#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: the lab's test programs pass on Debian's kernel too, which is older than most. Emulated, a tenth of
# the decisions of routes takes as long as all of them do elsewhere.

set -uo pipefail

here=$(dirname "$(realpath "$0")")
programs=("$(dirname "$NETSCOPE")"/tests/lab/*_test)
if [ ! -x "${programs[0]}" ]; then
    echo "SKIP: the lab's programs were not built (cmocka is missing)"
    exit 77
fi
# shellcheck disable=SC2016 # variables of the machine's shell
exec "$here/run" --timeout 240 -- \
    bash -c 'status=0
        for program in "$@"; do
            case $program in
            *route_decision_test) "$program" 1 16 ;;
            *) "$program" ;;
            esac || status=1
        done
        exit $status' - \
    "${programs[@]}"
