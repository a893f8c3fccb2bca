// SPDX-License-Identifier: GPL-2.0-or-later
// Where a dump goes: a buffer that is written to a descriptor whenever it is full enough.
#ifndef DUMP_OUTPUT_H
#define DUMP_OUTPUT_H

#include "base/buffer.h"

struct output {
    struct buffer buffer; // add to it
    int fd;
    int error; // the first -errno; what is added after it is dropped
};

// An output on the descriptor, which stays the caller's.
#define OUTPUT_INIT(descriptor) ((struct output){.fd = (descriptor)})

// Writes the buffer if 64 KiB or more are in it. To be called between rows.
void output_check(struct output *output);

// Writes the buffer, whatever is in it.
void output_flush(struct output *output);

// Adds bytes that are many: they are not copied into the buffer but written behind it.
void output_add(struct output *output, const void *bytes, size_t len);

// Writes the rest and frees the buffer. Returns 0, or the first -errno (-EPIPE: the reader left).
int output_done(struct output *output);

#endif
