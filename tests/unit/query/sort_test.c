// SPDX-License-Identifier: GPL-2.0-or-later
#include "query/sort.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/flow.h"
#include "tests/sample.h"

static const struct {
    const char *text;
    const char *order;
} orders[] = {
    {"name", "012"}, // runs of digits by number
    {"-name", "210"},
    {"bytes", "021"},
    {"-bytes", "120"},
    {"count", "021"},  // the second has none: last
    {"-count", "201"}, // and last again
    {"netns", "012"},  // all the same: as they were
    {"-netns", "012"},
    {"netns,-name", "210"},
    {"address", "021"},
    {"state,name", "201"},
    {"records.prefixlen", "021"},
    {"-records.prefixlen", "201"},
};

static void test_orders(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        struct row_ref rows[SAMPLE_COUNT];
        char order[SAMPLE_COUNT + 1] = {0};
        struct sort sort;
        assert_int_equal(sort_compile(&sample_kind, orders[i].text, &sort, NULL), 0);
        for (size_t j = 0; j < SAMPLE_COUNT; j++)
            rows[j] = sample_ref(j);
        assert_int_equal(sort_rows(&sort, rows, SAMPLE_COUNT), 0);
        for (size_t j = 0; j < SAMPLE_COUNT; j++)
            order[j] = (char)('0' + ((const struct sample *)rows[j].row - samples));
        if (strcmp(order, orders[i].order) != 0)
            fail_msg("%s gives %s, not %s", orders[i].text, order, orders[i].order);
    }
}

#define MANY 1000

// Few different keys, many rows: those of one key stay in the order that they had.
static void test_equal_rows_keep_their_order(void **state) {
    static struct sample many[MANY];
    static struct row_ref rows[MANY];
    struct sort sort;
    (void)state;
    for (size_t count = 0; count < MANY; count = count * 2 + 1) {
        for (size_t i = 0; i < count; i++) {
            many[i].bytes = i * 7919 % 5;
            rows[i] = (struct row_ref){.netns = &sample_netns, .row = &many[i]};
        }
        assert_int_equal(sort_compile(&sample_kind, "-bytes", &sort, NULL), 0);
        assert_int_equal(sort_rows(&sort, rows, count), 0);
        for (size_t i = 1; i < count; i++) {
            const struct sample *before = rows[i - 1].row, *here = rows[i].row;
            assert_true(before->bytes > here->bytes ||
                        (before->bytes == here->bytes && before < here));
        }
    }
}

// Values of every kind in no order, some of them not there.
static void fill(struct sample *sample, size_t i) {
    static const char *const names[] = {"eth0", "eth2", "eth10", "lo", "eth02", "Z", ""};
    uint32_t a = (uint32_t)(i * 2654435761u), b = a >> 7;
    *sample = (struct sample){.name = names[a % 7],
                              .bytes = (uint64_t)a << (b % 30),
                              .number = (int32_t)(b % 200) - 100,
                              .flags = b % 8,
                              .alias = a % 3 ? names[b % 7] : NULL};
    if (a % 4)
        sample->count = maybe_of(b % 50);
    if (a % 5)
        sample->state = maybe_of(b % 6); // some are unknown(5)
    if (a % 6) {
        uint8_t bytes[16] = {10, (uint8_t)(b % 3), (uint8_t)a, (uint8_t)(b >> 3)};
        sample->address = address_from_bytes(bytes, b % 2 ? 4 : 16);
        sample->prefix = (struct prefix){sample->address, (uint8_t)(a % 33)};
    }
    sample->mac =
        (struct lladdr){.length = (uint8_t)(a % 3 * 4), .bytes = {(uint8_t)b, (uint8_t)a}};
}

// As the words say, so the values compare.
static void test_order_is_that_of_the_values(void **state) {
    static struct sample many[MANY];
    static struct row_ref rows[MANY];
    (void)state;
    for (size_t f = 0; f < 2 * sample_kind.field_count; f++) {
        const struct field *field = &sample_kind.fields[f / 2];
        struct sort sort = {.keys = {{.field = field, .descending = f % 2}}, .count = 1};
        for (size_t i = 0; i < MANY; i++) {
            fill(&many[i], i);
            rows[i] = (struct row_ref){.netns = &sample_netns, .row = &many[i]};
        }
        assert_int_equal(sort_rows(&sort, rows, MANY), 0);
        for (size_t i = 1; i < MANY; i++) {
            struct value before, here;
            field_read(field, &rows[i - 1], &before);
            field_read(field, &rows[i], &here);
            int order = value_compare(&before, &here);
            bool absent = before.kind == VALUE_ABSENT || here.kind == VALUE_ABSENT;
            if ((f % 2 && !absent ? -order : order) > 0 ||
                (order == 0 && rows[i - 1].row > rows[i].row))
                fail_msg("%s%s: row %zu", f % 2 ? "-" : "", field->key, i);
        }
    }
}

