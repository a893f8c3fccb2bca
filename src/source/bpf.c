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

int bpf_programs_at(int32_t ifindex, enum bpf_hook hook, uint32_t *ids, size_t max) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.query.target_fd = (uint32_t)ifindex; // for these hooks it is an index
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

// Fills info for the program of that id. Returns 0 or -errno.
static int read_info(uint32_t id, struct bpf_prog_info *info) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.prog_id = id;
    int fd = call_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
    if (fd < 0)
        return fd;
    memset(info, 0, sizeof(*info));
    memset(&attr, 0, sizeof(attr));
    attr.info.bpf_fd = (uint32_t)fd;
    attr.info.info_len = sizeof(*info);
    attr.info.info = (uint64_t)(uintptr_t)info;
    int r = call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
    close(fd);
    return r;
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
static int64_t next_program(uint32_t id) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.start_id = id;
    int r = call_bpf(BPF_PROG_GET_NEXT_ID, &attr);
    return r < 0 ? r : (int64_t)attr.next_id;
}

static bool is_for_tc(uint32_t id) {
    struct bpf_prog_info info;
    int r = read_info(id, &info);
    // One that has just gone hangs nowhere.
    return r == 0 ? info.type == BPF_PROG_TYPE_SCHED_CLS : r != -ENOENT;
}

// The ids of programs only ever rise, so what was looked at need not be looked at again. Once a
// program for traffic control was seen, the answer stays true: that costs no more than asking.
bool bpf_has_tc_programs(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint32_t looked_at;
    static bool found;
    int64_t next = 0;
    pthread_mutex_lock(&lock);
    while (!found && (next = next_program(looked_at)) > 0) {
        looked_at = (uint32_t)next;
        found = is_for_tc(looked_at);
    }
    bool may = found || next != -ENOENT;
    pthread_mutex_unlock(&lock);
    return may;
}
