#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# First process of the node: node.sh FLAVOUR TRAFFIC COMMAND... Starts what runs on the node, runs
# COMMAND, and exits with its status; the kernel then ends every other process.
set -eu
LAB=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$LAB/topology.sh"
. "$LAB/lib/dns.sh"
. "$LAB/lib/expand.sh"
. "$LAB/lib/process.sh"
. "$LAB/lib/names.sh"
. "$LAB/lib/run.sh"
. "$LAB/lib/services.sh"
. "$LAB/lib/traffic.sh"

# The keyboard's signals are for COMMAND.
trap : INT QUIT
trap 'exit 143' TERM
trap 'exit 129' HUP

flavour=$1
traffic=$2
shift 2

start_app() {
    case $1 in
    web) process_serve_http web "${POD_NAME[web]}" "${POD_APP[web]}" "$WEB_PORT" ;;
    api) process_serve_http api "${POD_NAME[api]}" "${POD_APP[api]}" "$API_PORT" ;;
    dns) dns_start_cluster ;;
    esac
}

start_pod() {
    local pod=$1 sandbox_pid
    process_pause "$pod" "${POD_NAME[$pod]}"
    sandbox_pid=$process_pid
    process_set_cgroup "$sandbox_pid" "$(pod_cgroup "$pod" "$(pod_id "$pod")")"
    names_write_sandbox "$pod" "$sandbox_pid"
    start_app "$pod"
    process_set_cgroup "$process_pid" "$(pod_cgroup "$pod" "$(pod_container_id "$pod")")"
    names_write_container "$pod" "$process_pid" "$sandbox_pid"
    names_write_logs "$pod"
}

start_docker_container() {
    process_serve_http registry "${REGISTRY_NAME}" "$REGISTRY_APP" "$REGISTRY_PORT"
    process_set_cgroup "$process_pid" "$(registry_cgroup)"
    names_write_docker "$process_pid"
}

hide_beyond() {
    local place path
    for place in "${!BEYOND_FD[@]}"; do
        path=$(netns_path "$place")
        eval "exec ${BEYOND_FD[$place]}<'$path'"
        umount --lazy "$path"
        rm "$path"
    done
}

for pod in "${PODS[@]}"; do
    start_pod "$pod"
done
start_docker_container

services_load_rules "$flavour"
dns_wait dns "${POD_IP4[dns]}" "$CLUSTER_DOMAIN"
dns_wait outside "$OUTSIDE_IP4" "$OUTSIDE_DOMAIN"
[ "$traffic" = no ] || traffic_start_inside

# No unshare stands between: the signal is for COMMAND itself.
# shellcheck disable=SC2317 # called by run_pass_signal
run_receivers() {
    echo "$run_pid"
}
# shellcheck disable=SC2317 # called by run_to_end
run_prepare() {
    local fd
    for fd in "${BEYOND_FD[@]}"; do
        eval "exec $fd<&-"
    done
}
hide_beyond
run_to_end "$@"
exit "$run_status"
