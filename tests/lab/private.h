// SPDX-License-Identifier: GPL-2.0-or-later
// A place of a test's own: network and mount namespaces that nobody else sees, with an empty /run
// for the names of more namespaces.
#ifndef TESTS_LAB_PRIVATE_H
#define TESTS_LAB_PRIVATE_H

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static inline void private_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file)
        return;
    fputs(text, file);
    fclose(file);
}

// Moves the process there: as root, or else as root of a user namespace. Where neither can be had,
// the test is skipped and says why.
static inline void private_enter(void) {
    char map[64];
    int flags = CLONE_NEWNET | CLONE_NEWNS;
    unsigned uid = getuid(), gid = getgid();
    if (unshare(flags) < 0) {
        if (unshare(flags | CLONE_NEWUSER) < 0) {
            printf("skipped: no namespaces of its own: %s\n", strerror(errno));
            exit(77);
        }
        private_write("/proc/self/setgroups", "deny");
        snprintf(map, sizeof(map), "0 %u 1", uid);
        private_write("/proc/self/uid_map", map);
        snprintf(map, sizeof(map), "0 %u 1", gid);
        private_write("/proc/self/gid_map", map);
    }
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("run", "/run", "tmpfs", 0, NULL) < 0) {
        printf("skipped: no /run of its own: %s\n", strerror(errno));
        exit(77);
    }
}

// Runs a command; the test cannot go on if it fails.
static inline void private_run(const char *command) {
    if (system(command) != 0) {
        fprintf(stderr, "failed: %s\n", command);
        abort();
    }
}

#endif
