// SPDX-License-Identifier: GPL-2.0-or-later
// string: text inside the packet.
#include <linux/netfilter/xt_string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool check_string(const void *bytes) {
    const struct xt_string_info *info = bytes;
    return info->patlen <= XT_STRING_MAX_PATTERN_SIZE;
}

static bool is_printable(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return false;
    }
    return len > 0 && text[len - 1] != '\\';
}

// "|0d0a|"
static void put_bytes(struct xt_writer *writer, const char *bytes, size_t len) {
    xt_put_quote(writer);
    buffer_putc(writer->value, '|');
    for (size_t i = 0; i < len; i++)
        buffer_printf(writer->value, "%02x", (unsigned char)bytes[i]);
    buffer_putc(writer->value, '|');
    xt_put_quote(writer);
}

static void write_pattern(const struct xt_string_info *string, struct xt_writer *writer) {
    bool inverted = string->u.v1.flags & XT_STRING_FLAG_INVERT;
    if (!is_printable(string->pattern, string->patlen)) {
        xt_option(writer, "--hex-string", inverted);
        put_bytes(writer, string->pattern, string->patlen);
        return;
    }
    xt_option(writer, "--string", inverted);
    xt_put_quoted(writer, string->pattern, string->patlen, "\"\\");
}

static void write_string(const void *info, struct xt_writer *writer) {
    const struct xt_string_info *string = info;
    write_pattern(string, writer);
    xt_option_word(writer, "--algo", false, string->algo, sizeof(string->algo));
    if (string->from_offset != 0)
        xt_option_uint(writer, "--from", false, string->from_offset);
    if (string->to_offset != UINT16_MAX)
        xt_option_uint(writer, "--to", false, string->to_offset);
    if (string->u.v1.flags & XT_STRING_FLAG_IGNORECASE)
        xt_flag(writer, "--icase", false);
}

const struct xt_extension xt_match_string[] = {
    {
        .name = "string",
        .revision = 1,
        .size = sizeof(struct xt_string_info),
        .check = check_string,
        .write = write_string,
    },
    {0},
};
