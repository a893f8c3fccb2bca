// SPDX-License-Identifier: GPL-2.0-or-later
// The policy rules of one family, in their order: which of them match, and where they lead
// (fib_rules_lookup and fib_rule_match, net/core/fib_rules.c).
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/route_walk.h"

#define TOS_OLD_MASK 0x1c // what a rule's TOS is compared with (INET_DSCP_LEGACY_TOS_MASK)

// A selector that does not fit, in words; NULL: it fits.
typedef const char *selector(struct route_walk *walk, const struct routing_rule *rule);

static const char *words(struct route_walk *walk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static const char *words(struct route_walk *walk, const char *format, ...) {
    if (walk->quiet)
        return "";
    struct buffer text = BUFFER_INIT;
    va_list args;
    va_start(args, format);
    buffer_vprintf(&text, format, args);
    va_end(args);
    const char *copy = arena_strdup(&walk->decision->arena, buffer_text(&text));
    buffer_done(&text);
    return copy ? copy : "";
}

// --- Selectors -----------------------------------------------------------------------------------

#define VRF_STANDS_FOR_ALL 0x060f00 // 6.15: a rule for a VRF is for all that is in it

// Before, oif was never that of a VRF, as it is cleared when the VRF's table is found.
static bool is_interface(const struct route_walk *walk, const struct link *link, bool in) {
    const struct route_flow *flow = &walk->flow;
    bool vrf = link->info_kind && strcmp(link->info_kind, "vrf") == 0;
    bool old = walk->world->kernel && walk->world->kernel < VRF_STANDS_FOR_ALL;
    if (vrf && !old)
        return flow->l3mdev == link->ifindex && flow->oif_vrf == !in;
    return (in ? flow->iif : flow->oif) == link->ifindex;
}

static const struct link *find_named(const struct route_walk *walk, const char *name) {
    const struct table *links = walk->world->links;
    for (size_t i = 0; links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        if (link->ifname && strcmp(link->ifname, name) == 0)
            return link;
    }
    return NULL;
}

static const char *check_iif(struct route_walk *walk, const struct routing_rule *rule) {
    if (!rule->iif)
        return NULL;
    const struct link *link = find_named(walk, rule->iif);
    if (rule->flags & ROUTING_RULE_IIF_DETACHED || !link)
        return "there is no interface of that name";
    if (is_interface(walk, link, true))
        return NULL;
    return walk->flow.iif == ROUTE_LOOPBACK
               ? "the packet does not come in: it is the node's own"
               : words(walk, "the packet comes in on %s", route_walk_name(walk, walk->flow.iif));
}

static const char *check_oif(struct route_walk *walk, const struct routing_rule *rule) {
    if (!rule->oif)
        return NULL;
    const struct link *link = find_named(walk, rule->oif);
    if (rule->flags & ROUTING_RULE_OIF_DETACHED || !link)
        return "there is no interface of that name";
    if (is_interface(walk, link, false))
        return NULL;
    return walk->flow.oif == 0
               ? "the sender is bound to no interface"
               : words(walk, "the sender is bound to %s", route_walk_name(walk, walk->flow.oif));
}

static const char *check_mark(struct route_walk *walk, const struct routing_rule *rule) {
    uint32_t mask = rule->fwmask.known ? (uint32_t)rule->fwmask.value : UINT32_MAX;
    if (!rule->fwmark.known && !rule->fwmask.known)
        return NULL;
    if (!rule->fwmask.known && rule->fwmark.value == 0)
        return NULL;
    if ((((uint32_t)rule->fwmark.value ^ walk->flow.mark) & mask) == 0)
        return NULL;
    return words(walk, "the mark is 0x%x", walk->flow.mark);
}

static const char *check_tunnel(struct route_walk *walk, const struct routing_rule *rule) {
    (void)walk;
    return rule->tun_id.known && rule->tun_id.value != 0 ? "the packet is out of no tunnel" : NULL;
}

static const char *check_l3mdev(struct route_walk *walk, const struct routing_rule *rule) {
    return rule->l3mdev && walk->flow.l3mdev == 0 ? "the packet is in no VRF" : NULL;
}

static const char *check_uid(struct route_walk *walk, const struct routing_rule *rule) {
    uint32_t uid = walk->flow.uid;
    if (!rule->uid.known || (uid >= rule->uid.start && uid <= rule->uid.end))
        return NULL;
    return uid == ROUTE_UID_NONE ? "the packet has no sender here"
                                 : words(walk, "the sender's UID is %u", uid);
}

static const char *check_dst(struct route_walk *walk, const struct routing_rule *rule) {
    if (rule->dst.address.family == ADDRESS_NONE || prefix_contains(&rule->dst, &walk->flow.dst))
        return NULL;
    return words(walk, "the destination is %s", route_walk_address(walk, &walk->flow.dst));
}

static const char *check_src(struct route_walk *walk, const struct routing_rule *rule) {
    if (rule->src.address.family == ADDRESS_NONE || rule->src.length == 0)
        return NULL;
    // An IPv4 packet that has no source yet has 0.0.0.0; an IPv6 one has none to compare.
    bool comparable = walk->has_source || walk->flow.src.family == ADDRESS_IPV4;
    if (comparable && prefix_contains(&rule->src, &walk->flow.src))
        return NULL;
    return walk->has_source
               ? words(walk, "the source is %s", route_walk_address(walk, &walk->flow.src))
               : "the packet has no source address yet";
}

static const char *check_tos(struct route_walk *walk, const struct routing_rule *rule) {
    uint8_t tos = walk->flow.tos;
    uint8_t mask = walk->flow.dst.family == ADDRESS_IPV4 ? TOS_OLD_MASK : 0xfc;
    if (rule->tos && rule->tos != (tos & mask))
        return words(walk, "the TOS is 0x%02x", tos);
    uint32_t dscp_mask = rule->dscp_mask.known ? (uint32_t)rule->dscp_mask.value : 0x3f;
    if (rule->dscp.known && (((uint32_t)rule->dscp.value ^ (uint32_t)(tos >> 2)) & dscp_mask) != 0)
        return words(walk, "the DSCP is 0x%02x", tos >> 2);
    return NULL;
}

static const char *check_label(struct route_walk *walk, const struct routing_rule *rule) {
    (void)walk;
    uint32_t mask = rule->flowlabel_mask.known ? (uint32_t)rule->flowlabel_mask.value : 0xfffff;
    return rule->flowlabel.known && (rule->flowlabel.value & mask) != 0 ? "the flow label is 0"
                                                                        : NULL;
}

static const char *check_proto(struct route_walk *walk, const struct routing_rule *rule) {
    if (!rule->ip_proto.known || rule->ip_proto.value == 0 ||
        rule->ip_proto.value == walk->flow.proto)
        return NULL;
    return words(walk, "the protocol is %u", walk->flow.proto);
}

static bool is_port(const struct routing_range *range, const struct maybe *mask, uint16_t port) {
    if (!range->known)
        return true;
    if (mask->known && mask->value != 0)
        return ((range->start ^ port) & (uint32_t)mask->value) == 0;
    return port >= range->start && port <= range->end;
}

static const char *check_ports(struct route_walk *walk, const struct routing_rule *rule) {
    if (!is_port(&rule->sport, &rule->sport_mask, walk->flow.sport))
        return words(walk, "the source port is %u", walk->flow.sport);
    if (!is_port(&rule->dport, &rule->dport_mask, walk->flow.dport))
        return words(walk, "the destination port is %u", walk->flow.dport);
    return NULL;
}

static selector *const selectors[] = {
    check_iif, check_oif, check_mark, check_tunnel, check_l3mdev, check_uid,
    check_src, check_dst, check_tos,  check_label,  check_proto,  check_ports,
};

static const char *find_mismatch(struct route_walk *walk, const struct routing_rule *rule) {
    const char *mismatch = NULL;
    for (size_t i = 0; !mismatch && i < sizeof(selectors) / sizeof(selectors[0]); i++)
        mismatch = selectors[i](walk, rule);
    return mismatch;
}

// True if the rule is for the packet; else a step says why it is not.
static bool matches(struct route_walk *walk, const struct routing_rule *rule) {
    const char *mismatch = find_mismatch(walk, rule);
    bool inverted = rule->flags & ROUTING_RULE_INVERT;
    if (mismatch && !inverted)
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule, "no match: %s", mismatch);
    else if (!mismatch && inverted)
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule, "no match: it is for other packets");
    return !mismatch != inverted;
}

