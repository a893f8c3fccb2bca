// SPDX-License-Identifier: GPL-2.0-or-later
// Blobs of xtables' extensions. The input is the extension's name with its NUL, its revision, a
// byte of flags (1: a target, 2: IPv6), and the blob.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const struct buffer *buffer) {
    const char *text = buffer_text(buffer);
    if (text[0] != '[' || text[buffer->len - 1] != ']')
        abort();
}

static void write_both(const struct xt_extension *extension, const void *info, uint8_t family) {
    const struct xt_context context = {.family = family};
    struct buffer buffer = BUFFER_INIT;
    struct xt_writer writer = xt_writer_text(&context, &buffer);
    if (extension->alias)
        extension->alias(info);
    if (extension->write)
        extension->write(info, &writer);
    xt_writer_done(&writer);
    buffer_clear(&buffer);
    xt_writer_json(&context, &buffer, &writer);
    if (extension->write)
        extension->write(info, &writer);
    xt_writer_done(&writer);
    check_json(&buffer);
    buffer_done(&buffer);
}

// What xt_decode does, but with bytes that end where the struct ends, so that a sanitizer sees what
// reads on behind it.
static void decode_exactly(const struct xt_extension *extension, const uint8_t *bytes,
                           uint8_t family) {
    struct arena arena = ARENA_INIT;
    uint8_t *exact = malloc(extension->size > 0 ? extension->size : 1);
    if (!exact)
        return;
    memcpy(exact, bytes, extension->size);
    if (!extension->check || extension->check(exact)) {
        const void *info = extension->decode ? extension->decode(exact, &arena) : exact;
        if (info)
            write_both(extension, info, family);
    }
    free(exact);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct nf_xt xt;
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    if (!end || size - (size_t)(end - data) < 3)
        return 0;
    const char *name = (const char *)data;
    uint8_t revision = end[1], flags = end[2];
    uint8_t family = flags & 2 ? NF_FAMILY_IP6 : NF_FAMILY_IP;
    const uint8_t *bytes = end + 3;
    size_t length = size - (size_t)(bytes - data);
    if (xt_decode(name, revision, flags & 1, family, bytes, length, &arena, &xt) < 0)
        abort();
    if (xt.extension)
        decode_exactly(xt.extension, bytes, family);
    else if (xt.foreign->raw.length != length)
        abort();
    arena_done(&arena);
    return 0;
}
