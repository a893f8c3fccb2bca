// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/netns_enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAYED (-1)

// Opens the namespace's path, if that still leads to it: a PID can be another process's by now.
static int open_namespace(const struct netns *netns, struct error *err) {
    struct stat status;
    int fd = netns->path ? open(netns->path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 && (!netns->path || errno == ENOENT || errno == ESRCH))
        return error_set(err, -ENOENT, "the namespace is gone");
    if (fd < 0)
        return error_set_errno(err, -errno, "%s", netns->path);
    if (fstat(fd, &status) == 0 && status.st_ino == netns->inode)
        return fd;
    close(fd);
    return error_set(err, -ENOENT, "the namespace is gone");
}

int netns_enter(const struct netns *netns, int *ret_back, struct error *err) {
    if (!netns || netns->own) {
        *ret_back = STAYED;
        return 0;
    }
    int there = open_namespace(netns, err);
    if (there < 0)
        return there;
    int back = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    int r = back < 0 || setns(there, CLONE_NEWNET) < 0 ? -errno : 0;
    close(there);
    if (r < 0) {
        if (back >= 0)
            close(back);
        return error_set_errno(err, r, "entering the namespace");
    }
    *ret_back = back;
    return 0;
}

void netns_leave(int back) {
    if (back == STAYED)
        return;
    if (setns(back, CLONE_NEWNET) < 0)
        abort();
    close(back);
}

int netns_socket(const struct netns *netns, int family, int type, int protocol, struct error *err) {
    int back;
    int r = netns_enter(netns, &back, err);
    if (r < 0)
        return r;
    int fd = socket(family, type, protocol);
    r = fd < 0 ? error_set_errno(err, -errno, "socket") : fd;
    netns_leave(back);
    return r;
}
