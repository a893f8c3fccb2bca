// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of netfilter's objects with a state (counter, quota ...), and of flowtables.
#include "model/netfilter.h"

#define MILLISECONDS 1000.0 // in a second

// The words are libnftables-json's.
static const char *const types[] = {
    [NF_OBJECT_COUNTER] = "counter",
    [NF_OBJECT_QUOTA] = "quota",
    [NF_OBJECT_CT_HELPER] = "ct helper",
    [NF_OBJECT_LIMIT] = "limit",
    [NF_OBJECT_CONNLIMIT] = "connlimit",
    [NF_OBJECT_TUNNEL] = "tunnel",
    [NF_OBJECT_CT_TIMEOUT] = "ct timeout",
    [NF_OBJECT_SECMARK] = "secmark",
    [NF_OBJECT_CT_EXPECTATION] = "ct expectation",
    [NF_OBJECT_SYNPROXY] = "synproxy",
};
static const struct enum_names type_names = {types, sizeof(types) / sizeof(types[0])};

static const struct flag_name flowtable_flag_names[] = {{1, "offload"}, {2, "counter"}, {0, NULL}};

// --- Objects -------------------------------------------------------------------------------------

static void get_packets(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_COUNTER)
        netfilter_set_uint(ret, object->counter.packets);
}

// Of a counter, those counted; of a quota, all that it grants.
static void get_bytes(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_COUNTER)
        netfilter_set_uint(ret, object->counter.bytes);
    if (object->type == NF_OBJECT_QUOTA)
        netfilter_set_uint(ret, object->quota.bytes);
}

static void get_used(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_QUOTA)
        netfilter_set_uint(ret, object->quota.consumed);
}

static void get_inverted(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type != NF_OBJECT_QUOTA && object->type != NF_OBJECT_LIMIT &&
        object->type != NF_OBJECT_CONNLIMIT)
        return;
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = object->type == NF_OBJECT_QUOTA   ? object->quota.flags & 1
                   : object->type == NF_OBJECT_LIMIT ? object->limit.over
                                                     : object->connlimit.flags & 1;
}

static void get_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_LIMIT)
        netfilter_set_uint(ret, object->limit.rate);
}

static void get_per(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_LIMIT)
        netfilter_set_uint(ret, object->limit.unit);
}

static void get_burst(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_LIMIT)
        netfilter_set_uint(ret, object->limit.burst);
}

static void get_unit(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_LIMIT)
        value_set_text(ret, object->limit.type == 1 ? "bytes" : "packets");
}

// The protocol that a helper, a timeout or an expectation is for.
static void get_protocol(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_CT_HELPER)
        netfilter_set_uint(ret, object->ct_helper.l4proto);
    if (object->type == NF_OBJECT_CT_TIMEOUT)
        netfilter_set_uint(ret, object->ct_timeout.l4proto);
    if (object->type == NF_OBJECT_CT_EXPECTATION)
        netfilter_set_uint(ret, object->ct_expectation.l4proto);
}

static void get_l3proto(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    uint16_t family = object->type == NF_OBJECT_CT_HELPER        ? object->ct_helper.l3proto
                      : object->type == NF_OBJECT_CT_TIMEOUT     ? object->ct_timeout.l3proto
                      : object->type == NF_OBJECT_CT_EXPECTATION ? object->ct_expectation.l3proto
                                                                 : 0;
    const char *name = nf_family_name((uint8_t)family);
    (void)field;
    if (name)
        value_set_text(ret, name);
}

static void get_dport(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_CT_EXPECTATION)
        netfilter_set_uint(ret, object->ct_expectation.port);
}

static void get_size(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_CT_EXPECTATION)
        netfilter_set_uint(ret, object->ct_expectation.size);
    if (object->type == NF_OBJECT_CONNLIMIT)
        netfilter_set_uint(ret, object->connlimit.count);
}

static void get_timeout(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type != NF_OBJECT_CT_EXPECTATION)
        return;
    ret->kind = VALUE_REAL;
    ret->real = (double)object->ct_expectation.timeout / MILLISECONDS;
}

static void get_mss(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_SYNPROXY)
        netfilter_set_uint(ret, object->synproxy.mss);
}

static void get_wscale(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    (void)field;
    if (object->type == NF_OBJECT_SYNPROXY)
        netfilter_set_uint(ret, object->synproxy.wscale);
}

// What a helper or a security context is called.
static void get_value(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_object *object = ref->row;
    const char *text = object->type == NF_OBJECT_CT_HELPER ? object->ct_helper.name
                       : object->type == NF_OBJECT_SECMARK ? object->secmark
                                                           : NULL;
    (void)field;
    if (text)
        value_set_text(ret, text);
}

#define ROW struct nf_object_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, object, name, title, type, getter, NULL, help)

