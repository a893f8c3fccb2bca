// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a nexthop object. Keys are those of ip(8)'s JSON.
#include "model/nexthop.h"

#define TICKS 100.0 // in a second: the unit of the kernel's times (USER_HZ)

static void set_true(struct value *ret) {
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    const char *word = route_family_name(nexthop->family);
    (void)field;
    if (word)
        value_set_text(ret, word);
}

static void get_blackhole(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    (void)field;
    if (nexthop->blackhole)
        set_true(ret);
}

static void get_fdb(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    (void)field;
    if (nexthop->fdb)
        set_true(ret);
}

static void get_encap(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    (void)field;
    if (nexthop->way.encap)
        value_set_text(ret, nexthop->way.encap->type);
}

static void get_encap_info(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    if (!nexthop->way.encap)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = nexthop->way.encap;
    ret->records.count = 1;
}

static void get_group(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nexthop *nexthop = ref->row;
    if (!nexthop->group)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = nexthop->group;
    ret->records.count = nexthop->group_count;
}

static void get_seconds(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *ticks = (const void *)((const char *)ref->row + field->offset);
    if (!ticks->known)
        return;
    ret->kind = VALUE_REAL;
    ret->real = (double)ticks->value / TICKS;
}

static const struct field member_fields[] = {
    FIELD(struct nexthop_member, id, "ID", FIELD_NUMBER, "id of the nexthop"),
    FIELD(struct nexthop_member, weight, "WEIGHT", FIELD_NUMBER,
          "its share of the traffic, beside the weights of the others"),
};

static void format_member(const void *item, struct buffer *buffer) {
    const struct nexthop_member *member = item;
    buffer_put_uint(buffer, member->id);
    if (member->weight > 1)
        buffer_printf(buffer, "*%u", member->weight);
}

const struct record_type nexthop_member_type = {
    .name = "member",
    .fields = member_fields,
    .field_count = sizeof(member_fields) / sizeof(member_fields[0]),
    .size = sizeof(struct nexthop_member),
    .format = format_member,
};

#define SECONDS(key, member, title, help) \
    FIELD_WITH(key, struct nexthop, member, title, FIELD_DURATION, get_seconds, NULL, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NETNS", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD(struct nexthop, id, "ID", FIELD_NUMBER, "its id, which routes name"),
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family, "inet or inet6; a group has none"),
    FIELD_AS("gateway", struct nexthop, way.gateway, "GATEWAY", FIELD_ADDRESS, "next router"),
    FIELD_AS("dev", struct nexthop, way.dev, "DEV", FIELD_INTERFACE, "interface"),
    FIELD_RECORDS_BY("group", "GROUP", get_group, &nexthop_member_type,
                     "nexthops that it is a group of"),
    FIELD_AS("type", struct nexthop, group_type, "TYPE", FIELD_TEXT,
             "how a group spreads: mpath or resilient"),
    FIELD_BY("blackhole", "BLACKHOLE", FIELD_BOOLEAN, get_blackhole, "it drops what is sent there"),
    FIELD_BY("fdb", "FDB", FIELD_BOOLEAN, get_fdb,
             "it is for entries of forwarding databases, not for routes"),
    FIELD_BY("encap", "ENCAP", FIELD_TEXT, get_encap, "what packets are put into"),
    FIELD_RECORDS_BY("encap_info", "ENCAPSULATION", get_encap_info, &encap_type,
                     "what packets are put into, in full"),
    FIELD_AS("scope", struct nexthop, scope_name, "SCOPE", FIELD_TEXT, "how far it is"),
    FIELD_AS("protocol", struct nexthop, protocol_name, "PROTOCOL", FIELD_TEXT, "who made it"),
    FIELD_OF_FLAGS("flags", struct nexthop, way.flags, "FLAGS", route_flag_names,
                   "state: dead, linkdown, onlink ..."),
    FIELD_AS("buckets", struct nexthop, resilient.buckets, "BUCKETS", FIELD_COUNT,
             "of a resilient group: slots that flows are spread over"),
    SECONDS("idle_timer", resilient.idle_timer, "IDLE TIMER",
            "a slot that was idle for so long may go to another nexthop"),
    SECONDS("unbalanced_timer", resilient.unbalanced_timer, "UNBALANCED TIMER",
            "an uneven group is made even by force after so long; 0: never"),
    SECONDS("unbalanced_time", resilient.unbalanced_time, "UNBALANCED",
            "for how long the group has been uneven"),
};

static uint64_t identity(const void *row) {
    const struct nexthop *nexthop = row;
    return nexthop->id;
}

const struct kind nexthop_kind = {
    .name = "nexthops",
    .title = "Nexthops",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct nexthop),
    .columns = "id,family,gateway,dev,group,type,blackhole,encap,scope,protocol,flags",
    .sort = "id",
    .identity = identity,
    .help = "Nexthop objects and groups of them, which routes use by id",
};
