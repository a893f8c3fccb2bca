// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about neighbours, their tables and forwarding databases, as the kernel would
// send them or not: all parsers, every field of what they made, and what is found out from them.
// The seeds are messages of a real kernel, one of each sort.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "model/fdb.h"
#include "model/link.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"
#include "model/node.h"
#include "source/neighbour_parse.h"
#include "source/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct table *neighbours, *entries, *tables;
};

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct neighbour *neighbour = table_add(reading->neighbours);
    struct fdb_entry *entry = table_add(reading->entries);
    struct neighbour_table *table = table_add(reading->tables);
    if (!neighbour || !entry || !table)
        abort();
    if (neighbour_parse(message, neighbour) < 0)
        reading->neighbours->count--;
    else if (neighbour->dst.family == ADDRESS_NONE)
        abort();
    if (fdb_parse(message, entry) < 0)
        reading->entries->count--;
    else if (entry->mac.length == 0)
        abort();
    if (neighbour_table_parse(message, &reading->tables->arena, table) < 0)
        reading->tables->count--;
    return 0;
}

static void read_rows(const struct node *node, const struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        const struct row_ref ref = {node, node->netnses[0].netns, table_row(table, i)};
        for (size_t f = 0; f < table->kind->field_count; f++) {
            struct buffer text = BUFFER_INIT;
            struct value value;
            field_read(&table->kind->fields[f], &ref, &value);
            value_format(&value, &text);
            if (value.kind == VALUE_ABSENT && text.len > 0)
                abort();
            buffer_done(&text);
        }
    }
}

// Every row of the tables can be found by what it is ordered by.
static void check_order(struct table *neighbours) {
    if (neighbours->count > 1)
        qsort(neighbours->rows, neighbours->count, sizeof(struct neighbour), neighbour_compare);
    for (size_t i = 0; i < neighbours->count; i++) {
        const struct neighbour *neighbour = table_row(neighbours, i);
        if (!(neighbour->flags & NEIGHBOUR_PROXY) &&
            !neighbour_find(neighbours, neighbour->ifindex, &neighbour->dst))
            abort();
    }
}

// A node of one namespace, in which every index is an interface's, with what the parsers found.
static struct node *make_node(void) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind), *links = table_new(&link_kind);
    struct netns *netns = namespaces ? table_add(namespaces) : NULL;
    if (!node || !netns || !links)
        abort();
    netns->name = "here";
    netns->inode = 1;
    if (node_set_namespaces(node, namespaces) < 0)
        abort();
    for (int32_t ifindex = 1; ifindex < 10; ifindex++) {
        struct link *link = table_add(links);
        link->ifindex = ifindex;
        link->ifname = "eth";
    }
    node_set_table(node, 1, links);
    return node;
}

static void use(const struct reading *reading) {
    struct node *node = make_node();
    const struct table *tables[] = {reading->neighbours, reading->entries, reading->tables};
    check_order(reading->neighbours);
    if (reading->entries->count > 1)
        qsort(reading->entries->rows, reading->entries->count, sizeof(struct fdb_entry),
              fdb_compare);
    // Twice, so that moves are looked for.
    for (int i = 0; i < 2; i++) {
        node_set_table(node, 1, table_ref(reading->neighbours));
        node_set_table(node, 1, table_ref(reading->entries));
        node_set_table(node, 1, table_ref(reading->tables));
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        read_rows(node, tables[i]);
    node_free(node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {table_new(&neighbour_kind), table_new(&fdb_kind),
                              table_new(&neighbour_table_kind)};
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes || !reading.neighbours || !reading.entries || !reading.tables)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, parse_all, &reading, &answer, &err);
    use(&reading);
    free(bytes);
    table_unref(reading.neighbours);
    table_unref(reading.entries);
    table_unref(reading.tables);
    return 0;
}
