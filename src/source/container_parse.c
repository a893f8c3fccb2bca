// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/container.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <jansson.h>

#define ID_LENGTH  64
#define UID_LENGTH 36

// --- JSON ----------------------------------------------------------------------------------------

static int load(const char *bytes, size_t length, json_t **ret_root, struct error *err) {
    json_error_t error;
    json_t *root = json_loadb(bytes, length, JSON_DISABLE_EOF_CHECK, &error);
    if (!root)
        return error_set(err, -EBADMSG, "line %d: %s", error.line, error.text);
    *ret_root = root;
    return 0;
}

static const char *text_at(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text && *text ? text : NULL;
}

static const char *first_of(const json_t *object, const char *const *keys) {
    const char *text = NULL;
    while (!text && *keys)
        text = text_at(object, *keys++);
    return text;
}

// A path by way of a process leads anywhere: the number may be another process's here.
static const char *find_netns_path(const json_t *root) {
    const json_t *namespaces = json_object_get(json_object_get(root, "linux"), "namespaces");
    size_t i;
    json_t *entry;
    json_array_foreach(namespaces, i, entry) {
        const char *type = text_at(entry, "type"), *path = text_at(entry, "path");
        if (type && path && strcmp(type, "network") == 0 && strncmp(path, "/proc/", 6) != 0)
            return path;
    }
    return NULL;
}

// The annotations' keys: containerd's (internal/cri/annotations), then CRI-O's
// (pkg/annotations, internal), then podman's.
static const char *const pod_keys[] = {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name",
                                       "io.kubernetes.cri-o.KubeName", NULL};
static const char *const namespace_keys[] = {"io.kubernetes.cri.sandbox-namespace",
                                             "io.kubernetes.pod.namespace",
                                             "io.kubernetes.cri-o.Namespace", NULL};
static const char *const uid_keys[] = {"io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid",
                                       NULL};
static const char *const type_keys[] = {"io.kubernetes.cri.container-type",
                                        "io.kubernetes.cri-o.ContainerType", NULL};
static const char *const name_keys[] = {"io.kubernetes.cri.container-name",
                                        "io.kubernetes.container.name", NULL};

// Podman marks what is in one of its own pods with CRI-O's annotations, too.
static const char *runtime_of(const json_t *annotations) {
    const char *manager = text_at(annotations, "io.container.manager");
    if (json_object_get(annotations, "io.kubernetes.cri.container-type"))
        return "containerd";
    if (manager && strcmp(manager, "libpod") == 0)
        return "podman";
    if (json_object_get(annotations, "io.kubernetes.cri-o.ContainerType"))
        return "cri-o";
    return json_object_get(annotations, "io.podman.annotations.autoremove") ? "podman" : NULL;
}

static int copy_container(const struct container *found, struct arena *arena,
                          struct container *ret_container) {
    struct container copy = {
        .runtime = found->runtime,
        .id = arena_strdup(arena, found->id),
        .name = arena_strdup(arena, found->name),
        .pod = arena_strdup(arena, found->pod),
        .pod_namespace = arena_strdup(arena, found->pod_namespace),
        .pod_uid = arena_strdup(arena, found->pod_uid),
        .netns_path = arena_strdup(arena, found->netns_path),
        .sandbox = found->sandbox,
    };
    bool lost = (found->id && !copy.id) || (found->name && !copy.name) ||
                (found->pod && !copy.pod) || (found->pod_namespace && !copy.pod_namespace) ||
                (found->pod_uid && !copy.pod_uid) || (found->netns_path && !copy.netns_path);
    if (lost)
        return -ENOMEM;
    *ret_container = copy;
    return 0;
}

int container_parse_oci(const char *bytes, size_t length, const char *id, struct arena *arena,
                        struct container *ret_container, struct error *err) {
    json_t *root = NULL;
    int r = load(bytes, length, &root, err);
    if (r < 0)
        return r;
    const json_t *annotations = json_object_get(root, "annotations");
    const char *type = first_of(annotations, type_keys);
    struct container found = {
        .runtime = runtime_of(annotations),
        .id = id,
        .name = first_of(annotations, name_keys),
        .pod = first_of(annotations, pod_keys),
        .pod_namespace = first_of(annotations, namespace_keys),
        .pod_uid = first_of(annotations, uid_keys),
        .netns_path = find_netns_path(root),
        .sandbox = type && strcmp(type, "sandbox") == 0,
    };
    if (found.sandbox)
        found.name = NULL;
    r = found.runtime ? copy_container(&found, arena, ret_container) : -ENOENT;
    json_decref(root);
    return r;
}

