// SPDX-License-Identifier: GPL-2.0-or-later
// The order of addresses, by the examples of RFC 6724, 10.2, and by what gai.conf(5) changes.
// tests/lab/dns_order_test.py compares with the C library itself.
#include "resolve/destination_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/address.h"

static struct dns_destination make(const char *address, const char *source) {
    struct dns_destination made = {.source_length = 24, .ifindex = 2};
    assert_int_equal(address_parse(address, &made.address), 0);
    if (source)
        assert_int_equal(address_parse(source, &made.source), 0);
    return made;
}

static void expect_first(enum dns_rules rules, struct dns_destination other,
                         struct dns_destination wanted, const char *why) {
    struct resolver resolver = resolver_default();
    struct dns_destination all[] = {other, wanted};
    assert_int_equal(destinations_order(&resolver, rules, all, 2), 0);
    assert_int_equal(address_compare(&all[0].address, &wanted.address), 0);
    assert_string_equal(all[0].why, why);
    assert_null(all[1].why);
}

static void expect_both(struct dns_destination other, struct dns_destination wanted,
                        const char *why) {
    expect_first(DNS_RULES_GLIBC, other, wanted, why);
    expect_first(DNS_RULES_MUSL, other, wanted, why);
}

static void test_what_can_be_reached(void **state) {
    (void)state;
    expect_both(make("2001:db8:1::1", NULL), make("198.51.100.121", "198.51.100.117"),
                "it can be reached");
}

static void test_scopes(void **state) {
    (void)state;
    expect_both(make("2001:db8:1::1", "fe80::2"), make("198.51.100.121", "198.51.100.117"),
                "its scope is that of its source");
    expect_both(make("2001:db8:1::1", "2001:db8:1::2"), make("fe80::1", "fe80::2"),
                "its scope is smaller");
}

static void test_labels_and_precedence(void **state) {
    (void)state;
    expect_both(make("2001:db8:1::1", "2002:c633:6401::2"),
                make("2002:c633:6401::1", "2002:c633:6401::2"), "its label is that of its source");
    expect_both(make("10.1.2.3", "10.1.2.4"), make("2001:db8:1::1", "2001:db8:1::2"),
                "it has more precedence");
}

static void test_prefixes(void **state) {
    (void)state;
    expect_both(make("2001:db8:3ffe::1", "2001:db8:1::2"), make("2001:db8:1::1", "2001:db8:1::2"),
                "it has more in common with its source");
    // Of IPv4 in the source's network only.
    expect_first(DNS_RULES_GLIBC, make("10.0.1.1", "10.0.0.9"), make("10.0.0.1", "10.0.0.9"),
                 "it has more in common with its source");
    expect_first(DNS_RULES_GLIBC, make("10.0.0.1", "10.0.0.9"), make("10.0.0.8", "10.0.0.9"),
                 "it has more in common with its source");
}

static void test_sources(void **state) {
    struct dns_destination old = make("2001:db8:1::1", "2001:db8:1::2");
    struct dns_destination tunnelled = make("2001:db8:1::1", "2001:db8:1::2");
    (void)state;
    old.deprecated = true;
    tunnelled.tunnel = true;
    expect_first(DNS_RULES_GLIBC, old, make("2001:db8:2::1", "2001:db8:1::3"),
                 "its source is not deprecated");
    expect_first(DNS_RULES_GLIBC, tunnelled, make("2001:db8:2::1", "2001:db8:1::3"),
                 "its source is of an interface that is no tunnel");
}

static void test_what_is_alike_stays(void **state) {
    struct resolver resolver = resolver_default();
    struct dns_destination all[] = {make("10.0.1.1", "10.0.0.9"), make("10.0.3.1", "10.0.0.9"),
                                    make("10.0.2.1", "10.0.0.9")};
    const struct dns_destination came[] = {all[0], all[1], all[2]};
    (void)state;
    for (enum dns_rules rules = DNS_RULES_GLIBC; rules <= DNS_RULES_MUSL; rules++) {
        assert_int_equal(destinations_order(&resolver, rules, all, 3), 0);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(address_compare(&all[i].address, &came[i].address), 0);
        assert_string_equal(all[0].why, "it came first");
    }
}

static void test_gai_conf(void **state) {
    struct resolver resolver = resolver_default();
    struct resolver_gai lines[2] = {{.table = RESOLVER_GAI_PRECEDENCE, .value = 100},
                                    {.table = RESOLVER_GAI_SCOPE, .value = 2}};
    struct dns_destination ipv4 = make("10.1.2.3", "10.1.2.4");
    struct dns_destination all[] = {make("2001:db8:1::1", "2001:db8:1::2"), ipv4};
    (void)state;
    assert_int_equal(prefix_parse("::ffff:0:0/96", &lines[0].prefix), 0);
    assert_int_equal(prefix_parse("10.0.0.0/8", &lines[1].prefix), 0);
    resolver.gai = lines;
    resolver.gai_count = 1;
    assert_int_equal(destinations_order(&resolver, DNS_RULES_GLIBC, all, 2), 0);
    assert_int_equal(address_compare(&all[0].address, &ipv4.address), 0);
    // musl does not read it.
    assert_int_equal(destinations_order(&resolver, DNS_RULES_MUSL, all, 2), 0);
    assert_int_equal(address_compare(&all[1].address, &ipv4.address), 0);
    // A smaller scope comes behind precedence, and so is not asked.
    resolver.gai = &lines[1];
    assert_int_equal(destinations_order(&resolver, DNS_RULES_GLIBC, all, 2), 0);
    assert_int_equal(address_compare(&all[1].address, &ipv4.address), 0);
}

static void test_none_and_one(void **state) {
    struct resolver resolver = resolver_default();
    struct dns_destination one = make("10.1.2.3", NULL);
    (void)state;
    assert_int_equal(destinations_order(&resolver, DNS_RULES_GLIBC, &one, 0), 0);
    assert_int_equal(destinations_order(&resolver, DNS_RULES_GLIBC, &one, 1), 0);
    assert_null(one.why);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_reached),
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_labels_and_precedence),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_what_is_alike_stays),
        cmocka_unit_test(test_gai_conf),
        cmocka_unit_test(test_none_and_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
