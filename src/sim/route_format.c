// SPDX-License-Identifier: GPL-2.0-or-later
// Rules and routes as ip(8) writes them.
#include "sim/route_explain.h"

// --- Rules ---------------------------------------------------------------------------------------

static void add_prefix(const char *word, const struct prefix *prefix, struct buffer *buffer) {
    buffer_puts(buffer, word);
    if (prefix->address.family == ADDRESS_NONE || prefix->length == 0)
        buffer_puts(buffer, "all");
    else
        prefix_format(prefix, buffer);
}

static void add_range(const char *word, const struct routing_range *range, struct buffer *buffer) {
    if (range->known && range->start == range->end)
        buffer_printf(buffer, " %s %u", word, range->start);
    else if (range->known)
        buffer_printf(buffer, " %s %u-%u", word, range->start, range->end);
}

static void add_number(const char *word, const struct maybe *number, struct buffer *buffer) {
    if (number->known)
        buffer_printf(buffer, " %s %u", word, (unsigned)number->value);
}

static void add_mark(const struct routing_rule *rule, struct buffer *buffer) {
    if (!rule->fwmark.known && !rule->fwmask.known)
        return;
    buffer_printf(buffer, " fwmark 0x%x", (unsigned)rule->fwmark.value);
    if (rule->fwmask.known && rule->fwmask.value != UINT32_MAX)
        buffer_printf(buffer, "/0x%x", (unsigned)rule->fwmask.value);
}

static void add_selectors(const struct routing_rule *rule, struct buffer *buffer) {
    if (rule->flags & ROUTING_RULE_INVERT)
        buffer_puts(buffer, " not");
    add_prefix(" from ", &rule->src, buffer);
    if (rule->dst.length > 0)
        add_prefix(" to ", &rule->dst, buffer);
    if (rule->tos)
        buffer_printf(buffer, " tos 0x%02x", rule->tos);
    add_number("dscp", &rule->dscp, buffer);
    add_number("flowlabel", &rule->flowlabel, buffer);
    add_mark(rule, buffer);
    if (rule->iif)
        buffer_printf(buffer, " iif %s", rule->iif);
    if (rule->oif)
        buffer_printf(buffer, " oif %s", rule->oif);
    if (rule->l3mdev)
        buffer_puts(buffer, " l3mdev");
    add_range("uidrange", &rule->uid, buffer);
    add_number("ipproto", &rule->ip_proto, buffer);
    add_range("sport", &rule->sport, buffer);
    add_range("dport", &rule->dport, buffer);
    add_number("tun_id", &rule->tun_id, buffer);
}

static void add_action(const struct routing_rule *rule, struct buffer *buffer) {
    switch ((enum routing_action)rule->action) {
    case ROUTING_TABLE:
        if (!rule->l3mdev)
            buffer_printf(buffer, " lookup %s", rule->table_name ? rule->table_name : "?");
        break;
    case ROUTING_GOTO:
        add_number("goto", &rule->target, buffer);
        break;
    case ROUTING_NOP:
        buffer_puts(buffer, " nop");
        break;
    case ROUTING_UNSPEC:
    case ROUTING_BLACKHOLE:
        buffer_puts(buffer, " blackhole");
        break;
    case ROUTING_UNREACHABLE:
        buffer_puts(buffer, " unreachable");
        break;
    case ROUTING_PROHIBIT:
        buffer_puts(buffer, " prohibit");
        break;
    }
    add_number("suppress_prefixlength", &rule->suppress_prefixlength, buffer);
    add_number("suppress_ifgroup", &rule->suppress_ifgroup, buffer);
}

void route_format_rule(const struct routing_rule *rule, struct buffer *buffer) {
    buffer_printf(buffer, "%u:", rule->priority);
    add_selectors(rule, buffer);
    add_action(rule, buffer);
}

// --- Routes --------------------------------------------------------------------------------------

static void add_way(const struct route_nexthop *nexthop, struct buffer *buffer) {
    if (nexthop->gateway.family != ADDRESS_NONE) {
        buffer_puts(buffer, " via ");
        address_format(&nexthop->gateway, buffer);
    }
    if (nexthop->dev)
        buffer_printf(buffer, " dev %s", nexthop->dev);
}

static void add_ways(const struct route_shared *shared, struct buffer *buffer) {
    if (shared->nexthop_id.known)
        buffer_printf(buffer, " nhid %u", (unsigned)shared->nexthop_id.value);
    if (shared->nexthop_count == 1)
        add_way(&shared->nexthops[0], buffer);
    for (size_t i = 0; shared->nexthop_count > 1 && i < shared->nexthop_count; i++) {
        buffer_puts(buffer, " nexthop");
        add_way(&shared->nexthops[i], buffer);
        buffer_printf(buffer, " weight %u", shared->nexthops[i].weight);
    }
}

void route_format_route(const struct route *route, struct buffer *buffer) {
    const struct route_shared *shared = route->shared;
    const struct prefix dst = route_destination(route);
    if (shared->type != ROUTE_UNICAST)
        buffer_printf(buffer, "%s ", route_type_name(shared->type));
    prefix_format(&dst, buffer);
    if (shared->src.length > 0) {
        buffer_puts(buffer, " from ");
        prefix_format(&shared->src, buffer);
    }
    if (route->tos)
        buffer_printf(buffer, " tos 0x%02x", route->tos);
    add_ways(shared, buffer);
    buffer_printf(buffer, " table %s", shared->table_name ? shared->table_name : "?");
    if (shared->metric)
        buffer_printf(buffer, " metric %u", shared->metric);
    if (shared->prefsrc.family != ADDRESS_NONE) {
        buffer_puts(buffer, " src ");
        address_format(&shared->prefsrc, buffer);
    }
}
