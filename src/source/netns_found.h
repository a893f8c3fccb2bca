// SPDX-License-Identifier: GPL-2.0-or-later
// Namespaces while they are being found: what was seen of each, before any has a name.
#ifndef SOURCE_NETNS_FOUND_H
#define SOURCE_NETNS_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define NETNS_FOUND_PIDS 4  // oldest processes that are asked for their cgroup
#define NETNS_COMM       16 // TASK_COMM_LEN: comm and its NUL

struct netns_process {
    uint64_t pid;
    uint64_t start; // clock ticks since boot (proc(5), /proc/PID/stat, field 22)
    char comm[NETNS_COMM];
};

struct netns_found {
    uint64_t inode;
    const char *name; // under /run/netns; NULL if it has none
    const char *path; // a file that opens it and is not a process's; NULL if there is none
    uint64_t process_count;
    struct netns_process oldest[NETNS_FOUND_PIDS];
    size_t oldest_count;
};

// Those found so far, in order of inode.
struct netns_finds {
    struct netns_found *list;
    size_t count, capacity;
    struct arena arena;   // their texts
    size_t denied;        // processes whose namespace may not be seen
    struct error trouble; // the first with a directory, a file or a mount
};

void netns_finds_done(struct netns_finds *finds);

// The namespace of that inode, made if it is not there; NULL when memory is out. Good until the
// next call.
struct netns_found *netns_finds_touch(struct netns_finds *finds, uint64_t inode);

// Each adds what it finds. Return 0 or -ENOMEM; what cannot be read is passed over.

// Files in a directory; named: their names are those that ip-netns(8) uses.
int netns_find_in_directory(struct netns_finds *finds, const char *directory, bool named);

// Mounts of nsfs anywhere (/proc/self/mountinfo, proc_pid_mountinfo(5)).
int netns_find_mounts(struct netns_finds *finds);

// Processes' namespaces, and how many processes each has.
int netns_find_processes(struct netns_finds *finds);

// The inode of the network namespace that the path opens. Returns 0; -EINVAL if the path opens
// something else; or -errno.
int netns_identify(const char *path, uint64_t *ret_inode);

// Where a line of mountinfo mounts a network namespace: stores the path, its escapes undone, in
// path and the inode. Returns false for any other line. Pure.
bool netns_parse_mount(const char *line, char *path, size_t size, uint64_t *ret_inode);

// Takes comm and start out of /proc/PID/stat. Returns 0 or -EBADMSG. Pure.
int netns_parse_stat(const char *bytes, struct netns_process *process);

#endif
