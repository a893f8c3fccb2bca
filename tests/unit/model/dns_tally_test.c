// SPDX-License-Identifier: GPL-2.0-or-later
// Times, losses and response codes of lookups that are made again and again.
#include "model/dns_tally.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct table *answers_of(uint64_t took, enum dns_outcome outcome,
                                const struct dns_reply *first, const struct dns_reply *second) {
    struct table *table = table_new(&dns_answer_kind);
    const struct dns_reply *replies[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        struct dns_answer *answer = table_add(table);
        *answer = (struct dns_answer){.took = took, .outcome = outcome, .reply = replies[i]};
    }
    return table;
}

static struct table *queries_of(const enum dns_query_outcome *outcomes, size_t count) {
    struct table *table = table_new(&dns_query_kind);
    for (size_t i = 0; i < count; i++)
        ((struct dns_query *)table_add(table))->outcome = outcomes[i];
    return table;
}

static void add(struct dns_tally *tally, uint64_t took, enum dns_outcome outcome,
                const struct dns_reply *first, const struct dns_reply *second) {
    const enum dns_query_outcome outcomes[] = {
        first ? DNS_QUERY_ANSWERED : DNS_QUERY_TIMED_OUT,
        second ? DNS_QUERY_ANSWERED : DNS_QUERY_CLOSED,
        DNS_QUERY_UNSENT,
    };
    struct table *answers = answers_of(took, outcome, first, second);
    struct table *queries = queries_of(outcomes, 3);
    assert_int_equal(dns_tally_add(tally, answers, queries), 0);
    table_unref(answers);
    table_unref(queries);
}

static const struct dns_reply good = {.rcode = DNS_NOERROR}, bad = {.rcode = DNS_SERVFAIL},
                              strange = {.rcode = 4095};

static void test_percentiles_are_those_of_the_nearest_rank(void **state) {
    struct dns_tally tally = {0};
    (void)state;
    assert_true(dns_tally_percentile(&tally, 50) == 0);
    for (uint64_t i = 1000; i > 0; i--)
        add(&tally, i * 1000, DNS_ANSWERED, &good, &good);
    assert_true(dns_tally_percentile(&tally, 0) == 1);
    assert_true(dns_tally_percentile(&tally, 50) == 500);
    assert_true(dns_tally_percentile(&tally, 99) == 990);
    assert_true(dns_tally_percentile(&tally, 100) == 1000);
    dns_tally_done(&tally);
}

static void test_losses_and_codes_are_counted(void **state) {
    struct dns_tally tally = {0};
    struct buffer text = BUFFER_INIT;
    (void)state;
    add(&tally, 1, DNS_ANSWERED, &good, &bad);
    add(&tally, 2, DNS_NO_REPLY, NULL, &good);
    add(&tally, 3, DNS_FAILED, &strange, NULL);
    add(&tally, 4, DNS_CANCELLED, NULL, NULL);
    assert_int_equal(tally.count, 3);
    assert_int_equal(tally.queries, 6);
    assert_int_equal(tally.lost, 2);
    assert_true(dns_tally_loss(&tally) > 33.3 && dns_tally_loss(&tally) < 33.4);
    dns_tally_format_rcodes(&tally, &text);
    assert_string_equal(buffer_text(&text), " NOERROR 2 SERVFAIL 1 BADCOOKIE 1 no reply 2");
    buffer_done(&text);
    dns_tally_done(&tally);
}

static void test_the_latest_are_known_in_their_order(void **state) {
    struct dns_tally tally = {0};
    (void)state;
    for (uint64_t i = 1; i <= DNS_TALLY_RECENT + 10; i++)
        add(&tally, i, DNS_ANSWERED, &good, i % 2 ? &bad : NULL);
    assert_int_equal(dns_tally_recent_count(&tally, 1000), DNS_TALLY_RECENT);
    assert_int_equal(dns_tally_recent_count(&tally, 3), 3);
    assert_int_equal(dns_tally_recent(&tally, 3, 0)->took, DNS_TALLY_RECENT + 8);
    assert_int_equal(dns_tally_recent(&tally, 3, 2)->took, DNS_TALLY_RECENT + 10);
    assert_false(dns_tally_recent(&tally, 3, 2)->rcode.known);
    assert_int_equal(dns_tally_recent(&tally, 3, 2)->lost, 1);
    assert_int_equal(dns_tally_recent(&tally, 3, 1)->rcode.value, DNS_SERVFAIL);
    assert_int_equal(dns_tally_recent(&tally, DNS_TALLY_RECENT, 0)->took, 11);
    dns_tally_done(&tally);
}

static void test_doublings(void **state) {
    (void)state;
    assert_int_equal(dns_tally_doublings(0), 0);
    assert_int_equal(dns_tally_doublings(100), 0);
    assert_int_equal(dns_tally_doublings(101), 1);
    assert_int_equal(dns_tally_doublings(5000000), 16);
    assert_int_equal(dns_tally_doublings(UINT64_MAX), DNS_TALLY_DOUBLINGS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles_are_those_of_the_nearest_rank),
        cmocka_unit_test(test_losses_and_codes_are_counted),
        cmocka_unit_test(test_the_latest_are_known_in_their_order),
        cmocka_unit_test(test_doublings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
