// SPDX-License-Identifier: GPL-2.0-or-later
// What one field of one row holds: the one form that columns, text, JSON, filters and sorting read.
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"

enum value_kind {
    VALUE_ABSENT, // this row has no such thing: nothing in JSON, '-' in a column
    VALUE_BOOLEAN,
    VALUE_UINT,
    VALUE_INT,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_TIME, // written as RFC 3339 has it, with nanoseconds, in UTC
    VALUE_ADDRESS,
    VALUE_PREFIX,
    VALUE_LLADDR,
    VALUE_FLAGS,   // a set of names, one for each bit
    VALUE_TEXTS,   // a list of texts
    VALUE_RECORDS, // a list of rows of their own (an interface's addresses)
    VALUE_JSON,    // JSON that a function writes: what has a form of its own there (a nft rule)
};

// A bit and what it is called. Tables of these end with a NULL name; the bits there are flags that
// say little, as nearly every row has them or another field tells them: columns leave them out.
struct flag_name {
    uint64_t bit;
    const char *name;
};

struct record_type;

// Texts, lists and records belong to the row (or to scratch) and live as long as it does: read a
// value, use it, forget it. Never copy one.
struct value {
    enum value_kind kind;
    union {
        bool boolean;
        uint64_t uint;
        int64_t sint;
        int64_t time; // nanoseconds since 1970
        double real;
        const char *text; // other people's bytes, perhaps
        struct address address;
        struct prefix prefix;
        struct lladdr lladdr;
        struct {
            uint64_t bits;
            const struct flag_name *names;
        } flags;
        struct {
            const char *const *items;
            size_t count;
        } texts;
        struct {
            const struct record_type *type;
            const void *items; // count structs of type->size bytes each
            size_t count;
        } records;
        struct {
            void (*format)(const void *item, struct buffer *buffer);
            const void *item;
        } json;
    };
    _Alignas(8) char scratch[192]; // for a getter that has to compose its text
};

// A number that may be missing, as a member of a row. Eight bytes and not sixteen, as a row has a
// hundred of them.
struct maybe {
    uint64_t value : 63;
    uint64_t known : 1;
};

// maybe_of(5) is known to be 5; a zeroed struct maybe is unknown.
static inline struct maybe maybe_of(uint64_t value) {
    return (struct maybe){.value = value, .known = true};
}

// Makes the text of a value: that of text in scratch, cut if it does not fit.
void value_set_text(struct value *value, const char *text);
void value_printf(struct value *value, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Makes a time of nanoseconds since 1970, UTC.
void value_set_time(struct value *value, int64_t time);

// Makes of a time the text that it is written as; of any other value nothing.
void value_spell_time(struct value *value);

// Order of two values of one field: numbers by number, addresses by bytes, text so that eth2 comes
// before eth10 (runs of digits by number), lists by their first item; absent after all others.
// <0, 0, >0.
int value_compare(const struct value *a, const struct value *b);

// Adds the value as plain text (raw numbers, lists joined by commas, nothing if absent). The bytes
// are as they came: pass them through text_printable before they reach a terminal.
void value_format(const struct value *value, struct buffer *buffer);

#endif
