// SPDX-License-Identifier: GPL-2.0-or-later
// A decision that is being made: what the parts of sim/route_* tell one another.
#ifndef SIM_ROUTE_WALK_H
#define SIM_ROUTE_WALK_H

#include <errno.h>

#include "sim/route_decision.h"
#include "sim/route_trie.h"

// What the tables are asked for, as the kernel's struct flowi: the question, and what was put where
// it says nothing.
struct route_flow {
    struct address dst, src; // src: all zero if there is none
    int32_t iif, oif;        // iif: 1 (lo) for what the node sends
    int32_t l3mdev;          // the VRF's ifindex; 0: none
    bool oif_vrf;            // it is that of oif
    uint32_t mark;
    uint32_t uid;
    uint8_t proto;
    uint16_t sport, dport;
    uint8_t tos;
};

#define ROUTE_LOOPBACK  1          // ifindex of lo in every namespace
#define ROUTE_UID_NONE  UINT32_MAX // nobody's
#define ROUTE_NO_TARGET (-EAGAIN)  // a table that has no answer: the next rule decides

struct route_walk {
    const struct route_world *world;
    struct route_decision *decision;
    struct route_flow flow;
    bool quiet;  // a lookup beside the question: no steps
    bool strict; // IPv6: only through the interface that was asked for
    bool has_source;
    const char *const *refusals; // of each nexthop, why the packet would be refused; NULL: of none
    struct route_step *steps;
    size_t step_count, step_capacity;
    bool failed; // memory ran out
};

// What a lookup found.
struct route_found {
    int error; // 0; ROUTE_NO_TARGET; or what the kernel answers
    uint8_t type;
    const struct route *route;
    const struct routing_rule *rule;
};

// Adds a step; why is copied.
void route_walk_note(struct route_walk *walk, enum route_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void route_walk_rule(struct route_walk *walk, enum route_verdict verdict,
                     const struct routing_rule *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void route_walk_route(struct route_walk *walk, enum route_verdict verdict,
                      const struct route *route, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// The interface's name for people ("#7" if it is not known), in the decision's arena.
const char *route_walk_name(struct route_walk *walk, int32_t ifindex);

// The address for people, likewise.
const char *route_walk_address(struct route_walk *walk, const struct address *address);

// The interface, or NULL.
const struct link *route_walk_link(const struct route_walk *walk, int32_t ifindex);

// The VRF that the interface is, or is in; 0: none.
int32_t route_walk_vrf(const struct route_walk *walk, int32_t ifindex);

// What a route of that type answers: 0, ROUTE_NO_TARGET for throw, or an -errno.
int route_type_error(uint8_t type);

// Why the nexthop cannot be used; NULL: it can.
const char *route_nexthop_trouble(struct route_walk *walk, const struct route_nexthop *nexthop);

// Adds a step for a route that would come after the one that is taken.
void route_explain_loser(struct route_walk *walk, const struct route *loser,
                         const struct route *winner);

// Goes through the policy rules (route_rules.c), and in each table that one leads to chooses a
// route (route_select4.c, route_select6.c).
struct route_found route_rules_look_up(struct route_walk *walk);

// True while IPv4 has just the rules that a namespace begins with: the kernel then keeps tables
// local and main as one.
bool route_rules_are_default(struct route_walk *walk);

// True if there is a rule for which the kernel takes protocol and ports out of packets that come in
// (fib_rule_requires_fldissect, include/net/fib_rules.h); else they count as 0.
bool route_rules_need_ports(struct route_walk *walk);

// The route that an IPv4 table gives, or two tables (at most) that the kernel keeps as one trie.
struct route_found route_select4(struct route_walk *walk, const uint32_t *tables, size_t count);
struct route_found route_select6(struct route_walk *walk, uint32_t table);

// Whether an IPv4 route is for packets of the flow's type of service.
bool route_fits_tos(const struct route_walk *walk, const struct route *route);

// Which of several IPv4 default routes is taken in place of the one that the tables gave
// (route_default4.c); where that cannot be told, the first of them, the others being its rivals.
struct route_found route_default4(struct route_walk *walk, struct route_found found);

// The whole way of an IPv4 packet: the checks around the tables (route_path4.c).
struct route_found route_path4(struct route_walk *walk);
struct route_found route_path6(struct route_walk *walk);

// Fills in the ways of the decision (route_ways.c).
void route_ways_find(struct route_walk *walk);

// The source address for what is sent that way (route_source.c), NONE if there is none.
struct address route_source4(const struct route_walk *walk, const struct route *route,
                             const struct route_nexthop *nexthop);
struct address route_source6(const struct route_walk *walk, const struct route *route,
                             int32_t ifindex);

// The address that the kernel selects on an interface for a destination (inet_select_addr), NONE:
// none fits. scope is RT_SCOPE_*.
struct address route_source4_select(const struct route_walk *walk, int32_t ifindex,
                                    const struct address *dst, uint8_t scope);

#endif
