// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/segment.h"

#include <stdlib.h>
#include <string.h>

#define VLANS   4096
#define NOTHING UINT32_MAX

// An interface. Its place in the array is its number in the sets below.
struct item {
    uint64_t netns; // inode
    int32_t ifindex;
    const struct node_netns *entry;
    const struct link *link;
    uint32_t master; // place of what it is a port or a member of, or NOTHING
    uint32_t lower;  // place of a pair's other end, or of the lower device, or NOTHING
};

// A VLAN of a bridge that filters. Its number in the sets comes after those of the interfaces.
struct domain {
    uint32_t bridge; // place
    uint16_t vlan;
};

struct segments {
    struct item *items; // in the order of the node's namespaces, then of ifindex
    uint32_t count;
    struct domain *domains; // by VLAN, then bridge
    uint32_t domain_count, domain_capacity;
    uint32_t *parents; // of the sets: of items, then of domains
    uint32_t *tagged;  // of the sets of one VLAN's tagged frames, while they are looked at
    uint32_t *firsts;  // of each of those sets, the first that takes frames out of it
};

// --- Sets ----------------------------------------------------------------------------------------

static uint32_t find_set(uint32_t *parents, uint32_t at) {
    while (parents[at] != at) {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    return at;
}

static void join(uint32_t *parents, uint32_t a, uint32_t b) {
    if (a == NOTHING || b == NOTHING)
        return;
    uint32_t left = find_set(parents, a), right = find_set(parents, b);
    // The smaller number stays: which segment has which does not depend on the order of joining.
    if (left < right)
        parents[right] = left;
    else
        parents[left] = right;
}

// --- Interfaces ----------------------------------------------------------------------------------

static const struct table *links_of(const struct node_netns *entry) {
    return entry->tables[KIND_INTERFACES];
}

static int compare_places(const struct item *item, uint64_t netns, int32_t ifindex) {
    if (item->netns != netns)
        return item->netns < netns ? -1 : 1;
    return (item->ifindex > ifindex) - (item->ifindex < ifindex);
}

static int compare_items(const void *a, const void *b) {
    const struct item *right = b;
    return compare_places(a, right->netns, right->ifindex);
}

static uint32_t find_item(const struct segments *segments, uint64_t netns, int32_t ifindex) {
    uint32_t low = 0, high = segments->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare_places(&segments->items[middle], netns, ifindex);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NOTHING;
}

static int collect_items(struct segments *segments, const struct node *node) {
    size_t count = 0;
    for (size_t n = 0; n < node_count(node); n++)
        count += links_of(&node->netnses[n]) ? links_of(&node->netnses[n])->count : 0;
    segments->items = calloc(count + 1, sizeof(*segments->items));
    if (!segments->items)
        return -1;
    for (size_t n = 0; n < node_count(node); n++) {
        const struct node_netns *entry = &node->netnses[n];
        const struct table *links = links_of(entry);
        for (size_t i = 0; links && i < links->count; i++) {
            const struct link *link = table_row(links, i);
            segments->items[segments->count++] =
                (struct item){entry->netns->inode, link->ifindex, entry, link, NOTHING, NOTHING};
        }
    }
    if (count > 1)
        qsort(segments->items, count, sizeof(*segments->items), compare_items);
    return 0;
}

static bool is_kind(const struct item *item, const char *kind) {
    return item->link->info_kind && strcmp(item->link->info_kind, kind) == 0;
}

static bool is_part_of(const struct item *item, const char *kind) {
    return item->link->info_slave_kind && strcmp(item->link->info_slave_kind, kind) == 0;
}

static bool filters(const struct item *bridge) {
    return bridge->link->bridge && bridge->link->bridge->vlan_filtering.value;
}

static void find_others(struct segments *segments, const struct node *node) {
    for (uint32_t i = 0; i < segments->count; i++) {
        struct item *item = &segments->items[i];
        const struct row_ref ref = {node, item->entry->netns, item->link};
        const struct netns *there;
        const struct link *other = link_other_end(&ref, &there);
        item->lower = other ? find_item(segments, there->inode, other->ifindex) : NOTHING;
        item->master = item->link->master.known
                           ? find_item(segments, item->netns, (int32_t)item->link->master.value)
                           : NOTHING;
    }
}

// --- What carries all frames, tagged or not
// --------------------------------------------------------

// What an interface hands every frame on to, or NOTHING.
static uint32_t upper_of(const struct segments *segments, const struct item *item) {
    if (item->master == NOTHING)
        return NOTHING;
    if (is_part_of(item, "bridge"))
        return filters(&segments->items[item->master]) ? NOTHING : item->master;
    return is_part_of(item, "bond") || is_part_of(item, "team") ? item->master : NOTHING;
}

static uint32_t peer_of(const struct item *item) {
    bool shares = link_is_pair(item->link) || is_kind(item, "macvlan") ||
                  is_kind(item, "macvtap") ||
                  (item->link->ipvlan && !item->link->ipvlan->mode.value);
    return shares ? item->lower : NOTHING;
}

static void join_plain(struct segments *segments, uint32_t *parents) {
    for (uint32_t i = 0; i < segments->count; i++) {
        join(parents, i, upper_of(segments, &segments->items[i]));
        join(parents, i, peer_of(&segments->items[i]));
    }
}

static bool is_same_tunnel(const struct link_as_vxlan *a, const struct link_as_vxlan *b) {
    if (!b || !a->id.known || !b->id.known || a->id.value != b->id.value ||
        a->port.value != b->port.value)
        return false;
    if (a->group.family != ADDRESS_NONE)
        return address_compare(&a->group, &b->group) == 0;
    return a->remote.family != ADDRESS_NONE && address_compare(&a->remote, &b->local) == 0;
}

// The two ends of a VXLAN tunnel, or those of one group, on this node.
static void join_tunnels(struct segments *segments) {
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct link_as_vxlan *vxlan = segments->items[i].link->vxlan;
        for (uint32_t j = 0; vxlan && j < segments->count; j++) {
            if (i != j && is_same_tunnel(vxlan, segments->items[j].link->vxlan))
                join(segments->parents, i, j);
        }
    }
}

