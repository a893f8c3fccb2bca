// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of netfilter's named sets and maps, and of their elements.
#include "model/netfilter.h"

#include "ruleset/nf_text.h"
#define MILLISECONDS 1000.0 // in a second

// linux/netfilter/nf_tables.h NFT_SET_*; the words are nft's where it has some.
static const struct flag_name flag_names[] = {
    {0x1, "anonymous"},    {0x2, "constant"}, {0x4, "interval"}, {0x8, "map"},
    {0x10, "timeout"},     {0x20, "dynamic"}, {0x40, "object"},  {0x80, "concatenation"},
    {0x100, "expression"}, {0, NULL},
};

static const char *const policies[] = {"performance", "memory"};
static const struct enum_names policy_names = {policies, 2};

static const struct flag_name element_flag_names[] = {{0x1, "end"}, {0x2, "catchall"}, {0, NULL}};

static void set_seconds(struct value *ret, uint64_t milliseconds) {
    if (milliseconds == 0)
        return;
    ret->kind = VALUE_REAL;
    ret->real = (double)milliseconds / MILLISECONDS;
}

// --- Sets ----------------------------------------------------------------------------------------

// A type's name, cut if it is very long.
static void set_type(const struct nf_set *set, bool data, struct value *ret) {
    struct buffer name = BUFFER_INIT;
    nft_type_format(set, data, &name);
    if (name.len > 0)
        value_printf(ret, "%s", buffer_text(&name));
    buffer_done(&name);
}

static void get_type(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_type(ref->row, false, ret);
}

static void get_map(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_type(ref->row, true, ret);
}

static void get_size(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_set *set = ref->row;
    (void)field;
    if (set->size > 0)
        netfilter_set_uint(ret, set->size);
}

static void get_elements(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_set *set = ref->row;
    (void)field;
    if (set->has_count)
        netfilter_set_uint(ret, set->count);
    else if (set->elements_read)
        netfilter_set_uint(ret, set->element_count);
}

static void get_timeout(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_set *set = ref->row;
    (void)field;
    set_seconds(ret, set->timeout);
}

static void get_gc_interval(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct nf_set *set = ref->row;
    (void)field;
    set_seconds(ret, set->gc_interval);
}

#define ROW struct nf_set_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, set, name, title, type, getter, NULL, help)

// clang-format off
static const struct field set_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("name", ROW, set, name, "NAME", FIELD_TEXT, "name of the set"),
    FIELD_BEHIND("handle", ROW, set, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave it"),
    BY("type", "TYPE", FIELD_TEXT, get_type, "type of its keys"),
    BY("map", "MAP", FIELD_TEXT, get_map, "type of what a map leads to"),
    FIELD_OF_FLAGS_BEHIND("flags", ROW, set, flags, "FLAGS", flag_names, "constant, interval, timeout, dynamic: filled by rules ..."),
    BY("elements", "ELEMENTS", FIELD_COUNT, get_elements, "elements in it, where the kernel tells"),
    BY("size", "SIZE", FIELD_COUNT, get_size, "elements that it takes at most"),
    BY("timeout", "TIMEOUT", FIELD_DURATION, get_timeout, "how long an element stays unless it says otherwise"),
    BY("gc_interval", "GC INTERVAL", FIELD_DURATION, get_gc_interval, "how often elements that are over are looked for"),
    FIELD_OF_ENUM_BEHIND("policy", ROW, set, policy, "POLICY", &policy_names, "what the kernel was asked to save"),
    FIELD_BEHIND("comment", ROW, set, comment, "COMMENT", FIELD_TEXT, "comment of the set"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t set_identity(const void *row) {
    const struct nf_set_row *of = row;
    return netfilter_identity(of->table, of->set->handle);
}

const struct kind nf_set_kind = {
    .name = "sets",
    .title = "Sets",
    .fields = set_fields,
    .field_count = sizeof(set_fields) / sizeof(set_fields[0]),
    .row_size = sizeof(struct nf_set_row),
    .columns = "family,table,name,type,map,flags,elements,size,timeout,comment",
    .sort = "family,table,name",
    .identity = set_identity,
    .help = "named sets and maps of nftables",
};

#undef ROW
#undef BY

// --- Elements ------------------------------------------------------------------------------------

static const struct nf_counter *counter_of(const struct nf_element *element) {
    for (size_t i = 0; i < element->expr_count; i++) {
        if (element->exprs[i].kind == NF_EXPR_COUNTER)
            return &element->exprs[i].counter;
    }
    return NULL;
}

static void get_packets(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_counter *counter = counter_of(ref->row);
    (void)field;
    if (counter)
        netfilter_set_uint(ret, counter->packets);
}

static void get_bytes(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_counter *counter = counter_of(ref->row);
    (void)field;
    if (counter)
        netfilter_set_uint(ret, counter->bytes);
}

static void get_element_timeout(const struct row_ref *ref, const struct field *field,
                                struct value *ret) {
    const struct nf_element *element = ref->row;
    (void)field;
    set_seconds(ret, element->timeout);
}

static void get_expires(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct nf_element *element = ref->row;
    (void)field;
    set_seconds(ret, element->expiration);
}

#define ROW struct nf_element_row
#define BY(key, title, type, getter, help) \
    FIELD_BEHIND_WITH(key, ROW, element, flags, title, type, getter, NULL, help)

// clang-format off
static const struct field element_fields[] = {
    NETFILTER_TABLE_FIELDS(ROW),
    FIELD_BEHIND("set", ROW, set, name, "SET", FIELD_TEXT, "set or map that it is in"),
    FIELD_AS("elem", ROW, text, "ELEMENT", FIELD_TEXT, "the element, with what a map leads to"),
    BY("packets", "PACKETS", FIELD_COUNT, get_packets, "packets that came to its counter"),
    BY("bytes", "BYTES", FIELD_BYTES, get_bytes, "bytes that came to its counter"),
    BY("timeout", "TIMEOUT", FIELD_DURATION, get_element_timeout, "how long it stays from the last time it was added or updated"),
    BY("expires", "EXPIRES", FIELD_DURATION, get_expires, "how long it stays from now"),
    FIELD_OF_FLAGS_BEHIND("flags", ROW, element, flags, "FLAGS", element_flag_names, "catchall: for all that is not in the set"),
    FIELD_BEHIND("comment", ROW, element, comment, "COMMENT", FIELD_TEXT, "comment of the element"),
    NETFILTER_ORIGIN_FIELDS(ROW),
};
// clang-format on

static uint64_t element_identity(const void *row) {
    const struct nf_element_row *of = row;
    uint64_t hash = netfilter_identity(of->table, of->set->handle) ^ of->element->flags;
    for (uint32_t i = 0; i < of->element->key.length; i++)
        hash = (hash ^ of->element->key.bytes[i]) * UINT64_C(1099511628211);
    for (uint32_t i = 0; i < of->element->key_end.length; i++)
        hash = (hash ^ of->element->key_end.bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

const struct kind nf_element_kind = {
    .name = "elements",
    .title = "Elements",
    .fields = element_fields,
    .field_count = sizeof(element_fields) / sizeof(element_fields[0]),
    .row_size = sizeof(struct nf_element_row),
    .columns = "family,table,set,elem,packets,bytes,timeout,expires,comment",
    .sort = "family,table,set,elem",
    .identity = element_identity,
    .help = "elements of named sets and maps",
};
