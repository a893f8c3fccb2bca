// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/dns_anchors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buffer.h"

#define SIZE_MOST ((size_t)1 << 20)

static const char *const usual_paths[] = {
    "/usr/share/dns/root.key",   // dns-root-data
    "/var/lib/unbound/root.key", // unbound-anchor(8)
};
#define USUAL_PATHS (sizeof(usual_paths) / sizeof(usual_paths[0]))

static int read_all(int fd, struct buffer *text) {
    char bytes[4096];
    for (;;) {
        ssize_t got = read(fd, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : 0;
        buffer_add(text, bytes, (size_t)got);
        if (text->failed || text->len > SIZE_MOST)
            return text->failed ? -ENOMEM : -EFBIG;
    }
}

static int read_file(const char *path, struct buffer *text) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = read_all(fd, text);
    close(fd);
    return r;
}

static int read_named(const char *path, struct buffer *text, struct error *err) {
    int r = read_file(path, text);
    return r < 0 ? error_set_errno(err, r, "%s", path) : 0;
}

static int find_file(struct buffer *text, const char **ret_path, struct error *err) {
    for (size_t i = 0; i < USUAL_PATHS; i++) {
        int r = read_named(usual_paths[i], text, err);
        *ret_path = usual_paths[i];
        if (r != -ENOENT)
            return r;
    }
    return error_set(err, -ENOENT,
                     "no trust anchors: there is neither %s (Debian's dns-root-data) nor %s "
                     "(unbound-anchor); name a file by --anchors",
                     usual_paths[0], usual_paths[1]);
}

int dns_anchors_read(const char *path, struct dnssec_anchors **ret_anchors, struct error *err) {
    struct buffer text = BUFFER_INIT;
    int r = path ? read_named(path, &text, err) : find_file(&text, &path, err);
    if (r == 0)
        r = dnssec_anchors_parse(buffer_text(&text), text.len, path, ret_anchors, err);
    buffer_done(&text);
    return r;
}
