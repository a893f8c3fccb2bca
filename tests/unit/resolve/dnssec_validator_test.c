// SPDX-License-Identifier: GPL-2.0-or-later
// The validator over messages that a real server sent: what they come to, and that they prove
// nothing else. Beside delv and unbound it stands in tests/lab/dnssec_test.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "resolve/dns_lookup.h"
#include "resolve/dnssec_validator.h"
#include "tests/unit/resolve/dnssec_story.h"

#define TYPE_MX 15

// Judges with the story's messages in their order. *ret_queries: how many queries it took.
static enum dns_validity judge_knowing(struct dnssec_memory *memory, const struct story *story,
                                       const char *name, uint16_t type, uint32_t time,
                                       const char *expected_reason, size_t *ret_queries) {
    struct dnssec_anchors *anchors;
    struct dnssec_wanted wanted;
    struct dnssec_verdict verdict;
    assert_int_equal(dnssec_anchors_parse((const char *)story->parts[0].bytes, story->parts[0].len,
                                          "anchors", &anchors, NULL),
                     0);
    struct dnssec_validator *validator = dnssec_validator_new(anchors, memory, time);
    assert_non_null(validator);
    size_t part = 1;
    while (dnssec_validator_judge(validator, name, type, &wanted, &verdict) > 0) {
        bool more = part < story->part_count;
        assert_int_equal(dnssec_validator_answer(validator, &wanted,
                                                 more ? story->parts[part].bytes : NULL,
                                                 more ? story->parts[part].len : 0, "no more"),
                         0);
        part++;
    }
    assert_non_null(verdict.reason);
    if (expected_reason)
        assert_non_null(strstr(verdict.reason, expected_reason));
    dnssec_validator_free(validator);
    dnssec_anchors_free(anchors);
    *ret_queries = part - 1;
    return verdict.validity;
}

static enum dns_validity judge(const struct story *story, const char *name, uint16_t type,
                               uint32_t time, const char *expected_reason) {
    size_t queries;
    return judge_knowing(NULL, story, name, type, time, expected_reason, &queries);
}

static void test_stories_come_to_what_they_are(void **state) {
    static const struct {
        const char *file;
        enum dns_validity validity;
        const char *reason;
    } stories[] = {
        {"valid", DNS_SECURE, "signed by the chain of trust . > lab. > signed.lab."},
        {"ed25519", DNS_SECURE, "signed by"},
        {"alias", DNS_SECURE, "signed by"},
        {"dname", DNS_SECURE, "signed by"},
        {"wildcard_nsec3", DNS_SECURE, "signed by"},
        {"wildcard_no_data", DNS_SECURE, "denied by"},
        {"no_name_nsec", DNS_SECURE, "denied by"},
        {"no_name_nsec3", DNS_SECURE, "denied by"},
        {"no_data_nsec", DNS_SECURE, "denied by"},
        {"no_data_nsec3", DNS_SECURE, "denied by"},
        {"empty_nsec3", DNS_SECURE, "denied by"},
        {"opt_out", DNS_INSECURE, "opt-out"},
        {"iterations", DNS_INSECURE, "RFC 9276"},
        {"insecure", DNS_INSECURE, ""},
        {"wrong_signature", DNS_BOGUS, "is wrong"},
        {"wrong_ds", DNS_BOGUS, "has no DNSKEY that its DS or trust anchor names"},
    };
    struct story story;
    (void)state;
    for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
        read_story(stories[i].file, &story);
        assert_int_equal(judge(&story, story.name, story.type, story.time, stories[i].reason),
                         stories[i].validity);
    }
}

// What was signed for one question is no answer to another one.
static void test_messages_prove_nothing_else(void **state) {
    struct story story;
    (void)state;
    read_story("no_data_nsec", &story); // www has no MX, but it has an A
    assert_int_equal(judge(&story, story.name, DNS_TYPE_A, story.time, "does not prove"),
                     DNS_BOGUS);
    read_story("no_data_nsec3", &story);
    assert_int_equal(judge(&story, story.name, DNS_TYPE_A, story.time, "does not prove"),
                     DNS_BOGUS);
    read_story("no_name_nsec", &story); // there is no `nothing`, but there is a www
    assert_int_equal(judge(&story, "www.signed.lab", TYPE_MX, story.time, "does not prove"),
                     DNS_BOGUS);
    read_story("no_name_nsec3", &story);
    assert_int_equal(judge(&story, "www.hashed.lab", TYPE_MX, story.time, "does not prove"),
                     DNS_BOGUS);
    read_story("wildcard_no_data", &story); // the wildcard has an A
    assert_int_equal(judge(&story, story.name, DNS_TYPE_A, story.time, "does not prove"),
                     DNS_BOGUS);
}

static void test_signatures_have_their_time(void **state) {
    struct story story;
    (void)state;
    read_story("valid", &story);
    assert_int_equal(
        judge(&story, story.name, story.type, story.time + 400 * 86400, "expired at 20"),
        DNS_BOGUS);
    assert_int_equal(
        judge(&story, story.name, story.type, story.time - 400 * 86400, "is not valid before 20"),
        DNS_BOGUS);
}

