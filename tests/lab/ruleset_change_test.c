// SPDX-License-Identifier: GPL-2.0-or-later
// What is read again after the rules have changed, with the real kernel: only tables in which
// something did, as far as notifications tell it; and that changes of legacy tables, of which
// nothing tells, are seen.
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "model/netns.h"
#include "source/nft_changes.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_read.h"
#include "source/watch.h"
#include "tests/lab/private.h"

#define PATIENCE 5000 // milliseconds, for what has to come

static struct table *namespaces;
static const struct netns *here;
static struct watch *watch;

static int begin(void **state) {
    struct stat status;
    (void)state;
    namespaces = table_new(&netns_kind);
    assert_non_null(namespaces);
    struct netns *netns = table_add(namespaces);
    assert_non_null(netns);
    assert_int_equal(stat("/proc/self/ns/net", &status), 0);
    *netns = (struct netns){
        .name = "own", .path = "/proc/self/ns/net", .inode = status.st_ino, .own = true};
    here = netns;
    assert_int_equal(watch_new(&watch, NULL), 0);
    assert_int_equal(watch_update(watch, namespaces, NULL), 0);
    return 0;
}

static int end(void **state) {
    (void)state;
    watch_free(watch);
    nft_changes_forget(here->inode);
    table_unref(namespaces);
    private_run("nft flush ruleset");
    return 0;
}

// With elements: older kernels do not say how many there are, and then they are not read unasked.
static struct ruleset *read_rules(struct ruleset *before) {
    const struct ruleset_options options = {.before = before, .elements = true};
    struct ruleset *ruleset;
    struct status status = {0};
    assert_int_equal(ruleset_read(here, &options, &ruleset, &status), 0);
    assert_int_equal(status.state, STATUS_OK);
    return ruleset;
}

static const struct nf_table *find(const struct ruleset *ruleset, const char *name) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        if (strcmp(ruleset->tables[i]->name, name) == 0)
            return ruleset->tables[i];
    }
    fail_msg("there is no table %s", name);
    return NULL;
}

static void ignore(const struct watch_change *change, void *user_data) {
    (void)change, (void)user_data;
}

// Changes the rules, and waits until all of it was heard.
static void change(const struct ruleset *before, const char *command) {
    uint32_t generation = before->generation;
    struct netlink netlink;
    struct ruleset none = {0};
    bool changed[1];
    private_run(command);
    assert_int_equal(netlink_open(&netlink, here, NETLINK_NETFILTER, NULL), 0);
    assert_int_equal(nft_read_generation(&netlink, &generation, NULL), 0);
    netlink_close(&netlink);
    assert_int_not_equal(generation, before->generation);
    while (!nft_changes_find(here->inode, before->generation, generation, &none, changed)) {
        struct pollfd input = {.fd = watch_fd(watch), .events = POLLIN};
        assert_int_equal(poll(&input, 1, PATIENCE), 1);
        watch_read(watch, ignore, NULL);
    }
}

// How many questions the kernel was asked to read nftables once more.
static uint32_t count_requests(struct ruleset *before) {
    const struct ruleset_options options = {.before = before};
    struct ruleset *ruleset = ruleset_new();
    struct netlink netlink;
    size_t malformed;
    assert_non_null(ruleset);
    assert_int_equal(netlink_open(&netlink, here, NETLINK_NETFILTER, NULL), 0);
    assert_int_equal(nft_read(&netlink, here, &options, ruleset, &malformed, NULL), 0);
    uint32_t count = netlink.sequence;
    netlink_close(&netlink);
    ruleset_unref(ruleset);
    return count;
}

// Three tables; one of so many chains that each is asked for.
static void make_tables(void) {
    private_run("{ echo 'table ip many {'; for i in $(seq 100); do"
                " echo \"chain c$i { counter drop; }\"; done; echo '}';"
                " echo 'table ip few { chain c { accept; }; }';"
                " echo 'table ip6 six { set s { type ipv6_addr; elements = { ::1 }; };"
                " chain c { ip6 saddr @s drop; }; }'; } | nft -f -");
}

// --- nftables ------------------------------------------------------------------------------------

static void test_tables_that_changed_are_read_again(void **state) {
    (void)state;
    make_tables();
    struct ruleset *first = read_rules(NULL);
    uint32_t all = count_requests(NULL);
    assert_true(all > 100);
    change(first, "nft add rule ip few c drop");
    struct ruleset *second = read_rules(first);
    assert_ptr_equal(find(second, "many"), find(first, "many"));
    assert_ptr_equal(find(second, "six"), find(first, "six"));
    assert_ptr_not_equal(find(second, "few"), find(first, "few"));
    assert_int_equal(find(first, "few")->chains[0].rule_count, 1);
    assert_int_equal(find(second, "few")->chains[0].rule_count, 2);
    // The generation twice, tables, chains, sets, objects, flowtables, and the rules.
    assert_true(count_requests(first) <= 8);
    assert_int_equal(count_requests(NULL), all);
    // What both have outlives the one that read it.
    ruleset_unref(first);
    assert_int_equal(find(second, "many")->chains[99].rule_count, 1);
    assert_string_equal(nf_table_chain(find(second, "many"), "c100")->name, "c100");
    ruleset_unref(second);
}

