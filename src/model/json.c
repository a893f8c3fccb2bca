// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_text.h"

// The shortest of the common forms that reads back as the same number.
static void format_real(double real, struct buffer *buffer) {
    char text[32];
    if (!isfinite(real)) {
        buffer_puts(buffer, "null");
        return;
    }
    snprintf(text, sizeof(text), "%.15g", real);
    if (strtod(text, NULL) != real)
        snprintf(text, sizeof(text), "%.17g", real);
    buffer_puts(buffer, text);
}

static void format_flags(const struct value *value, struct buffer *buffer) {
    const char *comma = "";
    buffer_putc(buffer, '[');
    for (const struct flag_name *flag = value->flags.names; flag->name; flag++) {
        if (!(value->flags.bits & flag->bit))
            continue;
        buffer_puts(buffer, comma);
        json_format_text(flag->name, buffer);
        comma = ",";
    }
    buffer_putc(buffer, ']');
}

static void format_texts(const struct value *value, struct buffer *buffer) {
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < value->texts.count; i++) {
        if (i > 0)
            buffer_putc(buffer, ',');
        json_format_text(value->texts.items[i], buffer);
    }
    buffer_putc(buffer, ']');
}

static void format_value(const struct value *value, struct buffer *buffer) {
    switch (value->kind) {
    case VALUE_BOOLEAN:
        buffer_puts(buffer, value->boolean ? "true" : "false");
        break;
    case VALUE_UINT:
    case VALUE_INT:
    case VALUE_JSON:
        value_format(value, buffer);
        break;
    case VALUE_REAL:
        format_real(value->real, buffer);
        break;
    case VALUE_TEXT:
        json_format_text(value->text, buffer);
        break;
    case VALUE_TIME:
    case VALUE_ADDRESS:
    case VALUE_PREFIX:
    case VALUE_LLADDR: // digits, dots, colons: nothing to escape
        buffer_putc(buffer, '"');
        value_format(value, buffer);
        buffer_putc(buffer, '"');
        break;
    case VALUE_FLAGS:
        format_flags(value, buffer);
        break;
    case VALUE_TEXTS:
        format_texts(value, buffer);
        break;
    case VALUE_ABSENT:
    case VALUE_RECORDS: // written by their members
        break;
    }
}

// --- Plans ---------------------------------------------------------------------------------------

struct member {
    const struct field *field;
    const char *key; // `,"key":`, as a dump writes more of these than of anything else
    size_t key_len;
    size_t group_end;          // the first member that is not of this one's group any more
    struct json_plan *records; // of FIELD_RECORDS
};

struct json_plan {
    struct arena keys;
    size_t count;
    struct member members[];
};

static void format_records(const struct value *value, const struct json_plan *plan,
                           const struct row_ref *ref, struct buffer *buffer) {
    struct row_ref item = *ref;
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < value->records.count; i++) {
        item.row = (const char *)value->records.items + i * value->records.type->size;
        if (i > 0)
            buffer_putc(buffer, ',');
        json_format_row(plan, &item, NULL, buffer);
    }
    buffer_putc(buffer, ']');
}

// Returns whether there is something in front of the next member.
static bool format_member(const struct member *member, const struct row_ref *read, bool more,
                          struct buffer *buffer) {
    struct value value;
    value.kind = VALUE_ABSENT;
    member->field->get(read, member->field, &value);
    if (value.kind == VALUE_ABSENT)
        return more;
    buffer_add(buffer, member->key + !more, member->key_len - !more);
    if (value.kind == VALUE_RECORDS)
        format_records(&value, member->records, read, buffer);
    else
        format_value(&value, buffer);
    return true;
}

static size_t memo_place(const void *group, const void *fields) {
    uint64_t mixed = ((uint64_t)(uintptr_t)group ^ (uint64_t)(uintptr_t)fields << 20) *
                     UINT64_C(0x9e3779b97f4a7c15);
    return mixed >> 32 & (JSON_MEMO_SIZE - 1);
}

// Writes again what stands further up. The buffer may move meanwhile.
static void repeat(size_t start, size_t len, struct buffer *buffer) {
    if (buffer_reserve(buffer, len))
        buffer_add(buffer, buffer->data + start, len);
}

// The members from one to the end of its group, of which the row has the struct.
static bool format_group(const struct member *first, const struct member *end,
                         const struct row_ref *read, bool more, struct json_memo *memo,
                         struct buffer *buffer) {
    size_t place = memo_place(read->row, first), start = buffer->len;
    if (memo && more && memo->places[place].group == read->row &&
        memo->places[place].fields == first) {
        repeat(memo->places[place].start, memo->places[place].len, buffer);
        return true;
    }
    bool had = more;
    for (const struct member *member = first; member < end; member++)
        more = format_member(member, read, more, buffer);
    if (memo && had) {
        memo->places[place].group = read->row;
        memo->places[place].fields = first;
        memo->places[place].start = start;
        memo->places[place].len = buffer->len - start;
    }
    return more;
}

void json_format_members(const struct json_plan *plan, const struct row_ref *ref, bool more,
                         struct json_memo *memo, struct buffer *buffer) {
    struct row_ref read = *ref;
    for (size_t i = 0; i < plan->count;) {
        const struct member *member = &plan->members[i];
        read.row = field_struct(member->field, ref->row);
        if (member->field->group == 0) {
            more = format_member(member, &read, more, buffer);
            i++;
            continue;
        }
        if (read.row)
            more =
                format_group(member, plan->members + member->group_end, &read, more, memo, buffer);
        i = member->group_end;
    }
}

void json_format_row(const struct json_plan *plan, const struct row_ref *ref,
                     struct json_memo *memo, struct buffer *buffer) {
    buffer_putc(buffer, '{');
    json_format_members(plan, ref, false, memo, buffer);
    buffer_putc(buffer, '}');
}

static struct json_plan *plan_records(const struct record_type *type) {
    const struct field **fields = calloc(type->field_count + 1, sizeof(*fields));
    for (size_t i = 0; fields && i < type->field_count; i++)
        fields[i] = &type->fields[i];
    struct json_plan *plan = fields ? json_plan_new(fields, type->field_count) : NULL;
    free(fields);
    return plan;
}

static bool plan_member(struct json_plan *plan, const struct field *field, size_t index) {
    struct member *member = &plan->members[index];
    member->field = field;
    member->key = arena_printf(&plan->keys, ",\"%s\":", field->key);
    member->key_len = member->key ? strlen(member->key) : 0;
    if (field->type == FIELD_RECORDS)
        member->records = plan_records(field->names);
    return member->key && (field->type != FIELD_RECORDS || member->records);
}

static void find_group_ends(struct json_plan *plan) {
    size_t end = plan->count;
    for (size_t i = plan->count; i-- > 0;) {
        if (i + 1 < plan->count &&
            plan->members[i + 1].field->group != plan->members[i].field->group)
            end = i + 1;
        plan->members[i].group_end = end;
    }
}

struct json_plan *json_plan_new(const struct field *const *fields, size_t count) {
    struct json_plan *plan = calloc(1, sizeof(*plan) + count * sizeof(plan->members[0]));
    if (!plan)
        return NULL;
    for (size_t i = 0; i < count; i++, plan->count++) {
        if (!plan_member(plan, fields[i], i)) {
            plan->count++;
            json_plan_free(plan);
            return NULL;
        }
    }
    find_group_ends(plan);
    return plan;
}

void json_plan_free(struct json_plan *plan) {
    if (!plan)
        return;
    for (size_t i = 0; i < plan->count; i++)
        json_plan_free(plan->members[i].records);
    arena_done(&plan->keys);
    free(plan);
}
