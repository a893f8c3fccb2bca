// SPDX-License-Identifier: GPL-2.0-or-later
// Reading tables that the kernel dumps with RTM_GETNEIGH: neighbours, proxy entries, forwarding
// databases.
#ifndef SOURCE_NEIGHBOUR_READ_H
#define SOURCE_NEIGHBOUR_READ_H

#include <linux/neighbour.h>

#include "source/netlink.h"
#include "source/route_names.h"
#include "source/source.h"

// What the rows of one of these tables are made by.
struct neighbour_reader {
    const struct kind *kind;
    const struct ndmsg *parts; // a dump with each of these headers
    size_t part_count;
    int (*parse)(const struct nlmsghdr *message, void *row); // of neighbour_parse.h
    // Gives a row that was read the names that are not in it. Returns 0 or -ENOMEM. NULL: it has
    // all.
    int (*name)(void *row, struct arena *arena);
    int (*compare)(const void *a, const void *b); // the order of a whole table
};

// Reads each part into the rows of a new table, which, if it is whole, is put in order and rid of
// what came twice. Trouble stands in its status. NULL only when memory is out.
struct table *neighbour_read(const struct source_request *request,
                             const struct neighbour_reader *reader);

#endif