// clang-format off
static const struct field object_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("name", ROW, object, name, "NAME", FIELD_TEXT, "name of the object"),
    FIELD_OF_ENUM_BEHIND("type", ROW, object, type, "TYPE", &type_names, "what it is"),
    FIELD_BEHIND("handle", ROW, object, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    BY("packets", "PACKETS", FIELD_COUNT, get_packets, "packets that a counter has counted"),
    BY("bytes", "BYTES", FIELD_BYTES, get_bytes, "bytes that a counter has counted, or that a quota grants"),
    BY("used", "USED", FIELD_BYTES, get_used, "bytes of a quota that are used up"),
    BY("rate", "RATE", FIELD_COUNT, get_rate, "packets or bytes that a limit lets through in the time that it says"),
    BY("per", "PER", FIELD_DURATION, get_per, "the time that a limit's rate is for"),
    BY("rate_unit", "RATE UNIT", FIELD_TEXT, get_unit, "what a limit counts: packets or bytes"),
    BY("burst", "BURST", FIELD_COUNT, get_burst, "packets or bytes beyond the rate that a limit lets through at once"),
    BY("inv", "INVERTED", FIELD_BOOLEAN, get_inverted, "true: matches above the limit, not below"),
    BY("value", "VALUE", FIELD_TEXT, get_value, "name of a ct helper, or a security context"),
    BY("l3proto", "L3 PROTOCOL", FIELD_TEXT, get_l3proto, "family that a ct helper, timeout or expectation is for"),
    BY("protocol", "PROTOCOL", FIELD_NUMBER, get_protocol, "number of the protocol that a ct helper, timeout or expectation is for"),
    BY("dport", "PORT", FIELD_NUMBER, get_dport, "destination port of expected flows"),
    BY("timeout", "TIMEOUT", FIELD_DURATION, get_timeout, "how long flows are expected"),
    BY("size", "SIZE", FIELD_COUNT, get_size, "flows that are expected, or allowed at a time, at most"),
    BY("mss", "MSS", FIELD_BYTES, get_mss, "maximum segment size that a synproxy announces"),
    BY("wscale", "WINDOW SCALE", FIELD_NUMBER, get_wscale, "window scale that a synproxy announces"),
    FIELD_BEHIND("use", ROW, object, use, "USE", FIELD_COUNT, "rules and maps that refer to it"),
    FIELD_BEHIND("comment", ROW, object, comment, "COMMENT", FIELD_TEXT, "comment of the object"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

// A counter and a quota can have one name and never one handle.
static uint64_t object_identity(const void *row) {
    const struct nf_object_row *of = row;
    return netfilter_identity(of->table, of->object->handle);
}

const struct kind nf_object_kind = {
    .name = "objects",
    .title = "Objects",
    .fields = object_fields,
    .field_count = sizeof(object_fields) / sizeof(object_fields[0]),
    .row_size = sizeof(struct nf_object_row),
    .columns = "family,table,type,name,packets,bytes,used,rate,per,value,use,comment",
    .sort = "family,table,type,name",
    .identity = object_identity,
    .help = "named objects with a state: counters, quotas, limits, helpers ...",
};

#undef ROW
#undef BY

// --- Flowtables ----------------------------------------------------------------------------------

static void get_hook(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_flowtable *flowtable = ref->row;
    const char *name = nf_hook_name(NF_FAMILY_NETDEV, flowtable->hook);
    (void)field;
    if (name)
        value_set_text(ret, name);
}

static void get_prio(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_flowtable *flowtable = ref->row;
    (void)field;
    ret->kind = VALUE_INT;
    ret->sint = flowtable->priority;
}

static void get_devices(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_flowtable *flowtable = ref->row;
    (void)field;
    netfilter_set_texts(ret, flowtable->devices, flowtable->device_count);
}

#define ROW struct nf_flowtable_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, flowtable, name, title, type, getter, NULL, help)

// clang-format off
static const struct field flowtable_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("name", ROW, flowtable, name, "NAME", FIELD_TEXT, "name of the flowtable"),
    FIELD_BEHIND("handle", ROW, flowtable, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    BY("hook", "HOOK", FIELD_TEXT, get_hook, "where in the kernel it is asked"),
    BY("prio", "PRIORITY", FIELD_NUMBER, get_prio, "order among the chains and flowtables of the hook"),
    BY("dev", "DEVICES", FIELD_LIST, get_devices, "interfaces between which packets pass by the hooks of IP"),
    FIELD_OF_FLAGS_BEHIND("flags", ROW, flowtable, flags, "FLAGS", flowtable_flag_names, "offload: done by the devices; counter: flows are counted all the same"),
    FIELD_BEHIND("use", ROW, flowtable, use, "USE", FIELD_COUNT, "rules that put flows into it"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t flowtable_identity(const void *row) {
    const struct nf_flowtable_row *of = row;
    return netfilter_identity(of->table, of->flowtable->handle);
}

const struct kind nf_flowtable_kind = {
    .name = "flowtables",
    .title = "Flowtables",
    .fields = flowtable_fields,
    .field_count = sizeof(flowtable_fields) / sizeof(flowtable_fields[0]),
    .row_size = sizeof(struct nf_flowtable_row),
    .columns = "family,table,name,hook,prio,dev,flags,use",
    .sort = "family,table,name",
    .identity = flowtable_identity,
    .help = "flowtables: flows that pass by the hooks of IP",
};
