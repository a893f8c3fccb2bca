// SPDX-License-Identifier: GPL-2.0-or-later
// Fields: what a row has, said once. Columns, text, JSON, the filter language, sorting, completion,
// the JSON Schema and the tables of netscope.5 all come from these. A new field is one line in the
// table of its kind.
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

struct node;
struct netns;
struct field;

// One row and where it stands: what a getter may look at.
struct row_ref {
    const struct node *node;   // for what other rows and namespaces tell of this row
    const struct netns *netns; // the namespace that the row is in
    const void *row;           // the row's own struct (struct link, ...)
};

// What a field's values mean: how they are shown to people. All but the rate types say also how
// they stand in JSON.
enum field_type {
    FIELD_TEXT,
    FIELD_NUMBER,     // a plain number: an index, an id
    FIELD_BYTES,      // a size or an amount in bytes
    FIELD_COUNT,      // how many
    FIELD_BYTES_RATE, // bytes a second
    FIELD_COUNT_RATE, // a second
    FIELD_DURATION,   // seconds
    FIELD_TIME,       // RFC 3339 text
    FIELD_BOOLEAN,
    FIELD_ENUM,  // one of few words
    FIELD_FLAGS, // any of few words
    FIELD_ADDRESS,
    FIELD_PREFIX,
    FIELD_LLADDR,
    FIELD_INTERFACE, // the name of an interface
    FIELD_NETNS,     // the name of a namespace
    FIELD_LIST,      // texts
    FIELD_RECORDS,   // rows of their own
    FIELD_JSON,      // what has a form of its own in JSON
};

// What the type is called in documents ("bytes", "address"), and what its numbers count ("bytes",
// "seconds", "bytes/s"), NULL where there is no unit.
const char *field_type_name(enum field_type type);
const char *field_type_unit(enum field_type type);

typedef void field_getter(const struct row_ref *ref, const struct field *field, struct value *ret);

struct field {
    const char *key;   // lower_snake; the JSON key and the name in filters
    const char *title; // column head
    enum field_type type;
    field_getter *get; // stores into ret, which comes as VALUE_ABSENT
    size_t offset;     // of the member in the row, for the getters below
    const void *names; // FIELD_ENUM: struct enum_names; FIELD_FLAGS: struct flag_name[];
                       // FIELD_RECORDS: struct record_type; rates: struct counter; FIELD_TEXT:
                       // struct field[], see FIELD_IN_WORDS
    const char *help;  // one line, a noun phrase without full stop
    size_t group;      // 0: the member is the row's own; else FIELD_GROUP: it is in another struct,
                       // to which the row has a pointer (NULL: the row has nothing of that group)
};

// The words of an enumeration, by its number; a NULL or a number outside is "unknown(N)".
struct enum_names {
    const char *const *names;
    size_t count;
};

// A row inside a row: an address of an interface.
struct record_type {
    const char *name; // in the schema: "address"
    const struct field *fields;
    size_t field_count;
    size_t size;                                             // of one item
    void (*format)(const void *item, struct buffer *buffer); // its short form in a column
};

// Getters that read the member at field->offset.
field_getter field_get_bool, field_get_u8, field_get_u16, field_get_u32, field_get_u64,
    field_get_i32, field_get_text, field_get_maybe, field_get_address, field_get_prefix,
    field_get_lladdr, field_get_enum_u8, field_get_enum_u32, field_get_enum_maybe,
    field_get_flags_u32, field_get_flags_u64, field_get_flags_maybe;

// The name of the row's namespace: the first field of every kind.
field_getter field_get_netns;

// clang-format off

// A member of the row, its getter chosen by the member's C type; the key is the member's name.
#define FIELD(row, member, title, type, help) FIELD_AS(#member, row, member, title, type, help)

// The same under another key, for members of structs inside the row (vlan.id as vlan_id).
#define FIELD_AS(key, row, member, title, type, help)                                              \
    FIELD_WITH(key, row, member, title, type, FIELD_GETTER(((row *)0)->member), NULL, help)

// A uint8_t, uint32_t (or enum) or struct maybe that is the number of a word; a uint64_t or
// uint32_t whose bits are words.
#define FIELD_OF_ENUM(key, row, member, title, enum_names, help)                                   \
    FIELD_WITH(key, row, member, title, FIELD_ENUM, FIELD_ENUM_GETTER(((row *)0)->member),         \
               enum_names, help)
