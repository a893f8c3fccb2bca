// SPDX-License-Identifier: GPL-2.0-or-later
// Makes nodes for tests, namespace by namespace and interface by interface. Namespaces have the
// inodes 1, 2, 3 ... in the order in which they are named.
#ifndef TESTS_UNIT_MODEL_PRETEND_H
#define TESTS_UNIT_MODEL_PRETEND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/link.h"
#include "model/node.h"

#define PRETEND_MAX 16

struct pretend {
    struct node *node;
    struct table *links[PRETEND_MAX]; // by inode
};

// A node of the namespaces with these names; the last is NULL.
static inline struct pretend pretend_new(const char *const *names) {
    struct pretend pretend = {.node = node_new()};
    struct table *namespaces = table_new(&netns_kind);
    for (uint64_t inode = 1; names[inode - 1]; inode++) {
        struct netns *netns = table_add(namespaces);
        netns->name = names[inode - 1];
        netns->inode = inode;
        pretend.links[inode] = table_new(&link_kind);
    }
    if (node_set_namespaces(pretend.node, namespaces) < 0)
        abort();
    return pretend;
}

// Adds an interface; those of a namespace in ascending order. Good until the next one.
static inline struct link *pretend_link(struct pretend *pretend, uint64_t inode, int32_t ifindex,
                                        const char *name, const char *kind) {
    struct link *link = table_add(pretend->links[inode]);
    if (!link)
        abort();
    link->ifindex = ifindex;
    link->ifname = name;
    link->info_kind = kind;
    return link;
}

// One end of a pair with the interface of that index in that namespace.
static inline struct link *pretend_veth(struct pretend *pretend, uint64_t inode, int32_t ifindex,
                                        const char *name, uint64_t peer_inode, int32_t peer) {
    struct link *link = pretend_link(pretend, inode, ifindex, name, "veth");
    link->link = maybe_of((uint64_t)peer);
    if (peer_inode != inode) {
        link->link_netnsid = maybe_of(peer_inode);
        link->link_netns = peer_inode;
    }
    return link;
}

// Makes it a port of a bridge.
static inline struct link *pretend_port(struct link *link, int32_t bridge) {
    link->master = maybe_of((uint64_t)bridge);
    link->info_slave_kind = "bridge";
    return link;
}

static inline void pretend_mac(struct link *link, const char *mac) {
    if (lladdr_parse(mac, &link->address) < 0)
        abort();
}

static inline void pretend_address(struct pretend *pretend, uint64_t inode, struct link *link,
                                   const char *text) {
    struct link_address *address = arena_alloc(&pretend->links[inode]->arena, sizeof(*address));
    if (!address || address_parse(text, &address->local) < 0)
        abort();
    link->addr_info = address;
    link->addr_count = 1;
}

// A VLAN of a port, or of a bridge itself.
static inline void pretend_vlan(struct pretend *pretend, uint64_t inode, struct link *link,
                                uint16_t vlan, bool untagged) {
    struct link_vlan *vlans = arena_alloc(&pretend->links[inode]->arena, sizeof(*vlans));
    if (!vlans)
        abort();
    *vlans = (struct link_vlan){vlan, vlan, untagged, untagged};
    link->vlans = vlans;
    link->vlan_count = 1;
}

// Gives the node its tables of interfaces.
static inline void pretend_done(struct pretend *pretend) {
    for (uint64_t inode = 1; inode < PRETEND_MAX; inode++) {
        if (pretend->links[inode])
            node_set_table(pretend->node, inode, pretend->links[inode]);
    }
}

#endif
