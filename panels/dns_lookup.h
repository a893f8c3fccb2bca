// SPDX-License-Identifier: GPL-2.0-or-later
// A lookup of the panel of DNS: what is known of it, for those who show it. dns_lookup.c does it,
// dns_page.c and dns_*_page.c make its lines, dns_history.c the rows of all, dns_places.c knows
// where addresses lead.
#ifndef PANELS_DNS_LOOKUP_H
#define PANELS_DNS_LOOKUP_H

#include <pthread.h>

#include "base/arena.h"
#include "model/dns.h"
#include "model/dns_tally.h"
#include "model/node.h"
#include "model/resolver.h"
#include "resolve/dns_plan.h"
#include "resolve/dnssec_anchors.h"
#include "tui/panel.h"

#define DNS_LOOKUP_LOSSES 8 // of the latest, of which is known when it was

// One of the lookups that the plan comes to: a type (or A and AAAA) asked of a set of servers.
struct dns_lookup_part {
    struct dns_question question;
    const struct dns_server_set *set;
    struct table *answers, *queries; // when it was through, the last time; NULL: it was not yet
    struct table *going;             // queries of the one that is under way; NULL: none is
    int64_t began, received;         // microseconds of the monotonic clock: of the one that is
                                     // under way, and when the answers came
};

struct dns_loss {
    int64_t time; // nanoseconds since 1970
    char text[160];
};

// Counters of the kernel's, and what they were when the watch began.
struct dns_counters {
    struct conntrack_races now, before;
};

struct dns_panel_lookup {
    // From the beginning on, and not changed:
    struct arena arena;
    unsigned number;
    struct dns_request request;
    struct dns_subject subject;
    struct table *namespaces;
    const struct netns *netns;
    int64_t interval;    // of a watch, microseconds; 0: none
    int64_t began, time; // of the monotonic clock; nanoseconds since 1970

    // The thread's while it runs, and changed and looked at under the lock:
    pthread_mutex_t lock;
    struct table *resolvers; // NULL: not read yet
    const struct resolver *resolver;
    struct dns_plan plan;
    struct dns_candidates candidates;
    struct dns_lookup_part *parts;
    size_t part_count; // 0: it is not known yet what it comes to
    bool through, cancelled;
    int64_t ended;      // of the monotonic clock
    struct error error; // why it could not be done; code 0: it could
    struct dns_tally tally;
    struct dnssec_anchors *anchors; // NULL: nothing is validated
    // Of the connection tracking of the namespace, and of netscope's own, where Services are.
    struct dns_counters races, races_own;
    struct dns_loss losses[DNS_LOOKUP_LOSSES]; // number n at n % DNS_LOOKUP_LOSSES
    size_t loss_count;

    // Of whom makes lines: the addresses that lead somewhere.
    struct address *leads;
    size_t lead_count, lead_capacity;
};

extern const struct panel_activity dns_lookup_activity;

// True if a row of the history came of a lookup: stores its number.
bool dns_history_find(enum kind_id kind, const void *row, unsigned *ret_number);

// Puts what the lookups came to into the namespace's tables of answers and queries.
void dns_history_remember(void *const *lookups, size_t count, struct node *node, uint64_t netns);

// Adds the lines of a lookup, whose lock is held. Returns 0 or -ENOMEM.
int dns_page_format(struct dns_panel_lookup *lookup, const struct panel_sight *sight,
                    struct lines *lines);

// Adds those of a watch.
void dns_watch_page_format(const struct dns_panel_lookup *lookup, const struct panel_sight *sight,
                           struct lines *lines);

// Adds what the node knows of an address: "pod default/web", "Service default/web". Nothing if it
// knows nothing.
void dns_places_describe(const struct node *node, const struct netns *netns,
                         const struct address *address, struct buffer *buffer);

// Where the address leads, after so many other places: the interface that has it, a Service, a
// neighbour, a route.
bool dns_places_find(const struct node *node, const struct netns *netns,
                     const struct address *address, size_t skipped, struct panel_place *ret_place);

#endif
