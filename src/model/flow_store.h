// SPDX-License-Identifier: GPL-2.0-or-later
// The flows of one namespace, kept up to date: tables are built once, and of a million flows nobody
// can build a new one for each that comes or goes. One thread owns a store and changes it; what
// others see are snapshots, which are tables and do not change.
//
// A row is written once, into an empty place of a page. A flow that has changed is a new row in
// another place. A place is written again only when no snapshot that has a row there is held by
// anybody. So a snapshot costs a bit a row, and two of them differ where their bits do.
//
// An IPv4 flow costs its row (104 bytes), at most 11 bytes of the index that finds it by its id and
// addresses, and some bits.
#ifndef MODEL_FLOW_STORE_H
#define MODEL_FLOW_STORE_H

#include "model/flow.h"
#include "model/table.h"

struct flow_counting;
struct flow_store;

// What is known of a flow that is put.
enum flow_news {
    FLOW_READ,  // all, while the table is read: times and counters alone make no new row
    FLOW_ASKED, // all
    FLOW_TOLD,  // by an event, which leaves out what did not change, and counters
};

// Returns an empty store, or NULL when memory is out; lets go of it (snapshots that are held stay
// good).
struct flow_store *flow_store_new(void);
void flow_store_free(struct flow_store *store);

// Puts a flow, which is copied; one of the same id, zone and original tuple is replaced. Returns 0
// or -ENOMEM.
int flow_store_put(struct flow_store *store, const struct flow *flow, enum flow_news news);

// Takes the flow of that id, zone and original tuple out. Returns false if there is none.
bool flow_store_remove(struct flow_store *store, const struct flow *flow);

// The flow of that identity (struct kind), good until the next change; NULL if there is none.
const struct flow *flow_store_find(const struct flow_store *store, uint64_t identity);

// The table is read anew from here; at the end goes what was not put since.
void flow_store_begin(struct flow_store *store);
void flow_store_end(struct flow_store *store);

size_t flow_store_count(const struct flow_store *store);

// So many rows came or went so far; a flow that has changed is one of each.
uint64_t flow_store_changes(const struct flow_store *store);

// Rows that went and are kept, as somebody holds a snapshot that has them. flow_store_reclaim looks
// whether that is still so (0 or -ENOMEM).
size_t flow_store_left(const struct flow_store *store);
int flow_store_reclaim(struct flow_store *store);

// Adds all flows to the counting, which is the caller's, and from then on adds and removes what
// comes and goes. NULL: no longer. Returns 0 or -ENOMEM (then it does not).
int flow_store_count_by(struct flow_store *store, struct flow_counting *counting);

// The bytes that it takes, those of snapshots not among them.
size_t flow_store_bytes(const struct flow_store *store);

// Returns the flows as they are now, a table of the caller's; NULL when memory is out.
struct table *flow_store_snapshot(struct flow_store *store);

#endif