static void test_changes_add_up(void **state) {
    (void)state;
    make_tables();
    struct ruleset *first = read_rules(NULL);
    change(first, "nft add element ip6 six s '{ ::2 }'");
    change(first, "nft add chain ip few d");
    change(first, "nft add table inet new");
    struct ruleset *second = read_rules(first);
    assert_ptr_equal(find(second, "many"), find(first, "many"));
    assert_int_equal(find(second, "six")->sets[0].element_count, 2);
    assert_int_equal(find(second, "few")->chain_count, 2);
    assert_int_equal(second->table_count, 4);
    change(second, "nft delete table ip many; nft add table ip many");
    struct ruleset *third = read_rules(second);
    assert_int_equal(find(third, "many")->chain_count, 0);
    assert_ptr_equal(find(third, "six"), find(second, "six"));
    ruleset_unref(first);
    ruleset_unref(second);
    ruleset_unref(third);
}

static void test_what_was_not_heard_is_read_whole(void **state) {
    (void)state;
    make_tables();
    struct ruleset *first = read_rules(NULL);
    private_run("nft add rule ip few c drop"); // the watch is not looked at
    struct ruleset *second = read_rules(first);
    assert_ptr_not_equal(find(second, "many"), find(first, "many"));
    assert_int_equal(find(second, "few")->chains[0].rule_count, 2);
    change(second, "nft add rule ip few c drop");
    nft_changes_hear(here->inode, NULL, 0); // some were lost
    private_run("nft add rule ip few c drop");
    struct ruleset *third = read_rules(second);
    assert_ptr_not_equal(find(third, "many"), find(second, "many"));
    change(third, "nft add rule ip few c drop"); // and it goes on
    struct ruleset *fourth = read_rules(third);
    assert_ptr_equal(find(fourth, "many"), find(third, "many"));
    assert_int_equal(find(fourth, "few")->chains[0].rule_count, 5);
    ruleset_unref(first);
    ruleset_unref(second);
    ruleset_unref(third);
    ruleset_unref(fourth);
}

// The kernel has indexes of interfaces, and a name can change without the rules.
static void test_tables_with_names_of_interfaces_are_read_again(void **state) {
    (void)state;
    make_tables();
    private_run("nft add table ip named; nft add chain ip named c; nft add rule ip named c iif lo");
    struct ruleset *first = read_rules(NULL);
    change(first, "nft add rule ip few c drop");
    struct ruleset *second = read_rules(first);
    assert_ptr_not_equal(find(second, "named"), find(first, "named"));
    assert_ptr_equal(find(second, "many"), find(first, "many"));
    ruleset_unref(first);
    ruleset_unref(second);
}

// --- Legacy tables -------------------------------------------------------------------------------

static bool has_legacy(void) {
    return system("iptables-legacy -S >/dev/null 2>&1") == 0;
}

// Whether the change is seen where it is looked for.
static void expect_legacy(const char *command, bool is_current) {
    struct ruleset *ruleset = read_rules(NULL);
    assert_true(ruleset_is_current(here, ruleset));
    atomic_store(&ruleset->digest_not_before, 0);
    private_run(command);
    assert_int_equal(ruleset_is_current(here, ruleset), is_current);
    ruleset_unref(ruleset);
}

static void test_changes_of_legacy_tables_are_seen(void **state) {
    (void)state;
    if (!has_legacy())
        skip();
    private_run("ip link set lo up");
    expect_legacy("iptables-legacy -A INPUT -s 192.0.2.1 -j DROP", false);
    expect_legacy("iptables-legacy -R INPUT 1 -s 192.0.2.2 -j DROP", false); // of the same size
    expect_legacy("iptables-legacy -P FORWARD DROP", false);
    expect_legacy("iptables-legacy -A INPUT -i lo", false);
    expect_legacy("ping -c1 -W1 127.0.0.1 >/dev/null", true); // counts alone
    expect_legacy("iptables-legacy -t mangle -S >/dev/null", false);
    expect_legacy("ip6tables-legacy -A OUTPUT -j ACCEPT", false);
    expect_legacy("iptables-legacy -F", false);
    expect_legacy("nft add table ip other", false);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_tables_that_changed_are_read_again),
        TEST(test_changes_add_up),
        TEST(test_what_was_not_heard_is_read_whole),
        TEST(test_tables_with_names_of_interfaces_are_read_again),
        TEST(test_changes_of_legacy_tables_are_seen),
    };
    private_enter();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
