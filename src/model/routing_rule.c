// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a policy rule. Keys are those of ip(8)'s JSON where it has them.
#include "model/routing_rule.h"

#include <netinet/in.h>

#include "model/route.h"

static const char *const actions[] = {
    [ROUTING_UNSPEC] = "unspec",       [ROUTING_TABLE] = "lookup",
    [ROUTING_GOTO] = "goto",           [ROUTING_NOP] = "nop",
    [ROUTING_BLACKHOLE] = "blackhole", [ROUTING_UNREACHABLE] = "unreachable",
    [ROUTING_PROHIBIT] = "prohibit",
};
const struct enum_names routing_action_names = {actions, sizeof(actions) / sizeof(actions[0])};

static const struct flag_name flags[] = {
    {ROUTING_RULE_UNRESOLVED, "unresolved"},
    {ROUTING_RULE_IIF_DETACHED, "iif_detached"},
    {ROUTING_RULE_OIF_DETACHED, "oif_detached"},
    {0, NULL},
};

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_rule *rule = ref->row;
    (void)field;
    value_set_text(ret, route_family_name(rule->family));
}

static void get_not(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_rule *rule = ref->row;
    (void)field;
    if (!(rule->flags & ROUTING_RULE_INVERT))
        return;
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

static void get_l3mdev(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_rule *rule = ref->row;
    (void)field;
    if (!rule->l3mdev)
        return;
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

static void get_tos(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_rule *rule = ref->row;
    (void)field;
    if (rule->tos == 0)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = rule->tos;
}

// Marks are written in hexadecimal everywhere; a number would lose that.
static void get_mark(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *mark = (const void *)((const char *)ref->row + field->offset);
    if (mark->known)
        value_printf(ret, "0x%llx", (unsigned long long)mark->value);
}

static void get_mask(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_rule *rule = ref->row;
    if (rule->fwmask.value != UINT32_MAX)
        get_mark(ref, field, ret);
}

static const struct routing_range *range_of(const struct row_ref *ref, const struct field *field) {
    return (const void *)((const char *)ref->row + field->offset);
}

static void get_range_start(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    if (!range_of(ref, field)->known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = range_of(ref, field)->start;
}

static void get_range_end(const struct row_ref *ref, const struct field *field, struct value *ret) {
    if (!range_of(ref, field)->known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = range_of(ref, field)->end;
}

static void get_ports(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct routing_range *ports = range_of(ref, field);
    if (!ports->known)
        return;
    if (ports->start == ports->end)
        value_printf(ret, "%u", ports->start);
    else
        value_printf(ret, "%u-%u", ports->start, ports->end);
}

static const char *const protocols[] = {
    [IPPROTO_ICMP] = "icmp",       [IPPROTO_IGMP] = "igmp",        [IPPROTO_IPIP] = "ipencap",
    [IPPROTO_TCP] = "tcp",         [IPPROTO_UDP] = "udp",          [IPPROTO_DCCP] = "dccp",
    [IPPROTO_IPV6] = "ipv6",       [IPPROTO_GRE] = "gre",          [IPPROTO_ESP] = "esp",
    [IPPROTO_AH] = "ah",           [IPPROTO_ICMPV6] = "ipv6-icmp", [IPPROTO_SCTP] = "sctp",
    [IPPROTO_UDPLITE] = "udplite",
};

static void get_ip_protocol(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct routing_rule *rule = ref->row;
    (void)field;
    if (!rule->ip_proto.known)
        return;
    uint64_t number = rule->ip_proto.value;
    if (number < sizeof(protocols) / sizeof(protocols[0]) && protocols[number])
        value_set_text(ret, protocols[number]);
    else
        value_printf(ret, "%llu", (unsigned long long)number);
}

#define RULE_WITH(key, member, title, type, getter, help) \
    FIELD_WITH(key, struct routing_rule, member, title, type, getter, NULL, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NETNS", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family, "inet or inet6"),
    FIELD(struct routing_rule, priority, "PRIORITY", FIELD_NUMBER,
          "place in the order: 0 comes first"),
    FIELD(struct routing_rule, position, "POSITION", FIELD_NUMBER,
          "place among the rules of its family, from 0"),
    FIELD_BY("not", "NOT", FIELD_BOOLEAN, get_not, "it is for what the rest does not match"),
    FIELD(struct routing_rule, src, "FROM", FIELD_PREFIX, "only packets from there"),
    FIELD(struct routing_rule, dst, "TO", FIELD_PREFIX, "only packets to there"),
    FIELD(struct routing_rule, iif, "IIF", FIELD_INTERFACE, "only packets that came in there"),
    FIELD(struct routing_rule, oif, "OIF", FIELD_INTERFACE,
          "only packets of sockets that are bound to it"),
    RULE_WITH("fwmark", fwmark, "FWMARK", FIELD_TEXT, get_mark, "only packets with this mark"),
    RULE_WITH("fwmask", fwmask, "FWMASK", FIELD_TEXT, get_mask,
              "bits of the mark that count, where not all do"),
    RULE_WITH("uid_start", uid, "UID START", FIELD_NUMBER, get_range_start,
              "only what users from this one on send"),
    RULE_WITH("uid_end", uid, "UID END", FIELD_NUMBER, get_range_end, "up to and with this one"),
    FIELD_BY("ipproto", "IPPROTO", FIELD_TEXT, get_ip_protocol, "only packets of this protocol"),
    RULE_WITH("sport", sport, "SPORT", FIELD_TEXT, get_ports,
              "only from this port, or range of ports"),
    FIELD(struct routing_rule, sport_mask, "SPORT MASK", FIELD_NUMBER,
          "bits of the port that count"),
    RULE_WITH("dport", dport, "DPORT", FIELD_TEXT, get_ports,
              "only to this port, or range of ports"),
    FIELD(struct routing_rule, dport_mask, "DPORT MASK", FIELD_NUMBER,
          "bits of the port that count"),
    FIELD_BY("tos", "TOS", FIELD_NUMBER, get_tos, "only packets of this type of service"),
    FIELD(struct routing_rule, dscp, "DSCP", FIELD_NUMBER, "only packets of this DSCP"),
    FIELD(struct routing_rule, dscp_mask, "DSCP MASK", FIELD_NUMBER, "bits of the DSCP that count"),
    FIELD(struct routing_rule, flowlabel, "FLOWLABEL", FIELD_NUMBER,
          "only packets of this IPv6 flow label"),
    FIELD(struct routing_rule, flowlabel_mask, "FLOWLABEL MASK", FIELD_NUMBER,
          "bits of the flow label that count"),
    FIELD(struct routing_rule, tun_id, "TUN ID", FIELD_NUMBER, "only packets of this tunnel id"),
    FIELD_BY("l3mdev", "L3MDEV", FIELD_BOOLEAN, get_l3mdev,
             "only packets in a VRF, whose table is looked up"),
    FIELD_OF_ENUM("action", struct routing_rule, action, "ACTION", &routing_action_names,
                  "what it does"),
    FIELD_AS("table", struct routing_rule, table_name, "TABLE", FIELD_TEXT,
             "routing table that is looked up, by name or number"),
    FIELD_AS("goto", struct routing_rule, target, "GOTO", FIELD_NUMBER,
             "priority of the rule that is next"),
    FIELD_AS("suppress_prefixlen", struct routing_rule, suppress_prefixlength, "SUPPRESS",
             FIELD_NUMBER, "routes to prefixes of this length or shorter do not count"),
    FIELD(struct routing_rule, suppress_ifgroup, "SUPPRESS GROUP", FIELD_NUMBER,
          "routes to interfaces of this group do not count"),
    FIELD_OF_FLAGS("flags", struct routing_rule, flags, "FLAGS", flags,
                   "what is missing: the interface, the rule to go to"),
    FIELD_AS("protocol", struct routing_rule, protocol_name, "PROTOCOL", FIELD_TEXT, "who made it"),
    FIELD_AS("realms", struct routing_rule, realms_text, "REALMS", FIELD_TEXT, "realms, from/to"),
};

// Rules have no number of their own: two of one priority and family are told apart by their place
// among those.
static uint64_t identity(const void *row) {
    const struct routing_rule *rule = row;
    return (uint64_t)rule->priority << 24 | (uint64_t)(rule->family == ROUTE_IPV6) << 23 |
           (rule->twin & 0x7fffff);
}

const struct kind routing_rule_kind = {
    .name = "routing_rules",
    .title = "Policy rules",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct routing_rule),
    .columns = "family,priority,not,src,dst,iif,oif,fwmark,action,table,protocol",
    .sort = "family,position",
    .identity = identity,
    .help = "Rules of the routing policy: which table is looked up for which packets",
};
