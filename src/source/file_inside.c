// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/file_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

// Finds the file without opening it: opening a FIFO waits, opening a device does what it likes.
static int find_file(int root, const char *path) {
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC,
                                 .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    struct stat status;
    int found = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
    if (found < 0)
        return -errno;
    if (fstat(found, &status) == 0 && S_ISREG(status.st_mode))
        return found;
    close(found);
    return -EINVAL;
}

static int read_all(int fd, struct buffer *buffer) {
    size_t start = buffer->len;
    char piece[4096];
    ssize_t got;
    while ((got = read(fd, piece, sizeof(piece))) > 0) {
        if (buffer->len - start + (size_t)got > FILE_INSIDE_MAX)
            return -EFBIG;
        buffer_add(buffer, piece, (size_t)got);
    }
    if (buffer->failed)
        return -ENOMEM;
    return got < 0 ? -errno : 0;
}

int file_inside_read(int root, const char *path, struct buffer *buffer) {
    char name[40];
    int found = find_file(root, path);
    if (found < 0)
        return found;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", found);
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int r = fd < 0 ? -errno : read_all(fd, buffer);
    if (fd >= 0)
        close(fd);
    close(found);
    return r;
}
