// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/output.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define OUTPUT_ENOUGH (64 * 1024)
#define OUTPUT_DIRECT (16 * 1024) // bytes that copying costs more than a system call

// A descriptor that somebody made non-blocking is waited for.
static int write_some(int fd, const char *data, size_t len, size_t *ret_written) {
    ssize_t written = write(fd, data, len);
    *ret_written = written > 0 ? (size_t)written : 0;
    if (written >= 0 || errno == EINTR)
        return 0;
    if (errno != EAGAIN)
        return -errno;
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    return poll(&wanted, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static void write_all(struct output *output, const char *data, size_t len) {
    while (len > 0 && output->error == 0) {
        size_t written;
        output->error = write_some(output->fd, data, len, &written);
        data += written;
        len -= written;
    }
}

void output_flush(struct output *output) {
    if (output->buffer.failed && output->error == 0)
        output->error = -ENOMEM;
    write_all(output, output->buffer.data, output->buffer.len);
    buffer_clear(&output->buffer);
}

void output_check(struct output *output) {
    if (output->buffer.len >= OUTPUT_ENOUGH || output->buffer.failed)
        output_flush(output);
}

void output_add(struct output *output, const void *bytes, size_t len) {
    if (len < OUTPUT_DIRECT) {
        buffer_add(&output->buffer, bytes, len);
        output_check(output);
        return;
    }
    output_flush(output);
    write_all(output, bytes, len);
}

int output_done(struct output *output) {
    output_flush(output);
    buffer_done(&output->buffer);
    return output->error;
}
