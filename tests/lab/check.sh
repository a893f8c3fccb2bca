# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by tests that are many checks: each says how it went, and failures counts.
failures=0

# check WHAT COMMAND [ARGUMENTS]
check() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok: $what"
    else
        echo "FAILED: $what: $*"
        echo "${output:0:2000}"
        failures=$((failures + 1))
    fi
}