// --- VLANs ---------------------------------------------------------------------------------------

static const struct link_vlan *find_vlan(const struct link *link, uint16_t vlan) {
    for (size_t i = 0; i < link->vlan_count; i++) {
        if (link->vlans[i].vlan <= vlan && vlan <= link->vlans[i].vlan_end)
            return &link->vlans[i];
    }
    return NULL;
}

// VLANs that somebody is in with untagged frames: of the others nobody on this node hears anything.
static void mark_used(const struct segments *segments, bool *used) {
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct link *link = segments->items[i].link;
        if (link->vlan && link->vlan->id.value < VLANS)
            used[link->vlan->id.value] = true;
        for (size_t v = 0; v < link->vlan_count; v++) {
            if (link->vlans[v].untagged && link->vlans[v].vlan < VLANS)
                used[link->vlans[v].vlan] = true;
        }
    }
}

static uint32_t find_domain(const struct segments *segments, uint32_t bridge, uint16_t vlan) {
    uint32_t low = 0, high = segments->domain_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct domain *domain = &segments->domains[middle];
        int order = domain->vlan != vlan ? (int)domain->vlan - (int)vlan
                                         : (domain->bridge > bridge) - (domain->bridge < bridge);
        if (order == 0)
            return segments->count + middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NOTHING;
}

static int add_domain(struct segments *segments, uint32_t bridge, uint16_t vlan) {
    if (segments->domain_count == segments->domain_capacity) {
        uint32_t capacity = segments->domain_capacity ? segments->domain_capacity * 2 : 64;
        void *grown = reallocarray(segments->domains, capacity, sizeof(*segments->domains));
        if (!grown)
            return -1;
        segments->domains = grown;
        segments->domain_capacity = capacity;
    }
    segments->domains[segments->domain_count++] = (struct domain){bridge, vlan};
    return 0;
}

// In ascending order, as find_domain needs them.
static int collect_domains(struct segments *segments, const bool *used) {
    for (uint32_t vlan = 0; vlan < VLANS; vlan++) {
        for (uint32_t i = 0; used[vlan] && i < segments->count; i++) {
            const struct item *item = &segments->items[i];
            if (is_kind(item, "bridge") && filters(item) &&
                add_domain(segments, i, (uint16_t)vlan) < 0)
                return -1;
        }
    }
    return 0;
}

// A port of a bridge that filters, or the bridge as a port of its own.
static void join_port(struct segments *segments, uint32_t port, uint32_t bridge, uint16_t vlan) {
    const struct link_vlan *member = find_vlan(segments->items[port].link, vlan);
    uint32_t domain = find_domain(segments, bridge, vlan);
    if (!member)
        return;
    if (member->untagged || member->pvid)
        join(segments->parents, port, domain);
    else
        join(segments->tagged, port, domain);
}

