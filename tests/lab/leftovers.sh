# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by tests of what must leave nothing behind. $scratch is the test's own directory.

# Every process that the test starts carries this in its environment, and is known by it.
export NETSCOPE_LEFTOVERS_OF=$scratch

processes_left() {
    local environ
    for environ in /proc/[0-9]*/environ; do
        ! grep -qsz "^NETSCOPE_LEFTOVERS_OF=$scratch$" "$environ" || echo "$environ"
    done
}

nothing_left() {
    local try left
    for try in {1..50}; do
        left=$(processes_left)
        [ -n "$left" ] || break
        sleep 0.1
    done
    [ -z "$left" ] || { echo "after $try tries there are still: $left"; return 1; }
    ! grep -e netscope-lab -e "${POD_NETNS[web]}" /proc/self/mountinfo || return 1
    ! ls -d "$STATE" /run/netns/"${POD_NETNS[web]}" /etc/netns/"${POD_NETNS[web]}" \
        /run/docker/netns/"$REGISTRY_NETNS" /var/log/pods/*"${POD_NAME[web]}"* 2>/dev/null || return 1
    ! ip -o link show | grep -e "${POD_VETH[web]}" -e "$REGISTRY_VETH" || return 1
    ! find /sys/fs/cgroup -name "*$(pod_container_id web)*" 2>/dev/null | grep . || return 1
}
