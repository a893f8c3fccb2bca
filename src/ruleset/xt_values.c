// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/xt_values.h"

#include <string.h>

const char *xt_name(const struct xt_name *names, size_t count, uint32_t value) {
    for (size_t i = 0; i < count; i++) {
        if (names[i].value == value)
            return names[i].name;
    }
    return NULL;
}

const char *xt_protocol_name(const struct xt_writer *writer, uint8_t protocol) {
    const struct ruleset_names *names = writer->context->names;
    return names && names->protocols ? names->protocols[protocol] : NULL;
}

void xt_put_bits(struct xt_writer *writer, uint32_t bits, const struct xt_name *names,
                 size_t count) {
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        if (!(bits & names[i].value))
            continue;
        buffer_puts(writer->value, comma);
        buffer_puts(writer->value, names[i].name);
        comma = ",";
    }
}

void xt_option_name(struct xt_writer *writer, const char *option, bool inverted, const char *name) {
    xt_option(writer, option, inverted);
    buffer_puts(writer->value, name);
}

void xt_option_word(struct xt_writer *writer, const char *option, bool inverted, const char *text,
                    size_t max) {
    xt_option(writer, option, inverted);
    writer->is_text = true;
    buffer_add(writer->value, text, strnlen(text, max));
}

void xt_option_mark(struct xt_writer *writer, const char *option, bool inverted, uint32_t mark,
                    uint32_t mask) {
    xt_option_named(writer, option, inverted, mark, mask, NULL);
}

void xt_option_named(struct xt_writer *writer, const char *option, bool inverted, uint32_t number,
                     uint32_t mask, const char *name) {
    if (mask == UINT32_MAX && name) {
        xt_option_name(writer, option, inverted, name);
        return;
    }
    xt_option_hex(writer, option, inverted, number);
    if (mask == UINT32_MAX)
        return;
    buffer_putc(writer->value, '/');
    xt_put_hex(writer, mask);
}

void xt_option_hex_digits(struct xt_writer *writer, const char *option, bool inverted,
                          uint32_t number, int digits) {
    xt_option(writer, option, inverted);
    xt_put_hex_digits(writer, number, digits);
}

void xt_put_hex_digits(struct xt_writer *writer, uint32_t number, int digits) {
    buffer_printf(writer->value, "0x%0*x", digits, number);
}

void xt_put_quote(struct xt_writer *writer) {
    writer->is_text = true;
    if (!writer->json)
        buffer_putc(writer->value, '"');
}

void xt_put_quoted(struct xt_writer *writer, const char *text, size_t len, const char *escape) {
    xt_put_quote(writer);
    for (size_t i = 0; i < len; i++) {
        if (!writer->json && text[i] != '\0' && strchr(escape, text[i]))
            buffer_putc(writer->value, '\\');
        buffer_putc(writer->value, text[i]);
    }
    xt_put_quote(writer);
}