static void join_ports(struct segments *segments, uint16_t vlan) {
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct item *item = &segments->items[i];
        if (is_kind(item, "bridge") && filters(item))
            join_port(segments, i, i, vlan);
        if (is_part_of(item, "bridge") && item->master != NOTHING &&
            filters(&segments->items[item->master]))
            join_port(segments, i, item->master, vlan);
    }
}

// Whoever takes frames from a set of tagged ones is on a segment with whoever else does.
static void leave_tag(struct segments *segments, uint32_t who, uint32_t tagged) {
    if (tagged == NOTHING)
        return;
    uint32_t set = find_set(segments->tagged, tagged);
    if (segments->firsts[set] == NOTHING)
        segments->firsts[set] = who;
    else
        join(segments->parents, who, segments->firsts[set]);
}

// Tagged frames of one VLAN go where all frames go, and between the tagged ports of a bridge that
// filters; VLAN devices take the tag off, as those bridges' other ports do.
static void join_vlan(struct segments *segments, uint16_t vlan) {
    uint32_t total = segments->count + segments->domain_count;
    for (uint32_t i = 0; i < total; i++) {
        segments->tagged[i] = i;
        segments->firsts[i] = NOTHING;
    }
    join_plain(segments, segments->tagged);
    join_ports(segments, vlan);
    for (uint32_t i = 0; i < segments->count; i++) {
        const struct item *item = &segments->items[i];
        if (item->link->vlan && item->link->vlan->id.value == vlan)
            leave_tag(segments, i, item->lower);
    }
    for (uint32_t i = 0; i < segments->domain_count; i++) {
        if (segments->domains[i].vlan == vlan)
            leave_tag(segments, segments->count + i, segments->count + i);
    }
}

// --- The whole -----------------------------------------------------------------------------------

static int make_sets(struct segments *segments) {
    uint32_t total = segments->count + segments->domain_count;
    segments->parents = calloc(total + 1, sizeof(uint32_t));
    segments->tagged = calloc(total + 1, sizeof(uint32_t));
    segments->firsts = calloc(total + 1, sizeof(uint32_t));
    if (!segments->parents || !segments->tagged || !segments->firsts)
        return -1;
    for (uint32_t i = 0; i < total; i++)
        segments->parents[i] = i;
    return 0;
}

static int divide(struct segments *segments, const struct node *node) {
    bool used[VLANS] = {false};
    if (collect_items(segments, node) < 0)
        return -1;
    find_others(segments, node);
    mark_used(segments, used);
    if (collect_domains(segments, used) < 0 || make_sets(segments) < 0)
        return -1;
    join_plain(segments, segments->parents);
    join_tunnels(segments);
    for (uint32_t vlan = 0; vlan < VLANS; vlan++) {
        if (used[vlan])
            join_vlan(segments, (uint16_t)vlan);
    }
    // From here on every number leads to its set in one step, and nothing is written any more.
    for (uint32_t i = 0; i < segments->count + segments->domain_count; i++)
        segments->parents[i] = find_set(segments->parents, i);
    return 0;
}

struct segments *segments_new(const struct node *node) {
    struct segments *segments = calloc(1, sizeof(*segments));
    if (!segments)
        return NULL;
    if (divide(segments, node) < 0) {
        segments_free(segments);
        return NULL;
    }
    return segments;
}

void segments_free(struct segments *segments) {
    if (!segments)
        return;
    free(segments->items);
    free(segments->domains);
    free(segments->parents);
    free(segments->tagged);
    free(segments->firsts);
    free(segments);
}

uint32_t segment_of(const struct segments *segments, uint64_t netns_inode, int32_t ifindex) {
    uint32_t place = find_item(segments, netns_inode, ifindex);
    return place == NOTHING ? SEGMENT_NONE : segments->parents[place];
}

uint32_t segment_of_vlan(const struct segments *segments, uint64_t netns_inode, int32_t bridge,
                         uint16_t vlan) {
    uint32_t place = find_item(segments, netns_inode, bridge);
    uint32_t domain = place == NOTHING ? NOTHING : find_domain(segments, place, vlan);
    return domain == NOTHING ? SEGMENT_NONE : segments->parents[domain];
}