// --- Where rules lead ----------------------------------------------------------------------------

static uint32_t table_of(const struct route_walk *walk, const struct routing_rule *rule) {
    const struct link *vrf = rule->l3mdev ? route_walk_link(walk, walk->flow.l3mdev) : NULL;
    return vrf && vrf->vrf_table.known ? (uint32_t)vrf->vrf_table.value : rule->table;
}

// The group of the interface that the result leads through, as the kernel looks at it: of the first
// nexthop.
static bool is_in_group(const struct route_walk *walk, const struct route *route, uint64_t group) {
    if (route->shared->nexthop_count == 0)
        return false;
    const struct link *link = route_walk_link(walk, route->shared->nexthops[0].ifindex);
    return link && link->group == group;
}

// An IPv6 nexthop object has with it the route that used it first, whose length counts for all.
static void note_object(struct route_walk *walk, const struct routing_rule *rule,
                        const struct route *route) {
    if (rule->suppress_prefixlength.known && route->shared->family == ROUTE_IPV6 &&
        route->shared->nexthop_id.known)
        route_walk_note(walk, ROUTE_STEP_PASSED,
                        "the kernel looks at the length of the route that used nexthop object %u "
                        "first, which it keeps to itself: taken for this one",
                        (unsigned)route->shared->nexthop_id.value);
}

