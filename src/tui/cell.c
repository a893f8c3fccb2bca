// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/cell.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tui/grid.h"

bool cell_is_right_aligned(const struct field *field) {
    switch (field->type) {
    case FIELD_NUMBER:
    case FIELD_BYTES:
    case FIELD_COUNT:
    case FIELD_BYTES_RATE:
    case FIELD_COUNT_RATE:
    case FIELD_DURATION:
        return true;
    case FIELD_TEXT:
    case FIELD_TIME:
    case FIELD_BOOLEAN:
    case FIELD_ENUM:
    case FIELD_FLAGS:
    case FIELD_ADDRESS:
    case FIELD_PREFIX:
    case FIELD_LLADDR:
    case FIELD_INTERFACE:
    case FIELD_NETNS:
    case FIELD_LIST:
    case FIELD_RECORDS:
    case FIELD_JSON:
        return false;
    }
    return false;
}

void cell_format_amount(double number, struct buffer *buffer) {
    static const char units[] = " KMGTPEZY";
    size_t unit = 0;
    // What printf would round up to 1000 belongs to the next unit.
    while (number >= 999.5 && unit + 2 < sizeof(units)) {
        number /= 1000;
        unit++;
    }
    if (unit == 0)
        buffer_printf(buffer, "%.0f", number);
    else if (number < 99.95)
        buffer_printf(buffer, "%.1f%c", number, units[unit]);
    else
        buffer_printf(buffer, "%.0f%c", number, units[unit]);
}

static bool get_number(const struct value *value, double *ret_number) {
    if (value->kind == VALUE_UINT)
        *ret_number = (double)value->uint;
    else if (value->kind == VALUE_INT)
        *ret_number = (double)value->sint;
    else if (value->kind == VALUE_REAL)
        *ret_number = value->real;
    else
        return false;
    return true;
}

static void format_raw(const struct value *value, struct buffer *buffer) {
    struct buffer raw = BUFFER_INIT;
    value_format(value, &raw);
    text_printable(buffer_text(&raw), raw.len, buffer);
    buffer_done(&raw);
}

static bool is_amount(const struct field *field) {
    return field_is_rate(field) || field->type == FIELD_BYTES || field->type == FIELD_COUNT;
}

// An MTU is exact or nothing; amounts of more than five digits are for reading at a glance.
#define EXACT_BELOW 100000

static bool is_for_ever(const struct field *field, double number) {
    return field->type == FIELD_DURATION && number == (double)UINT32_MAX;
}

// The hours of the local clock are what there is room for: "04:26:46.515".
static void format_clock(int64_t time, struct buffer *buffer) {
    time_t seconds = (time_t)(time / 1000000000);
    struct tm local;
    if (localtime_r(&seconds, &local))
        buffer_printf(buffer, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min, local.tm_sec,
                      (int)(time % 1000000000 / 1000000));
}

static void leave_out_common(struct value *flags) {
    const struct flag_name *flag = flags->flags.names;
    while (flag->name)
        flag++;
    flags->flags.bits &= ~flag->bit;
}

void cell_format(const struct field *field, const struct row_ref *ref, struct buffer *buffer) {
    struct value value;
    double number;
    field_read(field, ref, &value);
    if (value.kind == VALUE_FLAGS)
        leave_out_common(&value);
    if (value.kind == VALUE_ABSENT)
        buffer_putc(buffer, '-');
    else if (value.kind == VALUE_BOOLEAN)
        buffer_puts(buffer, value.boolean ? "yes" : "no");
    else if (value.kind == VALUE_TIME)
        format_clock(value.time, buffer);
    else if (get_number(&value, &number) && is_for_ever(field, number))
        buffer_puts(buffer, "forever");
    else if (get_number(&value, &number) && field_is_rate(field))
        cell_format_amount(number, buffer);
    else if (get_number(&value, &number) && is_amount(field) && number >= EXACT_BELOW)
        cell_format_amount(number, buffer);
    else {
        size_t before = buffer->len;
        format_raw(&value, buffer);
        if (buffer->len == before)
            buffer_putc(buffer, '-');
    }
}

void cell_format_exact(const struct field *field, const struct row_ref *ref,
                       struct buffer *buffer) {
    struct value value;
    double number;
    field_read(field, ref, &value);
    if (value.kind == VALUE_ABSENT)
        return;
    if (value.kind == VALUE_BOOLEAN) {
        buffer_puts(buffer, value.boolean ? "yes" : "no");
    } else if (get_number(&value, &number) && is_for_ever(field, number)) {
        buffer_puts(buffer, "forever");
    } else if (get_number(&value, &number) && is_amount(field)) {
        const char *unit = field_type_unit(field->type);
        if (number >= (field_is_rate(field) ? 1000 : EXACT_BELOW)) {
            cell_format_amount(number, buffer);
            buffer_printf(buffer, " (%.0f)", number);
        } else {
            buffer_printf(buffer, "%.0f", number);
        }
        // "12/s", "12 bytes/s".
        if (unit)
            buffer_printf(buffer, "%s%s", unit[0] == '1' ? "" : " ", unit + (unit[0] == '1'));
    } else {
        format_raw(&value, buffer);
    }
}

static bool is_one_of(const char *text, const char *const *words) {
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

// Of flags, those words count that stand alone: a state that is a set of one.
static uint8_t flags_style(const struct field *field, const char *text) {
    static const char *const waiting[] = {"INCOMPLETE", "PROBE", NULL};
    if (strcmp(field->key, "duplicate") == 0)
        return strcmp(text, "moved") == 0 ? STYLE_WARNING : STYLE_BAD;
    if (strcmp(text, "REACHABLE") == 0)
        return STYLE_GOOD;
    if (strcmp(text, "FAILED") == 0)
        return STYLE_BAD;
    return is_one_of(text, waiting) ? STYLE_WARNING : STYLE_NORMAL;
}

uint8_t cell_style(const struct field *field, const char *text) {
    static const char *const good[] = {"UP", "up", "forwarding", NULL};
    static const char *const bad[] = {"DOWN",       "down",     "LOWERLAYERDOWN",
                                      "NOTPRESENT", "blocking", NULL};
    static const char *const waiting[] = {"DORMANT", "TESTING", "listening", "learning", NULL};
    if (strcmp(text, CELL_EMPTY) == 0)
        return STYLE_DIM;
    if (field->type == FIELD_RECORDS && strstr(text, "dadfailed"))
        return STYLE_BAD;
    if (field->type == FIELD_FLAGS)
        return flags_style(field, text);
    if (field->type != FIELD_ENUM && field->type != FIELD_TEXT)
        return STYLE_NORMAL;
    if (is_one_of(text, good))
        return STYLE_GOOD;
    if (is_one_of(text, bad))
        return STYLE_BAD;
    return is_one_of(text, waiting) ? STYLE_WARNING : STYLE_NORMAL;
}