// cri-dockerd tells Docker of the pod by labels (core/helpers.go, kubelet's types/labels.go).
static void take_labels(const json_t *labels, struct container *found) {
    const char *type = text_at(labels, "io.kubernetes.docker.type");
    found->pod = text_at(labels, "io.kubernetes.pod.name");
    found->pod_namespace = text_at(labels, "io.kubernetes.pod.namespace");
    if (!type || !found->pod || !found->pod_namespace) {
        found->pod = found->pod_namespace = NULL;
        return;
    }
    found->pod_uid = text_at(labels, "io.kubernetes.pod.uid");
    found->sandbox = strcmp(type, "podsandbox") == 0;
    found->name = found->sandbox ? NULL : text_at(labels, "io.kubernetes.container.name");
}

int container_parse_docker(const char *bytes, size_t length, struct arena *arena,
                           struct container *ret_container, struct error *err) {
    json_t *root = NULL;
    int r = load(bytes, length, &root, err);
    if (r < 0)
        return r;
    const char *name = text_at(root, "Name");
    struct container found = {
        .runtime = "docker",
        .id = text_at(root, "ID"),
        .name = name && name[0] == '/' ? name + 1 : name,
        .netns_path = text_at(json_object_get(root, "NetworkSettings"), "SandboxKey"),
    };
    take_labels(json_object_get(json_object_get(root, "Config"), "Labels"), &found);
    bool runs = json_is_true(json_object_get(json_object_get(root, "State"), "Running"));
    bool named = found.name || found.pod;
    r = found.id && named && runs ? copy_container(&found, arena, ret_container) : -ENOENT;
    json_decref(root);
    return r;
}

static int copy_text(const char *text, struct arena *arena, const char **ret_text) {
    const char *copy = text ? arena_strdup(arena, text) : NULL;
    if (!copy)
        return text ? -ENOMEM : -ENOENT;
    *ret_text = copy;
    return 0;
}

int container_parse_podman_name(const char *bytes, size_t length, const char *id,
                                struct arena *arena, const char **ret_name, struct error *err) {
    json_t *root, *entry;
    const char *name = NULL;
    size_t i;
    int r = load(bytes, length, &root, err);
    if (r < 0)
        return r;
    json_array_foreach(root, i, entry) {
        const char *entry_id = text_at(entry, "id");
        if (entry_id && strcmp(entry_id, id) == 0)
            name = json_string_value(json_array_get(json_object_get(entry, "names"), 0));
    }
    r = copy_text(name, arena, ret_name);
    json_decref(root);
    return r;
}

int container_parse_docker_root(const char *bytes, size_t length, struct arena *arena,
                                const char **ret_root, struct error *err) {
    json_t *root = NULL;
    int r = load(bytes, length, &root, err);
    if (r < 0)
        return r;
    r = copy_text(text_at(root, "data-root"), arena, ret_root);
    json_decref(root);
    return r;
}

// --- Names of the kubelet's logs -----------------------------------------------------------------

// A text of at most 253 characters that Kubernetes lets be a name (RFC 1123 subdomain).
static bool is_kubernetes_name(const char *text, size_t length) {
    if (length == 0 || length > 253)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (!islower((unsigned char)c) && !isdigit((unsigned char)c) && c != '-' && c != '.')
            return false;
    }
    return true;
}

static size_t hex_run(const char *text) {
    return strspn(text, "0123456789abcdef");
}

