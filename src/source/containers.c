// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/containers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LARGEST (8 * 1024 * 1024) // bytes; a runtime's record has some ten thousand

// One file that was read, or the name of one, with what it says.
struct record {
    char *path;
    struct timespec modified;
    ino_t inode;
    bool seen;  // in the reading that is under way
    bool known; // container tells something
    struct arena arena;
    struct container container;
    struct error trouble; // with the bytes, for as long as they stay as they are
    uint64_t netns_inode; // of container.netns_path, as it leads now; 0 if nowhere
};

struct containers {
    struct record *records; // in order of path
    size_t count, capacity;
};

typedef int record_parse(struct record *record, const char *bytes, size_t length,
                         struct error *err);

// --- The collection ------------------------------------------------------------------------------

struct containers *containers_new(void) {
    return calloc(1, sizeof(struct containers));
}

static void drop_record(struct record *record) {
    arena_done(&record->arena);
    free(record->path);
}

void containers_free(struct containers *containers) {
    for (size_t i = 0; containers && i < containers->count; i++)
        drop_record(&containers->records[i]);
    if (containers)
        free(containers->records);
    free(containers);
}

static size_t find_place(const struct containers *containers, const char *path) {
    size_t low = 0, high = containers->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(containers->records[middle].path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The record of the path, made if there is none; NULL when memory is out.
static struct record *touch_record(struct containers *containers, const char *path) {
    size_t place = find_place(containers, path);
    if (place < containers->count && strcmp(containers->records[place].path, path) == 0)
        return &containers->records[place];
    if (containers->count == containers->capacity) {
        size_t capacity = containers->capacity ? containers->capacity * 2 : 64;
        void *grown = reallocarray(containers->records, capacity, sizeof(*containers->records));
        if (!grown)
            return NULL;
        containers->records = grown;
        containers->capacity = capacity;
    }
    char *copy = strdup(path);
    if (!copy)
        return NULL;
    struct record *record = &containers->records[place];
    memmove(record + 1, record, (containers->count - place) * sizeof(*record));
    *record = (struct record){.path = copy};
    containers->count++;
    return record;
}

static void forget_unseen(struct containers *containers) {
    size_t kept = 0;
    for (size_t i = 0; i < containers->count; i++) {
        if (containers->records[i].seen)
            containers->records[kept++] = containers->records[i];
        else
            drop_record(&containers->records[i]);
    }
    containers->count = kept;
}

// --- Reading -------------------------------------------------------------------------------------

// The whole of a regular file, NUL behind; the caller's. Returns 0 or -errno.
static int read_file(const char *path, struct stat *ret_status, char **ret_bytes,
                     size_t *ret_length) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    char *bytes = NULL;
    size_t length = 0;
    int r = fstat(fd, ret_status) < 0 ? -errno : 0;
    if (r == 0 && (!S_ISREG(ret_status->st_mode) || ret_status->st_size > FILE_LARGEST))
        r = -EFBIG;
    if (r == 0 && !(bytes = malloc((size_t)ret_status->st_size + 1)))
        r = -ENOMEM;
    while (r == 0 && length < (size_t)ret_status->st_size) {
        ssize_t got = read(fd, bytes + length, (size_t)ret_status->st_size - length);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            r = -errno;
        length += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    if (r < 0) {
        free(bytes);
        return r;
    }
    bytes[length] = '\0';
    *ret_bytes = bytes;
    *ret_length = length;
    return 0;
}

static bool is_unchanged(const struct record *record, const struct stat *status) {
    return record->inode == status->st_ino && record->modified.tv_sec == status->st_mtim.tv_sec &&
           record->modified.tv_nsec == status->st_mtim.tv_nsec;
}

static void keep_trouble(struct error *first, int code, const char *path) {
    if (first->code == 0 && code != -ENOENT && code != -ENOTDIR)
        error_set_errno(first, code, "%s", path);
}

static void parse_record(struct record *record, const char *bytes, size_t length,
                         record_parse *parse) {
    struct error err = {0};
    arena_done(&record->arena);
    record->trouble = (struct error){0};
    int r = parse(record, bytes, length, &err);
    record->known = r == 0;
    if (r == -EBADMSG)
        error_set(&record->trouble, r, "%s: %s", record->path, err.text);
}

// Reads the file into its record unless it is the one that was read before.
static void read_record(struct containers *containers, const char *path, record_parse *parse,
                        struct error *trouble) {
    struct stat status;
    char *bytes;
    size_t length;
    if (stat(path, &status) < 0) {
        keep_trouble(trouble, -errno, path);
        return;
    }
    struct record *record = touch_record(containers, path);
    if (!record)
        return;
    record->seen = true;
    if (!is_unchanged(record, &status)) {
        int r = read_file(path, &status, &bytes, &length);
        if (r < 0) {
            keep_trouble(trouble, r, path);
            return;
        }
        parse_record(record, bytes, length, parse);
        free(bytes);
        record->inode = status.st_ino;
        record->modified = status.st_mtim;
    }
    if (trouble->code == 0)
        *trouble = record->trouble;
}

static void follow_netns_path(struct record *record) {
    struct stat status;
    const char *path = record->known ? record->container.netns_path : NULL;
    record->netns_inode = path && stat(path, &status) == 0 ? status.st_ino : 0;
}

// Calls `each` with the name of everything in the directory. One that is not there holds nothing.
static void walk(const char *path, struct error *trouble,
                 void (*each)(struct containers *, const char *directory, const char *name,
                              struct error *trouble),
                 struct containers *containers) {
    DIR *directory = opendir(path);
    struct dirent *entry;
    if (!directory) {
        keep_trouble(trouble, -errno, path);
        return;
    }
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] != '.')
            each(containers, path, entry->d_name, trouble);
    }
    closedir(directory);
}

