// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/netns.h"

static const char *const naming_words[] = {
    [NETNS_NAMED_BY_POD] = "pod",    [NETNS_NAMED_BY_CONTAINER] = "container",
    [NETNS_NAMED_BY_PATH] = "netns", [NETNS_NAMED_BY_PROCESS] = "process",
    [NETNS_NAMED_AS_HOST] = "host",
};
const struct enum_names netns_naming_names = {naming_words,
                                              sizeof(naming_words) / sizeof(naming_words[0])};

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "what people call it"),
    FIELD_OF_ENUM("naming", struct netns, naming, "NAMED BY", &netns_naming_names,
                  "where the name comes from"),
    FIELD(struct netns, inode, "INODE", FIELD_NUMBER, "its identity, as /proc/PID/ns/net shows it"),
    FIELD(struct netns, nsid, "NSID", FIELD_NUMBER,
          "the kernel's id for it, seen from netscope's own"),
    FIELD(struct netns, own, "OWN", FIELD_BOOLEAN, "whether netscope itself runs in it"),
    FIELD(struct netns, pod_namespace, "POD NAMESPACE", FIELD_TEXT,
          "Kubernetes namespace of the pod"),
    FIELD(struct netns, pod, "POD", FIELD_TEXT, "name of the pod"),
    FIELD(struct netns, pod_uid, "POD UID", FIELD_TEXT, "uid of the pod"),
    FIELD(struct netns, container, "CONTAINER", FIELD_TEXT, "name of the container"),
    FIELD(struct netns, container_id, "CONTAINER ID", FIELD_TEXT, "id of the container"),
    FIELD(struct netns, runtime, "RUNTIME", FIELD_TEXT,
          "who told the name of the pod or container"),
    FIELD(struct netns, netns_name, "IP NETNS", FIELD_TEXT,
          "name under /run/netns, as ip-netns(8) has it"),
    FIELD(struct netns, path, "PATH", FIELD_TEXT, "a file that opens it"),
    FIELD(struct netns, pid, "PID", FIELD_NUMBER, "the oldest process in it"),
    FIELD(struct netns, process, "PROCESS", FIELD_TEXT, "that process's name"),
    FIELD(struct netns, process_count, "PROCESSES", FIELD_COUNT, "how many processes are in it"),
};

static uint64_t identity(const void *row) {
    const struct netns *netns = row;
    return netns->inode;
}

const struct kind netns_kind = {
    .name = "namespaces",
    .title = "Namespaces",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct netns),
    .columns = "netns,naming,nsid,inode,process_count,pid,process,runtime,path",
    .sort = "netns",
    .identity = identity,
    .help = "network namespaces of the node",
};
