// SPDX-License-Identifier: GPL-2.0-or-later
// What this node knows of an address that the DNS answers.
#include <unistd.h>

#include "model/claim.h"
#include "model/neighbour.h"
#include "model/netfilter.h"
#include "panels/dns_lookup.h"
#include "sim/route_decision.h"

#define ROUTES_AT_ONCE 5000 // through which a route is looked for while a key waits

static const struct claim *find_claim(const struct node *node, const struct netns *netns,
                                      const struct address *address) {
    const struct claims *claims = claims_of(node);
    return claims ? claims_sole_address(claims, netns, address) : NULL;
}

// A Service's own address: one that is a whole network is not meant. The rules are often the
// host's.
static const struct nf_service_row *find_service(const struct node *node,
                                                 const struct address *address,
                                                 const struct netns **ret_netns) {
    for (size_t i = 0; i < node_count(node); i++) {
        const struct table *table = node->netnses[i].tables[KIND_SERVICES];
        for (size_t j = 0; table && j < table->count; j++) {
            const struct nf_service_row *row = table_row(table, j);
            const struct prefix *prefix = &row->service.address;
            if (prefix->length != 8 * address_size(address) ||
                address_compare(&prefix->address, address) != 0)
                continue;
            *ret_netns = node->netnses[i].netns;
            return row;
        }
    }
    return NULL;
}

void dns_places_describe(const struct node *node, const struct netns *netns,
                         const struct address *address, struct buffer *buffer) {
    const struct claim *claim = find_claim(node, netns, address);
    const struct netns *where;
    const struct nf_service_row *service = claim ? NULL : find_service(node, address, &where);
    if (claim)
        buffer_printf(buffer, "%s %s, %s", claim->netns->pod ? "pod" : "namespace",
                      claim->netns->name, claim->link->ifname ? claim->link->ifname : "?");
    else if (service)
        buffer_printf(buffer, "Service %s",
                      service->service.name ? service->service.name : "without a name");
}

// --- Where it leads ------------------------------------------------------------------------------

static bool find_interface(const struct node *node, const struct netns *netns,
                           const struct address *address, struct panel_place *ret_place) {
    const struct claim *claim = find_claim(node, netns, address);
    if (!claim)
        return false;
    *ret_place = (struct panel_place){.panel = "interfaces",
                                      .netns = claim->netns->inode,
                                      .has_row = true,
                                      .identity = link_kind.identity(claim->link)};
    return true;
}

static bool find_service_place(const struct node *node, const struct netns *netns,
                               const struct address *address, struct panel_place *ret_place) {
    const struct netns *where = netns;
    const struct nf_service_row *service = find_service(node, address, &where);
    if (!service)
        return false;
    *ret_place = (struct panel_place){.panel = "netfilter",
                                      .view = "services",
                                      .netns = where->inode,
                                      .has_row = true,
                                      .identity = nf_service_kind.identity(service)};
    return true;
}

static bool find_neighbour(const struct node *node, const struct netns *netns,
                           const struct address *address, struct panel_place *ret_place) {
    const struct table *table = node_table(node, netns->inode, KIND_NEIGHBOURS);
    for (size_t i = 0; table && i < table->count; i++) {
        const struct neighbour *neighbour = table_row(table, i);
        if (neighbour->state == 0 || address_compare(&neighbour->dst, address) != 0)
            continue;
        *ret_place = (struct panel_place){.panel = "neighbours",
                                          .view = "neighbours",
                                          .netns = netns->inode,
                                          .has_row = true,
                                          .identity = neighbour_kind.identity(neighbour)};
        return true;
    }
    return false;
}

static bool find_route(const struct node *node, const struct netns *netns,
                       const struct address *address, struct panel_place *ret_place) {
    const struct route_world world = route_world_of(node, netns->inode);
    const struct route_question question = {.dst = *address, .uid = maybe_of(getuid())};
    struct route_decision decision;
    if (!world.routes || table_row_count(world.routes) > ROUTES_AT_ONCE ||
        route_decide(&world, &question, &decision, NULL) < 0)
        return false;
    bool found = decision.route;
    if (found)
        *ret_place = (struct panel_place){.panel = "routes",
                                          .view = "routes",
                                          .netns = netns->inode,
                                          .has_row = true,
                                          .identity = route_kind.identity(decision.route)};
    route_decision_done(&decision);
    return found;
}

bool dns_places_find(const struct node *node, const struct netns *netns,
                     const struct address *address, size_t skipped, struct panel_place *ret_place) {
    bool (*const finders[])(const struct node *, const struct netns *, const struct address *,
                            struct panel_place *) = {find_interface, find_service_place,
                                                     find_neighbour, find_route};
    for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
        if (finders[i](node, netns, address, ret_place) && skipped-- == 0)
            return true;
    }
    return false;
}
