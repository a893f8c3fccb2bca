# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2153,SC2154
# Network namespaces and what is in them: devices, addresses, routes, forwarding entries. Made in a
# fixed order with fixed addresses, so that indexes, names and link-local addresses are the same at
# each start.

# What the machine's own defaults would decide otherwise; no waiting for duplicate addresses, no
# asking for routers.
quieten_netns() {
    local conf=/proc/sys/net/ipv4/conf family
    echo 2 | tee $conf/all/rp_filter >$conf/default/rp_filter
    for family in all default; do
        echo 0 >/proc/sys/net/ipv6/conf/$family/accept_dad
        echo 0 >/proc/sys/net/ipv6/conf/$family/router_solicitations
        echo 0 >/proc/sys/net/ipv6/conf/$family/accept_ra
    done
    ip link set lo up
}

forward_packets() {
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
}

# make_netns NAME [FUNCTION]: a namespace kept by a file, set up by the function inside it.
make_netns() {
    local path
    path=$(netns_path "$1")
    touch "$path"
    export -f quieten_netns forward_packets
    unshare --net bash -euc "mount --bind /proc/self/ns/net '$path'; quieten_netns; ${2:-true}"
}

# A batch of ip commands on standard input, in the namespace NAME.
in_netns() {
    nsenter --net="$(netns_path "$1")" ip -batch -
}

links_make() {
    local name
    quieten_netns
    forward_packets
    make_netns outside forward_packets
    make_netns node2 forward_packets
    for name in pod2 "${PODS[@]}" registry; do
        make_netns "$name"
    done

    make_outside
    make_node
    make_pods
    make_docker
    make_second_node
}

# The switch with a cable to each node. The nodes' ends are their eth0.
make_outside() {
    ip -batch - <<EOF
link add eth0 address $NODE_MAC type veth peer name node-1 address $PORT1_MAC netns $(netns_path outside)
EOF
    in_netns node2 <<EOF
link add eth0 address $NODE2_MAC type veth peer name node-2 address $PORT2_MAC netns $(netns_path outside)
EOF
    in_netns outside <<EOF
link add lan0 address $OUTSIDE_MAC type bridge
address add $OUTSIDE_IP4/$OUTSIDE_PREFIX4 dev lan0
address add $OUTSIDE_IP6/$OUTSIDE_PREFIX6 dev lan0 nodad
link set node-1 master lan0 up
link set node-2 master lan0 up
link set lan0 up
EOF
}

# print_node_commands IP4 IP6 VXLAN_MAC VXLAN6_MAC CNI_MAC PODS4 PODS6: what the two nodes have
# alike.
print_node_commands() {
    local ip4=$1 ip6=$2 vxlan_mac=$3 vxlan6_mac=$4 cni_mac=$5 pods4=$6 pods6=$7
    cat <<EOF
address add $ip4/$OUTSIDE_PREFIX4 dev eth0
address add $ip6/$OUTSIDE_PREFIX6 dev eth0 nodad
link set eth0 up
route add default via $OUTSIDE_IP4
route add default via $OUTSIDE_IP6
link add flannel.1 address $vxlan_mac mtu $PODS_MTU type vxlan id $VXLAN_ID local $ip4 dev eth0 dstport $VXLAN_PORT nolearning
address add $pods4.0/32 dev flannel.1
link set flannel.1 up
link add flannel-v6.1 address $vxlan6_mac mtu $((PODS_MTU - 20)) type vxlan id $VXLAN_ID local $ip6 dev eth0 dstport $VXLAN_PORT nolearning
address add ${pods6}:/128 dev flannel-v6.1 nodad
link set flannel-v6.1 up
link add cni0 address $cni_mac mtu $PODS_MTU type bridge
address add $pods4.1/$PODS_PREFIX4 dev cni0
address add ${pods6}:1/$PODS_PREFIX6 dev cni0 nodad
link set cni0 up
EOF
}

# print_way_to_node IP4 IP6 VXLAN_MAC VXLAN6_MAC PODS4 PODS6: the way to the other node's pods, as
# flannel writes it.
print_way_to_node() {
    local ip4=$1 ip6=$2 vxlan_mac=$3 vxlan6_mac=$4 pods4=$5 pods6=$6
    cat <<EOF
neighbour add $pods4.0 lladdr $vxlan_mac dev flannel.1 nud permanent
route add $pods4.0/$PODS_PREFIX4 via $pods4.0 dev flannel.1 onlink
neighbour add ${pods6}: lladdr $vxlan6_mac dev flannel-v6.1 nud permanent
route add ${pods6}:/$PODS_PREFIX6 via ${pods6}: dev flannel-v6.1 onlink
EOF
}

