// SPDX-License-Identifier: GPL-2.0-or-later
// A way on, as routes, lists of ways and nexthop objects have it.
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "source/encap_parse.h"
#include "source/route_parse.h"

// struct rtvia: a family, then the address.
int route_way_take_via(const struct nlattr *attr, const struct attr_target *target) {
    struct route_raw_way *way = target->row;
    uint16_t family;
    if (nla_len(attr) < (int)sizeof(family))
        return -EBADMSG;
    memcpy(&family, nla_data(attr), sizeof(family));
    size_t size = (size_t)nla_len(attr) - sizeof(family);
    size_t wanted = family == AF_INET ? 4 : 16;
    if ((family != AF_INET && family != AF_INET6) || size < wanted)
        return -EBADMSG;
    way->nexthop.gateway =
        address_from_bytes((const char *)nla_data(attr) + sizeof(family), wanted);
    return 0;
}

int route_way_take_encap(const struct nlattr *attr, const struct attr_target *target) {
    struct route_raw_way *way = target->row;
    way->encap = attr;
    return 0;
}

int route_way_take_labels(const struct nlattr *attr, const struct attr_target *target) {
    struct route_raw_way *way = target->row;
    way->nexthop.labels = mpls_labels_text(attr, target->arena);
    return way->nexthop.labels ? 0 : -ENOMEM;
}

int route_way_finish(struct route_raw_way *way, const struct route_context *context,
                     struct arena *arena, struct encap *ret_encap) {
    struct route_nexthop *nexthop = &way->nexthop;
    nexthop->ifindex = (int32_t)way->ifindex;
    if (nexthop->ifindex != 0 &&
        !(nexthop->dev = route_context_dev(context, nexthop->ifindex, arena)))
        return -ENOMEM;
    if (nexthop->realms != 0 &&
        !(nexthop->realms_text = route_realms_text(context->names, nexthop->realms, arena)))
        return -ENOMEM;
    if (!way->encap || !way->encap_type.known)
        return 0;
    int r = encap_parse((uint16_t)way->encap_type.value, way->encap, context, arena, ret_encap);
    if (r != -ENOMEM)
        nexthop->encap = ret_encap;
    return r;
}
