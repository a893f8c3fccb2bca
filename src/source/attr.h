// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink attributes into the members of a row, by table: which attribute has which form and goes
// where. Attributes that a table does not name are passed over: a newer kernel has more of them.
// The bytes are checked against the form before they are read.
#ifndef SOURCE_ATTR_H
#define SOURCE_ATTR_H

#include <stddef.h>
#include <stdint.h>

#include <netlink/attr.h>

#include "base/arena.h"

// The form of an attribute's payload and, behind the arrow, the C type of the member it goes to.
enum attr_form {
    ATTR_UNKNOWN,
    ATTR_U8, // numbers of the host's byte order -> struct maybe
    ATTR_U16,
    ATTR_U32,
    ATTR_U64,
    ATTR_BE16, // of network byte order -> struct maybe
    ATTR_BE32,
    ATTR_FLAG,      // its being there counts -> struct maybe of 1
    ATTR_PLAIN_U8,  // -> uint8_t
    ATTR_PLAIN_U32, // -> uint32_t
    ATTR_ADDRESS,   // 4 or 16 bytes; all zero is none -> struct address
    ATTR_LLADDR,    // -> struct lladdr
    ATTR_TEXT,      // -> const char *
    ATTR_TAKE,      // anything else: a function looks at it
};

struct attr_target {
    void *row;
    struct arena *arena; // for texts and lists
};

struct attr_rule {
    enum attr_form form;
    size_t offset; // of the member in the row
    int (*take)(const struct nlattr *attr, const struct attr_target *target); // of ATTR_TAKE
};

// One line of a table, which is indexed by the attribute's number.
#define ATTR(form, row, member) \
    { (form), offsetof(row, member), NULL }
#define ATTR_BY(function) \
    { ATTR_TAKE, 0, (function) }

struct attr_table {
    const struct attr_rule *rules;
    size_t count;
};
#define ATTR_TABLE(rules) \
    { (rules), sizeof(rules) / sizeof((rules)[0]) }

// Reads length bytes of attributes. Returns 0, -ENOMEM, or -EBADMSG if some were too short for
// their form (the others are read all the same) or a function said so.
int attr_read(const struct nlattr *head, int length, const struct attr_table *table,
              const struct attr_target *target);

// The same for the attributes inside of one.
int attr_read_nested(const struct nlattr *attr, const struct attr_table *table,
                     const struct attr_target *target);

// Goes through the attributes inside of one: for (each; attr_ok; next).
#define ATTR_FOR_EACH_NESTED(inner, attr, left)                                     \
    for ((inner) = nla_data(attr), (left) = nla_len(attr); nla_ok((inner), (left)); \
         (inner) = nla_next((inner), &(left)))

#endif
