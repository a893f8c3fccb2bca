// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers of neighbours, their tables and forwarding databases, against messages of a real
// kernel: the seeds of the fuzz target. What they should say is what `ip -d -s neigh` and
// `bridge -d -s fdb` said there.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/node.h"
#include "source/neighbour_parse.h"

struct captured {
    _Alignas(struct nlmsghdr) char bytes[2048];
    size_t length;
};

static struct nlmsghdr *capture(struct captured *captured, const char *name) {
    const char *source = getenv("srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/neighbour/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    captured->length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
    struct nlmsghdr *message = (struct nlmsghdr *)captured->bytes;
    assert_int_equal(message->nlmsg_len, captured->length);
    return message;
}

struct expected {
    const char *message, *key, *text; // text "": the field is absent
};

static void expect_field(const struct kind *kind, const void *row,
                         const struct expected *expected) {
    struct node *node = node_new();
    const struct netns netns = {.name = "here", .inode = 1};
    const struct row_ref ref = {node, &netns, row};
    struct buffer text = BUFFER_INIT;
    struct value value;
    field_read(kind_find_field(kind, expected->key, NULL), &ref, &value);
    value_format(&value, &text);
    if (strcmp(buffer_text(&text), expected->text) != 0)
        fail_msg("%s of %s is '%s', not '%s'", expected->key, expected->message, buffer_text(&text),
                 expected->text);
    buffer_done(&text);
    node_free(node);
}

static const struct expected neighbours[] = {
    {"ipv4_permanent", "dst", "10.0.0.2"},
    {"ipv4_permanent", "lladdr", "02:00:00:00:00:02"},
    {"ipv4_permanent", "state", "PERMANENT"},
    {"ipv4_permanent", "router", ""},
    {"ipv4_permanent", "confirmed", "1"},
    {"ipv4_permanent", "probes", "0"},
    {"ipv4_stale", "state", "STALE"},
    {"ipv4_stale", "confirmed", "61"},
    {"ipv4_incomplete", "state", "INCOMPLETE"},
    {"ipv4_incomplete", "lladdr", ""},
    {"ipv4_incomplete_managed", "managed", "yes"},
    {"ipv4_noarp_extern_protocol", "extern_learn", "yes"},
    {"ipv6_reachable_router", "dst", "fd00::2"},
    {"ipv6_reachable_router", "router", "yes"},
    {"ipv6_reachable_router", "refcnt", "1"},
    {"ipv4_proxy", "dst", "10.0.0.9"},
    {"ipv4_proxy", "proxy", "yes"},
    {"ipv4_proxy", "state", ""},
    {"ipv4_proxy", "used", ""},
};

static void test_neighbours(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(neighbours) / sizeof(neighbours[0]); i++) {
        struct captured captured;
        struct neighbour neighbour = {0};
        assert_int_equal(neighbour_parse(capture(&captured, neighbours[i].message), &neighbour), 0);
        expect_field(&neighbour_kind, &neighbour, &neighbours[i]);
    }
}

// Its name is not the parser's to know.
static void test_protocols(void **state) {
    static const struct {
        const char *message;
        struct maybe protocol;
    } cases[] = {{"ipv4_permanent", {0}},
                 {"ipv4_noarp_extern_protocol", {11, 1}},
                 {"ipv6_proxy_protocol", {4, 1}}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct captured captured;
        struct neighbour neighbour = {0};
        assert_int_equal(neighbour_parse(capture(&captured, cases[i].message), &neighbour), 0);
        assert_int_equal(neighbour.protocol.known, cases[i].protocol.known);
        assert_int_equal(neighbour.protocol.value, cases[i].protocol.value);
    }
}

static const struct expected entries[] = {
    {"fdb_noarp_master", "mac", "02:00:00:00:00:0a"},
    {"fdb_noarp_master", "state", "static"},
    {"fdb_noarp_master", "flags", ""},
    {"fdb_reachable_extern_master", "flags", "extern_learn"},
    {"fdb_reachable_extern_master", "state", ""},
    {"fdb_reachable_master", "used", "1"},
    {"fdb_permanent_self", "flags", "self"},
    {"fdb_permanent_self", "state", "permanent"},
    {"fdb_permanent_self", "updated", ""},
    {"fdb_permanent_self_dst_port_vni_via", "dst", "10.0.0.3"},
    {"fdb_permanent_self_dst_port_vni_via", "port", "8472"},
    {"fdb_permanent_self_dst_port_vni_via", "vni", "7"},
    {"fdb_permanent_self_dst_src_vni", "src_vni", "99"},
    {"fdb_permanent_self_nhid", "nhid", "2"},
};

static void test_entries(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        struct captured captured;
        struct fdb_entry entry = {0};
        assert_int_equal(fdb_parse(capture(&captured, entries[i].message), &entry), 0);
        expect_field(&fdb_kind, &entry, &entries[i]);
    }
}

static void test_tables(void **state) {
    struct captured captured;
    struct neighbour_table table = {0};
    struct arena arena = ARENA_INIT;
    (void)state;
    assert_int_equal(neighbour_table_parse(capture(&captured, "table_ipv4"), &arena, &table), 0);
    assert_string_equal(table.name, "arp_cache");
    assert_int_equal(table.family, ADDRESS_IPV4);
    assert_int_equal(table.gc_thresh1.value, 128);
    assert_int_equal(table.gc_thresh3.value, 1024);
    assert_int_equal(table.key_length.value, 4);
    assert_true(table.table_fulls.known);
    assert_int_equal(table.ucast_probes.value, 3);
    assert_int_equal(
        neighbour_table_parse(capture(&captured, "table_ipv4_of_interface"), &arena, &table),
        -ENOMSG);
    assert_int_equal(table.gc_thresh1.value, 128);
    arena_done(&arena);
}

// Each parser takes what is its own, and nothing that is cut short.
static void test_others_and_malformed(void **state) {
    struct captured captured;
    struct neighbour neighbour = {0};
    struct fdb_entry entry = {0};
    (void)state;
    assert_int_equal(neighbour_parse(capture(&captured, "fdb_noarp_master"), &neighbour), -ENOMSG);
    assert_int_equal(fdb_parse(capture(&captured, "ipv4_stale"), &entry), -ENOMSG);
    struct nlmsghdr *message = capture(&captured, "ipv4_stale");
    message->nlmsg_len = NLMSG_HDRLEN + 4;
    assert_int_equal(neighbour_parse(message, &neighbour), -EBADMSG);
    message->nlmsg_len = NLMSG_HDRLEN + 12; // the header, and no address
    assert_int_equal(neighbour_parse(message, &neighbour), -EBADMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_others_and_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
