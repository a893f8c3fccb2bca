// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/resolver_parse.h"

struct fixture {
    struct arena arena;
    struct resolver resolver;
    struct resolver_build build;
};

static void setup(struct fixture *fixture) {
    *fixture = (struct fixture){.resolver = resolver_default()};
    fixture->build.arena = &fixture->arena;
    fixture->build.resolver = &fixture->resolver;
}

static void read_conf(struct fixture *fixture, const char *text) {
    setup(fixture);
    assert_int_equal(resolver_parse_conf(&fixture->build, text, strlen(text)), 0);
}

static void assert_problem(const struct fixture *fixture, const char *words) {
    assert_int_equal(fixture->resolver.problem_count, 1);
    assert_string_equal(fixture->resolver.problems[0], words);
}

static void test_what_a_pod_has_is_read(void **state) {
    struct fixture f;
    (void)state;
    read_conf(&f, "search default.svc.cluster.local svc.cluster.local cluster.local\n"
                  "nameserver 10.96.0.10\n"
                  "nameserver fe80::1%eth0 # the router\n"
                  "options ndots:5 timeout:3 attempts:1 rotate single-request no_tld_query\n");
    assert_int_equal(f.resolver.server_count, 2);
    assert_string_equal(f.resolver.servers[0], "10.96.0.10");
    assert_string_equal(f.resolver.servers[1], "fe80::1%eth0");
    assert_int_equal(f.resolver.search_count, 3);
    assert_string_equal(f.resolver.search[2], "cluster.local");
    assert_int_equal(f.resolver.ndots, 5);
    assert_int_equal(f.resolver.timeout, 3);
    assert_int_equal(f.resolver.attempts, 1);
    assert_int_equal(f.resolver.options,
                     RESOLVER_ROTATE | RESOLVER_SINGLE_REQUEST | RESOLVER_NO_TLD_QUERY);
    assert_int_equal(f.resolver.problem_count, 0);
    arena_done(&f.arena);
}

static void test_an_empty_file_leaves_the_defaults(void **state) {
    struct fixture f;
    (void)state;
    read_conf(&f, "# nothing\n;nothing\n\n");
    assert_string_equal(f.resolver.servers[0], "127.0.0.1");
    assert_int_equal(f.resolver.ndots, 1);
    assert_int_equal(f.resolver.timeout, 5);
    assert_int_equal(f.resolver.attempts, 2);
    assert_problem(&f, "no nameserver: 127.0.0.1 is asked");
    arena_done(&f.arena);
}

static void test_the_last_of_domain_and_search_counts(void **state) {
    struct fixture f;
    (void)state;
    read_conf(&f, "nameserver 1.1.1.1\nsearch a b\ndomain c d\n");
    assert_int_equal(f.resolver.search_count, 1);
    assert_string_equal(f.resolver.search[0], "c");
    assert_problem(&f, "both domain and search: the last one counts");
    arena_done(&f.arena);
}

static void test_what_is_wrong_is_said(void **state) {
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4\n",
         "4 nameservers: only the first three are asked"},
        {"nameserver 1.1.1.1\nnameserver dns.example\n",
         "nameserver dns.example is not an address"},
        {"nameserver 1.1.1.1\nnameserver\n", "a nameserver line without an address"},
        {"nameserver 1.1.1.1\nnameserver 1.1.1.1%eth0\n",
         "nameserver 1.1.1.1%eth0 is not an address"},
        {"nameserver 1.1.1.1\noptions debug\n", "unknown option: debug"},
        {"nameserver 1.1.1.1\noptions ndots:99\n", "ndots:99 is more than the most, 15"},
        {"nameserver 1.1.1.1\noptions ndots:x\n", "option ndots has no number: x"},
        {"nameserver 1.1.1.1\nnamesever 1.1.1.2\n", "unknown word: namesever"},
        {"nameserver 1.1.1.1\n nameserver 1.1.1.2\n",
         "a line that begins with a blank is passed over: nameserver"},
        {"nameserver 1.1.1.1\nsearch a b c d e f g\n",
         "7 search domains: glibc before 2.26 takes six"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;
        read_conf(&f, cases[i].text);
        assert_problem(&f, cases[i].problem);
        arena_done(&f.arena);
    }
}

static void test_hosts_are_read(void **state) {
    static const char text[] = "127.0.0.1 localhost\n# no\n::1\tlocalhost ip6-localhost # yes\n"
                               "10.0.0.7\nnonsense here\n10.0.0.8 last";
    struct fixture f;
    (void)state;
    setup(&f);
    assert_int_equal(resolver_parse_hosts(&f.build, text, strlen(text)), 0);
    assert_int_equal(f.resolver.host_count, 3);
    assert_int_equal(f.resolver.hosts[1].name_count, 2);
    assert_string_equal(f.resolver.hosts[1].names[1], "ip6-localhost");
    assert_string_equal(f.resolver.hosts[2].names[0], "last");
    assert_problem(&f, "the hosts file has a line without an address: nonsense");
    arena_done(&f.arena);
}

static void test_the_order_is_read(void **state) {
    static const char text[] = "passwd: files\n hosts:\tdns [NOTFOUND=return] files extra # end\n";
    struct fixture f;
    (void)state;
    setup(&f);
    assert_int_equal(resolver_parse_order(&f.build, text, strlen(text)), 0);
    assert_int_equal(f.resolver.order_count, 4);
    assert_string_equal(f.resolver.order[0], "dns");
    assert_string_equal(f.resolver.order[1], "[NOTFOUND=return]");
    assert_problem(&f, "nsswitch.conf: unknown service for hosts: extra");
    arena_done(&f.arena);
}

static void test_gai_conf_is_read(void **state) {
    static const char text[] = "reload yes\nprecedence  ::ffff:0:0/96 100 # IPv4 first\n"
                               "label fc00::/7 6\nscopev4 ::ffff:10.0.0.0/104 5\n"
                               "scopev4 169.254.0.0/16 2\nprecedence 10.0.0.0/8 7\n";
    struct fixture f;
    (void)state;
    setup(&f);
    assert_int_equal(resolver_parse_gai(&f.build, text, strlen(text)), 0);
    assert_int_equal(f.resolver.gai_count, 4);
    assert_int_equal(f.resolver.gai[0].table, RESOLVER_GAI_PRECEDENCE);
    assert_int_equal(f.resolver.gai[0].prefix.length, 96);
    assert_int_equal(f.resolver.gai[0].value, 100);
    assert_int_equal(f.resolver.gai[1].table, RESOLVER_GAI_LABEL);
    assert_int_equal(f.resolver.gai[2].table, RESOLVER_GAI_SCOPE);
    assert_int_equal(f.resolver.gai[3].prefix.address.family, ADDRESS_IPV4);
    assert_problem(&f, "gai.conf: precedence without a prefix and a number: 10.0.0.0/8");
    arena_done(&f.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_pod_has_is_read),
        cmocka_unit_test(test_an_empty_file_leaves_the_defaults),
        cmocka_unit_test(test_the_last_of_domain_and_search_counts),
        cmocka_unit_test(test_what_is_wrong_is_said),
        cmocka_unit_test(test_hosts_are_read),
        cmocka_unit_test(test_the_order_is_read),
        cmocka_unit_test(test_gai_conf_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
