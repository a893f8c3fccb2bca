// SPDX-License-Identifier: GPL-2.0-or-later
// A node of two namespaces, "host" (inode 1, our own) and "pod" (inode 2), with interfaces that the
// tests name.
#ifndef TESTS_UNIT_TUI_FAKE_NODE_H
#define TESTS_UNIT_TUI_FAKE_NODE_H

#include "model/link.h"
#include "model/node.h"

static inline void fake_netns(struct table *table, const char *name, uint64_t inode, bool own) {
    struct netns *netns = table_add(table);
    netns->name = name;
    netns->inode = inode;
    netns->own = own;
}

// Puts interfaces into a namespace: names by index, from 1 on; a NULL leaves a gap.
static inline void fake_links(struct node *node, uint64_t inode, const char *const *names,
                              size_t count) {
    struct table *table = table_new(&link_kind);
    for (size_t i = 0; i < count; i++) {
        if (!names[i])
            continue;
        struct link *link = table_add(table);
        link->ifindex = (int32_t)i + 1;
        link->ifname = arena_strdup(&table->arena, names[i]);
        link->info_kind = "veth";
        link->mtu = (uint32_t)(1500 + i % 2);
    }
    node_set_table(node, inode, table);
}

static inline struct node *fake_node(void) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    fake_netns(namespaces, "host", 1, true);
    fake_netns(namespaces, "pod", 2, false);
    node_set_namespaces(node, namespaces);
    return node;
}

#endif
