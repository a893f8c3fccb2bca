// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/nsfs.h>

#include "source/netns_found.h"

void netns_finds_done(struct netns_finds *finds) {
    free(finds->list);
    arena_done(&finds->arena);
    *finds = (struct netns_finds){0};
}

static size_t find_place(const struct netns_finds *finds, uint64_t inode) {
    size_t low = 0, high = finds->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (finds->list[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct netns_found *netns_finds_touch(struct netns_finds *finds, uint64_t inode) {
    size_t place = find_place(finds, inode);
    if (place < finds->count && finds->list[place].inode == inode)
        return &finds->list[place];
    if (finds->count == finds->capacity) {
        size_t capacity = finds->capacity ? finds->capacity * 2 : 32;
        void *grown = reallocarray(finds->list, capacity, sizeof(*finds->list));
        if (!grown)
            return NULL;
        finds->list = grown;
        finds->capacity = capacity;
    }
    struct netns_found *found = &finds->list[place];
    memmove(found + 1, found, (finds->count - place) * sizeof(*found));
    *found = (struct netns_found){.inode = inode};
    finds->count++;
    return found;
}

// --- Names and mounts ----------------------------------------------------------------------------

// A file that was made for a namespace and not yet mounted on, or not any more, is another thing;
// so is a namespace of another type, as nsfs has them all.
int netns_identify(const char *path, uint64_t *ret_inode) {
    struct statfs system;
    struct stat status;
    if (statfs(path, &system) < 0)
        return -errno;
    if (system.f_type != NSFS_MAGIC)
        return -EINVAL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int type = ioctl(fd, NS_GET_NSTYPE);
    int r = fstat(fd, &status) < 0 ? -errno : 0;
    close(fd);
    if (r < 0 || type != CLONE_NEWNET)
        return r < 0 ? r : -EINVAL;
    *ret_inode = status.st_ino;
    return 0;
}

static int add_path(struct netns_finds *finds, uint64_t inode, const char *path, const char *name) {
    struct netns_found *found = netns_finds_touch(finds, inode);
    if (!found)
        return -ENOMEM;
    if (!found->path && !(found->path = arena_strdup(&finds->arena, path)))
        return -ENOMEM;
    if (name && !found->name && !(found->name = arena_strdup(&finds->arena, name)))
        return -ENOMEM;
    return 0;
}

static bool has_path(const struct netns_finds *finds, uint64_t inode) {
    size_t place = find_place(finds, inode);
    return place < finds->count && finds->list[place].inode == inode && finds->list[place].path;
}

// What is not there is no trouble, nor is what is no namespace.
static void keep_trouble(struct netns_finds *finds, int code, const char *path) {
    if (finds->trouble.code == 0 && code < 0 && code != -ENOENT && code != -EINVAL)
        error_set_errno(&finds->trouble, code, "%s", path);
}

int netns_find_in_directory(struct netns_finds *finds, const char *directory, bool named) {
    DIR *stream = opendir(directory);
    struct dirent *entry;
    int r = 0;
    if (!stream)
        keep_trouble(finds, -errno, directory);
    while (stream && r == 0 && (entry = readdir(stream))) {
        char path[PATH_MAX];
        uint64_t inode;
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        int identified = netns_identify(path, &inode);
        keep_trouble(finds, identified, path);
        if (identified == 0)
            r = add_path(finds, inode, path, named ? entry->d_name : NULL);
    }
    if (stream)
        closedir(stream);
    return r;
}

int netns_find_mounts(struct netns_finds *finds) {
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char *line = NULL, path[PATH_MAX];
    size_t size = 0;
    uint64_t inode, there;
    int r = 0;
    if (!file)
        keep_trouble(finds, -errno, "/proc/self/mountinfo");
    while (file && r == 0 && getline(&line, &size, file) >= 0) {
        // Another mount may lie over it: the path has to lead there.
        if (!netns_parse_mount(line, path, sizeof(path), &inode) || has_path(finds, inode))
            continue;
        int identified = netns_identify(path, &there);
        keep_trouble(finds, identified, path);
        if (identified == 0 && there == inode)
            r = add_path(finds, inode, path, NULL);
    }
    free(line);
    if (file)
        fclose(file);
    return r;
}

// --- Processes -----------------------------------------------------------------------------------

static int read_stat(int proc, const char *pid, struct netns_process *process) {
    char path[NAME_MAX + 16], bytes[1024];
    snprintf(path, sizeof(path), "%s/stat", pid);
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t length = read(fd, bytes, sizeof(bytes) - 1);
    close(fd);
    if (length < 0)
        return -errno;
    bytes[length] = '\0';
    return netns_parse_stat(bytes, process);
}

// Keeps the oldest, in order.
static void keep_oldest(struct netns_found *found, const struct netns_process *process) {
    size_t place = found->oldest_count;
    while (place > 0 && (found->oldest[place - 1].start > process->start ||
                         (found->oldest[place - 1].start == process->start &&
                          found->oldest[place - 1].pid > process->pid)))
        place--;
    if (place == NETNS_FOUND_PIDS)
        return;
    size_t behind = found->oldest_count - place;
    if (found->oldest_count == NETNS_FOUND_PIDS)
        behind--;
    else
        found->oldest_count++;
    memmove(&found->oldest[place + 1], &found->oldest[place], behind * sizeof(*process));
    found->oldest[place] = *process;
}

// The host's namespace has most of the processes, and its oldest is process 1: the others there
// are counted and not looked at.
static int add_process(struct netns_finds *finds, int proc, const char *pid, uint64_t host_inode) {
    char path[NAME_MAX + 16];
    struct stat status;
    struct netns_process process = {.pid = strtoull(pid, NULL, 10)};
    snprintf(path, sizeof(path), "%s/ns/net", pid);
    if (fstatat(proc, path, &status, 0) < 0) {
        // EACCES is also the answer when the process ends meanwhile (fs/proc/namespaces.c).
        bool denied = errno == EACCES || errno == EPERM;
        finds->denied += denied && faccessat(proc, pid, F_OK, 0) == 0;
        return 0;
    }
    bool told = status.st_ino == host_inode && process.pid != 1;
    if (!told && read_stat(proc, pid, &process) < 0)
        return 0;
    struct netns_found *found = netns_finds_touch(finds, status.st_ino);
    if (!found)
        return -ENOMEM;
    found->process_count++;
    if (!told)
        keep_oldest(found, &process);
    return 0;
}

int netns_find_processes(struct netns_finds *finds) {
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    struct stat host = {0};
    int r = 0;
    if (stat("/proc/1/ns/net", &host) < 0)
        host.st_ino = 0;
    // Every PID namespace has a process 1: if it is not there, it is hidden (proc(5), hidepid).
    if (access("/proc/1", F_OK) < 0)
        error_set(&finds->trouble, -EACCES, "/proc hides the processes of others (hidepid)");
    while (proc && r == 0 && (entry = readdir(proc))) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
            r = add_process(finds, dirfd(proc), entry->d_name, host.st_ino);
    }
    if (proc)
        closedir(proc);
    return r;
}
