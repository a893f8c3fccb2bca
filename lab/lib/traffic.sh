# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A small steady traffic, about one exchange a second on each way, so that counters move and
# connections come and go.

# traffic_repeat PLACE NAME COMMAND: the shell COMMAND each second, under the name NAME.
traffic_repeat() {
    process_start "$1" "$2" "$2" "$2" bash -c "while sleep 1; do $3; done"
}

traffic_ping() {
    process_start "$1" "$2" ping ping ping -q -i 1 "$3"
}

# print_fetch HOST PORT: the shell command that gets a page, in a subshell, which closes the
# connection.
print_fetch() {
    printf '%s' "(exec 3<>/dev/tcp/$1/$2" \
        ' && printf "GET / HTTP/1.0\r\n\r\n" >&3 && mapfile <&3)'
}

# What comes from beyond the node.
traffic_start_outside() {
    traffic_repeat outside outside-client "$(print_fetch "$NODE_IP4" "$WEB_NODE_PORT")"
    traffic_repeat node2 node2-client "$(print_fetch "$NODE_IP4" "$REGISTRY_PORT")"
}

# What the node's pods and its container begin: across the vxlan, to a Service by its name (so to
# the DNS server first), to the outside host.
traffic_start_inside() {
    traffic_ping web "${POD_NAME[web]}" "$POD2_IP4"
    traffic_repeat api "${POD_APP[api]}-client" \
        "$(print_fetch "web.default.svc.$CLUSTER_DOMAIN" "$WEB_SERVICE_PORT")"
    traffic_ping registry "$REGISTRY_NAME" "$DOCKER_BRIDGE_IP4"
}
