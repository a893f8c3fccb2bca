# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Files that nobody outside sees: a /run of the node's own, /etc and /var to be written over, /sys
# of its namespace.

# Whatever is written below DIRECTORY stays in the private /run.
make_overlay() {
    local scratch=$STATE/overlay$1
    mkdir -p "$scratch/upper" "$scratch/work"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$scratch/upper,workdir=$scratch/work" "$1"
}

files_make_private() {
    mount -t sysfs sysfs /sys
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p "$STATE"/{bin,cgroup,log,net,www} /run/netns /run/docker/netns
    make_overlay /etc
    make_overlay /var/lib
    make_overlay /var/log

    # What the machine itself keeps there is not the node's.
    local directory pod
    for directory in /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/kubelet \
        /var/log/pods /var/log/containers; do
        mkdir -p "$directory"
        mount -t tmpfs -o mode=755 tmpfs "$directory"
    done

    rm -f /etc/resolv.conf /etc/hosts
    printf 'search %s\nnameserver %s\n' "$OUTSIDE_DOMAIN" "$OUTSIDE_IP4" >/etc/resolv.conf
    write_hosts /etc/hosts "$NODE_IP4" "$NODE_NAME"
    for pod in "${PODS[@]}"; do
        write_pod_etc "$pod"
    done
}

write_hosts() {
    printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n%s %s\n' "$2" "$3" >"$1"
}

# As the kubelet makes them for the policy ClusterFirst; where `ip netns exec` looks for them.
write_pod_etc() {
    local directory=/etc/netns/${POD_NETNS[$1]}
    mkdir -p "$directory"
    write_hosts "$directory/hosts" "${POD_IP4[$1]}" "${POD_NAME[$1]}"
    cat >"$directory/resolv.conf" <<EOF
search ${POD_NAMESPACE[$1]}.svc.$CLUSTER_DOMAIN svc.$CLUSTER_DOMAIN $CLUSTER_DOMAIN
nameserver $KUBE_DNS_IP4
options ndots:5
EOF
}
