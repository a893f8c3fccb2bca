// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <string.h>
#include <wchar.h>

#define NOT_UTF8 UINT32_MAX

static bool is_continuation(char c) {
    return ((uint8_t)c & 0xc0) == 0x80;
}

// How many bytes a sequence with this first byte has, and the bits that the byte itself gives.
static size_t sequence_length(uint8_t first, uint32_t *ret_bits) {
    if (first < 0x80) {
        *ret_bits = first;
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        *ret_bits = first & 0x1f;
        return 2;
    }
    if (first >= 0xe0 && first < 0xf0) {
        *ret_bits = first & 0x0f;
        return 3;
    }
    if (first >= 0xf0 && first < 0xf5) {
        *ret_bits = first & 0x07;
        return 4;
    }
    return 0;
}

size_t text_decode(const char *text, size_t len, uint32_t *ret_code_point) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code_point;
    size_t length = sequence_length((uint8_t)text[0], &code_point);
    *ret_code_point = NOT_UTF8;
    if (length == 0 || length > len)
        return 1;
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text[i]))
            return 1;
        code_point = code_point << 6 | ((uint8_t)text[i] & 0x3f);
    }
    bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
    if (code_point < least[length] || surrogate || code_point > 0x10ffff)
        return 1;
    *ret_code_point = code_point;
    return length;
}

// Code points that show nothing or change how others are shown (Unicode's general categories Cc,
// Cf, Zl, Zp, the tags and the private and unassigned ends of the planes).
static bool is_invisible(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) ||
           (c & 0xfffe) == 0xfffe || (c >= 0xe000 && c <= 0xf8ff) || c >= 0xe0000;
}

void text_printable(const char *text, size_t len, struct buffer *buffer) {
    size_t at = 0;
    while (at < len) {
        uint32_t code_point;
        size_t taken = text_decode(text + at, len - at, &code_point);
        if (code_point == NOT_UTF8 || (code_point < 0x80 && is_invisible(code_point)))
            buffer_printf(buffer, "\\x%02x", (unsigned)(uint8_t)text[at]);
        else if (is_invisible(code_point))
            buffer_printf(buffer, "\\u{%x}", (unsigned)code_point);
        else
            buffer_add(buffer, text + at, taken);
        at += taken;
    }
}

static size_t code_point_width(uint32_t code_point) {
    if (code_point < 0x80 || code_point == NOT_UTF8)
        return 1;
    int width = wcwidth((wchar_t)code_point);
    return width < 0 ? 1 : (size_t)width;
}

size_t text_fit(const char *text, size_t columns, size_t *ret_width) {
    size_t at = 0, width = 0, len = strlen(text);
    while (at < len) {
        uint32_t code_point;
        size_t taken = text_decode(text + at, len - at, &code_point);
        size_t wide = code_point_width(code_point);
        if (width + wide > columns)
            break;
        width += wide;
        at += taken;
    }
    *ret_width = width;
    return at;
}

size_t text_width(const char *text) {
    size_t width;
    text_fit(text, SIZE_MAX, &width);
    return width;
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

#define DISTANCE_MAX_TEXT 128

size_t text_distance(const char *a, const char *b) {
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > DISTANCE_MAX_TEXT || b_len > DISTANCE_MAX_TEXT)
        return SIZE_MAX;
    size_t before_last[DISTANCE_MAX_TEXT + 1], last[DISTANCE_MAX_TEXT + 1];
    size_t row[DISTANCE_MAX_TEXT + 1] = {0};
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        memcpy(before_last, last, sizeof(last));
        memcpy(last, row, sizeof(row));
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least_of(replaced, least_of(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least_of(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b_len];
}

// Of ASCII alone: whatever the locale, and without a call.
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

// Case aside. Most comparisons end at the second character.
static bool begins_with(const char *text, const char *start) {
    while (*start && lower(*text) == lower(*start)) {
        text++;
        start++;
    }
    return *start == '\0';
}

bool text_contains(const char *hay, const char *needle) {
    char low = lower(*needle), high = low >= 'a' && low <= 'z' ? (char)(low - 'a' + 'A') : low;
    if (*needle == '\0')
        return true;
    for (; *hay; hay++) {
        if ((*hay == low || *hay == high) && begins_with(hay + 1, needle + 1))
            return true;
    }
    return false;
}