static bool is_suppressed(struct route_walk *walk, const struct routing_rule *rule,
                          const struct route *route) {
    note_object(walk, rule, route);
    if (rule->suppress_prefixlength.known && route->dst_len <= rule->suppress_prefixlength.value) {
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule,
                        "suppressed: what was found has /%u, and /%u and shorter do not count",
                        route->dst_len, (unsigned)rule->suppress_prefixlength.value);
        return true;
    }
    if (rule->suppress_ifgroup.known && is_in_group(walk, route, rule->suppress_ifgroup.value)) {
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule,
                        "suppressed: what was found leads through an interface of group %u",
                        (unsigned)rule->suppress_ifgroup.value);
        return true;
    }
    return false;
}

static struct route_found look_up_table(struct route_walk *walk, const struct routing_rule *rule) {
    uint32_t table = table_of(walk, rule);
    route_walk_rule(walk, ROUTE_STEP_TAKEN, rule, "match: look in table %s",
                    table == rule->table && rule->table_name ? rule->table_name
                                                             : words(walk, "%u", (unsigned)table));
    struct route_found found = walk->flow.dst.family == ADDRESS_IPV4
                                   ? route_select4(walk, &table, 1)
                                   : route_select6(walk, table);
    if (found.error == 0 && is_suppressed(walk, rule, found.route))
        found = (struct route_found){.error = ROUTE_NO_TARGET};
    found.rule = rule;
    return found;
}

static struct route_found refuse(struct route_walk *walk, const struct routing_rule *rule,
                                 int error, const char *what) {
    route_walk_rule(walk, ROUTE_STEP_ENDED, rule, "match: %s", what);
    return (struct route_found){.error = error, .rule = rule};
}

static struct route_found act(struct route_walk *walk, const struct routing_rule *rule) {
    switch ((enum routing_action)rule->action) {
    case ROUTING_TABLE:
        return look_up_table(walk, rule);
    case ROUTING_UNREACHABLE:
        return refuse(walk, rule, -ENETUNREACH, "unreachable");
    case ROUTING_PROHIBIT:
        return refuse(walk, rule, -EACCES, "prohibited");
    case ROUTING_NOP:
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule, "match: does nothing");
        return (struct route_found){.error = ROUTE_NO_TARGET};
    case ROUTING_GOTO:
    case ROUTING_UNSPEC:
    case ROUTING_BLACKHOLE:
        break;
    }
    return refuse(walk, rule, -EINVAL, "thrown away");
}

