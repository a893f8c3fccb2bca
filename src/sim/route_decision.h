// SPDX-License-Identifier: GPL-2.0-or-later
// Which route a packet takes, and why: the kernel's decision, worked out again from what was read
// of a namespace, step by step. Pure: no kernel is asked, and nothing depends on the time.
//
// What the steps follow: fib_rules_lookup (net/core/fib_rules.c), fib_table_lookup
// (net/ipv4/fib_trie.c), ip_route_output_key_hash_rcu and ip_route_input_slow (net/ipv4/route.c),
// fib6_table_lookup and rt6_select (net/ipv6/route.c).
#ifndef SIM_ROUTE_DECISION_H
#define SIM_ROUTE_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "model/link.h"
#include "model/neighbour.h"
#include "model/node.h"
#include "model/route.h"
#include "model/route_question.h"
#include "model/routing_rule.h"
#include "model/table.h"

// What is looked at, all of one namespace. A table that is NULL was not read: what needs it is
// taken for empty, and a step says so.
struct route_world {
    const struct table *routes, *rules, *links, *neighbours;
    const struct route_label *labels; // NULL: those of RFC 6724
    size_t label_count;
    uint32_t kernel; // its version, as KERNEL_VERSION() makes it; 0: of the newest that is known
};

// The version in a kernel's release ("6.1.0-57-amd64"), 0 if it has none.
uint32_t route_kernel_version(const char *release);

// The world of a namespace of the node, as far as it was read; labels are the caller's to add.
struct route_world route_world_of(const struct node *node, uint64_t netns);

enum route_step_kind {
    ROUTE_STEP_NOTE,  // a check before or after the tables
    ROUTE_STEP_RULE,  // a policy rule
    ROUTE_STEP_ROUTE, // a route that contains the destination
};

enum route_verdict {
    ROUTE_STEP_PASSED, // the next step decides
    ROUTE_STEP_TAKEN,  // a rule that matches, the route that is chosen
    ROUTE_STEP_ENDED,  // it ends here, with an error
};

struct route_step {
    enum route_step_kind kind;
    enum route_verdict verdict;
    const struct routing_rule *rule; // of ROUTE_STEP_RULE
    const struct route *route;       // of ROUTE_STEP_ROUTE
    const char *why;                 // in words; may hold other people's bytes
};

// A way on that the kernel may take. Of several usable ones it takes one by a hash that only it
// knows.
struct route_way {
    const struct route *route;           // NULL: straight to the link of oif, without one
    const struct route_nexthop *nexthop; // of the route; NULL without one
    struct address gateway;              // NONE: none; a redirect's where there was one
    struct address next;               // whose link-layer address is needed: gateway or destination
    const struct neighbour *neighbour; // of that one; NULL: none is known
    const struct link *link;           // the interface; NULL: not known
    struct address source;             // what a packet without one would get; NONE: nothing fits
    uint32_t mtu;                      // 0: not known
    const char *mtu_from;              // "interface", "route", "learned path MTU"
    bool usable;
    bool refused;    // it is usable, but the packet is thrown away if the kernel chooses it
    const char *why; // why it is not, or where the gateway is from; NULL: nothing to say
};

struct route_decision {
    struct route_question question;
    int error;                         // 0, or the -errno that the kernel answers
    uint8_t type;                      // enum route_type, of what was decided
    const struct routing_rule *rule;   // that led to it; NULL: none did
    const struct route *route;         // NULL: none; without an error: it is on the link anyway
    const struct route *const *rivals; // IPv4 default routes that it may take just as well
    size_t rival_count;
    // What the table gave before the gateways of several default routes decided; NULL: none did.
    const struct route *given;
    const struct route_step *steps;
    size_t step_count;
    const struct route_way *ways;
    size_t way_count;
    bool merged;  // IPv4 tables local and main were one, which the kernel calls main
    bool partial; // something that it needed was not read
    struct arena arena;
};

// Decides. Everything in the answer belongs to it or to the world's tables. Returns 0, and
// route_decision_done has to follow; -EINVAL (no destination, or a source of the other family) or
// -ENOMEM.
int route_decide(const struct route_world *world, const struct route_question *question,
                 struct route_decision *ret_decision, struct error *err);
void route_decision_done(struct route_decision *decision);

// The first way that is usable, or NULL.
const struct route_way *route_decision_way(const struct route_decision *decision);

#endif