// --- The runtimes --------------------------------------------------------------------------------

// The directory that a file is in is named after its container, in places of these forms:
// ".../<id>/config.json" and ".../<id>/userdata/config.json".
static const char *id_in(const char *path, char *id, size_t size) {
    const char *end = strrchr(path, '/');
    static const char userdata[] = "/userdata";
    size_t tail = sizeof(userdata) - 1;
    if ((size_t)(end - path) > tail && strncmp(end - tail, userdata, tail) == 0)
        end -= tail;
    const char *start = end;
    while (start > path && start[-1] != '/')
        start--;
    snprintf(id, size, "%.*s", (int)(end - start), start);
    return id;
}

static int parse_oci(struct record *record, const char *bytes, size_t length, struct error *err) {
    char id[NAME_MAX + 1];
    return container_parse_oci(bytes, length, id_in(record->path, id, sizeof(id)), &record->arena,
                               &record->container, err);
}

static int parse_docker(struct record *record, const char *bytes, size_t length,
                        struct error *err) {
    return container_parse_docker(bytes, length, &record->arena, &record->container, err);
}

static void read_in(struct containers *containers, const char *directory, const char *name,
                    const char *file, record_parse *parse, struct error *trouble) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s/%s", directory, name, file);
    read_record(containers, path, parse, trouble);
}

static void read_containerd(struct containers *containers, const char *directory, const char *name,
                            struct error *trouble) {
    read_in(containers, directory, name, "config.json", parse_oci, trouble);
}

static void read_storage(struct containers *containers, const char *directory, const char *name,
                         struct error *trouble) {
    read_in(containers, directory, name, "userdata/config.json", parse_oci, trouble);
}

static void read_docker(struct containers *containers, const char *directory, const char *name,
                        struct error *trouble) {
    read_in(containers, directory, name, "config.v2.json", parse_docker, trouble);
}

// What the kubelet's logs tell stands in their names; there is nothing to read.
static void take_name(struct containers *containers, const char *directory, const char *name,
                      int (*parse)(const char *, struct arena *, struct container *)) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    struct record *record = touch_record(containers, path);
    if (!record)
        return;
    if (!record->seen && !record->known)
        record->known = parse(name, &record->arena, &record->container) == 0;
    record->seen = true;
}

static void take_log(struct containers *containers, const char *directory, const char *name,
                     struct error *trouble) {
    (void)trouble;
    take_name(containers, directory, name, container_parse_log_name);
}

static void take_log_directory(struct containers *containers, const char *directory,
                               const char *name, struct error *trouble) {
    (void)trouble;
    take_name(containers, directory, name, container_parse_log_directory);
}

// Docker keeps its containers where its configuration says (dockerd(8), --data-root).
static void read_docker_root(struct containers *containers, struct error *trouble) {
    char path[PATH_MAX] = "/var/lib/docker/containers";
    struct arena arena = ARENA_INIT;
    struct stat status;
    struct error err;
    const char *root;
    char *bytes;
    size_t length;
    if (read_file("/etc/docker/daemon.json", &status, &bytes, &length) == 0) {
        if (container_parse_docker_root(bytes, length, &arena, &root, &err) == 0)
            snprintf(path, sizeof(path), "%s/containers", root);
        free(bytes);
    }
    walk(path, trouble, read_docker, containers);
    arena_done(&arena);
}

