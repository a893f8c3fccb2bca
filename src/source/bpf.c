// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/bpf.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>

_Static_assert(BPF_NAME_SIZE == BPF_OBJ_NAME_LEN, "a program's name is the kernel's");

static int call_bpf(int command, union bpf_attr *attr) {
    long r = syscall(SYS_bpf, command, attr, sizeof(*attr));
    return r < 0 ? -errno : (int)r;
}

int bpf_programs_at(int32_t ifindex_or_fd, enum bpf_hook hook, uint32_t *ids, size_t max) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.query.target_fd = (uint32_t)ifindex_or_fd;
    attr.query.attach_type = hook;
    attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
    attr.query.prog_cnt = (uint32_t)max;
    int r = call_bpf(BPF_PROG_QUERY, &attr);
    if (r == -ENOSPC)
        return (int)max;
    if (r < 0)
        return r;
    return (int)(attr.query.prog_cnt < max ? attr.query.prog_cnt : max);
}

// Fills info (struct bpf_prog_info, bpf_link_info) for what has that id. Returns 0 or -errno.
static int read_info_of(int command, uint32_t id, void *info, size_t size) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.prog_id = id; // as any other id
    int fd = call_bpf(command, &attr);
    if (fd < 0)
        return fd;
    memset(info, 0, size);
    memset(&attr, 0, sizeof(attr));
    attr.info.bpf_fd = (uint32_t)fd;
    attr.info.info_len = (uint32_t)size;
    attr.info.info = (uint64_t)(uintptr_t)info;
    int r = call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
    close(fd);
    return r;
}

static int read_info(uint32_t id, struct bpf_prog_info *info) {
    return read_info_of(BPF_PROG_GET_FD_BY_ID, id, info, sizeof(*info));
}

int bpf_program_name(uint32_t id, char ret_name[BPF_NAME_SIZE]) {
    struct bpf_prog_info info;
    int r = read_info(id, &info);
    if (r < 0)
        return r;
    memcpy(ret_name, info.name, BPF_NAME_SIZE);
    ret_name[BPF_NAME_SIZE - 1] = '\0';
    return 0;
}

// The id after that one, or -errno; -ENOENT if there is none.
static int64_t next_id(int command, uint32_t id) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.start_id = id;
    int r = call_bpf(command, &attr);
    return r < 0 ? r : (int64_t)attr.next_id;
}

// --- Which programs are loaded -------------------------------------------------------------------

#define TYPE_NETFILTER 32 // BPF_PROG_TYPE_NETFILTER, Linux 6.4
#define BIT(type)      (UINT64_C(1) << (type))

static const uint64_t types_for[] = {
    [BPF_USE_TC] = BIT(BPF_PROG_TYPE_SCHED_CLS),
    [BPF_USE_CGROUP] = BIT(BPF_PROG_TYPE_CGROUP_SKB) | BIT(BPF_PROG_TYPE_CGROUP_SOCK_ADDR) |
                       BIT(BPF_PROG_TYPE_SOCK_OPS),
    [BPF_USE_NETFILTER] = BIT(TYPE_NETFILTER),
};

// One that has just gone hangs nowhere; one that cannot be looked at may be anything.
static uint64_t type_of(uint32_t id) {
    struct bpf_prog_info info;
    int r = read_info(id, &info);
    if (r < 0)
        return r == -ENOENT ? 0 : UINT64_MAX;
    return info.type < 64 ? BIT(info.type) : 0;
}

// The ids of programs only ever rise, so what was looked at need not be looked at again. Once a
// program for something was seen, the answer stays true: that costs no more than asking.
bool bpf_may_have(enum bpf_use use) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint32_t looked_at;
    static uint64_t types;
    int64_t next = 0;
    pthread_mutex_lock(&lock);
    while (!(types & types_for[use]) && (next = next_id(BPF_PROG_GET_NEXT_ID, looked_at)) > 0) {
        looked_at = (uint32_t)next;
        types |= type_of(looked_at);
    }
    bool may = types & types_for[use] || next != -ENOENT;
    pthread_mutex_unlock(&lock);
    return may;
}

// --- Links ---------------------------------------------------------------------------------------

#define LINK_TYPE_NETFILTER 10 // BPF_LINK_TYPE_NETFILTER, Linux 6.4

// The beginning of struct bpf_link_info, as it is for that type.
struct netfilter_link_info {
    uint32_t type, id, program;
    uint32_t family __attribute__((aligned(8)));
    uint32_t hook;
    int32_t priority;
    uint32_t flags;
};

int bpf_next_netfilter_link(uint32_t id, struct bpf_netfilter_link *ret_link) {
    int64_t next = id;
    while ((next = next_id(BPF_LINK_GET_NEXT_ID, (uint32_t)next)) > 0) {
        struct netfilter_link_info info;
        int r = read_info_of(BPF_LINK_GET_FD_BY_ID, (uint32_t)next, &info, sizeof(info));
        if (r < 0 && r != -ENOENT)
            return r;
        if (r < 0 || info.type != LINK_TYPE_NETFILTER)
            continue;
        *ret_link = (struct bpf_netfilter_link){.id = info.id,
                                                .program = info.program,
                                                .family = info.family,
                                                .hook = info.hook,
                                                .priority = info.priority};
        return 1;
    }
    return next == -ENOENT ? 0 : (int)next;
}
