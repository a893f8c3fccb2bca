// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of control groups (cgroups(7), version 2) is walked, and each group asked what hangs on
// it. A socket belongs to its process's group, wherever its namespace is: which namespaces a
// program is about is seen from the processes of its group.
#include "source/cgroup_programs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "source/bpf.h"

#define PROGRAMS_MAX 64 // at a hook of a group: BPF_CGROUP_MAX_PROGS
#define DEPTH_MAX    64
#define LOOK_FOR     1 // seconds that a look is good for

static const enum bpf_hook hooks[CGROUP_HOOK_COUNT] = {
    [CGROUP_INGRESS] = BPF_HOOK_CGROUP_INGRESS,   [CGROUP_EGRESS] = BPF_HOOK_CGROUP_EGRESS,
    [CGROUP_SOCK_OPS] = BPF_HOOK_CGROUP_SOCK_OPS, [CGROUP_CONNECT4] = BPF_HOOK_CGROUP_CONNECT4,
    [CGROUP_CONNECT6] = BPF_HOOK_CGROUP_CONNECT6, [CGROUP_SENDMSG4] = BPF_HOOK_CGROUP_SENDMSG4,
    [CGROUP_SENDMSG6] = BPF_HOOK_CGROUP_SENDMSG6, [CGROUP_RECVMSG4] = BPF_HOOK_CGROUP_RECVMSG4,
    [CGROUP_RECVMSG6] = BPF_HOOK_CGROUP_RECVMSG6,
};

// Namespaces, by inode.
struct namespaces {
    uint64_t *inodes;
    size_t count;
    bool all;
};

// A group that has programs.
struct group {
    char *path;
    struct namespaces namespaces;
    struct cgroup_program *programs; // their names are nobody's yet
    size_t count;
};

struct look {
    struct group *groups;
    size_t count;
    int result;
    struct error err;
};

static void look_done(struct look *look) {
    for (size_t i = 0; i < look->count; i++) {
        free(look->groups[i].path);
        free(look->groups[i].namespaces.inodes);
        free(look->groups[i].programs);
    }
    free(look->groups);
    *look = (struct look){.groups = NULL};
}

// --- Whose processes are in a group --------------------------------------------------------------

static int add_namespace(struct namespaces *namespaces, uint64_t inode) {
    for (size_t i = 0; i < namespaces->count; i++) {
        if (namespaces->inodes[i] == inode)
            return 0;
    }
    uint64_t *grown = reallocarray(namespaces->inodes, namespaces->count + 1, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    namespaces->inodes = grown;
    grown[namespaces->count++] = inode;
    return 0;
}

// A process that has just gone, or may not be looked at, is passed over.
static int add_processes(int group, struct namespaces *namespaces) {
    int fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC), r = 0;
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    uint64_t pid;
    if (!file && fd >= 0)
        close(fd);
    while (file && r == 0 && fscanf(file, "%" SCNu64, &pid) == 1) {
        char path[64];
        struct stat status;
        snprintf(path, sizeof(path), "/proc/%" PRIu64 "/ns/net", pid);
        if (stat(path, &status) == 0)
            r = add_namespace(namespaces, status.st_ino);
    }
    if (file)
        fclose(file);
    return r;
}

// --- The tree ------------------------------------------------------------------------------------

// Called with a descriptor of each directory in a group's, and its path.
typedef int visitor(int group, const char *path, unsigned depth, void *user_data);

// A directory has a link from each in it, and two more: reading it is what takes long.
static bool has_groups(int group) {
    struct stat status;
    return fstat(group, &status) < 0 || status.st_nlink != 2;
}