// --- The list ------------------------------------------------------------------------------------

struct rule_list {
    const struct routing_rule **rules;
    size_t count;
};

static int compare_positions(const void *a, const void *b) {
    const struct routing_rule *const *rule_a = a, *const *rule_b = b;
    return (*rule_a)->position < (*rule_b)->position   ? -1
           : (*rule_a)->position > (*rule_b)->position ? 1
                                                       : 0;
}

static bool list_rules(struct route_walk *walk, struct rule_list *list) {
    const struct table *table = walk->world->rules;
    size_t rows = table ? table->count : 0;
    list->rules = arena_alloc(&walk->decision->arena, rows * sizeof(*list->rules));
    for (size_t i = 0; list->rules && i < rows; i++) {
        const struct routing_rule *rule = table_row(table, i);
        if (rule->family == walk->flow.dst.family)
            list->rules[list->count++] = rule;
    }
    if (list->count > 1)
        qsort(list->rules, list->count, sizeof(*list->rules), compare_positions);
    return list->rules;
}

// The place of the rule that a goto leads to, count if there is none.
static size_t find_target(const struct rule_list *list, size_t from) {
    const struct routing_rule *rule = list->rules[from];
    size_t i = from + 1;
    while (i < list->count && list->rules[i]->priority != rule->target.value)
        i++;
    return rule->target.known ? i : list->count;
}

// Where a goto that matches leads: the place of the next rule.
static size_t follow(struct route_walk *walk, const struct rule_list *list, size_t from) {
    const struct routing_rule *rule = list->rules[from];
    size_t target = find_target(list, from);
    if (target == list->count) {
        route_walk_rule(walk, ROUTE_STEP_PASSED, rule, "match: but there is no rule to go to");
        return from + 1;
    }
    route_walk_rule(walk, ROUTE_STEP_TAKEN, rule, "match: on with rule %u",
                    (unsigned)rule->target.value);
    return target;
}

static struct route_found walk_list(struct route_walk *walk, const struct rule_list *list) {
    size_t i = 0;
    while (i < list->count) {
        const struct routing_rule *rule = list->rules[i];
        if (!matches(walk, rule)) {
            i++;
        } else if (rule->action == ROUTING_GOTO) {
            i = follow(walk, list, i);
        } else {
            struct route_found found = act(walk, rule);
            if (found.error != ROUTE_NO_TARGET)
                return found;
            i++;
        }
    }
    return (struct route_found){.error = -ENETUNREACH};
}

// --- IPv4 without rules of one's own -------------------------------------------------------------

static bool is_plain(const struct routing_rule *rule) {
    return rule->action == ROUTING_TABLE &&
           (rule->flags & ~(uint32_t)ROUTING_RULE_PERMANENT) == 0 && !rule->iif && !rule->oif &&
           !rule->fwmark.known && !rule->fwmask.known && !rule->tun_id.known && !rule->l3mdev &&
           !rule->uid.known && rule->src.length == 0 && rule->dst.length == 0 && rule->tos == 0 &&
           !rule->dscp.known && !rule->ip_proto.known && !rule->sport.known && !rule->dport.known &&
           !rule->suppress_prefixlength.known && !rule->suppress_ifgroup.known;
}

// As a namespace begins: local, main, default.
static bool are_default(const struct rule_list *list) {
    static const uint32_t tables[] = {ROUTE_TABLE_LOCAL, ROUTE_TABLE_MAIN, ROUTE_TABLE_DEFAULT};
    static const uint32_t priorities[] = {0, 32766, 32767};
    for (size_t i = 0; i < list->count && i < 3; i++) {
        const struct routing_rule *rule = list->rules[i];
        if (!is_plain(rule) || rule->table != tables[i] || rule->priority != priorities[i])
            return false;
    }
    return list->count == 3;
}