// Podman's records have no names; its lists of containers have.
static void name_podman_from(struct containers *containers, const char *list) {
    struct stat status;
    char *bytes = NULL;
    size_t length = 0;
    for (size_t i = 0; i < containers->count; i++) {
        struct record *record = &containers->records[i];
        struct container *container = &record->container;
        struct error err;
        bool nameless = record->known && !container->name && !container->pod;
        if (!nameless || strcmp(container->runtime, "podman") != 0)
            continue;
        if (!bytes && read_file(list, &status, &bytes, &length) < 0)
            return;
        container_parse_podman_name(bytes, length, container->id, &record->arena, &container->name,
                                    &err);
    }
    free(bytes);
}

static void name_podman(struct containers *containers) {
    // Those made with --rm stand in a list of their own, and the list may be one that does not
    // outlive the node's next start (containers-storage.conf(5), transient_store).
    name_podman_from(containers, "/var/lib/containers/storage/overlay-containers/containers.json");
    name_podman_from(containers,
                     "/var/lib/containers/storage/overlay-containers/volatile-containers.json");
    name_podman_from(containers,
                     "/run/containers/storage/overlay-containers/volatile-containers.json");
}

int containers_read(struct containers *containers, struct error *err) {
    // containerd's state directory: its own, k3s's and RKE2's, k0s's, MicroK8s's.
    static const char *const containerd[] = {
        "/run/containerd/io.containerd.runtime.v2.task/k8s.io",
        "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io",
        "/run/k0s/containerd/io.containerd.runtime.v2.task/k8s.io",
        "/var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task/k8s.io",
    };
    struct error trouble = {0};
    for (size_t i = 0; i < containers->count; i++)
        containers->records[i].seen = false;
    for (size_t i = 0; i < sizeof(containerd) / sizeof(containerd[0]); i++)
        walk(containerd[i], &trouble, read_containerd, containers);
    walk("/run/containers/storage/overlay-containers", &trouble, read_storage, containers);
    read_docker_root(containers, &trouble);
    walk("/var/log/containers", &trouble, take_log, containers);
    walk("/var/log/pods", &trouble, take_log_directory, containers);
    forget_unseen(containers);
    name_podman(containers);
    for (size_t i = 0; i < containers->count; i++)
        follow_netns_path(&containers->records[i]);
    if (trouble.code < 0)
        *err = trouble;
    return trouble.code;
}

// --- Looking up ----------------------------------------------------------------------------------

static bool equal(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

// Runtimes know more than the kubelet's log names do: those count only where nothing else does. Of
// several containers in one namespace the pod's own stands for all.
static bool is_better(const struct container *a, const struct container *b) {
    return !b || (equal(b->runtime, "kubelet") && !equal(a->runtime, "kubelet")) ||
           (a->sandbox && !b->sandbox && !equal(a->runtime, "kubelet"));
}

static bool same_pod(const struct container *a, const struct container *b) {
    return equal(a->pod, b->pod) && equal(a->pod_namespace, b->pod_namespace);
}

const struct container *containers_find(const struct containers *containers, const char *id) {
    const struct container *found = NULL;
    for (size_t i = 0; i < containers->count; i++) {
        const struct record *record = &containers->records[i];
        if (record->known && equal(record->container.id, id) &&
            is_better(&record->container, found))
            found = &record->container;
    }
    return found;
}

const struct container *containers_find_pod(const struct containers *containers, const char *uid) {
    const struct container *found = NULL;
    for (size_t i = 0; i < containers->count; i++) {
        const struct record *record = &containers->records[i];
        if (record->known && equal(record->container.pod_uid, uid) &&
            is_better(&record->container, found))
            found = &record->container;
    }
    return found;
}

const struct container *containers_find_netns(const struct containers *containers, uint64_t inode) {
    const struct container *found = NULL;
    for (size_t i = 0; i < containers->count; i++) {
        const struct record *record = &containers->records[i];
        if (record->known && inode != 0 && record->netns_inode == inode &&
            is_better(&record->container, found))
            found = &record->container;
    }
    return found;
}

uint64_t containers_netns_of(const struct containers *containers,
                             const struct container *container) {
    uint64_t inode = 0;
    for (size_t i = 0; i < containers->count && inode == 0; i++) {
        const struct record *record = &containers->records[i];
        bool same = &record->container == container ||
                    (record->container.sandbox && same_pod(&record->container, container));
        if (record->known && same)
            inode = record->netns_inode;
    }
    return inode;
}

const struct container *containers_first_of_pod(const struct containers *containers,
                                                const struct container *pod) {
    const struct container *first = NULL;
    for (size_t i = 0; i < containers->count; i++) {
        const struct record *record = &containers->records[i];
        const struct container *container = &record->container;
        if (!record->known || container->sandbox || !container->name || !same_pod(container, pod))
            continue;
        if (!first || strcmp(container->name, first->name) < 0)
            first = container;
    }
    return first;
}
