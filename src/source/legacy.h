// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the tables of x_tables (iptables-legacy) in a namespace.
#ifndef SOURCE_LEGACY_H
#define SOURCE_LEGACY_H

#include "base/error.h"
#include "model/netns.h"
#include "ruleset/ruleset.h"

// Adds the tables of ip and ip6 that exist behind those that the ruleset has, and says whether
// arptables or ebtables have any. Nothing is created: a table that nobody used so far would come to
// be by being asked for, so the kernel's list of names (/proc/net/ip_tables_names) is read first.
// A table with -EBADMSG or another trouble is left out, the others are read. Returns 0, or -errno
// of the first trouble.
int legacy_read(const struct netns *netns, struct ruleset *ruleset, struct error *err);

// Reads one table that exists. Returns 0 and the table, a reference of which is the caller's; or
// -errno, -ENOENT if there is no such table.
int legacy_read_table(const struct netns *netns, uint8_t family, const char *name,
                      struct nf_table **ret_table, struct error *err);

// Whether the namespace still has the legacy tables that the ruleset has, and the same rules in
// them. Nothing tells of a change, so it is looked for: each time in the lists of names, and in the
// sizes and numbers of entries; and, as that costs as much as a reading does, in the entries
// themselves only so often that it takes a hundredth of the time at most. Then another rule of
// the same size is seen, too.
bool legacy_is_unchanged(const struct netns *netns, struct ruleset *ruleset);

#endif
