// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of neighbours and forwarding databases against the real kernel: tables in order, rows
// as they come, enough of them, namespaces that vanish.
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "model/fdb.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"
#include "model/netns.h"
#include "source/source.h"
#include "tests/lab/private.h"

#define MANY    3000 // entries, of which a dump takes many datagrams
#define PART    256
#define A_FEW   100
#define MACHINE "02:00:00:00:%02x:%02x"

static struct netns here;

static struct table *read_in(const struct netns *netns, enum kind_id kind,
                             const struct source_sink *sink, size_t enough) {
    const struct source_request request = {
        .netns = netns, .now = 5, .sink = sink, .enough = enough};
    struct table *table = source_of(kind)->read(&request);
    assert_non_null(table);
    return table;
}

static void make_entries(void) {
    struct stat status;
    assert_int_equal(stat("/proc/self/ns/net", &status), 0);
    here = (struct netns){
        .name = "here", .path = "/proc/self/ns/net", .inode = status.st_ino, .own = true};
    private_run("ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up");
    private_run("ip link add br0 type bridge && ip link set v1 master br0 && ip link set br0 up");
    FILE *neighbours = popen("ip -batch -", "w"), *entries = popen("bridge -batch -", "w");
    assert_true(neighbours && entries);
    for (int i = 0; i < MANY; i++) {
        fprintf(neighbours, "neigh add 10.0.%d.%d lladdr " MACHINE " dev v0 nud permanent\n",
                i / 250, i % 250 + 1, i / 250, i % 250);
        fprintf(entries, "fdb add " MACHINE " dev v1 master static\n", i / 250, i % 250);
    }
    assert_int_equal(pclose(neighbours), 0);
    assert_int_equal(pclose(entries), 0);
    private_run("ip neigh add proxy 10.0.0.1 dev v0");
}

// The kernel makes some by itself, when it likes; these are ours. Where it can filter by VLAN, it
// makes one more of each in the port's own VLAN.
static bool is_made(const struct table *table, const void *row) {
    const struct neighbour *neighbour = row;
    const struct fdb_entry *entry = row;
    if (table->kind == &neighbour_kind)
        return neighbour->state == NEIGHBOUR_PERMANENT;
    return entry->state == NEIGHBOUR_NOARP && entry->master.known && !entry->vlan.known;
}

static size_t count_made(const struct table *table) {
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += is_made(table, table_row(table, i));
    return count;
}

// The address stands twice, as a neighbour and as one that is answered for: each is found.
static void test_whole_tables_are_in_order(void **state) {
    struct table *table = read_in(&here, KIND_NEIGHBOURS, NULL, 0);
    struct address address;
    size_t proxies = 0;
    (void)state;
    assert_int_equal(table->status.state, STATUS_OK);
    assert_int_equal(table->time, 5);
    assert_int_equal(count_made(table), MANY);
    for (size_t i = 0; i < table->count; i++) {
        const struct neighbour *neighbour = table_row(table, i);
        proxies += (neighbour->flags & NEIGHBOUR_PROXY) != 0;
        assert_true(i == 0 || neighbour_compare(table_row(table, i - 1), neighbour) < 0);
    }
    assert_int_equal(proxies, 1);
    assert_int_equal(address_parse("10.0.11.7", &address), 0);
    const struct neighbour *found = neighbour_find(table, (int32_t)if_nametoindex("v0"), &address);
    assert_non_null(found);
    assert_int_equal(found->lladdr.bytes[5], 6);
    table_unref(table);

    table = read_in(&here, KIND_FDB, NULL, 0);
    assert_int_equal(table->status.state, STATUS_OK);
    assert_int_equal(count_made(table), MANY);
    for (size_t i = 1; i < table->count; i++)
        assert_true(fdb_compare(table_row(table, i - 1), table_row(table, i)) < 0);
    table_unref(table);
}

static int take_part(struct table *part, void *user_data) {
    size_t *count = user_data;
    assert_int_equal(part->count, PART);
    *count += count_made(part);
    table_unref(part);
    return 0;
}

static int refuse_part(struct table *part, void *user_data) {
    size_t *count = user_data;
    *count += part->count;
    table_unref(part);
    return -EPIPE;
}

static void test_rows_as_they_come(void **state) {
    const enum kind_id streamed[] = {KIND_NEIGHBOURS, KIND_FDB};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t count = 0;
        const struct source_sink sink = {PART, take_part, &count};
        struct table *rest = read_in(&here, streamed[i], &sink, 0);
        assert_int_equal(rest->status.state, STATUS_OK);
        assert_true(rest->count < PART);
        assert_int_equal(count + count_made(rest), MANY);
        table_unref(rest);

        count = 0;
        const struct source_sink closed = {PART, refuse_part, &count};
        table_unref(read_in(&here, streamed[i], &closed, 0));
        assert_int_equal(count, PART);
    }
}

static void test_enough(void **state) {
    (void)state;
    struct table *table = read_in(&here, KIND_NEIGHBOURS, NULL, A_FEW);
    assert_int_equal(table->status.state, STATUS_OK);
    assert_int_equal(table->count, A_FEW);
    table_unref(table);
    table = read_in(&here, KIND_FDB, NULL, A_FEW);
    assert_int_equal(table->count, A_FEW);
    table_unref(table);
}

static void test_counts(void **state) {
    struct table *table = read_in(&here, KIND_NEIGHBOUR_TABLES, NULL, 0);
    const struct neighbour_table *arp = table_row(table, 0);
    (void)state;
    assert_int_equal(table->count, 2);
    assert_int_equal(arp->family, ADDRESS_IPV4);
    assert_int_equal(arp->own_proxies, 1);
    // Permanent entries do not count.
    assert_int_equal(arp->own_entries - arp->own_gc_entries, MANY);
    table_unref(table);
}

static void test_namespace_that_vanished(void **state) {
    const struct netns gone = {.name = "gone", .path = "/run/netns/gone", .inode = 1};
    const enum kind_id all[] = {KIND_NEIGHBOURS, KIND_FDB, KIND_NEIGHBOUR_TABLES};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct table *table = read_in(&gone, all[i], NULL, 0);
        assert_int_equal(table->status.state, STATUS_GONE);
        assert_int_equal(table->count, 0);
        table_unref(table);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_tables_are_in_order),
        cmocka_unit_test(test_rows_as_they_come),
        cmocka_unit_test(test_enough),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_namespace_that_vanished),
    };
    private_enter();
    make_entries();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
