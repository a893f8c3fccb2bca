// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/keeper.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// As close_range(2), which Linux has since 5.9.
static void close_all(unsigned first, unsigned last) {
    if (first > last || close_range(first, last, 0) == 0)
        return;
    struct rlimit limit = {.rlim_cur = 1024};
    getrlimit(RLIMIT_NOFILE, &limit);
    for (unsigned fd = first; fd <= last && fd < limit.rlim_cur; fd++)
        close((int)fd);
}

// Netscope's other sockets must end with netscope, and its output with it.
static void close_all_but(unsigned a, unsigned b) {
    unsigned low = a < b ? a : b, high = a < b ? b : a;
    if (low > 0)
        close_all(0, low - 1);
    close_all(low + 1, high - 1);
    close_all(high + 1, ~0U);
}

// Ends after netscope, and not before: no terminal's signal is for it.
static void keep(const struct keeper_task *task, int netscope) {
    char byte;
    close_all_but((unsigned)netscope, (unsigned)(task->fd < 0 ? netscope : task->fd));
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    while (read(netscope, &byte, 1) < 0 && errno == EINTR)
        continue;
    task->run(task->data);
    _exit(0);
}

int keeper_start(const struct keeper_task *task) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    pid_t child = fork();
    if (child == 0) {
        // Twice, so that nobody has to wait for it.
        if (fork() == 0)
            keep(task, ends[0]);
        _exit(0);
    }
    int r = child < 0 ? -errno : ends[1];
    close(ends[0]);
    if (child < 0)
        close(ends[1]);
    else
        waitpid(child, NULL, 0);
    return r;
}

void keeper_end(int keeper) {
    char byte;
    if (keeper < 0)
        return;
    shutdown(keeper, SHUT_WR);
    while (read(keeper, &byte, 1) < 0 && errno == EINTR)
        continue;
    close(keeper);
}
