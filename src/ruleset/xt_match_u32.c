// SPDX-License-Identifier: GPL-2.0-or-later
// u32: compares words of the packet, which are found by a small calculation, with ranges.
#include <linux/netfilter/xt_u32.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool check_u32(const void *bytes) {
    const struct xt_u32 *info = bytes;
    if (info->ntests > XT_COUNT(info->tests))
        return false;
    for (size_t i = 0; i < info->ntests; i++) {
        const struct xt_u32_test *test = &info->tests[i];
        if (test->nnums > XT_COUNT(test->location) || test->nvalues > XT_COUNT(test->value))
            return false;
    }
    return true;
}

static const char *operator_of(uint8_t op) {
    switch ((enum xt_u32_ops)op) {
    case XT_U32_AND:
        return "&";
    case XT_U32_LEFTSH:
        return "<<";
    case XT_U32_RIGHTSH:
        return ">>";
    case XT_U32_AT:
        return "@";
    }
    return "";
}

static void put_test(struct xt_writer *writer, const struct xt_u32_test *test) {
    xt_put_hex(writer, test->location[0].number);
    for (size_t i = 1; i < test->nnums; i++) {
        buffer_puts(writer->value, operator_of(test->location[i].nextop));
        xt_put_hex(writer, test->location[i].number);
    }
    buffer_putc(writer->value, '=');
    for (size_t i = 0; i < test->nvalues; i++) {
        if (i > 0)
            buffer_putc(writer->value, ',');
        xt_put_hex(writer, test->value[i].min);
        if (test->value[i].min == test->value[i].max)
            continue;
        buffer_putc(writer->value, ':');
        xt_put_hex(writer, test->value[i].max);
    }
}

static void write_u32(const void *info, struct xt_writer *writer) {
    const struct xt_u32 *u32 = info;
    xt_option(writer, "--u32", u32->invert);
    xt_put_quote(writer);
    for (size_t i = 0; i < u32->ntests; i++) {
        if (i > 0)
            buffer_puts(writer->value, "&&");
        put_test(writer, &u32->tests[i]);
    }
    xt_put_quote(writer);
}

const struct xt_extension xt_match_u32[] = {
    {.name = "u32", .size = sizeof(struct xt_u32), .check = check_u32, .write = write_u32},
    {0},
};
