// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/field.h"

#include "model/netns.h"

// The member that a plain getter reads.
#define MEMBER(type) (*(type const *)((const char *)ref->row + field->offset))

static void set_uint(struct value *ret, uint64_t number) {
    ret->kind = VALUE_UINT;
    ret->uint = number;
}

static void set_enum(const struct field *field, uint64_t number, struct value *ret) {
    const struct enum_names *names = field->names;
    if (number < names->count && names->names[number])
        value_set_text(ret, names->names[number]);
    else
        value_printf(ret, "unknown(%llu)", (unsigned long long)number);
}

static void set_flags(const struct field *field, uint64_t bits, struct value *ret) {
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = bits;
    ret->flags.names = field->names;
}

void field_get_bool(const struct row_ref *ref, const struct field *field, struct value *ret) {
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = MEMBER(bool);
}

void field_get_u8(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_uint(ret, MEMBER(uint8_t));
}

void field_get_u16(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_uint(ret, MEMBER(uint16_t));
}

void field_get_u32(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_uint(ret, MEMBER(uint32_t));
}

void field_get_u64(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_uint(ret, MEMBER(uint64_t));
}

void field_get_i32(const struct row_ref *ref, const struct field *field, struct value *ret) {
    ret->kind = VALUE_INT;
    ret->sint = MEMBER(int32_t);
}

void field_get_text(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *text = MEMBER(const char *);
    if (!text)
        return;
    ret->kind = VALUE_TEXT;
    ret->text = text;
}

void field_get_maybe(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *number = &MEMBER(struct maybe);
    if (!number->known)
        return;
    set_uint(ret, number->value);
    if (field->type == FIELD_BOOLEAN) {
        ret->kind = VALUE_BOOLEAN;
        ret->boolean = number->value != 0;
    }
}

void field_get_address(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct address *address = &MEMBER(struct address);
    if (address->family == ADDRESS_NONE)
        return;
    ret->kind = VALUE_ADDRESS;
    ret->address = *address;
}

void field_get_prefix(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct prefix *prefix = &MEMBER(struct prefix);
    if (prefix->address.family == ADDRESS_NONE)
        return;
    ret->kind = VALUE_PREFIX;
    ret->prefix = *prefix;
}

void field_get_lladdr(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct lladdr *lladdr = &MEMBER(struct lladdr);
    if (lladdr->length == 0)
        return;
    ret->kind = VALUE_LLADDR;
    ret->lladdr = *lladdr;
}

void field_get_enum_u8(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_enum(field, MEMBER(uint8_t), ret);
}

void field_get_enum_u32(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_enum(field, MEMBER(uint32_t), ret);
}

void field_get_enum_maybe(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *number = &MEMBER(struct maybe);
    if (number->known)
        set_enum(field, number->value, ret);
}

void field_get_flags_u32(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_flags(field, MEMBER(uint32_t), ret);
}

void field_get_flags_u64(const struct row_ref *ref, const struct field *field, struct value *ret) {
    set_flags(field, MEMBER(uint64_t), ret);
}

void field_get_flags_maybe(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct maybe *bits = &MEMBER(struct maybe);
    if (bits->known)
        set_flags(field, bits->value, ret);
}

void field_get_netns(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    ret->kind = VALUE_TEXT;
    ret->text = ref->netns->name;
}

void field_read(const struct field *field, const struct row_ref *ref, struct value *ret) {
    const struct row_ref read = {ref->node, ref->netns, field_struct(field, ref->row)};
    ret->kind = VALUE_ABSENT;
    if (read.row)
        field->get(&read, field, ret);
}

static const struct {
    const char *name, *unit;
} types[] = {
    [FIELD_TEXT] = {"text", NULL},
    [FIELD_NUMBER] = {"number", NULL},
    [FIELD_BYTES] = {"bytes", "bytes"},
    [FIELD_COUNT] = {"count", NULL},
    [FIELD_BYTES_RATE] = {"bytes_rate", "bytes/s"},
    [FIELD_COUNT_RATE] = {"count_rate", "1/s"},
    [FIELD_DURATION] = {"duration", "seconds"},
    [FIELD_TIME] = {"time", NULL},
    [FIELD_BOOLEAN] = {"boolean", NULL},
    [FIELD_ENUM] = {"enum", NULL},
    [FIELD_FLAGS] = {"flags", NULL},
    [FIELD_ADDRESS] = {"address", NULL},
    [FIELD_PREFIX] = {"prefix", NULL},
    [FIELD_LLADDR] = {"lladdr", NULL},
    [FIELD_INTERFACE] = {"interface", NULL},
    [FIELD_NETNS] = {"netns", NULL},
    [FIELD_LIST] = {"list", NULL},
    [FIELD_RECORDS] = {"records", NULL},
    [FIELD_JSON] = {"json", NULL},
};

const char *field_type_name(enum field_type type) {
    return types[type].name;
}

const char *field_type_unit(enum field_type type) {
    return types[type].unit;
}

bool field_is_rate(const struct field *field) {
    return field->type == FIELD_BYTES_RATE || field->type == FIELD_COUNT_RATE;
}
