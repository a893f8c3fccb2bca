// SPDX-License-Identifier: GPL-2.0-or-later
// Text that grows. Every *_format function of the program writes into one of these.
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
    char *data; // NUL after the last byte once anything was written; NULL before
    size_t len;
    size_t capacity;
    bool failed; // memory ran out and what came since is missing: check once, at the end
};

// A buffer of zeroes is ready for use.
#define BUFFER_INIT ((struct buffer){0})

// Makes room for len more bytes and a NUL behind them. Returns false if memory is out.
bool buffer_reserve(struct buffer *buffer, size_t len);

// Adds bytes, a string, a character. Inline: a dump of a million rows does little else.
static inline void buffer_add(struct buffer *buffer, const void *bytes, size_t len) {
    if (len == 0 || (buffer->capacity - buffer->len <= len && !buffer_reserve(buffer, len)))
        return;
    memcpy(buffer->data + buffer->len, bytes, len);
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

static inline void buffer_puts(struct buffer *buffer, const char *text) {
    buffer_add(buffer, text, strlen(text));
}

static inline void buffer_putc(struct buffer *buffer, char c) {
    buffer_add(buffer, &c, 1);
}

// Adds n times a character, formatted text, a decimal number. The last two are quick, the second is
// not.
void buffer_fill(struct buffer *buffer, char c, size_t count);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *buffer, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void buffer_put_uint(struct buffer *buffer, uint64_t number);
void buffer_put_int(struct buffer *buffer, int64_t number);

// The text so far, "" if there is none. Valid until the next change.
const char *buffer_text(const struct buffer *buffer);

// Empties the buffer and keeps its memory. buffer_done frees it.
void buffer_clear(struct buffer *buffer);
void buffer_done(struct buffer *buffer);

#endif
