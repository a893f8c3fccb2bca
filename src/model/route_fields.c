// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a route and of its nexthops. Keys are those of ip(8)'s JSON; what that keeps in an
// object of its own (metrics) stands beside the others here.
#include "model/route.h"

#include <string.h>

#include "model/route_classic.h"

#define TICKS 100 // in a second: the unit of the kernel's times (USER_HZ)

static const struct route_shared *shared_of(const struct row_ref *ref) {
    const struct route *route = ref->row;
    return route->shared;
}

// --- The row -------------------------------------------------------------------------------------

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    (void)field;
    value_set_text(ret, route_family_name(shared->family));
}

static void get_dst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (shared_of(ref)->family == ROUTE_MPLS)
        return;
    ret->kind = VALUE_PREFIX;
    ret->prefix = route_destination(ref->row);
}

static void get_label(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    if (shared_of(ref)->family != ROUTE_MPLS)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = route_label(ref->row);
}

static void get_tos(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    (void)field;
    if (route->tos == 0)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = route->tos;
}

// What is over but still there has none left.
static void get_expires(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route *route = ref->row;
    (void)field;
    if (route->expires == 0)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = route->expires > 0 ? (uint64_t)route->expires / TICKS : 0;
}

static void get_cached(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    (void)field;
    if (!(shared->flags & ROUTE_CLONED))
        return;
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

// IPv4 has 0 where nobody gave one.
static void get_metric(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    if (shared->metric != 0 || shared->family == ROUTE_IPV6)
        field_get_u32(ref, field, ret);
}

static void get_error(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    (void)field;
    if (shared->error == 0)
        return;
    ret->kind = VALUE_INT;
    ret->sint = shared->error;
}

static void get_last_use(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    (void)field;
    if (!shared->last_use.known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = shared->last_use.value / TICKS;
}

// --- Ways on -------------------------------------------------------------------------------------

// Of a route with one way its parts stand in the row itself.
static const struct route_nexthop *only_nexthop(const struct row_ref *ref) {
    const struct route_shared *shared = ref->row;
    return shared->nexthop_count == 1 && !shared->multipath ? shared->nexthops : NULL;
}

static bool is_via(const struct route_shared *shared, const struct route_nexthop *nexthop) {
    return nexthop->gateway.family != shared->family;
}

static void set_address(struct value *ret, const struct address *address) {
    if (address->family == ADDRESS_NONE)
        return;
    ret->kind = VALUE_ADDRESS;
    ret->address = *address;
}

static void set_text(struct value *ret, const char *text) {
    if (!text)
        return;
    ret->kind = VALUE_TEXT;
    ret->text = text;
}

static void get_gateway(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_nexthop *nexthop = only_nexthop(ref);
    (void)field;
    if (nexthop && !is_via(ref->row, nexthop))
        set_address(ret, &nexthop->gateway);
}

static void get_via(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_nexthop *nexthop = only_nexthop(ref);
    (void)field;
    if (nexthop && is_via(ref->row, nexthop))
        set_address(ret, &nexthop->gateway);
}

static void get_dev(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_nexthop *nexthop = only_nexthop(ref);
    (void)field;
    if (nexthop)
        set_text(ret, nexthop->dev);
}

static void get_labels(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_nexthop *nexthop = only_nexthop(ref);
    (void)field;
    if (nexthop)
        set_text(ret, nexthop->labels);
}

static void get_encap(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_nexthop *nexthop = only_nexthop(ref);
    (void)field;
    if (nexthop && nexthop->encap)
        set_text(ret, nexthop->encap->type);
}

static void get_encaps(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    if (shared->encap_count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = shared->encaps;
    ret->records.count = shared->encap_count;
}

static void get_nexthops(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    if (!shared->multipath)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = shared->nexthops;
    ret->records.count = shared->nexthop_count;
}

static void get_nexthop_encap(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct route_nexthop *nexthop = ref->row;
    (void)field;
    if (nexthop->encap)
        set_text(ret, nexthop->encap->text);
}

static const struct field nexthop_fields[] = {
    FIELD(struct route_nexthop, gateway, "GATEWAY", FIELD_ADDRESS,
          "next router, of whichever family; none: what is sent to is on the link"),
    FIELD(struct route_nexthop, dev, "DEV", FIELD_INTERFACE, "interface"),
    FIELD(struct route_nexthop, weight, "WEIGHT", FIELD_NUMBER,
          "its share of the traffic, beside the weights of the others"),
    FIELD_OF_FLAGS("flags", struct route_nexthop, flags, "FLAGS", route_flag_names,
                   "state: dead, linkdown, onlink ..."),
    FIELD_AS("to", struct route_nexthop, labels, "TO", FIELD_TEXT,
             "MPLS: labels that take the label's place"),
    FIELD_AS("realms", struct route_nexthop, realms_text, "REALMS", FIELD_TEXT,
             "realms of what goes this way, from/to"),
    FIELD_BY("encap", "ENCAP", FIELD_TEXT, get_nexthop_encap,
             "what it is put into, in the words of ip(8)"),
};

// "192.0.2.1%eth0*2", as the weight counts only where it is not 1.
static void format_nexthop(const void *item, struct buffer *buffer) {
    const struct route_nexthop *nexthop = item;
    address_format(&nexthop->gateway, buffer);
    if (nexthop->dev)
        buffer_printf(buffer, "%%%s", nexthop->dev);
    if (nexthop->weight > 1)
        buffer_printf(buffer, "*%u", nexthop->weight);
    if (nexthop->flags & ROUTE_DEAD)
        buffer_puts(buffer, " dead");
    else if (nexthop->flags & ROUTE_LINKDOWN)
        buffer_puts(buffer, " linkdown");
}

const struct record_type route_nexthop_type = {
    .name = "nexthop",
    .fields = nexthop_fields,
    .field_count = sizeof(nexthop_fields) / sizeof(nexthop_fields[0]),
    .size = sizeof(struct route_nexthop),
    .format = format_nexthop,
};

// --- The tables ----------------------------------------------------------------------------------

// RTAX_* by number, for the bits of locked.
static const struct flag_name locks[] = {
    {1 << 2, "mtu"},       {1 << 3, "window"},    {1 << 4, "rtt"},       {1 << 5, "rttvar"},
    {1 << 6, "ssthresh"},  {1 << 7, "cwnd"},      {1 << 8, "advmss"},    {1 << 9, "reordering"},
    {1 << 10, "hoplimit"}, {1 << 11, "initcwnd"}, {1 << 12, "features"}, {1 << 13, "rto_min"},
    {1 << 14, "initrwnd"}, {1 << 15, "quickack"}, {1 << 16, "congctl"},  {0, NULL},
};

static void get_locked(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct route_shared *shared = ref->row;
    if (shared->metrics.locked != 0)
        field_get_flags_u32(ref, field, ret);
}

static const struct flag_name features[] = {
    {1, "ecn"}, {2, "sack"}, {4, "timestamp"}, {8, "allfrag"}, {16, "tcp_usec_ts"}, {0, NULL},
};

// What is said of the shared part; of what a function works out from it, no member is read.
#define SHARED(key, member, title, type, help) \
    FIELD_BEHIND(key, struct route, shared, member, title, type, help)
#define SHARED_WITH(key, member, title, type, getter, names, help) \
    FIELD_BEHIND_WITH(key, struct route, shared, member, title, type, getter, names, help)
#define METRIC(key, title, type, help) SHARED(#key, metrics.key, title, type, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NETNS", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    SHARED_WITH("family", family, "FAMILY", FIELD_TEXT, get_family, NULL, "inet, inet6 or mpls"),
    FIELD_OF_ENUM_BEHIND("type", struct route, shared, type, "TYPE", &route_type_names,
                         "what happens to a packet"),
    FIELD_BY("dst", "DST", FIELD_PREFIX, get_dst, "destinations that it is for"),
    FIELD_BY("label", "LABEL", FIELD_NUMBER, get_label, "MPLS label that it is for"),
    SHARED("from", src, "FROM", FIELD_PREFIX, "IPv6: only for packets from there"),
    FIELD_BY("tos", "TOS", FIELD_NUMBER, get_tos, "IPv4: only for packets of this type of service"),
    SHARED("table", table_name, "TABLE", FIELD_TEXT, "routing table, by name or number"),
    SHARED("rule", rule, "RULE", FIELD_NUMBER,
           "priority of the first policy rule that leads to the table"),
    SHARED_WITH("metric", metric, "METRIC", FIELD_NUMBER, get_metric, NULL,
                "of routes to the same destination, the least wins"),
    SHARED_WITH("gateway", nexthops, "GATEWAY", FIELD_ADDRESS, get_gateway, NULL,
                "next router; none: the destination is on the link"),
    SHARED_WITH("via", nexthops, "VIA", FIELD_ADDRESS, get_via, NULL,
                "next router, of another family than the route's"),
    SHARED_WITH("dev", nexthops, "DEV", FIELD_INTERFACE, get_dev, NULL, "interface"),
    SHARED("prefsrc", prefsrc, "SRC", FIELD_ADDRESS,
           "source address of what this node sends that way"),
    SHARED("protocol", protocol_name, "PROTOCOL", FIELD_TEXT, "who made it"),
    SHARED("scope", scope_name, "SCOPE", FIELD_TEXT, "how far the destination is"),
    FIELD_OF_FLAGS_BEHIND("flags", struct route, shared, flags, "FLAGS", route_flag_names,
                          "state: dead, linkdown, onlink ..."),
    SHARED_WITH("nexthops", nexthops, "NEXTHOPS", FIELD_RECORDS, get_nexthops, &route_nexthop_type,
                "ways on, where it has several"),
    SHARED("nhid", nexthop_id, "NHID", FIELD_NUMBER, "nexthop object that it uses"),
    SHARED_WITH("to", nexthops, "TO", FIELD_TEXT, get_labels, NULL,
                "MPLS: labels that take the label's place"),
    SHARED("ttl_propagate", ttl_propagate, "TTL PROPAGATE", FIELD_BOOLEAN,
           "MPLS: the label's time to live goes on in the packet"),
    SHARED_WITH("encap", nexthops, "ENCAP", FIELD_TEXT, get_encap, NULL,
                "what packets are put into"),
    SHARED_WITH("encap_info", encaps, "ENCAPSULATION", FIELD_RECORDS, get_encaps, &encap_type,
                "what packets are put into, of each way on"),
    SHARED("realms", realms_text, "REALMS", FIELD_TEXT, "realms, from/to"),
    FIELD_OF_ENUM_BEHIND("pref", struct route, shared, pref, "PREF", &route_pref_names,
                         "preference of an IPv6 router (RFC 4191)"),
    SHARED_WITH("cached", flags, "CACHED", FIELD_BOOLEAN, get_cached, NULL,
                "an exception for one destination: its path MTU, or a redirect"),
    FIELD_BY("expires", "EXPIRES", FIELD_DURATION, get_expires, "seconds until it goes"),
    SHARED_WITH("error", error, "ERROR", FIELD_NUMBER, get_error, NULL,
                "error that senders get (-errno)"),
    METRIC(mtu, "MTU", FIELD_BYTES, "MTU of the path"),
    METRIC(advmss, "ADVMSS", FIELD_BYTES, "segment size that TCP advertises"),
    METRIC(hoplimit, "HOPLIMIT", FIELD_NUMBER, "hop limit of what is sent"),
    METRIC(window, "WINDOW", FIELD_BYTES, "largest window that TCP advertises"),
    METRIC(rtt, "RTT", FIELD_NUMBER,
           "first estimate of the round-trip time, in eighths of a millisecond"),
    METRIC(rttvar, "RTTVAR", FIELD_NUMBER,
           "first estimate of its variance, in quarters of a millisecond"),
    METRIC(rto_min, "RTO MIN", FIELD_NUMBER,
           "least retransmission timeout of TCP, in milliseconds"),
    METRIC(ssthresh, "SSTHRESH", FIELD_NUMBER, "first slow start threshold"),
    METRIC(cwnd, "CWND", FIELD_NUMBER, "largest congestion window"),
    METRIC(initcwnd, "INITCWND", FIELD_NUMBER, "first congestion window, in segments"),
    METRIC(initrwnd, "INITRWND", FIELD_NUMBER, "first receive window, in segments"),
    METRIC(reordering, "REORDERING", FIELD_NUMBER, "most reordering that TCP expects"),
    METRIC(quickack, "QUICKACK", FIELD_NUMBER, "TCP acknowledges at once"),
    METRIC(fastopen_no_cookie, "FASTOPEN NO COOKIE", FIELD_NUMBER,
           "TCP Fast Open without a cookie"),
    SHARED("congctl", metrics.congctl, "CONGCTL", FIELD_TEXT, "TCP's congestion control"),
    FIELD_OF_FLAGS_BEHIND("features", struct route, shared, metrics.features, "FEATURES", features,
                          "features of TCP: ecn ..."),
    SHARED_WITH("locked", metrics.locked, "LOCKED", FIELD_FLAGS, get_locked, locks,
                "metrics that the kernel does not adapt"),
    SHARED("users", references, "REF", FIELD_COUNT, "users of a cached exception"),
    SHARED("used", use, "USE", FIELD_COUNT, "how often a cached exception was used"),
    SHARED_WITH("age", last_use, "AGE", FIELD_DURATION, get_last_use, NULL,
                "seconds since a cached exception was used"),

    // Said again in other words: only where it is asked for (UNUSUAL_FIELDS).
    SHARED("rank", rank, "RANK", FIELD_NUMBER,
           "place of the first policy rule that leads to the table, among those of the family"),
    FIELD(struct route, dst_len, "LENGTH", FIELD_NUMBER,
          "length of the destination's prefix, in bits"),
    FIELD_BY("classic_destination", "Destination", FIELD_ADDRESS, route_classic_destination,
             "destination, as route(8) has it; of IPv6 with its length"),
    FIELD_BY("classic_gateway", "Gateway", FIELD_ADDRESS, route_classic_gateway,
             "first gateway, as route(8) has it"),
    FIELD_BY("classic_genmask", "Genmask", FIELD_ADDRESS, route_classic_genmask,
             "mask of an IPv4 destination, as route(8) has it"),
    FIELD_BY("classic_flags", "Flags", FIELD_TEXT, route_classic_flags,
             "as route(8) has it: U up, G gateway, H host, D redirect, M modified, A addrconf, C "
             "cached, "
             "! refused"),
    FIELD_BY("classic_metric", "Metric", FIELD_NUMBER, route_classic_metric,
             "metric, as route(8) has it: 0 where nobody gave one"),
    FIELD_BY("classic_ref", "Ref", FIELD_COUNT, route_classic_ref, "users, as route(8) has it"),
    FIELD_BY("classic_use", "Use", FIELD_COUNT, route_classic_use, "uses, as route(8) has it"),
    FIELD_BY("classic_iface", "Iface", FIELD_INTERFACE, route_classic_iface,
             "first interface, as route(8) has it"),
};

#define UNUSUAL_FIELDS 10 // at the end

// Bits of one number into another (the finalizer of MurmurHash3).
static uint64_t mix(uint64_t hash, uint64_t number) {
    hash ^= number;
    hash *= UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 33;
}

static uint64_t identity(const void *row) {
    const struct route *route = row;
    uint64_t high, low;
    memcpy(&high, route->dst, sizeof(high));
    memcpy(&low, route->dst + sizeof(high), sizeof(low));
    uint64_t hash = mix(route->shared->identity, high);
    return mix(mix(hash, low), (uint64_t)route->dst_len << 8 | route->tos);
}

const struct kind route_kind = {
    .name = "routes",
    .title = "Routes",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .unusual_count = UNUSUAL_FIELDS,
    .row_size = sizeof(struct route),
    .columns = "type,dst,gateway,dev,table,protocol,scope,prefsrc,metric,nexthops",
    .sort = "family,rank,table,-dst_len,metric,dst",
    .identity = identity,
    .help = "Routes of every table, cached exceptions among them",
};
