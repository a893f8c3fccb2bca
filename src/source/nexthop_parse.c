// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNEXTHOP (linux/nexthop.h).
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/route_parse.h"

struct decoding {
    struct route_raw_way way; // first: route_way_take_encap
    struct nexthop nexthop;
    struct maybe group_type, blackhole, fdb;
};

// struct nexthop_grp: id, weight less one, and since Linux 6.12 the weight's upper byte, which was
// zero before.
static int take_group(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    size_t count = (size_t)nla_len(attr) / sizeof(struct nexthop_grp);
    struct nexthop_member *members = arena_alloc(target->arena, count * sizeof(*members));
    const unsigned char *bytes = nla_data(attr);
    if (!members)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++, bytes += sizeof(struct nexthop_grp)) {
        memcpy(&members[i].id, bytes, sizeof(members[i].id));
        members[i].weight = ((uint32_t)bytes[5] << 8 | bytes[4]) + 1;
    }
    decoding->nexthop.group = members;
    decoding->nexthop.group_count = count;
    return 0;
}

static const struct attr_rule resilient_rules[] = {
    [NHA_RES_GROUP_BUCKETS] = ATTR(ATTR_U16, struct nexthop, resilient.buckets),
    [NHA_RES_GROUP_IDLE_TIMER] = ATTR(ATTR_U32, struct nexthop, resilient.idle_timer),
    [NHA_RES_GROUP_UNBALANCED_TIMER] = ATTR(ATTR_U32, struct nexthop, resilient.unbalanced_timer),
    [NHA_RES_GROUP_UNBALANCED_TIME] = ATTR(ATTR_U64, struct nexthop, resilient.unbalanced_time),
};
static const struct attr_table resilient_table = ATTR_TABLE(resilient_rules);

static int take_resilient(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    const struct attr_target here = {&decoding->nexthop, target->arena};
    return attr_read_nested(attr, &resilient_table, &here);
}

static const struct attr_rule rules[] = {
    [NHA_ID] = ATTR(ATTR_PLAIN_U32, struct decoding, nexthop.id),
    [NHA_GROUP] = ATTR_BY(take_group),
    [NHA_GROUP_TYPE] = ATTR(ATTR_U16, struct decoding, group_type),
    [NHA_BLACKHOLE] = ATTR(ATTR_FLAG, struct decoding, blackhole),
    [NHA_OIF] = ATTR(ATTR_PLAIN_U32, struct decoding, way.ifindex),
    [NHA_GATEWAY] = ATTR(ATTR_ADDRESS, struct decoding, way.nexthop.gateway),
    [NHA_ENCAP_TYPE] = ATTR(ATTR_U16, struct decoding, way.encap_type),
    [NHA_ENCAP] = ATTR_BY(route_way_take_encap),
    [NHA_FDB] = ATTR(ATTR_FLAG, struct decoding, fdb),
    [NHA_RES_GROUP] = ATTR_BY(take_resilient),
};
static const struct attr_table table = ATTR_TABLE(rules);

static int fill_group_type(struct nexthop *nexthop, const struct maybe *type, struct arena *arena) {
    if (!nexthop->group)
        return 0;
    if (!type->known || type->value == NEXTHOP_GRP_TYPE_MPATH)
        nexthop->group_type = "mpath";
    else if (type->value == NEXTHOP_GRP_TYPE_RES)
        nexthop->group_type = "resilient";
    else
        nexthop->group_type = arena_printf(arena, "unknown(%u)", (unsigned)type->value);
    return nexthop->group_type ? 0 : -ENOMEM;
}

static int fill_words(struct nexthop *nexthop, const struct route_context *context,
                      struct arena *arena) {
    nexthop->protocol_name = route_name_text(&context->names->protocols, nexthop->protocol, arena);
    nexthop->scope_name = route_name_text(&context->names->scopes, nexthop->scope, arena);
    return nexthop->protocol_name && nexthop->scope_name ? 0 : -ENOMEM;
}

static void fill_header(struct decoding *decoding, const struct nhmsg *header) {
    struct nexthop *nexthop = &decoding->nexthop;
    if (header->nh_family == AF_INET)
        nexthop->family = ROUTE_IPV4;
    else if (header->nh_family == AF_INET6)
        nexthop->family = ROUTE_IPV6;
    nexthop->protocol = header->nh_protocol;
    nexthop->scope = header->nh_scope;
    decoding->way.nexthop.flags = header->nh_flags;
    decoding->way.nexthop.weight = 1;
}

int nexthop_parse(const struct nlmsghdr *message, const struct route_context *context,
                  struct arena *arena, struct nexthop *ret_nexthop) {
    const struct nhmsg *header = nlmsg_data(message);
    struct decoding decoding = {0};
    struct nexthop *nexthop = &decoding.nexthop;
    const struct attr_target target = {&decoding, arena};
    if (message->nlmsg_type != RTM_NEWNEXTHOP)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    fill_header(&decoding, header);
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    struct encap *encap = arena_alloc(arena, decoding.way.encap ? sizeof(*encap) : 0);
    if (r == -ENOMEM || !encap)
        return -ENOMEM;
    int way_r = route_way_finish(&decoding.way, context, arena, encap);
    if (way_r == -ENOMEM || fill_group_type(nexthop, &decoding.group_type, arena) < 0 ||
        fill_words(nexthop, context, arena) < 0)
        return -ENOMEM;
    nexthop->way = decoding.way.nexthop;
    nexthop->blackhole = decoding.blackhole.known;
    nexthop->fdb = decoding.fdb.known;
    *ret_nexthop = *nexthop;
    return r < 0 ? r : way_r;
}