static bool is_local_shadowed(const struct route_walk *walk, const struct route_found *found) {
    struct route_group groups[ROUTE_GROUPS_MAX];
    const struct route_trie_part local = {ROUTE_TABLE_LOCAL, ROUTE_IPV4, false};
    const struct route_trie *trie = walk->world->routes ? route_trie_of(walk->world->routes) : NULL;
    return found->route && found->route->shared->table == ROUTE_TABLE_MAIN && trie &&
           route_trie_find(trie, &local, &walk->flow.dst, groups) > 0;
}

// Until the first rule is added, the kernel keeps local and main in one trie and looks for the
// longest prefix in both at once (fib_trie_unmerge, net/ipv4/fib_trie.c).
static struct route_found walk_default(struct route_walk *walk, const struct rule_list *list) {
    const uint32_t both[] = {ROUTE_TABLE_LOCAL, ROUTE_TABLE_MAIN};
    const uint32_t rest = ROUTE_TABLE_DEFAULT;
    route_walk_rule(walk, ROUTE_STEP_TAKEN, list->rules[0], "match: look in table local");
    route_walk_rule(walk, ROUTE_STEP_TAKEN, list->rules[1],
                    "match: look in table main, both at once as there are no other rules");
    struct route_found found = route_select4(walk, both, 2);
    walk->decision->merged |= !walk->quiet;
    if (found.error != ROUTE_NO_TARGET) {
        bool local = found.route && found.route->shared->table == ROUTE_TABLE_LOCAL;
        found.rule = list->rules[local ? 0 : 1];
        if (is_local_shadowed(walk, &found))
            route_walk_note(walk, ROUTE_STEP_PASSED,
                            "had there ever been another rule here, table local would come first");
        return found;
    }
    route_walk_rule(walk, ROUTE_STEP_TAKEN, list->rules[2], "match: look in table default");
    found = route_select4(walk, &rest, 1);
    found.rule = list->rules[2];
    if (found.error == ROUTE_NO_TARGET)
        found = (struct route_found){.error = -ENETUNREACH};
    return found;
}

bool route_rules_are_default(struct route_walk *walk) {
    struct rule_list list = {0};
    return list_rules(walk, &list) && are_default(&list);
}

// Rules for what the node sends (iif lo) do not count here, though one may match on the way back.
static bool needs_ports(const struct routing_rule *rule) {
    bool asks = (rule->ip_proto.known && rule->ip_proto.value != 0) || rule->sport.known ||
                rule->dport.known;
    return asks && !(rule->iif && strcmp(rule->iif, "lo") == 0);
}

bool route_rules_need_ports(struct route_walk *walk) {
    struct rule_list list = {0};
    list_rules(walk, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (needs_ports(list.rules[i]))
            return true;
    }
    return false;
}

// --- Both families -------------------------------------------------------------------------------

// Which VRF the packet is in (l3mdev_update_flow, net/l3mdev/l3mdev.c).
static void find_vrf(struct route_walk *walk) {
    struct route_flow *flow = &walk->flow;
    if (flow->l3mdev == 0 && flow->oif) {
        flow->l3mdev = route_walk_vrf(walk, flow->oif);
        flow->oif_vrf = true;
    } else if (flow->l3mdev == 0 && flow->iif != ROUTE_LOOPBACK) {
        flow->l3mdev = route_walk_vrf(walk, flow->iif);
    }
    if (flow->oif && flow->oif == flow->l3mdev)
        flow->oif = 0;
}

struct route_found route_rules_look_up(struct route_walk *walk) {
    struct rule_list list = {0};
    if (!list_rules(walk, &list)) {
        walk->failed = true;
        return (struct route_found){.error = -ENOMEM};
    }
    find_vrf(walk);
    struct route_found found = walk->flow.dst.family == ADDRESS_IPV4 && are_default(&list)
                                   ? walk_default(walk, &list)
                                   : walk_list(walk, &list);
    if (!found.route && found.error == -ENETUNREACH && !found.rule)
        route_walk_note(walk, ROUTE_STEP_ENDED, "no rule leads to a route");
    return found;
}
