// SPDX-License-Identifier: GPL-2.0-or-later
// A network namespace of the node, and what people call it.
#ifndef MODEL_NETNS_H
#define MODEL_NETNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kind.h"

// Where a namespace's name comes from, best first.
enum netns_naming {
    NETNS_NAMED_BY_POD,       // "default/web-7d4b9": from containerd, CRI-O or the kubelet's logs
    NETNS_NAMED_BY_CONTAINER, // Docker's, podman's container name
    NETNS_NAMED_BY_PATH,      // the name under /run/netns, as `ip netns` shows it
    NETNS_NAMED_BY_PROCESS,   // "nginx(1234)": the oldest process in it
    NETNS_NAMED_AS_HOST,      // "host": the one that process 1 is in
};

extern const struct enum_names netns_naming_names;

struct netns {
    const char *name; // unique on this node: two of one name get "#2" and so on behind it
    uint64_t inode;   // of nsfs: its identity
    uint32_t naming;  // enum netns_naming
    bool own;         // the one that netscope runs in
    const char *pod;  // the pod's name, its namespace, and the pod's uid; NULL if not a pod's
    const char *pod_namespace;
    const char *pod_uid;
    const char *container; // a container's name (of a pod: of its first one that is not the pause)
    const char *container_id; // in full, 64 hex digits
    const char *runtime;      // "containerd", "cri-o", "docker", "podman", "kubelet"
    const char *netns_name;   // under /run/netns, or NULL
    const char *path;         // opens it: "/run/netns/blue", "/proc/1234/ns/net"
    struct maybe pid;         // the oldest process in it
    const char *process;      // that one's name (comm)
    uint64_t process_count;
    struct maybe nsid; // as seen from netscope's own namespace
};

extern const struct kind netns_kind;

#endif
