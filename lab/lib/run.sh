# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# How each of the three processes around COMMAND runs the next: a job in the background, so that a
# signal is acted on at once; but with the terminal, and with the keyboard's signals as they were,
# for it is what the user talks to.

# Processes that a signal is meant for: what unshare started, for it keeps signals from itself.
run_receivers() {
    pgrep -P "$run_pid" || true
}

run_pass_signal() {
    local pid
    run_ended=$((128 + $(kill -l "$1")))
    for pid in $(run_receivers); do
        kill -s "$1" "$pid" 2>/dev/null || true
    done
}

run_take_signal() {
    run_pass_signal "$1"
}

# What COMMAND's process does before it is COMMAND.
run_prepare() {
    :
}

# run_to_end COMMAND [ARGUMENTS]: leaves COMMAND's status in run_status.
run_to_end() {
    (run_prepare && exec env --default-signal=INT,QUIT "$@") <&0 &
    run_pid=$!
    # Not caught but ignored: a caught one would end the wait below, with its own status.
    trap '' INT QUIT
    trap 'run_take_signal TERM' TERM
    trap 'run_take_signal HUP' HUP
    # wait ends early at a trapped signal: the status counts only once the process is gone.
    while
        run_status=0
        wait "$run_pid" 2>/dev/null || run_status=$?
        kill -0 "$run_pid" 2>/dev/null
    do :; done
}
