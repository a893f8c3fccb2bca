// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/value.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/field.h"

#define NANOSECONDS 1000000000 // in a second
#define DAY         86400      // in seconds

void value_set_text(struct value *value, const char *text) {
    value->kind = VALUE_TEXT;
    value->text = text;
}

void value_printf(struct value *value, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(value->scratch, sizeof(value->scratch), format, args);
    va_end(args);
    value_set_text(value, value->scratch);
}

void value_set_time(struct value *value, int64_t time) {
    value->kind = VALUE_TIME;
    value->time = time;
}

// --- Times: by hand, as a search writes a million of them ----------------------------------------

#define TIME_LENGTH 30 // "2026-12-01T03:12:55.000000000Z"

// So many digits of a number, and what stands behind them.
static char *put_digits(char *at, uint32_t number, int count, char behind) {
    for (int i = count - 1; i >= 0; i--, number /= 10)
        at[i] = (char)('0' + number % 10);
    at[count] = behind;
    return at + count + 1;
}

// Days from 1970-01-01 to the beginning of a year, and of one of its months.
static int32_t find_year(int32_t year) {
    int32_t past = year - 1;
    return 365 * (year - 1970) + past / 4 - past / 100 + past / 400 - 477; // leap years until 1969
}

static int32_t find_month(int32_t year, int32_t month) {
    static const uint16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int32_t start = find_year(year);
    bool leap = find_year(year + 1) - start == 366;
    return start + before[month] + (leap && month >= 2);
}

// The date of a day, counted from 1970-01-01.
static char *put_date(char *at, int32_t day) {
    int32_t year = 1970 + day / 365, month = 11;
    while (find_year(year) > day)
        year--;
    while (find_year(year + 1) <= day)
        year++;
    while (find_month(year, month) > day)
        month--;
    at = put_digits(at, (uint32_t)year, 4, '-');
    at = put_digits(at, (uint32_t)month + 1, 2, '-');
    return put_digits(at, (uint32_t)(day - find_month(year, month)) + 1, 2, 'T');
}

// What 64 bits of nanoseconds reach are years of four digits.
static void spell_time(int64_t time, char ret[TIME_LENGTH + 1]) {
    bool before = time % NANOSECONDS < 0; // 1970: what is left of a division is negative
    int64_t seconds = time / NANOSECONDS - before;
    int64_t nanoseconds = time % NANOSECONDS + (before ? NANOSECONDS : 0);
    uint32_t of_day = (uint32_t)((seconds % DAY + DAY) % DAY);
    char *at = put_date(ret, (int32_t)((seconds - of_day) / DAY));
    at = put_digits(at, of_day / 3600, 2, ':');
    at = put_digits(at, of_day / 60 % 60, 2, ':');
    at = put_digits(at, of_day % 60, 2, '.');
    *put_digits(at, (uint32_t)nanoseconds, 9, 'Z') = '\0';
}

void value_spell_time(struct value *value) {
    if (value->kind != VALUE_TIME)
        return;
    spell_time(value->time, value->scratch);
    value_set_text(value, value->scratch);
}

static void format_time(int64_t time, struct buffer *buffer) {
    char text[TIME_LENGTH + 1];
    spell_time(time, text);
    buffer_add(buffer, text, TIME_LENGTH);
}

// --- Order ---------------------------------------------------------------------------------------

static int compare_uint(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

// A run of digits by its number: the longer one, leading zeroes aside, is the greater.
static int compare_digits(const char **a, const char **b) {
    while (**a == '0')
        (*a)++;
    while (**b == '0')
        (*b)++;
    size_t a_len = strspn(*a, "0123456789"), b_len = strspn(*b, "0123456789");
    int order = compare_uint(a_len, b_len);
    if (order == 0)
        order = memcmp(*a, *b, a_len);
    *a += a_len;
    *b += b_len;
    return order;
}

static int compare_text(const char *a, const char *b) {
    const char *a_start = a, *b_start = b;
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            int order = compare_digits(&a, &b);
            if (order)
                return order;
            continue;
        }
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        a++;
        b++;
    }
    int order = (unsigned char)*a - (unsigned char)*b;
    return order ? order : strcmp(a_start, b_start);
}

static int compare_texts(const struct value *a, const struct value *b) {
    size_t count = a->texts.count < b->texts.count ? a->texts.count : b->texts.count;
    for (size_t i = 0; i < count; i++) {
        int order = compare_text(a->texts.items[i], b->texts.items[i]);
        if (order)
            return order;
    }
    return compare_uint(a->texts.count, b->texts.count);
}

