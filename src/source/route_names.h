// SPDX-License-Identifier: GPL-2.0-or-later
// What iproute2's files call the numbers of tables, protocols, scopes and realms (rt_tables,
// rt_protos, rt_scopes, rt_realms; ip-route(8) FILES).
#ifndef SOURCE_ROUTE_NAMES_H
#define SOURCE_ROUTE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct route_name {
    uint32_t number;
    const char *name;
};

// The later of two names for a number counts.
struct route_name_list {
    struct route_name *items;
    size_t count, capacity;
};

// Room for names of zeroes is ready for use.
struct route_names {
    struct arena arena;
    struct route_name_list tables, protocols, scopes, realms;
};

// The names that everybody has without any file, and those of the files, which are read once, by
// who asks first, from any thread. What cannot be read is left out: a number is a name as well.
// NULL when memory is out.
const struct route_names *route_names_read(void);

void route_names_done(struct route_names *names);

// Adds the names of one of iproute2's files ("rt_realms", and what is in "rt_realms.d"), wherever
// it lies, or of any file of that form. What cannot be read is left out. Returns 0 or -ENOMEM.
int route_names_read_list(const char *name, struct arena *arena, struct route_name_list *list);
int route_names_read_file(const char *path, struct arena *arena, struct route_name_list *list);

// Adds the names of a file's text: lines "254 main" or "0xfe main", comments behind '#'. Pure.
// Returns 0 or -ENOMEM.
int route_names_parse(const char *text, size_t length, struct arena *arena,
                      struct route_name_list *list);

// The same for the names that need no file. Pure.
int route_names_add_known(struct route_names *names);

// A copy of the number's name, or the number, in the arena; NULL when memory is out. Pure.
const char *route_name_text(const struct route_name_list *list, uint32_t number,
                            struct arena *arena);

// "from/to" or, if nothing is from a realm, "to", in the arena; NULL when memory is out. Pure.
const char *route_realms_text(const struct route_names *names, uint32_t realms,
                              struct arena *arena);

#endif
