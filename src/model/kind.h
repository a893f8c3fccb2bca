// SPDX-License-Identifier: GPL-2.0-or-later
// Kinds of rows: what netscope knows to show. One struct kind each; this is their register.
#ifndef MODEL_KIND_H
#define MODEL_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/field.h"

enum kind_id {
    KIND_NAMESPACES,
    KIND_INTERFACES,
    KIND_ROUTES,
    KIND_ROUTING_RULES,
    KIND_NEXTHOPS,
    KIND_NEIGHBOURS,
    KIND_FDB,
    KIND_NEIGHBOUR_TABLES,
    KIND_FLOWS,
    KIND_FLOW_SUMMARIES,
    KIND_FLOW_EVENTS,
    KIND_EXPECTATIONS,
    KIND_CONNTRACK,
    KIND_CONNTRACK_CPUS,
    KIND_RESOLVER,
    KIND_TABLES,
    KIND_HOOKS,
    KIND_CHAINS,
    KIND_RULES,
    KIND_SETS,
    KIND_ELEMENTS,
    KIND_OBJECTS,
    KIND_FLOWTABLES,
    KIND_REFERENCES,
    KIND_SERVICES,
    KIND_BYPASSES,
    KIND_ANSWERS,
    KIND_QUERIES,
    KIND_PACKETS,
    KIND_PACKET_SUMMARIES,
    KIND_STEPS,
    KIND_COUNT,
};

#define KIND_BIT(id) (UINT32_C(1) << (id))

struct kind {
    const char *name;           // as in --dump=interfaces and as the JSON key
    const char *title;          // for people
    const struct field *fields; // the first is "netns"
    size_t field_count;
    size_t unusual_count; // of the last fields, which say again in other words what others say: a
                          // dump has them only if they are named
    size_t row_size;
    const char *columns; // shown when nothing else is asked for: keys, joined by commas, in order
    const char *sort;    // the usual order: a key, '-' before it for descending
    // A number that stays the row's while the thing that it describes lives, and is no other row's
    // of this kind in this namespace at the same time: selection, marks and rates follow it.
    uint64_t (*identity)(const void *row);
    // Kinds, a KIND_BIT each, whose tables of every namespace its fields look at: they are read
    // before its rows are shown.
    uint32_t looks_at;
    uint32_t names_from; // the same, for fields that only name what others tell: with --names
    // True if rows of one namespace are compared with those of another: who reads several holds
    // all.
    bool compares_netnses;
    // The option whose answer its rows are ("name"): there is no source to read them from. NULL:
    // there is one.
    const char *asked_with;
    const char *help; // one line
};

// Every kind, by its id.
extern const struct kind *const kinds[KIND_COUNT];

// The kind of that name, or NULL.
const struct kind *kind_find(const char *name);

// The place of the kind in kinds[].
enum kind_id kind_id(const struct kind *kind);

// The field of that key, or NULL. For a record's field: "addr_info.local" finds addr_info and then,
// in ret_inner if that is not NULL, local (NULL for a plain field).
const struct field *kind_find_field(const struct kind *kind, const char *key,
                                    const struct field **ret_inner);

// The key nearest to a wrong one, for "did you mean", or NULL if none is near.
const char *kind_suggest_field(const struct kind *kind, const char *key);

#endif
