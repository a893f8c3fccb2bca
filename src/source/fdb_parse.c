// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNEIGH of AF_BRIDGE: what br_fdb.c, vxlan_core.c and rtnetlink.c of the kernel put into it.
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/neighbour_parse.h"

#define TICKS 100 // a second: the unit of ages that the kernel tells (USER_HZ)

static int take_ages(const struct nlattr *attr, const struct attr_target *target) {
    struct fdb_entry *entry = target->row;
    struct nda_cacheinfo ages;
    if (nla_len(attr) < (int)sizeof(ages))
        return -EBADMSG;
    memcpy(&ages, nla_data(attr), sizeof(ages));
    entry->used = maybe_of(ages.ndm_used / TICKS);
    entry->updated = maybe_of(ages.ndm_updated / TICKS);
    return 0;
}

static int take_more_flags(const struct nlattr *attr, const struct attr_target *target) {
    struct fdb_entry *entry = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    entry->flags |= nla_get_u32(attr) << 8;
    return 0;
}

// 0.0.0.0 is a destination too: of VXLAN entries that drop.
static int take_dst(const struct nlattr *attr, const struct attr_target *target) {
    struct fdb_entry *entry = target->row;
    entry->dst = address_from_bytes(nla_data(attr), (size_t)nla_len(attr));
    return entry->dst.family == ADDRESS_NONE ? -EBADMSG : 0;
}

static const struct attr_rule rules[] = {
    [NDA_DST] = ATTR_BY(take_dst),
    [NDA_LLADDR] = ATTR(ATTR_LLADDR, struct fdb_entry, mac),
    [NDA_CACHEINFO] = ATTR_BY(take_ages),
    [NDA_VLAN] = ATTR(ATTR_U16, struct fdb_entry, vlan),
    [NDA_PORT] = ATTR(ATTR_BE16, struct fdb_entry, port),
    [NDA_VNI] = ATTR(ATTR_U32, struct fdb_entry, vni),
    [NDA_SRC_VNI] = ATTR(ATTR_U32, struct fdb_entry, src_vni),
    [NDA_IFINDEX] = ATTR(ATTR_U32, struct fdb_entry, via),
    [NDA_MASTER] = ATTR(ATTR_U32, struct fdb_entry, master),
    [NDA_LINK_NETNSID] = ATTR(ATTR_U32, struct fdb_entry, link_netnsid),
    [NDA_NH_ID] = ATTR(ATTR_U32, struct fdb_entry, nhid),
    [NDA_FLAGS_EXT] = ATTR_BY(take_more_flags),
};
static const struct attr_table table = ATTR_TABLE(rules);

int fdb_parse(const struct nlmsghdr *message, struct fdb_entry *entry) {
    const struct ndmsg *header = nlmsg_data(message);
    const struct attr_target target = {entry, NULL};
    if (message->nlmsg_type != RTM_NEWNEIGH)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    if (header->ndm_family != AF_BRIDGE)
        return -ENOMSG;
    entry->ifindex = header->ndm_ifindex;
    entry->state = header->ndm_state;
    entry->flags = header->ndm_flags;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    return r == 0 && entry->mac.length == 0 ? -EBADMSG : r;
}
