// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the DNS from inside a namespace: the sockets and the waiting for lookups
// (resolve/dns_lookup.h), many at a time.
#ifndef SOURCE_DNS_H
#define SOURCE_DNS_H

#include <stddef.h>

#include "base/error.h"
#include "model/netns.h"
#include "model/table.h"
#include "resolve/dns_lookup.h"

#define DNS_IN_FLIGHT 1000 // lookups at once, at most

// A lookup that is wanted; what it refers to lives until it was handed back.
struct dns_wanted {
    struct dns_settings settings;
    struct dns_question question;
    void *mark; // the caller's
};

// The functions are called on the thread that runs, which is inside the namespace: they cannot
// enter another one.
struct dns_run {
    const struct netns *netns; // where the sockets are opened
    size_t in_flight;          // lookups at once: 1 to DNS_IN_FLIGHT
    int cancel;                // a descriptor: once it is readable all ends; -1: nothing does that
    // Gives the next lookup. Returns 1, 0 when there is none left, or -errno, which ends the run.
    int (*next)(struct dns_wanted *ret_wanted, void *user_data);
    // Takes over what came of one (dns_lookup_take), in the order in which they end. Returns 0, or
    // -errno, which ends the run.
    int (*take)(const struct dns_wanted *wanted, struct table *answers, struct table *queries,
                void *user_data);
    // Is told how far a lookup is whenever it waits: takes over its queries so far, or NULL where
    // memory is out. NULL: nobody wants to know.
    void (*progress)(const struct dns_wanted *wanted, struct table *queries, void *user_data);
    void *user_data;
};

// Runs them all, on the calling thread, and returns when they are done: 0, -ECANCELED, what a
// function above returned, or another -errno (words in err).
int dns_run(const struct dns_run *run, struct error *err);

#endif
