// SPDX-License-Identifier: GPL-2.0-or-later
// ctnetlink messages, as the kernel would send them or not: all parsers, and every field of what
// they made. The seeds are messages of real kernels, one of each sort.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "model/expectation.h"
#include "model/node.h"
#include "source/conntrack_parse.h"
#include "source/expectation_parse.h"
#include "source/flow_parse.h"
#include "source/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct table *flows, *expectations, *conntracks;
};

static void *add(struct table *table) {
    void *row = table_add(table);
    if (!row)
        abort();
    return row;
}

static void parse_statistics(const struct nlmsghdr *message, struct table *table) {
    struct conntrack *conntrack = add(table);
    struct conntrack_cpu cpu = {0};
    conntrack_stats_parse(message, conntrack);
    if (conntrack_cpu_parse(message, &cpu) < 0 && conntrack_expect_cpu_parse(message, &cpu) < 0)
        return;
    conntrack->cpus = arena_copy(&table->arena, &cpu, sizeof(cpu));
    conntrack->cpu_count = 1;
}

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    enum flow_event event;
    int r = flow_parse(message, &reading->flows->arena, add(reading->flows), &event);
    if (r == -ENOMSG)
        reading->flows->count--;
    else if (r == 0 && event > FLOW_DESTROY)
        abort();
    r = expectation_parse(message, &reading->expectations->arena, add(reading->expectations));
    if (r == -ENOMSG)
        reading->expectations->count--;
    parse_statistics(message, reading->conntracks);
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
        const struct row_ref ref = {node, node->netnses[0].netns, table_row(table, i)};
        read_fields(table->kind->fields, table->kind->field_count, &ref);
        table->kind->identity(ref.row);
    }
}

// What the parsers found, in a node of one namespace.
static void use(const struct reading *reading) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    struct netns *netns = namespaces ? add(namespaces) : NULL;
    if (!node || !netns)
        abort();
    netns->name = "here";
    netns->inode = 1;
    if (node_set_namespaces(node, namespaces) < 0)
        abort();
    node_set_table(node, 1, table_ref(reading->conntracks));
    read_rows(node, reading->flows);
    read_rows(node, reading->expectations);
    read_rows(node, reading->conntracks);
    node_free(node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {table_new(&flow_kind), table_new(&expectation_kind),
                              table_new(&conntrack_kind)};
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes || !reading.flows || !reading.expectations || !reading.conntracks)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, parse_all, &reading, &answer, &err);
    use(&reading);
    free(bytes);
    table_unref(reading.flows);
    table_unref(reading.expectations);
    table_unref(reading.conntracks);
    return 0;
}