#define FIELD_OF_FLAGS(key, row, member, title, flag_names, help)                                  \
    FIELD_WITH(key, row, member, title, FIELD_FLAGS, FIELD_FLAGS_GETTER(((row *)0)->member),       \
               flag_names, help)

// A member of the row that a getter of one's own reads.
#define FIELD_WITH(key, row, member, title, type, getter, names, help)                             \
    {key, title, type, getter, offsetof(row, member), names, help, 0}

// The same for a member of the struct that the row's `pointer` leads to: the getter is given that
// struct in the row's place, and is not called where the pointer is NULL. What few rows have, or
// many share, is best kept so. Fields of one group stand together: they are passed over at once.
#define FIELD_BEHIND(key, row, pointer, member, title, type, help)                                 \
    FIELD_BEHIND_WITH(key, row, pointer, member, title, type,                                      \
                      FIELD_GETTER(((row *)0)->pointer->member), NULL, help)
#define FIELD_OF_ENUM_BEHIND(key, row, pointer, member, title, enum_names, help)                   \
    FIELD_BEHIND_WITH(key, row, pointer, member, title, FIELD_ENUM,                                \
                      FIELD_ENUM_GETTER(((row *)0)->pointer->member), enum_names, help)
#define FIELD_OF_FLAGS_BEHIND(key, row, pointer, member, title, flag_names, help)                  \
    FIELD_BEHIND_WITH(key, row, pointer, member, title, FIELD_FLAGS,                               \
                      FIELD_FLAGS_GETTER(((row *)0)->pointer->member), flag_names, help)
#define FIELD_BEHIND_WITH(key, row, pointer, member, title, type, getter, names, help)             \
    {key, title, type, getter, offsetof(__typeof__(*((row *)0)->pointer), member), names, help,    \
     FIELD_GROUP(row, pointer)}
#define FIELD_GROUP(row, pointer) (offsetof(row, pointer) + 1)

// A field that a function works out.
#define FIELD_BY(key, title, type, getter, help) {key, title, type, getter, 0, NULL, help, 0}
// A text that says in words what other fields tell, perhaps another one in each of a million rows: rows are
// put in the order of its parts (eight at most), the first first. Behind them stand the words that are between them.
#define FIELD_IN_WORDS(key, title, getter, parts, help) {key, title, FIELD_TEXT, getter, 0, parts, help, 0}
#define FIELD_PARTS_END(words) {NULL, NULL, FIELD_TEXT, NULL, 0, NULL, words, 0}
#define FIELD_RECORDS_BY(key, title, getter, record_type, help)                                    \
    {key, title, FIELD_RECORDS, getter, 0, record_type, help, 0}

#define FIELD_GETTER(member) _Generic((member),                                                    \
    bool: field_get_bool, uint8_t: field_get_u8, uint16_t: field_get_u16, uint32_t: field_get_u32, \
    uint64_t: field_get_u64, int32_t: field_get_i32, const char *: field_get_text,                 \
    struct maybe: field_get_maybe, struct address: field_get_address,                              \
    struct prefix: field_get_prefix, struct lladdr: field_get_lladdr)
#define FIELD_ENUM_GETTER(member) _Generic((member),                                               \
    uint8_t: field_get_enum_u8, uint32_t: field_get_enum_u32, struct maybe: field_get_enum_maybe)
#define FIELD_FLAGS_GETTER(member) _Generic((member),                                              \
    uint32_t: field_get_flags_u32, uint64_t: field_get_flags_u64, struct maybe: field_get_flags_maybe)
// clang-format on

// What the field's getter reads: the row, or the struct of the field's group, NULL if the row has
// none. Inline: a dump asks it for every field of every row.
static inline const void *field_struct(const struct field *field, const void *row) {
    if (field->group == 0)
        return row;
    return *(const void *const *)((const char *)row + field->group - 1);
}

// Reads a field of a row: as its getter, with ret made VALUE_ABSENT before.
void field_read(const struct field *field, const struct row_ref *ref, struct value *ret);

// What the field says in words, or NULL if it has an order of its own.
static inline const struct field *field_parts(const struct field *field) {
    return field->type == FIELD_TEXT ? field->names : NULL;
}

// True for what takes two readings: a dump, which reads once, has no such thing.
bool field_is_rate(const struct field *field);

#endif
