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

// Only the link matters there, so in a VRF no rule is asked (l3mdev_link_scope_lookup,
// net/l3mdev/l3mdev.c; vrf_link_scope_lookup, drivers/net/vrf.c).
static struct route_found look_up_vrf(struct route_walk *walk, int32_t vrf) {
    const struct link *link = route_walk_link(walk, vrf);
    if (walk->flow.oif == vrf) {
        route_walk_note(walk, ROUTE_STEP_ENDED, "a VRF is no link: it has no such neighbours");
        return (struct route_found){.error = -ENETUNREACH};
    }
    route_walk_note(walk, ROUTE_STEP_PASSED,
                    "such a packet stays on its link: only the table of VRF %s counts",
                    route_walk_name(walk, vrf));
    walk->strict = true;
    struct route_found found = route_select6(walk, (uint32_t)link->vrf_table.value);
    if (found.error == ROUTE_NO_TARGET)
        found = (struct route_found){.error = -ENETUNREACH};
    return found;
}

// The VRF that settles where a packet goes that is sent to a link: 0: none does.
static int32_t find_settling_vrf(const struct route_walk *walk) {
    const struct address *dst = &walk->flow.dst;
    static const struct prefix link_local = {{ADDRESS_IPV6, {0xfe, 0x80}}, 10};
    bool on_link = dst->bytes[0] == 0xff || prefix_contains(&link_local, dst);
    return on_link && walk->flow.oif ? route_walk_vrf(walk, walk->flow.oif) : 0;
}

struct route_found route_path6(struct route_walk *walk) {
    const struct route_question *question = &walk->decision->question;
    if (question->iif && !route_walk_link(walk, question->iif)) {
        route_walk_note(walk, ROUTE_STEP_ENDED, "there is no such interface");
        return (struct route_found){.error = -ENODEV};
    }
    int32_t vrf = find_settling_vrf(walk);
    if (vrf)
        return look_up_vrf(walk, vrf);
    bool bound_sender = !question->iif && question->oif && !walk->has_source;
    walk->strict = is_bound_to_link(&walk->flow.dst) || bound_sender;
    return route_rules_look_up(walk);
}
