// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

// The shortest of the common forms that reads back as the same number.
static void format_real(double real, struct buffer *buffer) {
    char text[32];
    if (!isfinite(real)) {
        buffer_puts(buffer, "null");
        return;
    }
    snprintf(text, sizeof(text), "%.15g", real);
    if (strtod(text, NULL) != real)
        snprintf(text, sizeof(text), "%.17g", real);
    buffer_puts(buffer, text);
}

static void format_flags(const struct value *value, struct buffer *buffer) {
    const char *comma = "";
    buffer_putc(buffer, '[');
    for (const struct flag_name *flag = value->flags.names; flag->name; flag++) {
        if (!(value->flags.bits & flag->bit))
            continue;
        buffer_puts(buffer, comma);
        json_format_text(flag->name, buffer);
        comma = ",";
    }
    buffer_putc(buffer, ']');
}

static void format_texts(const struct value *value, struct buffer *buffer) {
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < value->texts.count; i++) {
        if (i > 0)
            buffer_putc(buffer, ',');
        json_format_text(value->texts.items[i], buffer);
    }
    buffer_putc(buffer, ']');
}

// `,"key":` in one piece: a dump writes more of these than of anything else.
static void format_key(const char *key, bool more, struct buffer *buffer) {
    size_t len = strlen(key);
    if (!buffer_reserve(buffer, len + 4))
        return;
    char *at = buffer->data + buffer->len;
    if (more)
        *at++ = ',';
    *at++ = '"';
    at = mempcpy(at, key, len);
    *at++ = '"';
    *at++ = ':';
    *at = '\0';
    buffer->len = (size_t)(at - buffer->data);
}

static void format_member(const struct field *field, const struct row_ref *ref, bool *more,
                          struct buffer *buffer) {
    struct value value;
    field_read(field, ref, &value);
    if (value.kind == VALUE_ABSENT)
        return;
    format_key(field->key, *more, buffer);
    json_format_value(&value, ref, buffer);
    *more = true;
}

static void format_records(const struct value *value, const struct row_ref *ref,
                           struct buffer *buffer) {
    const struct record_type *type = value->records.type;
    struct row_ref item = *ref;
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < value->records.count; i++) {
        bool more = false;
        item.row = (const char *)value->records.items + i * type->size;
        buffer_puts(buffer, i > 0 ? ",{" : "{");
        for (size_t j = 0; j < type->field_count; j++)
            format_member(&type->fields[j], &item, &more, buffer);
        buffer_putc(buffer, '}');
    }
    buffer_putc(buffer, ']');
}

void json_format_value(const struct value *value, const struct row_ref *ref,
                       struct buffer *buffer) {
    switch (value->kind) {
    case VALUE_ABSENT:
        buffer_puts(buffer, "null");
        break;
    case VALUE_BOOLEAN:
        buffer_puts(buffer, value->boolean ? "true" : "false");
        break;
    case VALUE_UINT:
    case VALUE_INT:
        value_format(value, buffer);
        break;
    case VALUE_REAL:
        format_real(value->real, buffer);
        break;
    case VALUE_TEXT:
        json_format_text(value->text, buffer);
        break;
    case VALUE_ADDRESS:
    case VALUE_PREFIX:
    case VALUE_LLADDR: // hexadecimal digits, dots, colons: nothing to escape
        buffer_putc(buffer, '"');
        value_format(value, buffer);
        buffer_putc(buffer, '"');
        break;
    case VALUE_FLAGS:
        format_flags(value, buffer);
        break;
    case VALUE_TEXTS:
        format_texts(value, buffer);
        break;
    case VALUE_RECORDS:
        format_records(value, ref, buffer);
        break;
    }
}

void json_format_members(const struct field *const *fields, size_t count, const struct row_ref *ref,
                         bool more, struct buffer *buffer) {
    for (size_t i = 0; i < count; i++)
        format_member(fields[i], ref, &more, buffer);
}

void json_format_row(const struct field *const *fields, size_t count, const struct row_ref *ref,
                     struct buffer *buffer) {
    buffer_putc(buffer, '{');
    json_format_members(fields, count, ref, false, buffer);
    buffer_putc(buffer, '}');
}