// Keys of more bits than a word has, in which many rows are the same, and the rows out of order
// before.
static void test_order_is_that_of_all_keys(void **state) {
    static const char *const sorts[] = {"state,-address,name,prefix,mac", "-prefix,address,-bytes",
                                        "flags,-count,alias,-netns", "netns", "-name,count,number"};
    static struct sample many[MANY];
    static struct row_ref refs[MANY];
    (void)state;
    for (size_t which = 0; which < sizeof(sorts) / sizeof(sorts[0]); which++) {
        struct rows rows = {.refs = refs, .count = MANY};
        uint32_t numbers[MANY];
        struct sort sort;
        for (size_t i = 0; i < MANY; i++) {
            numbers[i] = (uint32_t)(i * 7 % MANY);
            fill(&many[i], i % (MANY / 2));
            refs[i] = (struct row_ref){.netns = &sample_netns, .row = &many[i]};
        }
        assert_int_equal(sort_compile(&sample_kind, sorts[which], &sort, NULL), 0);
        assert_int_equal(sort_numbers(&sort, &rows, numbers, MANY, NULL), 0);
        for (size_t i = 1; i < MANY; i++) {
            int order = sort_compare(&sort, &refs[numbers[i - 1]], &refs[numbers[i]]);
            // 7 and MANY have no divisor in common: a number's multiple tells where it stood.
            uint32_t before = numbers[i - 1] * 143 % MANY, here = numbers[i] * 143 % MANY;
            if (order > 0 || (order == 0 && before > here))
                fail_msg("%s: row %zu", sorts[which], i);
        }
    }
}

// What a field says in words stands in the order of what it says it of: here that is the order of
// the texts too. A time stands in its own.
static void test_words_are_in_the_order_of_their_parts(void **state) {
    static const char *const keys[] = {"return_packet", "translation", "start"};
    static struct flow flows[MANY];
    static struct row_ref refs[MANY];
    (void)state;
    for (size_t which = 0; which < 2 * sizeof(keys) / sizeof(keys[0]); which++) {
        const struct field *field = kind_find_field(&flow_kind, keys[which / 2], NULL);
        struct sort sort = {.keys = {{.field = field, .descending = which % 2}}, .count = 1};
        for (size_t i = 0; i < MANY; i++) {
            uint32_t a = (uint32_t)(i * 2654435761u);
            flows[i] = (struct flow){.family = ADDRESS_IPV4,
                                     .known = FLOW_HAS_PORTS,
                                     .status = a >> 4 & (FLOW_SRC_NAT | FLOW_DST_NAT),
                                     .start = (int64_t)a * 1000000007};
            for (int j = 0; j < 4; j++) {
                flows[i].orig.src[j] = flows[i].reply.dst[j] = (uint8_t)(a >> 8 * j & 0x83);
                flows[i].orig.dst[j] = flows[i].reply.src[j] = (uint8_t)(a >> 5 * j & 0x47);
            }
            flows[i].orig.sport = flows[i].reply.dport = (uint16_t)(a >> 9);
            flows[i].reply.sport = (uint16_t)(a >> 3 & 0x1f);
            refs[i] = (struct row_ref){.netns = &sample_netns, .row = &flows[i]};
        }
        assert_int_equal(sort_rows(&sort, refs, MANY), 0);
        for (size_t i = 1; i < MANY; i++) {
            struct value before, here;
            field_read(field, &refs[i - 1], &before);
            field_read(field, &refs[i], &here);
            bool absent = before.kind == VALUE_ABSENT || here.kind == VALUE_ABSENT;
            int order = value_compare(&before, &here);
            if ((which % 2 && !absent ? -order : order) > 0)
                fail_msg("%s: row %zu", field->key, i);
        }
    }
}

static void test_sorting_can_be_given_up(void **state) {
    static struct row_ref refs[MANY];
    static struct sample many[MANY];
    static uint32_t numbers[MANY];
    struct rows rows = {.refs = refs, .count = MANY};
    struct sort sort;
    atomic_bool cancelled = true;
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        numbers[i] = (uint32_t)i;
        fill(&many[i], i);
        refs[i] = (struct row_ref){.netns = &sample_netns, .row = &many[i]};
    }
    assert_int_equal(sort_compile(&sample_kind, "name,-bytes", &sort, NULL), 0);
    assert_int_equal(sort_numbers(&sort, &rows, numbers, MANY, &cancelled), -ECANCELED);
    cancelled = false;
    assert_int_equal(sort_numbers(&sort, &rows, numbers, MANY, &cancelled), 0);
}

static const struct {
    const char *text;
    const char *words;
} mistakes[] = {
    {"", "a field is missing in the sort order"},
    {"-", "a field is missing in the sort order"},
    {"name,", "a field is missing in the sort order"},
    {"naem", "unknown field: naem (did you mean name?)"},
    {"name,-zzzzzz", "unknown field: zzzzzz"},
    {"name,name,name,name,name,name,name,name,name", "more than 8 fields to sort by"},
};

static void test_mistakes_are_named(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct sort sort;
        struct error err = {0};
        assert_int_equal(sort_compile(&sample_kind, mistakes[i].text, &sort, &err), -EINVAL);
        assert_string_equal(err.text, mistakes[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_equal_rows_keep_their_order),
        cmocka_unit_test(test_order_is_that_of_the_values),
        cmocka_unit_test(test_order_is_that_of_all_keys),
        cmocka_unit_test(test_words_are_in_the_order_of_their_parts),
        cmocka_unit_test(test_sorting_can_be_given_up),
        cmocka_unit_test(test_mistakes_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
