// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/encap.h"

static void set_texts(struct value *ret, const char *const *items, size_t count) {
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = items;
    ret->texts.count = count;
}

static void get_segments(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct encap *encap = ref->row;
    (void)field;
    set_texts(ret, encap->segments, encap->segment_count);
}

static void get_rest(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct encap *encap = ref->row;
    (void)field;
    set_texts(ret, encap->rest, encap->rest_count);
}

static const struct field fields[] = {
    FIELD(struct encap, type, "TYPE", FIELD_TEXT, "what it is put into: mpls, ip, seg6 ..."),
    FIELD(struct encap, id, "ID", FIELD_NUMBER, "id of the tunnel: of a vxlan, its VNI"),
    FIELD(struct encap, src, "SRC", FIELD_ADDRESS, "source address of the outer header"),
    FIELD(struct encap, dst, "DST", FIELD_ADDRESS, "destination address of the outer header"),
    FIELD(struct encap, ttl, "TTL", FIELD_NUMBER,
          "time to live, or hop limit, of the outer header"),
    FIELD(struct encap, tos, "TOS", FIELD_NUMBER,
          "type of service, or traffic class, of the outer header"),
    FIELD(struct encap, labels, "LABELS", FIELD_TEXT, "MPLS labels, outermost first"),
    FIELD(struct encap, mode, "MODE", FIELD_TEXT, "how it is put in: inline, encap ..."),
    FIELD(struct encap, action, "ACTION", FIELD_TEXT, "what a segment's end does (seg6local)"),
    FIELD_BY("segments", "SEGMENTS", FIELD_LIST, get_segments,
             "segments in the order in which they are visited"),
    FIELD_BY("rest", "REST", FIELD_LIST, get_rest, "everything else, in the words of ip(8)"),
};

static void add_word(struct buffer *buffer, const char *name, const char *text) {
    if (text)
        buffer_printf(buffer, " %s%s", name, text);
}

static void add_number(struct buffer *buffer, const char *name, const struct maybe *number) {
    if (number->known)
        buffer_printf(buffer, " %s %llu", name, (unsigned long long)number->value);
}

static void add_address(struct buffer *buffer, const char *name, const struct address *address) {
    if (address->family == ADDRESS_NONE)
        return;
    buffer_printf(buffer, " %s ", name);
    address_format(address, buffer);
}

void encap_format(const struct encap *encap, struct buffer *buffer) {
    buffer_puts(buffer, encap->type);
    add_word(buffer, "", encap->labels);
    add_number(buffer, "id", &encap->id);
    add_address(buffer, "src", &encap->src);
    add_address(buffer, "dst", &encap->dst);
    add_number(buffer, "ttl", &encap->ttl);
    add_number(buffer, "tos", &encap->tos);
    add_word(buffer, "mode ", encap->mode);
    add_word(buffer, "action ", encap->action);
    for (size_t i = 0; i < encap->segment_count; i++)
        buffer_printf(buffer, "%s%s", i == 0 ? " segs " : ",", encap->segments[i]);
    for (size_t i = 0; i < encap->rest_count; i++)
        add_word(buffer, "", encap->rest[i]);
}

static void format_item(const void *item, struct buffer *buffer) {
    const struct encap *encap = item;
    buffer_puts(buffer, encap->text);
}

const struct record_type encap_type = {
    .name = "encap",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .size = sizeof(struct encap),
    .format = format_item,
};
