// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/netns_found.h"

// Copies up to the next blank; the kernel writes blanks and backslashes of a path as \NNN, octal.
static bool unescape(const char *text, char *path, size_t size) {
    size_t length = 0;
    while (*text && *text != ' ') {
        unsigned octal;
        char c = *text;
        size_t taken = 1;
        if (c == '\\' && sscanf(text + 1, "%3o", &octal) == 1 && octal > 0 && octal < 256 &&
            strspn(text + 1, "01234567") >= 3) {
            c = (char)octal;
            taken = 4;
        }
        if (length + 1 >= size)
            return false;
        path[length++] = c;
        text += taken;
    }
    path[length] = '\0';
    return length > 0;
}

bool netns_parse_mount(const char *line, char *path, size_t size, uint64_t *ret_inode) {
    // "36 25 0:4 net:[4026532281] /run/netns/blue rw shared:22 - nsfs nsfs rw"
    const char *root = line;
    for (int skipped = 0; skipped < 3 && root; skipped++) {
        root = strchr(root, ' ');
        root = root ? root + 1 : NULL;
    }
    uint64_t inode;
    int taken = 0;
    if (!root || sscanf(root, "net:[%" SCNu64 "] %n", &inode, &taken) != 1 || taken == 0)
        return false;
    if (!strstr(root, " - nsfs ") || !unescape(root + taken, path, size))
        return false;
    *ret_inode = inode;
    return true;
}

int netns_parse_stat(const char *bytes, struct netns_process *process) {
    // "1234 (comm may hold ) and blanks) S 1 ...", start time is the 22nd field.
    const char *open = strchr(bytes, '('), *close = strrchr(bytes, ')');
    if (!open || !close || close < open)
        return -EBADMSG;
    const char *at = close;
    for (int field = 2; field < 22 && at; field++)
        at = strchr(at + 1, ' ');
    if (!at)
        return -EBADMSG;
    size_t length = (size_t)(close - open - 1);
    if (length >= NETNS_COMM)
        length = NETNS_COMM - 1;
    memcpy(process->comm, open + 1, length);
    process->comm[length] = '\0';
    process->start = strtoull(at + 1, NULL, 10);
    return 0;
}
