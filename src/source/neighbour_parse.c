// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNEIGH of IPv4 and IPv6 (linux/neighbour.h).
#include "source/neighbour_parse.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"

#define TICKS 100 // a second: the unit of ages that the kernel tells (USER_HZ)

static int take_ages(const struct nlattr *attr, const struct attr_target *target) {
    struct neighbour *neighbour = target->row;
    struct nda_cacheinfo ages;
    if (nla_len(attr) < (int)sizeof(ages))
        return -EBADMSG;
    memcpy(&ages, nla_data(attr), sizeof(ages));
    neighbour->used = maybe_of(ages.ndm_used / TICKS);
    neighbour->confirmed = maybe_of(ages.ndm_confirmed / TICKS);
    neighbour->updated = maybe_of(ages.ndm_updated / TICKS);
    neighbour->refcnt = maybe_of(ages.ndm_refcnt);
    return 0;
}

static int take_more_flags(const struct nlattr *attr, const struct attr_target *target) {
    struct neighbour *neighbour = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    neighbour->flags |= nla_get_u32(attr) << 8;
    return 0;
}

// Unlike most addresses, 0.0.0.0 is one: of a point-to-point link that resolves nothing.
static int take_dst(const struct nlattr *attr, const struct attr_target *target) {
    struct neighbour *neighbour = target->row;
    neighbour->dst = address_from_bytes(nla_data(attr), (size_t)nla_len(attr));
    return neighbour->dst.family == ADDRESS_NONE ? -EBADMSG : 0;
}

static const struct attr_rule rules[] = {
    [NDA_DST] = ATTR_BY(take_dst),
    [NDA_LLADDR] = ATTR(ATTR_LLADDR, struct neighbour, lladdr),
    [NDA_CACHEINFO] = ATTR_BY(take_ages),
    [NDA_PROBES] = ATTR(ATTR_U32, struct neighbour, probes),
    [NDA_VLAN] = ATTR(ATTR_U16, struct neighbour, vlan),
    [NDA_VNI] = ATTR(ATTR_U32, struct neighbour, vni),
    [NDA_PROTOCOL] = ATTR(ATTR_U8, struct neighbour, protocol),
    [NDA_FLAGS_EXT] = ATTR_BY(take_more_flags),
};
static const struct attr_table table = ATTR_TABLE(rules);

int neighbour_parse(const struct nlmsghdr *message, struct neighbour *neighbour) {
    const struct ndmsg *header = nlmsg_data(message);
    const struct attr_target target = {neighbour, NULL};
    if (message->nlmsg_type != RTM_NEWNEIGH)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    if (header->ndm_family != AF_INET && header->ndm_family != AF_INET6)
        return -ENOMSG;
    neighbour->ifindex = header->ndm_ifindex;
    neighbour->state = header->ndm_state;
    neighbour->flags = header->ndm_flags;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    return r == 0 && neighbour->dst.family == ADDRESS_NONE ? -EBADMSG : r;
}
