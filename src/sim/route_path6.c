// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds the IPv6 tables: ip6_route_output_flags and ip6_route_input_lookup
// (net/ipv6/route.c).
#include <errno.h>

#include "sim/route_walk.h"

// Destinations that mean nothing without an interface: multicast, link-local, loopback.
static bool is_bound_to_link(const struct address *address) {
    static const struct prefix loopback = {{ADDRESS_IPV6, {[15] = 1}}, 128};
    static const struct prefix link_local = {{ADDRESS_IPV6, {0xfe, 0x80}}, 10};
    static const struct prefix multicast = {{ADDRESS_IPV6, {0xff}}, 8};
    return prefix_contains(&loopback, address) || prefix_contains(&link_local, address) ||
           prefix_contains(&multicast, address);
}

struct route_found route_path6(struct route_walk *walk) {
    const struct route_question *question = &walk->decision->question;
    if (question->iif && !route_walk_link(walk, question->iif)) {
        route_walk_note(walk, ROUTE_STEP_ENDED, "there is no such interface");
        return (struct route_found){.error = -ENODEV};
    }
    bool bound_sender = !question->iif && question->oif && !walk->has_source;
    walk->strict = is_bound_to_link(&walk->flow.dst) || bound_sender;
    return route_rules_look_up(walk);
}
