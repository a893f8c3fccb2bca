// SPDX-License-Identifier: GPL-2.0-or-later
// Sources: where rows come from. One const struct source for each kind that is read from the
// kernel; this is their register. All of these functions block: they run on a worker (or in
// --dump), never on the thread that draws.
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/condition.h"
#include "model/history.h"
#include "model/table.h"

// Takes rows as they come, for a reader that need not hold all of them.
struct source_sink {
    size_t rows; // a table is handed over when it has so many
    // Takes over the reference to a table of the next rows. Returns 0, or -errno, which ends the
    // reading.
    int (*take)(struct table *part, void *user_data);
    void *user_data;
};

// Where to read, and how much.
struct source_request {
    const struct netns *netns;      // the namespace to read in
    const struct table *namespaces; // all of the node's, to tell which one an nsid stands for
    int64_t now;                    // nanoseconds since 1970, UTC
    const struct source_sink *sink; // NULL: all rows are in the table that is returned
    size_t enough;                  // stop once there are so many rows, without a sink; 0: all
    // What was read before, if this is only to find out whether it has changed: a source may give
    // it back (one more reference) where it knows that its rows are the same but for counts.
    struct table *before;
    // Rows that do not meet them may be left out; NULL: none.
    const struct conditions *conditions;
};

#define SOURCE_ENOUGH 1

// To be called by a source that streams (struct source) after each row that it added: hands *table
// to the sink when it is full, and puts a new one there, with the status so far and an arena of its
// own. Returns 0, or what a netlink_sink ends the reading with: SOURCE_ENOUGH when there are enough
// rows, or -errno (then *table is whole, and the caller's as before).
int source_row_done(const struct source_request *request, struct table **table);

typedef int source_sample_sink(uint64_t identity, const uint64_t counters[HISTORY_COUNTERS],
                               void *user_data);

struct source {
    const char *name;       // as its status says: "interfaces"
    enum kind_id kind;      // what its rows are
    const char *needs;      // privilege or kernel feature, for people
    int protocol;           // NETLINK_ROUTE, ...
    const unsigned *groups; // multicast groups of that protocol that tell of a change
    size_t group_count;
    uint32_t made_of; // kinds, a KIND_BIT each, a change of which is one of these rows

    // Takes the bytes of notifications of those groups from the namespace with that inode; NULL:
    // some were lost. And that the namespace is listened to no more. NULL where it is enough to
    // know that something changed; one source of those that share groups has them.
    void (*hear)(uint64_t netns, const void *bytes, size_t length);
    void (*forget)(uint64_t netns);

    // The kernel sends no word of all changes: it is to be read from time to time (source_request's
    // `before`).
    bool polled;

    // True if reading honours the request's sink and `enough`; others give the whole table. What
    // was handed over cannot be taken back: with a sink, a dump that a change interrupted does not
    // begin again (netlink.h), but ends as partial.
    bool streams;

    // Reads every row in the namespace into a new table, the caller's; with a sink, what has not
    // been handed over. Whatever went wrong stands in the table's status. NULL only when memory is
    // out.
    struct table *(*read)(const struct source_request *request);

    // Reads only the counters of the rows with these identities (all rows if count is 0) and gives
    // them to sink. Returns 0 or -errno. NULL where a kind has no counters.
    int (*sample)(const struct source_request *request, const uint64_t *identities, size_t count,
                  source_sample_sink *sink, void *user_data, struct error *err);
    bool samples_apart; // the more rows are wanted, the more the kernel is asked
};

// Every source; the end is NULL.
extern const struct source *const sources[];

// The source of that kind, or NULL.
const struct source *source_of(enum kind_id kind);

#endif