int container_parse_log_name(const char *name, struct arena *arena,
                             struct container *ret_container) {
    const char *namespace = strchr(name, '_');
    const char *container = namespace ? strchr(namespace + 1, '_') : NULL;
    const char *end = container ? strrchr(container, '-') : NULL;
    if (!end || hex_run(end + 1) != ID_LENGTH || strcmp(end + 1 + ID_LENGTH, ".log") != 0)
        return -EBADMSG;
    size_t pod_length = (size_t)(namespace - name);
    size_t namespace_length = (size_t)(container - namespace - 1);
    size_t container_length = (size_t)(end - container - 1);
    if (!is_kubernetes_name(name, pod_length) ||
        !is_kubernetes_name(namespace + 1, namespace_length) ||
        !is_kubernetes_name(container + 1, container_length))
        return -EBADMSG;
    struct container found = {
        .runtime = "kubelet",
        .id = arena_strndup(arena, end + 1, ID_LENGTH),
        .name = arena_strndup(arena, container + 1, container_length),
        .pod = arena_strndup(arena, name, pod_length),
        .pod_namespace = arena_strndup(arena, namespace + 1, namespace_length),
    };
    if (!found.id || !found.name || !found.pod || !found.pod_namespace)
        return -ENOMEM;
    *ret_container = found;
    return 0;
}

int container_parse_log_directory(const char *name, struct arena *arena,
                                  struct container *ret_container) {
    const char *pod = strchr(name, '_');
    const char *uid = pod ? strchr(pod + 1, '_') : NULL;
    if (!uid)
        return -EBADMSG;
    size_t namespace_length = (size_t)(pod - name), pod_length = (size_t)(uid - pod - 1);
    size_t uid_length = strlen(uid + 1);
    if (!is_kubernetes_name(name, namespace_length) || !is_kubernetes_name(pod + 1, pod_length) ||
        strspn(uid + 1, "0123456789abcdef-") != uid_length || uid_length > ID_LENGTH ||
        uid_length == 0)
        return -EBADMSG;
    struct container found = {
        .runtime = "kubelet",
        .pod = arena_strndup(arena, pod + 1, pod_length),
        .pod_namespace = arena_strndup(arena, name, namespace_length),
        .pod_uid = arena_strdup(arena, uid + 1),
    };
    if (!found.pod || !found.pod_namespace || !found.pod_uid)
        return -ENOMEM;
    *ret_container = found;
    return 0;
}

// --- cgroups -------------------------------------------------------------------------------------

// The last run of exactly 64 hex digits in the line: "cri-containerd-<id>.scope",
// "docker-<id>.scope",
// ".../<id>", "libpod-<id>.scope/container".
static const char *find_id(const char *line, size_t length) {
    const char *found = NULL;
    for (size_t i = 0; i < length;) {
        size_t run = hex_run(line + i);
        if (run == ID_LENGTH && i + run <= length)
            found = line + i;
        i += run + 1;
    }
    return found;
}

// "pod<uid>" at the start of a part of the path, or behind a '-':
// "kubepods-besteffort-pod<uid>.slice", in which systemd's driver wrote '_' for '-', or
// "/kubepods/besteffort/pod<uid>". A static pod's uid is 32 hex digits.
static size_t find_pod_uid(const char *line, size_t length, const char **ret_uid) {
    for (size_t i = 1; i + 4 < length; i++) {
        if ((line[i - 1] != '-' && line[i - 1] != '/') || strncmp(line + i, "pod", 3) != 0)
            continue;
        size_t run = strspn(line + i + 3, "0123456789abcdef_-");
        if ((run == UID_LENGTH || run == 32) && i + 3 + run <= length) {
            *ret_uid = line + i + 3;
            return run;
        }
    }
    return 0;
}

static void parse_cgroup_line(const char *line, size_t length, struct container_cgroup *cgroup) {
    const char *uid, *id = find_id(line, length);
    if (id && cgroup->id[0] == '\0')
        memcpy(cgroup->id, id, ID_LENGTH);
    size_t uid_length = cgroup->pod_uid[0] ? 0 : find_pod_uid(line, length, &uid);
    for (size_t i = 0; i < uid_length; i++)
        cgroup->pod_uid[i] = uid[i] == '_' ? '-' : uid[i];
}

void container_parse_cgroup(const char *bytes, size_t length, struct container_cgroup *ret_cgroup) {
    struct container_cgroup cgroup = {0};
    char line[1024];
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t line_length = end ? (size_t)(end - bytes) : length;
        size_t kept = line_length < sizeof(line) - 1 ? line_length : sizeof(line) - 1;
        memcpy(line, bytes, kept);
        line[kept] = '\0';
        parse_cgroup_line(line, strlen(line), &cgroup);
        line_length += end != NULL;
        bytes += line_length;
        length -= line_length;
    }
    *ret_cgroup = cgroup;
}