print_way_to_node_fdb() {
    local ip4=$1 ip6=$2 vxlan_mac=$3 vxlan6_mac=$4
    echo "fdb append $vxlan_mac dev flannel.1 dst $ip4 self permanent"
    echo "fdb append $vxlan6_mac dev flannel-v6.1 dst $ip6 self permanent"
}

make_node() {
    local node2=("$NODE2_IP4" "$NODE2_IP6" "$FLANNEL2_MAC" "$FLANNEL2_V6_MAC" "$NODE2_PODS4" "$NODE2_PODS6")
    {
        print_node_commands "$NODE_IP4" "$NODE_IP6" "$FLANNEL_MAC" "$FLANNEL_V6_MAC" "$CNI_MAC" \
            "$NODE_PODS4" "$NODE_PODS6"
        print_way_to_node "${node2[@]}"
    } | ip -batch -
    print_way_to_node_fdb "${node2[@]}" | bridge -batch -
}

make_second_node() {
    local node=("$NODE_IP4" "$NODE_IP6" "$FLANNEL_MAC" "$FLANNEL_V6_MAC" "$NODE_PODS4" "$NODE_PODS6")
    {
        print_node_commands "$NODE2_IP4" "$NODE2_IP6" "$FLANNEL2_MAC" "$FLANNEL2_V6_MAC" "$CNI2_MAC" \
            "$NODE2_PODS4" "$NODE2_PODS6"
        print_way_to_node "${node[@]}"
        print_pod_veth pod2 "$POD2_VETH" "$POD2_VETH_MAC" "$POD2_MAC"
    } | in_netns node2
    print_way_to_node_fdb "${node[@]}" | nsenter --net="$(netns_path node2)" bridge -batch -
    print_pod_inside "$NODE2_PODS4" "$POD2_IP4" "$NODE2_PODS6" "$POD2_IP6" | in_netns pod2
}

# print_pod_veth NAME VETH VETH_MAC MAC: a pod's cable, plugged into cni0 as the bridge plugin does.
print_pod_veth() {
    cat <<EOF
link add $2 address $3 mtu $PODS_MTU type veth peer name eth0 address $4 mtu $PODS_MTU netns $(netns_path "$1")
link set $2 master cni0 up
link set $2 type bridge_slave hairpin on
EOF
}

# print_pod_inside PODS4 IP4 [PODS6 IP6]
print_pod_inside() {
    cat <<EOF
address add $2/$PODS_PREFIX4 dev eth0
link set eth0 up
route add default via $1.1
route add $PODS_NET4 via $1.1
EOF
    [ -z "${4:-}" ] || cat <<EOF
address add $4/$PODS_PREFIX6 dev eth0 nodad
route add default via ${3}:1
EOF
}

make_pods() {
    local pod
    for pod in "${PODS[@]}"; do
        print_pod_veth "$pod" "${POD_VETH[$pod]}" "${POD_VETH_MAC[$pod]}" "${POD_MAC[$pod]}"
    done | ip -batch -
    for pod in "${PODS[@]}"; do
        print_pod_inside "$NODE_PODS4" "${POD_IP4[$pod]}" "$NODE_PODS6" "${POD_IP6[$pod]:-}" | in_netns "$pod"
    done
    ip -batch - <<EOF
link add link eth0 name net1 address $API_NET1_MAC netns $(netns_path api) type macvlan mode bridge
link add link eth0 name $SHIM_NAME address $SHIM_MAC type macvlan mode bridge
address add $SHIM_IP4/32 dev $SHIM_NAME
link set $SHIM_NAME up
route add $API_NET1_IP4/32 dev $SHIM_NAME
EOF
    in_netns api <<EOF
address add $API_NET1_IP4/$OUTSIDE_PREFIX4 dev net1
link set net1 up
EOF
}

make_docker() {
    ip -batch - <<EOF
link add docker0 address $DOCKER0_MAC type bridge
address add $DOCKER0_IP4/$DOCKER_PREFIX4 broadcast + dev docker0
link set docker0 up
link add $DOCKER_BRIDGE address $DOCKER_BRIDGE_MAC type bridge
address add $DOCKER_BRIDGE_IP4/$DOCKER_PREFIX4 broadcast + dev $DOCKER_BRIDGE
link set $DOCKER_BRIDGE up
link add $REGISTRY_VETH address $REGISTRY_VETH_MAC type veth peer name eth0 address $REGISTRY_MAC netns $(netns_path registry)
link set $REGISTRY_VETH master $DOCKER_BRIDGE up
EOF
    in_netns registry <<EOF
address add $REGISTRY_IP4/$DOCKER_PREFIX4 broadcast + dev eth0
link set eth0 up
route add default via $DOCKER_BRIDGE_IP4
EOF
}
