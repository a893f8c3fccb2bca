// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers in filters: with the suffixes of sizes and durations.
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "query/filter_node.h"

#define DIGITS_MAX 40 // more than a 64-bit number or a sensible fraction has

struct unit {
    const char *suffix;
    double factor;
};

static const struct unit size_units[] = {
    {"Ki", 1024.0},
    {"ki", 1024.0},
    {"Mi", 1048576.0},
    {"Gi", 1073741824.0},
    {"k", 1e3},
    {"Ti", 1099511627776.0},
    {"Pi", 1125899906842624.0},
    {"K", 1e3},
    {"M", 1e6},
    {"G", 1e9},
    {"T", 1e12},
    {"P", 1e15},
};

static const struct unit time_units[] = {
    {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800},
};

// The factor of the unit that text begins with, 0 if none; its length goes to ret_len.
static double find_unit(const struct unit *units, size_t count, const char *text, size_t *ret_len) {
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(units[i].suffix);
        if (strncmp(text, units[i].suffix, len) == 0) {
            *ret_len = len;
            return units[i].factor;
        }
    }
    *ret_len = 0;
    return 0;
}

// Whole decimal digits; false if they are too many for 64 bits.
static bool read_whole(const char *digits, size_t len, uint64_t *ret) {
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
            __builtin_add_overflow(number, (uint64_t)(digits[i] - '0'), &number))
            return false;
    }
    *ret = number;
    return true;
}

static double read_real(const char *digits, size_t whole_len, size_t fraction_len) {
    double number = 0, place = 1;
    for (size_t i = 0; i < whole_len; i++)
        number = number * 10 + (digits[i] - '0');
    for (size_t i = 0; i < fraction_len; i++) {
        place /= 10;
        number += place * (digits[whole_len + 1 + i] - '0');
    }
    return number;
}

// Digits with perhaps a fraction, unsigned. Returns how many bytes they take, 0 if there are none.
static size_t read_decimal(const char *text, struct filter_number *ret) {
    size_t whole_len = strspn(text, "0123456789");
    size_t fraction_len = 0;
    if (whole_len == 0 || whole_len > DIGITS_MAX)
        return 0;
    bool fits = read_whole(text, whole_len, &ret->magnitude);
    if (text[whole_len] == '.') {
        fraction_len = strspn(text + whole_len + 1, "0123456789");
        if (fraction_len == 0 || fraction_len > DIGITS_MAX)
            return 0;
    }
    ret->whole = fits && fraction_len == 0;
    ret->real = read_real(text, whole_len, fraction_len);
    return fraction_len ? whole_len + 1 + fraction_len : whole_len;
}

// Keeps a multiplied number exact where that is possible.
static void multiply(struct filter_number *number, double factor) {
    uint64_t product;
    number->real *= factor;
    if (number->whole && factor >= 1 &&
        !__builtin_mul_overflow(number->magnitude, (uint64_t)factor, &product)) {
        number->magnitude = product;
        return;
    }
    number->whole = number->real < 1e15 && number->real == floor(number->real);
    if (number->whole)
        number->magnitude = (uint64_t)number->real;
}

static int parse_hex(const char *text, struct filter_number *ret) {
    size_t len = strspn(text, "0123456789abcdefABCDEF");
    if (len == 0 || len > 16 || text[len] != '\0')
        return -EINVAL;
    uint64_t number = 0;
    for (const char *c = text; *c; c++)
        number =
            number << 4 | (uint64_t)(isdigit((unsigned char)*c) ? *c - '0' : (*c | 32) - 'a' + 10);
    *ret = (struct filter_number){.whole = true, .magnitude = number, .real = (double)number};
    return 0;
}

int filter_number_parse(const char *text, struct filter_number *ret) {
    if (text[0] == '0' && (text[1] | 32) == 'x')
        return parse_hex(text + 2, ret);
    struct filter_number number = {0};
    bool negative = *text == '-';
    text += negative;
    size_t len = read_decimal(text, &number);
    if (len == 0)
        return -EINVAL;
    text += len;
    double factor = find_unit(size_units, sizeof(size_units) / sizeof(size_units[0]), text, &len);
    if (factor > 0)
        multiply(&number, factor);
    text += len;
    if (*text == 'B')
        text++;
    if (strcmp(text, "/s") != 0 && *text != '\0')
        return -EINVAL;
    number.negative = negative;
    if (negative)
        number.real = -number.real;
    *ret = number;
    return 0;
}

int filter_duration_parse(const char *text, struct filter_number *ret) {
    struct filter_number total = {.whole = true};
    if (*text == '\0')
        return -EINVAL;
    while (*text) {
        struct filter_number part = {0};
        size_t len = read_decimal(text, &part);
        if (len == 0)
            return -EINVAL;
        text += len;
        double factor =
            find_unit(time_units, sizeof(time_units) / sizeof(time_units[0]), text, &len);
        if (factor == 0 && *text != '\0')
            return -EINVAL;
        if (factor > 0)
            multiply(&part, factor);
        text += len;
        total.whole = total.whole && part.whole &&
                      !__builtin_add_overflow(total.magnitude, part.magnitude, &total.magnitude);
        total.real += part.real;
    }
    *ret = total;
    return 0;
}

static int compare_reals(double a, double b) {
    return (a > b) - (a < b);
}

int filter_number_compare(const struct value *value, const struct filter_number *number) {
    bool negative = value->kind == VALUE_INT && value->sint < 0;
    if (value->kind == VALUE_REAL)
        return compare_reals(value->real, number->real);
    uint64_t magnitude = value->uint;
    if (value->kind == VALUE_INT)
        magnitude = negative ? -(uint64_t)value->sint : (uint64_t)value->sint;
    if (!number->whole)
        return compare_reals(negative ? -(double)magnitude : (double)magnitude, number->real);
    bool number_negative = number->negative && number->magnitude != 0;
    if (negative != number_negative)
        return negative ? -1 : 1;
    int order = (magnitude > number->magnitude) - (magnitude < number->magnitude);
    return negative ? -order : order;
}