static void test_what_is_missing_is_indeterminate(void **state) {
    struct story story;
    (void)state;
    read_story("valid", &story);
    for (size_t count = 1; count < story.part_count; count++) {
        struct story less = story;
        less.part_count = count;
        assert_int_equal(judge(&less, story.name, story.type, story.time, "no more"),
                         DNS_INDETERMINATE);
    }
}

// Every bit of the signed data counts: but for header, question and TTL, and letters' case.
static void test_no_bit_can_be_changed(void **state) {
    struct story story;
    (void)state;
    read_story("valid", &story);
    size_t len = story.parts[1].len, start = len,
           offset = (size_t)(story.parts[1].bytes - story.bytes);
    for (size_t i = 0; i + 4 <= len && start == len; i++) {
        if (memcmp(story.parts[1].bytes + i, "\xc0\x00\x02\x01", 4) == 0) // the first address
            start = i;
    }
    assert_true(start < len);
    for (size_t bit = 0; bit < 32; bit++) {
        story.bytes[offset + start + bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(judge(&story, story.name, story.type, story.time, "is wrong"), DNS_BOGUS);
        story.bytes[offset + start + bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(judge(&story, story.name, story.type, story.time, NULL), DNS_SECURE);
}

static void test_what_was_proven_is_not_asked_again(void **state) {
    struct dnssec_memory *memory = dnssec_memory_new();
    struct story story;
    size_t queries;
    (void)state;
    assert_non_null(memory);
    read_story("valid", &story);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(judge_knowing(memory, &story, story.name, story.type, story.time,
                                       "signed by the chain of trust . > lab. > signed.lab.",
                                       &queries),
                         DNS_SECURE);
        assert_int_equal(queries, i == 0 ? story.part_count - 1 : 1);
    }
    // The same keys judge what the next one says.
    story.bytes[story.parts[1].bytes - story.bytes + (ptrdiff_t)story.parts[1].len - 20] ^= 1;
    assert_int_not_equal(
        judge_knowing(memory, &story, story.name, story.type, story.time, NULL, &queries),
        DNS_SECURE);
    assert_int_equal(queries, 1);
    dnssec_memory_free(memory);
}

// Past the time to live of its records nothing is known any more.
static void test_what_was_proven_is_forgotten_in_time(void **state) {
    struct dnssec_memory *memory = dnssec_memory_new();
    struct story story;
    size_t queries;
    (void)state;
    read_story("valid", &story);
    judge_knowing(memory, &story, story.name, story.type, story.time, NULL, &queries);
    judge_knowing(memory, &story, story.name, story.type, story.time + 3601, NULL, &queries);
    assert_int_equal(queries, story.part_count - 1);
    dnssec_memory_free(memory);
}

static void test_what_was_not_proven_is_asked_again(void **state) {
    struct dnssec_memory *memory = dnssec_memory_new();
    struct story story, less;
    size_t queries;
    (void)state;
    read_story("valid", &story);
    less = story;
    less.part_count = 2; // the reply alone
    assert_int_equal(
        judge_knowing(memory, &less, story.name, story.type, story.time, "no more", &queries),
        DNS_INDETERMINATE);
    assert_int_equal(
        judge_knowing(memory, &story, story.name, story.type, story.time, "signed by", &queries),
        DNS_SECURE);
    assert_int_equal(queries, story.part_count - 1);
    dnssec_memory_free(memory);
}

static void test_files_of_anchors(void **state) {
    static const char good[] =
        "; of the root\n"
        ". 172800 IN DS 20326 8 2 "
        "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n\n";
    static const struct {
        const char *text, *words;
    } wrong[] = {
        {"", "a: there is no trust anchor in it"},
        {"; nothing\n", "a: there is no trust anchor in it"},
        {"\n. A 10.0.0.1\n", "a: line 2 is no DS or DNSKEY record"},
        {". DS 1 2\n", "a: line 1 is no DS or DNSKEY record"},
        {"\x80\xff\n", "a: line 1 is no DS or DNSKEY record"},
        {". 300 IN DNSKEY 257 3 13 "
         "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ== "
         ";;state=4 [ REVOKED ]\n",
         "a: there is no trust anchor in it"},
    };
    struct dnssec_anchors *anchors;
    (void)state;
    assert_int_equal(dnssec_anchors_parse(good, sizeof(good) - 1, "a", &anchors, NULL), 0);
    dnssec_anchors_free(anchors);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error err = {0};
        assert_int_not_equal(
            dnssec_anchors_parse(wrong[i].text, strlen(wrong[i].text), "a", &anchors, &err), 0);
        assert_string_equal(err.text, wrong[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stories_come_to_what_they_are),
        cmocka_unit_test(test_messages_prove_nothing_else),
        cmocka_unit_test(test_signatures_have_their_time),
        cmocka_unit_test(test_what_is_missing_is_indeterminate),
        cmocka_unit_test(test_no_bit_can_be_changed),
        cmocka_unit_test(test_what_was_proven_is_not_asked_again),
        cmocka_unit_test(test_what_was_proven_is_forgotten_in_time),
        cmocka_unit_test(test_what_was_not_proven_is_asked_again),
        cmocka_unit_test(test_files_of_anchors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