static int visit_below(int group, const char *path, unsigned depth, visitor *visit,
                       void *user_data) {
    if (!has_groups(group))
        return 0;
    int copy = openat(group, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;
    if (!directory && copy >= 0)
        close(copy);
    while (directory && depth < DEPTH_MAX && r == 0 && (entry = readdir(directory))) {
        char below[4096];
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            (size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >= sizeof(below))
            continue;
        int fd = openat(group, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) // it has gone
            continue;
        r = visit(fd, below, depth + 1, user_data);
        close(fd);
    }
    if (directory)
        closedir(directory);
    return r;
}

static int visit_processes(int group, const char *path, unsigned depth, void *user_data) {
    int r = add_processes(group, user_data);
    return r == 0 ? visit_below(group, path, depth, visit_processes, user_data) : r;
}

// Only the topmost group has no state (cgroup.events): it is that of every process.
static bool is_topmost(int group) {
    return faccessat(group, "cgroup.events", F_OK, 0) < 0;
}

static struct group *add_group(struct look *look, const char *path) {
    struct group *grown = reallocarray(look->groups, look->count + 1, sizeof(*grown));
    char *copy = strdup(path[0] ? path : "/");
    if (grown)
        look->groups = grown;
    if (!grown || !copy) {
        free(copy);
        return NULL;
    }
    grown[look->count] = (struct group){.path = copy};
    return &grown[look->count++];
}

static int add_programs(struct group *group, enum cgroup_hook hook, const uint32_t *ids,
                        size_t count) {
    struct cgroup_program *grown =
        reallocarray(group->programs, group->count + count, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    group->programs = grown;
    for (size_t i = 0; i < count; i++)
        grown[group->count++] = (struct cgroup_program){.hook = hook, .id = ids[i]};
    return 0;
}

// Asks a group. A kernel that lacks one hook (-EINVAL) may have the others.
static int visit_group(int fd, const char *path, unsigned depth, void *user_data) {
    struct look *look = user_data;
    struct group *group = NULL;
    int r = 0;
    for (int hook = 0; hook < CGROUP_HOOK_COUNT && r == 0; hook++) {
        uint32_t ids[PROGRAMS_MAX];
        int count = bpf_programs_at(fd, hooks[hook], ids, PROGRAMS_MAX);
        if (count < 0 && count != -EINVAL && count != -ENODEV)
            return count;
        if (count <= 0)
            continue;
        group = group ? group : add_group(look, path);
        r = group ? add_programs(group, (enum cgroup_hook)hook, ids, (size_t)count) : -ENOMEM;
    }
    if (group && r == 0) {
        group->namespaces.all = is_topmost(fd);
        r = group->namespaces.all ? 0 : visit_processes(fd, path, depth, &group->namespaces);
    }
    return r == 0 ? visit_below(fd, path, depth, visit_group, look) : r;
}

// --- A look --------------------------------------------------------------------------------------

// Where control groups of version 2 are mounted: a descriptor of the top, or -errno.
static int open_top(void) {
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    int fd = mounts ? -ENOENT : -errno;
    struct mntent entry;
    char line[8192];
    while (mounts && fd == -ENOENT && getmntent_r(mounts, &entry, line, sizeof(line))) {
        if (strcmp(entry.mnt_type, "cgroup2") != 0)
            continue;
        fd = open(entry.mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fd = fd < 0 ? -errno : fd;
    }
    if (mounts)
        endmntent(mounts);
    return fd;
}

static int look_at_all(struct look *look) {
    int top = open_top();
    if (top == -ENOENT)
        return error_set(&look->err, top, "no control groups of version 2 are mounted here");
    if (top < 0)
        return error_set_errno(&look->err, top, "control groups");
    int r = visit_group(top, "", 0, look);
    close(top);
    if (r == -EPERM)
        return error_set(&look->err, r, "needs CAP_NET_ADMIN");
    return r < 0 ? error_set_errno(&look->err, r, "control groups") : 0;
}

static bool is_in(const struct namespaces *namespaces, uint64_t inode) {
    bool found = namespaces->all;
    for (size_t i = 0; i < namespaces->count && !found; i++)
        found = namespaces->inodes[i] == inode;
    return found;
}

static int copy_program(const struct group *group, const struct cgroup_program *program,
                        struct arena *arena, struct cgroup_programs *programs) {
    struct cgroup_program *grown =
        reallocarray(programs->items, programs->count + 1, sizeof(*grown));
    char name[BPF_NAME_SIZE];
    const char *path = arena_strdup(arena, group->path);
    if (grown)
        programs->items = grown;
    if (!grown || !path)
        return -ENOMEM;
    bool named = bpf_program_name(program->id, name) == 0 && name[0];
    grown[programs->count++] =
        (struct cgroup_program){.hook = program->hook,
                                .id = program->id,
                                .name = named ? arena_strdup(arena, name) : NULL,
                                .cgroup = path};
    return 0;
}

static int copy_look(const struct look *look, uint64_t netns, struct arena *arena,
                     struct cgroup_programs *programs) {
    int r = 0;
    for (size_t i = 0; i < look->count; i++) {
        const struct group *group = &look->groups[i];
        for (size_t k = 0; is_in(&group->namespaces, netns) && k < group->count && r == 0; k++)
            r = copy_program(group, &group->programs[k], arena, programs);
    }
    return r;
}

// The look of this second. Call with the lock held.
static const struct look *look_again(void) {
    static struct look look;
    static time_t until;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < until)
        return &look;
    look_done(&look);
    look.result = look_at_all(&look);
    clock_gettime(CLOCK_MONOTONIC, &now);
    until = now.tv_sec + LOOK_FOR;
    return &look;
}

int cgroup_programs_read(uint64_t netns, struct arena *arena, struct cgroup_programs *ret_programs,
                         struct error *err) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct cgroup_programs programs = {.items = NULL};
    int r = 0;
    if (bpf_may_have(BPF_USE_CGROUP)) {
        pthread_mutex_lock(&lock);
        const struct look *look = look_again();
        r = copy_look(look, netns, arena, &programs);
        if (r == 0 && look->result < 0)
            r = error_set(err, look->result, "%s", look->err.text);
        pthread_mutex_unlock(&lock);
    }
    *ret_programs = programs;
    return r;
}
