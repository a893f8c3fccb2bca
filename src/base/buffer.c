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

// Writes the digits so that they end before `end`. Returns where they begin. Two at a time: a
// division costs more than the rest of it.
static char *put_digits(char *end, uint64_t number) {
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    while (number >= 10) {
        end -= 2;
        memcpy(end, pairs + number % 100 * 2, 2);
        number /= 100;
        if (number == 0)
            return end;
    }
    *--end = (char)('0' + number);
    return end;
}

void buffer_put_uint(struct buffer *buffer, uint64_t number) {
    char digits[20];
    char *start = put_digits(digits + sizeof(digits), number);
    buffer_add(buffer, start, (size_t)(digits + sizeof(digits) - start));
}

void buffer_put_int(struct buffer *buffer, int64_t number) {
    if (number < 0)
        buffer_putc(buffer, '-');
    buffer_put_uint(buffer, number < 0 ? -(uint64_t)number : (uint64_t)number);
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
