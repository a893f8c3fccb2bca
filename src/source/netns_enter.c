// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/netns_enter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_once_t home_once = PTHREAD_ONCE_INIT;
static int home; // -errno if it could not be opened

static void open_home(void) {
    home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home < 0)
        home = -errno;
}

int netns_home(void) {
    pthread_once(&home_once, open_home);
    return home;
}

static bool is_home(const struct netns *netns) {
    return !netns || netns->own;
}

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

int netns_enter(const struct netns *netns, struct error *err) {
    if (is_home(netns))
        return 0;
    // Without the way back there is no going.
    int back = netns_home();
    if (back < 0)
        return error_set_errno(err, back, "/proc/thread-self/ns/net");
    int there = open_namespace(netns, err);
    if (there < 0)
        return there;
    int r = setns(there, CLONE_NEWNET) < 0 ? -errno : 0;
    close(there);
    if (r == -EPERM)
        return error_set(err, r, "entering the namespace needs CAP_SYS_ADMIN");
    return r < 0 ? error_set_errno(err, r, "entering the namespace") : 0;
}

void netns_leave(const struct netns *netns) {
    // The thread would read the wrong namespace for ever after.
    if (!is_home(netns) && setns(netns_home(), CLONE_NEWNET) < 0)
        abort();
}

int netns_socket(const struct netns *netns, int family, int type, int protocol, struct error *err) {
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    int fd = socket(family, type, protocol);
    r = fd < 0 ? error_set_errno(err, -errno, "socket") : fd;
    netns_leave(netns);
    return r;
}
