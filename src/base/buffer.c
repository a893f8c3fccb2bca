// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_MIN 256

// From now on there is room for nothing: a text with a hole in it would be worse than one cut
// short.
static bool fail(struct buffer *buffer) {
    buffer->failed = true;
    buffer->capacity = buffer->len;
    return false;
}

bool buffer_reserve(struct buffer *buffer, size_t len) {
    if (buffer->failed || len >= SIZE_MAX / 4 - buffer->len)
        return fail(buffer);
    size_t need = buffer->len + len + 1;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : BUFFER_MIN;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (!data)
        return fail(buffer);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_fill(struct buffer *buffer, char c, size_t count) {
    if (count == 0 || !buffer_reserve(buffer, count))
        return;
    memset(buffer->data + buffer->len, c, count);
    buffer->len += count;
    buffer->data[buffer->len] = '\0';
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0 || !buffer_reserve(buffer, (size_t)len))
        return;
    vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, args);
    buffer->len += (size_t)len;
}

void buffer_printf(struct buffer *buffer, const char *format, ...) {
    va_list args;
    va_start(args, format);
    buffer_vprintf(buffer, format, args);
    va_end(args);
}

void buffer_put_uint(struct buffer *buffer, uint64_t number) {
    char digits[20];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_add(buffer, digits + at, sizeof(digits) - at);
}

const char *buffer_text(const struct buffer *buffer) {
    return buffer->data && buffer->len > 0 ? buffer->data : "";
}

void buffer_clear(struct buffer *buffer) {
    // What a failed buffer holds is as long as its capacity says, and a NUL.
    if (buffer->failed)
        buffer_done(buffer);
    buffer->len = 0;
}

void buffer_done(struct buffer *buffer) {
    free(buffer->data);
    *buffer = BUFFER_INIT;
}
