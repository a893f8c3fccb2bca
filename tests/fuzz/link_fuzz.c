// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about interfaces, as the kernel would send them or not: all parsers, and every
// field of what they made. The seeds are messages of real kernels, one of each kind of interface.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "model/link.h"
#include "model/link_tree.h"
#include "source/link_parse.h"
#include "source/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct table *table;
    struct link_address address; // the last, which rows without one are given
    bool has_address;
};

static void parse_link(const struct nlmsghdr *message, struct reading *reading) {
    struct link *link = table_add(reading->table);
    if (!link)
        abort();
    link_parse(message, &reading->table->arena, link);
    if (!link->ifname || !link->info_kind) {
        reading->table->count--;
        return;
    }
    int32_t ifindex;
    if (link_bridge_index(message, &ifindex) == 0)
        link_vlans_parse(message, &reading->table->arena, link);
}

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct maybe rp_filter;
    uint64_t counters[HISTORY_COUNTERS];
    int32_t number;
    struct arena *arena = &reading->table->arena;

    parse_link(message, reading);
    if (link_address_parse(message, arena, &number, &reading->address) == 0)
        reading->has_address = true;
    link_netconf_parse(message, &number, &rp_filter);
    link_nsid_parse(message, &number);
    link_stats_parse(message, &number, counters);
    return 0;
}

static void read_fields(const struct field *fields, size_t count, const struct row_ref *ref) {
    for (size_t i = 0; i < count; i++) {
        struct buffer text = BUFFER_INIT;
        struct value value;
        field_read(&fields[i], ref, &value);
        value_format(&value, &text);
        if (value.kind == VALUE_ABSENT && text.len > 0)
            abort();
        buffer_done(&text);
    }
}

static void read_rows(const struct node *node, const struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        struct row_ref ref = {node, node->netnses[0].netns, table_row(table, i)};
        const struct link *link = ref.row;
        read_fields(link_kind.fields, link_kind.field_count, &ref);
        for (size_t a = 0; a < link->addr_count; a++) {
            ref.row = &link->addr_info[a];
            read_fields(link_address_type.fields, link_address_type.field_count, &ref);
        }
        for (size_t p = 0; p < link->program_count; p++) {
            ref.row = &link->programs[p];
            read_fields(link_program_type.fields, link_program_type.field_count, &ref);
        }
    }
}

// What the parsers found, in a node of one namespace.
static void use(struct reading *reading) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    struct netns *netns = namespaces ? table_add(namespaces) : NULL;
    struct link_tree_row *rows;
    size_t count;
    if (!node || !netns)
        abort();
    netns->name = "here";
    netns->inode = 1;
    if (node_set_namespaces(node, namespaces) < 0)
        abort();
    for (size_t i = 0; i < reading->table->count; i++) {
        struct link *link = (struct link *)(uintptr_t)table_row(reading->table, i);
        link->addr_info = &reading->address;
        link->addr_count = reading->has_address;
    }
    node_set_table(node, 1, table_ref(reading->table));
    read_rows(node, reading->table);
    if (link_tree(node, 0, &rows, &count) < 0)
        abort();
    free(rows);
    node_free(node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {.table = table_new(&link_kind)};
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes || !reading.table)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, parse_all, &reading, &answer, &err);
    use(&reading);
    free(bytes);
    table_unref(reading.table);
    return 0;
}
