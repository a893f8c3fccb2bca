// SPDX-License-Identifier: GPL-2.0-or-later
// A lookup that is validated: which queries it makes for that, and what happens when these get no
// answer, or nobody wants to know any more.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolve/dns_lookup.h"
#include "resolve/dnssec_anchors.h"
#include "tests/unit/resolve/dnssec_story.h"

static const char *const servers[] = {"10.0.0.1", "10.0.0.2"};

struct telling {
    struct story story;
    struct dnssec_anchors *anchors;
    struct resolver resolver;
    struct dns_lookup *lookup;
    int64_t now;
    size_t sent;
};

static void begin(struct telling *telling, const char *file, enum dns_rules rules) {
    *telling = (struct telling){.resolver = resolver_default()};
    read_story(file, &telling->story);
    const struct story *story = &telling->story;
    assert_int_equal(dnssec_anchors_parse((const char *)story->parts[0].bytes, story->parts[0].len,
                                          "anchors", &telling->anchors, NULL),
                     0);
    const struct dns_settings settings = {.rules = rules,
                                          .resolver = &telling->resolver,
                                          .servers = servers,
                                          .server_count = 2,
                                          .port = 53,
                                          .edns = true,
                                          .dnssec_ok = true,
                                          .anchors = telling->anchors,
                                          .time = story->time};
    const struct dns_question question = {.asked = story->name,
                                          .name = story->name,
                                          .types = {story->type},
                                          .type_count = 1,
                                          .class = 1};
    telling->lookup = dns_lookup_new(&settings, &question, 7, 0);
    assert_non_null(telling->lookup);
}

static void end(struct telling *telling) {
    dns_lookup_free(telling->lookup);
    dnssec_anchors_free(telling->anchors);
}

// The story's next message, as a reply to that query.
static void reply(struct telling *telling, const struct dns_action *query) {
    uint8_t message[STORY_SIZE];
    size_t part = telling->sent;
    assert_true(part < telling->story.part_count);
    size_t len = telling->story.parts[part].len;
    memcpy(message, telling->story.parts[part].bytes, len);
    memcpy(message, query->bytes, 2);
    telling->now += 1000;
    dns_lookup_received(telling->lookup, telling->now, query->server, query->transport, true,
                        message, len);
}

// Answers so many queries, and lets time pass for the others. Returns false once it is done.
static bool tell(struct telling *telling, size_t answered) {
    struct dns_action action;
    for (;;) {
        dns_lookup_next(telling->lookup, telling->now, &action);
        switch (action.kind) {
        case DNS_DONE:
            return false;
        case DNS_AWAIT:
            if (telling->sent >= answered)
                return true;
            fail();
            break;
        case DNS_SEND:
            telling->sent++;
            if (telling->sent > answered)
                break;
            reply(telling, &action);
            break;
        }
    }
}

static void take(struct telling *telling, enum dns_outcome outcome, struct maybe validity,
                 const char *reason, size_t query_count) {
    struct table *answers, *queries;
    assert_int_equal(dns_lookup_take(telling->lookup, &answers, &queries), 0);
    assert_int_equal(answers->count, 1);
    const struct dns_answer *answer = table_row(answers, 0);
    assert_int_equal(answer->outcome, outcome);
    assert_int_equal(answer->validity.known, validity.known);
    assert_int_equal(answer->validity.value, validity.value);
    if (reason)
        assert_non_null(strstr(answer->validity_reason, reason));
    assert_int_equal(queries->count, query_count);
    for (size_t i = 0; i < queries->count; i++) {
        const struct dns_query *query = table_row(queries, i);
        assert_int_not_equal(query->outcome, DNS_QUERY_WAITING);
        assert_string_equal(query->asked, telling->story.name);
    }
    table_unref(answers);
    table_unref(queries);
}

static void test_the_chain_is_asked_for(void **state) {
    static const enum dns_rules rules[] = {DNS_RULES_EXACT, DNS_RULES_GLIBC};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct telling telling;
        begin(&telling, "valid", rules[i]);
        assert_false(tell(&telling, SIZE_MAX));
        take(&telling, DNS_ANSWERED, maybe_of(DNS_SECURE), "signed by", 6);
        end(&telling);
    }
}

static void test_silence_is_indeterminate(void **state) {
    struct telling telling;
    (void)state;
    begin(&telling, "valid", DNS_RULES_EXACT);
    while (tell(&telling, 3))
        telling.now += INT64_C(60000000);
    // The fourth was sent to both servers twice.
    take(&telling, DNS_ANSWERED, maybe_of(DNS_INDETERMINATE), "DNSKEY of lab.: no server answered",
         3 + 4);
    end(&telling);
}

static void test_it_can_be_cancelled_at_any_time(void **state) {
    (void)state;
    for (size_t answered = 0; answered < 6; answered++) {
        struct telling telling;
        begin(&telling, "valid", DNS_RULES_EXACT);
        assert_true(tell(&telling, answered));
        dns_lookup_cancel(telling.lookup, telling.now);
        assert_false(tell(&telling, answered));
        take(&telling, DNS_CANCELLED, (struct maybe){0}, NULL, answered + 1);
        end(&telling);
    }
}

static void test_it_can_be_dropped_at_any_time(void **state) {
    (void)state;
    for (size_t answered = 0; answered < 6; answered++) {
        struct telling telling;
        begin(&telling, "valid", DNS_RULES_EXACT);
        assert_true(tell(&telling, answered));
        struct table *snapshot = dns_lookup_snapshot(telling.lookup);
        assert_non_null(snapshot);
        end(&telling);
        assert_int_equal(snapshot->count, answered + 1);
        table_unref(snapshot);
    }
}

static void test_a_server_that_breaks_is_followed_by_the_next(void **state) {
    struct telling telling;
    struct dns_action action;
    (void)state;
    begin(&telling, "valid", DNS_RULES_EXACT);
    assert_true(tell(&telling, 1));
    dns_lookup_broke(telling.lookup, telling.now, 0, DNS_UDP, 111);
    dns_lookup_next(telling.lookup, telling.now, &action);
    assert_int_equal(action.kind, DNS_SEND);
    assert_int_equal(action.server, 1);
    end(&telling);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_chain_is_asked_for),
        cmocka_unit_test(test_silence_is_indeterminate),
        cmocka_unit_test(test_it_can_be_cancelled_at_any_time),
        cmocka_unit_test(test_it_can_be_dropped_at_any_time),
        cmocka_unit_test(test_a_server_that_breaks_is_followed_by_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
