// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" // U+FFFD

static void format_code_unit(unsigned unit, struct buffer *buffer) {
    static const char digits[] = "0123456789abcdef";
    char text[6] = {'\\',
                    'u',
                    digits[unit >> 12 & 15],
                    digits[unit >> 8 & 15],
                    digits[unit >> 4 & 15],
                    digits[unit & 15]};
    buffer_add(buffer, text, sizeof(text));
}

// As UTF-16 has it: a pair of surrogates for what is beyond 16 bits.
static void format_escaped(uint32_t code_point, struct buffer *buffer) {
    if (code_point < 0x10000) {
        format_code_unit(code_point, buffer);
        return;
    }
    code_point -= 0x10000;
    format_code_unit(0xd800 + (code_point >> 10), buffer);
    format_code_unit(0xdc00 + (code_point & 0x3ff), buffer);
}

static bool is_printable(const char *text, size_t len) {
    struct buffer printable = BUFFER_INIT;
    text_printable(text, len, &printable);
    bool same = printable.len == len && memcmp(printable.data, text, len) == 0;
    buffer_done(&printable);
    return same;
}

// What is not plain ASCII: one code point or one bad byte. Returns how many bytes it took.
static size_t format_odd(const char *text, size_t len, struct buffer *buffer) {
    static const char shorts[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = *text ? strchr(shorts, *text) : NULL;
    if (found) {
        buffer_putc(buffer, '\\');
        buffer_putc(buffer, letters[found - shorts]);
        return 1;
    }
    uint32_t code_point;
    size_t taken = text_decode(text, len, &code_point);
    if (code_point == UINT32_MAX)
        buffer_puts(buffer, REPLACEMENT);
    else if (is_printable(text, taken))
        buffer_add(buffer, text, taken);
    else
        format_escaped(code_point, buffer);
    return taken;
}

static bool is_plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void json_format_text(const char *text, struct buffer *buffer) {
    size_t len = strlen(text), at = 0;
    buffer_putc(buffer, '"');
    while (at < len) {
        size_t plain = at;
        while (plain < len && is_plain(text[plain]))
            plain++;
        buffer_add(buffer, text + at, plain - at);
        at = plain;
        if (at < len)
            at += format_odd(text + at, len - at, buffer);
    }
    buffer_putc(buffer, '"');
}
