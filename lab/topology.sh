# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# What the pretend node is: every name, address and number of it, said once. lab/README.md has the
# picture. Namespaces are called by short names here: outside, node2 and pod2 lie beyond the node,
# web, api and dns are its pods, registry is its Docker container.

NODE_NAME=node-1
NODE2_NAME=node-2
CLUSTER_DOMAIN=cluster.local
OUTSIDE_DOMAIN=example.net

# The network outside: a switch, which is the outside host and the router at the same time, and the
# second node.
OUTSIDE_IP4=192.0.2.1
OUTSIDE_IP6=2001:db8::1
OUTSIDE_MAC=52:54:00:c0:02:01
NODE_IP4=192.0.2.10
NODE_IP6=2001:db8::10
NODE_MAC=52:54:00:c0:02:0a
NODE2_IP4=192.0.2.20
NODE2_IP6=2001:db8::20
NODE2_MAC=52:54:00:c0:02:14
OUTSIDE_PREFIX4=24
OUTSIDE_PREFIX6=64
# The switch's ends of the cables to the two nodes.
PORT1_MAC=52:54:00:c0:02:81
PORT2_MAC=52:54:00:c0:02:82

# Pods' addresses: a /24 and a /64 of these for each node, as flannel's and the node controller's
# defaults are.
PODS_NET4=10.244.0.0/16
PODS_NET6=fd00:10:244::/48
NODE_PODS4=10.244.1
NODE_PODS6=fd00:10:244:1:
NODE2_PODS4=10.244.2
NODE2_PODS6=fd00:10:244:2:
PODS_PREFIX4=24
PODS_PREFIX6=64
CNI_MAC=0a:58:0a:f4:01:01
CNI2_MAC=0a:58:0a:f4:02:01
# 50 bytes less than the cable's: vxlan's headers.
PODS_MTU=1450

# flannel's vxlan device on both nodes.
VXLAN_ID=1
VXLAN_PORT=8472
FLANNEL_MAC=7e:11:f0:24:40:01
FLANNEL2_MAC=7e:11:f0:24:40:02
# flannel keeps a device of its own for IPv6.
FLANNEL_V6_MAC=7e:11:f6:24:40:01
FLANNEL2_V6_MAC=7e:11:f6:24:40:02

# The pod on the second node: another endpoint of the Service web.
POD2_IP4=$NODE2_PODS4.2
POD2_IP6=${NODE2_PODS6}:2
POD2_MAC=0a:58:0a:f4:02:02
POD2_VETH=veth81d3b7aa
POD2_VETH_MAC=b6:4f:0c:1d:02:02

# The node's three pods. web is dual stack, api has a second interface, dns is known by the
# kubelet's logs alone.
PODS=(web api dns)
declare -A POD_NAMESPACE=([web]=default [api]=default [dns]=kube-system)
declare -A POD_NAME=(
    [web]=web-7d4b9c6f5d-x2x8k
    [api]=api-6c8d7f9b44-q7w2p
    [dns]=coredns-5d78c9869d-hjk4v
)
declare -A POD_APP=([web]=nginx [api]=api-server [dns]=coredns)
declare -A POD_QOS=([web]=besteffort [api]=burstable [dns]=burstable)
declare -A POD_RUNTIME_STATE=([web]=yes [api]=yes [dns]=no)
declare -A POD_IP4=([web]=$NODE_PODS4.2 [api]=$NODE_PODS4.3 [dns]=$NODE_PODS4.4)
declare -A POD_IP6=([web]=${NODE_PODS6}:2)
declare -A POD_MAC=([web]=0a:58:0a:f4:01:02 [api]=0a:58:0a:f4:01:03 [dns]=0a:58:0a:f4:01:04)
declare -A POD_VETH=([web]=vethc1f0a3d2 [api]=veth4be97d10 [dns]=veth0d5a6e7f)
declare -A POD_VETH_MAC=([web]=b6:4f:0c:1d:01:02 [api]=b6:4f:0c:1d:01:03 [dns]=b6:4f:0c:1d:01:04)
declare -A POD_NETNS=(
    [web]=cni-3f2b8c1e-9d47-4a60-b5f3-7c1e2d904a11
    [api]=cni-8a5d0e72-41c6-4f39-92be-0b6f3a7c5d22
    [dns]=cni-c94e7b16-2f80-4d5b-a1c7-e5d8096b3f33
)

# The second interface of api: a macvlan on the node's cable; and the node's own macvlan, by which
# it reaches it.
API_NET1_IP4=192.0.2.61
API_NET1_MAC=02:42:c0:00:02:3d
SHIM_NAME=macvlan0
SHIM_IP4=192.0.2.60
SHIM_MAC=02:42:c0:00:02:3c

# Docker: its default bridge, which has no container, and a network named tools with one.
DOCKER0_IP4=172.17.0.1
DOCKER0_MAC=02:42:7b:3e:90:01
DOCKER_NETWORK=tools
DOCKER_BRIDGE=br-5f3c9a7d1e42
DOCKER_BRIDGE_IP4=172.18.0.1
DOCKER_BRIDGE_MAC=02:42:d1:6a:42:01
DOCKER_PREFIX4=16
REGISTRY_NAME=tools-registry-1
REGISTRY_APP=registry
REGISTRY_IP4=172.18.0.2
REGISTRY_MAC=02:42:ac:12:00:02
REGISTRY_VETH=veth6e1d93c
REGISTRY_VETH_MAC=b6:4f:0c:1d:12:02
REGISTRY_NETNS=4c7e19d2a0b5
REGISTRY_PORT=5000

# Services.
SERVICES_NET4=10.96.0.0/12
KUBERNETES_IP4=10.96.0.1
KUBERNETES_PORT=443
APISERVER_PORT=6443
KUBE_DNS_IP4=10.96.0.10
DNS_PORT=53
DNS_METRICS_PORT=9153
WEB_SERVICE_IP4=10.96.45.110
WEB_SERVICE_PORT=80
WEB_PORT=8080
WEB_NODE_PORT=30080
API_SERVICE_IP4=10.96.88.21
API_SERVICE_PORT=80
API_PORT=9090
# A Service without endpoints.
REPORTS_SERVICE_IP4=10.96.200.5
REPORTS_SERVICE_PORT=80

# Where the lab keeps what is its own, inside the private /run.
STATE=/run/netscope-lab

# Where the first process of the node holds the namespaces beyond it, for lab/at: the node has no file
# of them, for it could not see them.
declare -A BEYOND_FD=([outside]=20 [node2]=21 [pod2]=22)

# Path of the file that holds a network namespace, by its short name.
netns_path() {
    case $1 in
    outside | node2 | pod2) echo "$STATE/net/$1" ;;
    registry) echo "/run/docker/netns/$REGISTRY_NETNS" ;;
    *) echo "/run/netns/${POD_NETNS[$1]}" ;;
    esac
}

# An id that nobody types, the same at each start: digest WORDS LENGTH.
digest() {
    local sum
    sum=$(printf %s "$1" | sha256sum)
    echo "${sum:0:$2}"
}

pod_id() {
    digest "$1/pause" 64
}

pod_container_id() {
    digest "$1/${POD_APP[$1]}" 64
}

pod_uid() {
    local sum
    sum=$(digest "$1/uid" 32)
    echo "${sum:0:8}-${sum:8:4}-4${sum:13:3}-a${sum:17:3}-${sum:20:12}"
}
