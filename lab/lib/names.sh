# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# The files that containerd, Docker and the kubelet leave about their containers, in the shape they
# have, each a single line of JSON: what a namespace is called can be learnt from them.
CONTAINERD_TASKS=/run/containerd/io.containerd.runtime.v2.task/k8s.io

# Standard input without line ends and indentation.
write_one_line() {
    sed 's/^ *//' | tr -d '\n' >"$1"
}

# The cgroup's slice of a pod, by systemd's driver: dashes of the uid would mean subslices.
pod_slice() {
    local uid
    uid=$(pod_uid "$1")
    echo "kubepods-${POD_QOS[$1]}-pod${uid//-/_}.slice"
}

pod_cgroup() {
    echo "/kubepods.slice/kubepods-${POD_QOS[$1]}.slice/$(pod_slice "$1")/cri-containerd-$2.scope"
}

# The OCI runtime's specification of the pod's sandbox.
names_write_sandbox() {
    local pod=$1 pid=$2 id uid
    [ "${POD_RUNTIME_STATE[$pod]}" = yes ] || return 0
    id=$(pod_id "$pod")
    uid=$(pod_uid "$pod")
    mkdir -p "$CONTAINERD_TASKS/$id"
    printf %s "$pid" >"$CONTAINERD_TASKS/$id/init.pid"
    write_one_line "$CONTAINERD_TASKS/$id/config.json" <<EOF
{"ociVersion":"1.1.0",
"process":{"user":{"uid":65535,"gid":65535},"args":["/pause"],
    "env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"cwd":"/"},
"root":{"path":"rootfs","readonly":true},
"hostname":"${POD_NAME[$pod]}",
"mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]}],
"annotations":{"io.kubernetes.cri.container-type":"sandbox",
    "io.kubernetes.cri.sandbox-id":"$id",
    "io.kubernetes.cri.sandbox-log-directory":"$(pod_log_directory "$pod")",
    "io.kubernetes.cri.sandbox-name":"${POD_NAME[$pod]}",
    "io.kubernetes.cri.sandbox-namespace":"${POD_NAMESPACE[$pod]}",
    "io.kubernetes.cri.sandbox-uid":"$uid"},
"linux":{"resources":{},
    "cgroupsPath":"$(pod_slice "$pod"):cri-containerd:$id",
    "namespaces":[{"type":"pid"},{"type":"ipc"},{"type":"uts"},{"type":"mount"},
        {"type":"network","path":"/var/run/netns/${POD_NETNS[$pod]}"}]}}
EOF
}

# The OCI runtime's specification of the pod's container, which joins the sandbox's namespaces.
names_write_container() {
    local pod=$1 pid=$2 sandbox_pid=$3 id app uid
    [ "${POD_RUNTIME_STATE[$pod]}" = yes ] || return 0
    id=$(pod_container_id "$pod")
    uid=$(pod_uid "$pod")
    app=${POD_APP[$pod]}
    mkdir -p "$CONTAINERD_TASKS/$id"
    printf %s "$pid" >"$CONTAINERD_TASKS/$id/init.pid"
    write_one_line "$CONTAINERD_TASKS/$id/config.json" <<EOF
{"ociVersion":"1.1.0",
"process":{"user":{"uid":0,"gid":0},"args":["$app"],
    "env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","HOSTNAME=${POD_NAME[$pod]}"],"cwd":"/"},
"root":{"path":"rootfs"},
"mounts":[{"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]}],
"annotations":{"io.kubernetes.cri.container-name":"$app",
    "io.kubernetes.cri.container-type":"container",
    "io.kubernetes.cri.image-name":"registry.$OUTSIDE_DOMAIN/$app:1.0",
    "io.kubernetes.cri.sandbox-id":"$(pod_id "$pod")",
    "io.kubernetes.cri.sandbox-name":"${POD_NAME[$pod]}",
    "io.kubernetes.cri.sandbox-namespace":"${POD_NAMESPACE[$pod]}",
    "io.kubernetes.cri.sandbox-uid":"$uid"},
"linux":{"resources":{},
    "cgroupsPath":"$(pod_slice "$pod"):cri-containerd:$id",
    "namespaces":[{"type":"pid"},
        {"type":"ipc","path":"/proc/$sandbox_pid/ns/ipc"},
        {"type":"uts","path":"/proc/$sandbox_pid/ns/uts"},
        {"type":"mount"},
        {"type":"network","path":"/proc/$sandbox_pid/ns/net"}]}}
EOF
}

pod_log_directory() {
    echo "/var/log/pods/${POD_NAMESPACE[$1]}_${POD_NAME[$1]}_$(pod_uid "$1")"
}

# The kubelet's log of the pod's container, and the symbolic link by which log collectors find it.
names_write_logs() {
    local pod=$1 app=${POD_APP[$1]} log
    log=$(pod_log_directory "$pod")/$app/0.log
    mkdir -p "${log%/*}"
    echo "2026-11-23T00:00:00.000000000Z stdout F $app started" >"$log"
    ln -s "$log" "/var/log/containers/${POD_NAME[$pod]}_${POD_NAMESPACE[$pod]}_$app-$(pod_container_id "$pod").log"
}

registry_id() {
    digest "$REGISTRY_NAME" 64
}

registry_cgroup() {
    echo "/system.slice/docker-$(registry_id).scope"
}

# Docker's record of its container.
names_write_docker() {
    local pid=$1 id directory
    id=$(registry_id)
    directory=/var/lib/docker/containers/$id
    mkdir -p "$directory"
    write_one_line "$directory/config.v2.json" <<EOF
{"StreamConfig":{},
"State":{"Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"RemovalInProgress":false,"Dead":false,
    "Pid":$pid,"ExitCode":0,"Error":"","StartedAt":"2026-11-23T00:00:00.000000000Z","FinishedAt":"0001-01-01T00:00:00Z","Health":null},
"ID":"$id",
"Created":"2026-11-23T00:00:00.000000000Z","Managed":false,"Path":"/$REGISTRY_APP","Args":[],
"Config":{"Hostname":"${id:0:12}","Domainname":"","User":"",
    "ExposedPorts":{"$REGISTRY_PORT/tcp":{}},"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "Cmd":["/$REGISTRY_APP"],"Image":"$REGISTRY_APP:2","Labels":{"com.docker.compose.project":"$DOCKER_NETWORK"}},
"Image":"sha256:$(digest "$REGISTRY_APP:2" 64)",
"NetworkSettings":{"Bridge":"","SandboxID":"$REGISTRY_NETNS$(digest "$REGISTRY_NETNS" 52)","HairpinMode":false,
    "Networks":{"$DOCKER_NETWORK":{"NetworkID":"${DOCKER_BRIDGE#br-}$(digest "$DOCKER_BRIDGE" 52)",
        "Gateway":"$DOCKER_BRIDGE_IP4","IPAddress":"$REGISTRY_IP4","IPPrefixLen":$DOCKER_PREFIX4,"MacAddress":"$REGISTRY_MAC"}},
    "Ports":{"$REGISTRY_PORT/tcp":[{"HostIp":"0.0.0.0","HostPort":"$REGISTRY_PORT"}]},
    "SandboxKey":"/var/run/docker/netns/$REGISTRY_NETNS"},
"LogPath":"$directory/$id-json.log","Name":"/$REGISTRY_NAME","Driver":"overlay2","OS":"linux",
"RestartCount":0,"HasBeenStartedBefore":true}
EOF
}