// Records have the order of the first field in which their first items differ.
static int compare_records(const struct value *a, const struct value *b) {
    if (a->records.count == 0 || b->records.count == 0)
        return compare_uint(a->records.count, b->records.count);
    const struct record_type *type = a->records.type;
    struct row_ref a_ref = {.row = a->records.items}, b_ref = {.row = b->records.items};
    for (size_t i = 0; i < type->field_count; i++) {
        struct value a_value, b_value;
        field_read(&type->fields[i], &a_ref, &a_value);
        field_read(&type->fields[i], &b_ref, &b_value);
        int order = value_compare(&a_value, &b_value);
        if (order)
            return order;
    }
    return compare_uint(a->records.count, b->records.count);
}

static double number_of(const struct value *value) {
    if (value->kind == VALUE_UINT)
        return (double)value->uint;
    return value->kind == VALUE_INT ? (double)value->sint : value->real;
}

// One field can give numbers of different kinds (a number, or -1 for none).
static bool is_number(const struct value *value) {
    return value->kind == VALUE_UINT || value->kind == VALUE_INT || value->kind == VALUE_REAL;
}

static int compare_kinds(const struct value *a, const struct value *b) {
    if (a->kind == VALUE_ABSENT || b->kind == VALUE_ABSENT)
        return (a->kind == VALUE_ABSENT) - (b->kind == VALUE_ABSENT);
    if (is_number(a) && is_number(b))
        return (number_of(a) > number_of(b)) - (number_of(a) < number_of(b));
    return (int)a->kind - (int)b->kind;
}

int value_compare(const struct value *a, const struct value *b) {
    if (a->kind != b->kind)
        return compare_kinds(a, b);
    switch (a->kind) {
    case VALUE_ABSENT:
        return 0;
    case VALUE_BOOLEAN:
        return (int)a->boolean - (int)b->boolean;
    case VALUE_UINT:
        return compare_uint(a->uint, b->uint);
    case VALUE_INT:
        return (a->sint > b->sint) - (a->sint < b->sint);
    case VALUE_REAL:
        return (a->real > b->real) - (a->real < b->real);
    case VALUE_TEXT:
        return compare_text(a->text, b->text);
    case VALUE_TIME:
        return (a->time > b->time) - (a->time < b->time);
    case VALUE_ADDRESS:
        return address_compare(&a->address, &b->address);
    case VALUE_PREFIX:
        return prefix_compare(&a->prefix, &b->prefix);
    case VALUE_LLADDR:
        return lladdr_compare(&a->lladdr, &b->lladdr);
    case VALUE_FLAGS:
        return compare_uint(a->flags.bits, b->flags.bits);
    case VALUE_TEXTS:
        return compare_texts(a, b);
    case VALUE_RECORDS:
        return compare_records(a, b);
    case VALUE_JSON: // there is no order of these
        return 0;
    }
    return 0;
}

// --- As text -------------------------------------------------------------------------------------

static void separate(struct buffer *buffer, size_t start) {
    if (buffer->len > start)
        buffer_putc(buffer, ',');
}

static void format_flags(const struct value *value, struct buffer *buffer) {
    size_t start = buffer->len;
    for (const struct flag_name *flag = value->flags.names; flag->name; flag++) {
        if (value->flags.bits & flag->bit) {
            separate(buffer, start);
            buffer_puts(buffer, flag->name);
        }
    }
}

static void format_texts(const struct value *value, struct buffer *buffer) {
    for (size_t i = 0; i < value->texts.count; i++) {
        if (i > 0)
            buffer_putc(buffer, ',');
        buffer_puts(buffer, value->texts.items[i]);
    }
}

static void format_records(const struct value *value, struct buffer *buffer) {
    const char *item = value->records.items;
    for (size_t i = 0; i < value->records.count; i++, item += value->records.type->size) {
        if (i > 0)
            buffer_putc(buffer, ',');
        value->records.type->format(item, buffer);
    }
}

void value_format(const struct value *value, struct buffer *buffer) {
    switch (value->kind) {
    case VALUE_ABSENT:
        break;
    case VALUE_BOOLEAN:
        buffer_puts(buffer, value->boolean ? "yes" : "no");
        break;
    case VALUE_UINT:
        buffer_put_uint(buffer, value->uint);
        break;
    case VALUE_INT:
        buffer_put_int(buffer, value->sint);
        break;
    case VALUE_REAL:
        buffer_printf(buffer, "%.1f", value->real);
        break;
    case VALUE_TEXT:
        buffer_puts(buffer, value->text);
        break;
    case VALUE_TIME:
        format_time(value->time, buffer);
        break;
    case VALUE_ADDRESS:
        address_format(&value->address, buffer);
        break;
    case VALUE_PREFIX:
        prefix_format(&value->prefix, buffer);
        break;
    case VALUE_LLADDR:
        lladdr_format(&value->lladdr, buffer);
        break;
    case VALUE_FLAGS:
        format_flags(value, buffer);
        break;
    case VALUE_TEXTS:
        format_texts(value, buffer);
        break;
    case VALUE_RECORDS:
        format_records(value, buffer);
        break;
    case VALUE_JSON:
        value->json.format(value->json.item, buffer);
        break;
    }
}
