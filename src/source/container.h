// SPDX-License-Identifier: GPL-2.0-or-later
// A container as its runtime wrote it down: what a network namespace is named after.
#ifndef SOURCE_CONTAINER_H
#define SOURCE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct container {
    const char *runtime; // "containerd", "cri-o", "docker", "podman", "kubelet"
    const char *id;      // in full; NULL where only the pod is known
    const char *name;    // the container's; NULL for a pod's sandbox
    const char *pod;     // NULL if it is not a pod's
    const char *pod_namespace;
    const char *pod_uid;
    const char *netns_path; // opens the namespace; NULL if not said, or only by a process
    bool sandbox;           // the pod's own ("pause"), not one of its containers
};

// Where a process stands among containers, by its cgroup.
struct container_cgroup {
    char id[65];      // of the container, "" if it is in none
    char pod_uid[65]; // of the pod, "" if it is in none
};

// Each of these reads the bytes of one file, or a file's name, into ret_container, with its texts
// in the arena. Returns 0; -EBADMSG if the bytes are not what such a file has, with words; -ENOENT
// if they are, but tell of nothing that has a name; -ENOMEM.

// The OCI runtime's specification, config.json, as containerd's CRI plugin, CRI-O and podman write
// their annotations into it (opencontainers/runtime-spec config.md).
int container_parse_oci(const char *bytes, size_t length, const char *id, struct arena *arena,
                        struct container *ret_container, struct error *err);

// Docker's config.v2.json (moby/moby container/container.go).
int container_parse_docker(const char *bytes, size_t length, struct arena *arena,
                           struct container *ret_container, struct error *err);

// The name of the kubelet's link "<pod>_<namespace>_<container>-<id>.log" in /var/log/containers.
int container_parse_log_name(const char *name, struct arena *arena,
                             struct container *ret_container);

// The name of the kubelet's directory "<namespace>_<pod>_<uid>" in /var/log/pods.
int container_parse_log_directory(const char *name, struct arena *arena,
                                  struct container *ret_container);

// One container of podman's containers.json (an array of {"id", "names"}): the name of the id.
// Returns 0, -ENOENT, -EBADMSG or -ENOMEM.
int container_parse_podman_name(const char *bytes, size_t length, const char *id,
                                struct arena *arena, const char **ret_name, struct error *err);

// The data-root that Docker's daemon.json names. Returns 0, -ENOENT if it names none, -EBADMSG.
int container_parse_docker_root(const char *bytes, size_t length, struct arena *arena,
                                const char **ret_root, struct error *err);

// /proc/PID/cgroup (cgroups(7)), of version 1 or 2, by systemd's naming or cgroupfs's.
void container_parse_cgroup(const char *bytes, size_t length, struct container_cgroup *ret_cgroup);

#endif
