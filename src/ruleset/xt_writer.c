// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/xt_writer.h"

#include <string.h>

#include "base/address.h"
#include "base/json_text.h"

struct xt_writer xt_writer_text(const struct xt_context *context, struct buffer *buffer) {
    return (struct xt_writer){.value = buffer, .context = context};
}

void xt_writer_json(const struct xt_context *context, struct buffer *buffer,
                    struct xt_writer *ret_writer) {
    *ret_writer = (struct xt_writer){.context = context, .json = buffer};
    ret_writer->value = &ret_writer->scratch;
    buffer_putc(buffer, '[');
}

// A decimal number as JSON has them: no zeros in front, and within 64 bits for sure.
static bool is_number(const char *text, size_t len) {
    return len > 0 && len < 20 && strspn(text, "0123456789") == len && (text[0] != '0' || len == 1);
}

static void close_option(struct xt_writer *writer) {
    if (!writer->json || !writer->is_open)
        return;
    const char *text = buffer_text(&writer->scratch);
    size_t len = writer->scratch.len;
    if (writer->has_value) {
        buffer_puts(writer->json, ",\"value\":");
        if (!writer->is_text && is_number(text, len))
            buffer_add(writer->json, text, len);
        else
            json_format_text(text, writer->json);
    }
    buffer_putc(writer->json, '}');
    buffer_clear(&writer->scratch);
    writer->is_open = false;
}

void xt_writer_done(struct xt_writer *writer) {
    close_option(writer);
    if (writer->json)
        buffer_putc(writer->json, ']');
    writer->value->failed |= writer->scratch.failed;
    buffer_done(&writer->scratch);
}

// iptables(8): what a letter stands for.
static const char *long_name(const char *option) {
    static const struct {
        char letter;
        const char *name;
    } names[] = {{'s', "source"},        {'d', "destination"}, {'i', "in-interface"},
                 {'o', "out-interface"}, {'p', "protocol"},    {'f', "fragment"}};
    for (size_t i = 0; option[0] == '-' && i < sizeof(names) / sizeof(*names); i++) {
        if (option[1] == names[i].letter && option[2] == '\0')
            return names[i].name;
    }
    return option + strspn(option, "-");
}

static void open_json(struct xt_writer *writer, const char *option, bool inverted) {
    close_option(writer);
    buffer_puts(writer->json, writer->options++ > 0 ? ",{\"option\":" : "{\"option\":");
    json_format_text(long_name(option), writer->json);
    if (inverted)
        buffer_puts(writer->json, ",\"inverted\":true");
    writer->is_open = true;
    writer->is_text = false;
}

void xt_flag(struct xt_writer *writer, const char *option, bool inverted) {
    if (writer->json) {
        open_json(writer, option, inverted);
        writer->has_value = false;
        return;
    }
    buffer_puts(writer->value, inverted ? " ! " : " ");
    buffer_puts(writer->value, option);
}

void xt_option(struct xt_writer *writer, const char *option, bool inverted) {
    xt_flag(writer, option, inverted);
    writer->has_value = true;
    if (!writer->json)
        buffer_putc(writer->value, ' ');
}

void xt_option_uint(struct xt_writer *writer, const char *option, bool inverted, uint64_t number) {
    xt_option(writer, option, inverted);
    buffer_put_uint(writer->value, number);
}

void xt_option_hex(struct xt_writer *writer, const char *option, bool inverted, uint64_t number) {
    xt_option(writer, option, inverted);
    xt_put_hex(writer, number);
}

void xt_option_range(struct xt_writer *writer, const char *option, bool inverted, uint64_t min,
                     uint64_t max) {
    xt_option_uint(writer, option, inverted, min);
    if (min == max)
        return;
    buffer_putc(writer->value, ':');
    buffer_put_uint(writer->value, max);
}

void xt_option_text(struct xt_writer *writer, const char *option, bool inverted, const char *text,
                    size_t max) {
    xt_option(writer, option, inverted);
    xt_put_text(writer, text, max);
}

void xt_put_hex(struct xt_writer *writer, uint64_t number) {
    char text[16], *first = text + sizeof(text);
    do {
        *--first = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    buffer_puts(writer->value, "0x");
    buffer_add(writer->value, first, (size_t)(text + sizeof(text) - first));
}

// xtables_save_string(): what is not made of these needs quotes.
static bool is_bare(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

static bool needs_quotes(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!is_bare(text[i]))
            return true;
    }
    return len == 0;
}

void xt_put_text(struct xt_writer *writer, const char *text, size_t max) {
    size_t len = strnlen(text, max);
    writer->is_text = true;
    if (writer->json || !needs_quotes(text, len)) {
        buffer_add(writer->value, text, len);
        return;
    }
    buffer_putc(writer->value, '"');
    for (size_t i = 0; i < len; i++) {
        if (strchr("\"\\'", text[i]))
            buffer_putc(writer->value, '\\');
        buffer_putc(writer->value, text[i]);
    }
    buffer_putc(writer->value, '"');
}

static size_t family_size(uint8_t family) {
    return family == NF_FAMILY_IP6 ? 16 : 4;
}

void xt_put_address(struct xt_writer *writer, uint8_t family, const void *bytes) {
    struct address address = address_from_bytes(bytes, family_size(family));
    address_format(&address, writer->value);
}

// How many bits of the mask are set from the front; -1 if others are, too.
static int prefix_length(const uint8_t *mask, size_t size) {
    size_t bits = 0;
    while (bits < size * 8 && mask[bits / 8] & (0x80 >> bits % 8))
        bits++;
    for (size_t i = bits; i < size * 8; i++) {
        if (mask[i / 8] & (0x80 >> i % 8))
            return -1;
    }
    return (int)bits;
}

void xt_put_mask_bits(struct xt_writer *writer, uint8_t family, const void *bytes) {
    int length = prefix_length(bytes, family_size(family));
    if (length >= 0)
        buffer_put_uint(writer->value, (uint64_t)length);
    else
        xt_put_address(writer, family, bytes);
}

void xt_put_mask(struct xt_writer *writer, uint8_t family, const void *bytes) {
    if (prefix_length(bytes, family_size(family)) == (int)family_size(family) * 8)
        return;
    buffer_putc(writer->value, '/');
    xt_put_mask_bits(writer, family, bytes);
}
