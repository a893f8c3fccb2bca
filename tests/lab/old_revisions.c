// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel that knows old revisions of xtables' extensions only: put before iptables-legacy with
// LD_PRELOAD, it lets none above $XT_REVISION_MAX be known (linux/netfilter/x_tables.h struct
// xt_get_revision).
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

// IPT_SO_GET_REVISION_MATCH and _TARGET; IP6T_SO_GET_REVISION_MATCH and _TARGET.
#define FIRST_OPTION 66
#define LAST_OPTION  69

#define NAME_LENGTH 29 // the revision stands behind it

static int is_known(int option, const uint8_t *value, socklen_t length) {
    const char *max = getenv("XT_REVISION_MAX");
    return !max || option < FIRST_OPTION || option > LAST_OPTION || length != NAME_LENGTH + 1 ||
           value[NAME_LENGTH] <= atoi(max);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *length) {
    int (*next)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
    if (!is_known(option, value, *length)) {
        errno = EPROTONOSUPPORT;
        return -1;
    }
    return next(fd, level, option, value, length);
}
