// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWADDR (linux/if_addr.h, rtnetlink(7)).
#include "source/link_parse.h"

#include <errno.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"

static int take_life_times(const struct nlattr *attr, const struct attr_target *target) {
    struct link_address *address = target->row;
    struct ifa_cacheinfo times;
    if (nla_len(attr) < (int)sizeof(times))
        return -EBADMSG;
    memcpy(&times, nla_data(attr), sizeof(times));
    address->valid_life_time = times.ifa_valid;
    address->preferred_life_time = times.ifa_prefered;
    return 0;
}

static const struct attr_rule rules[] = {
    [IFA_ADDRESS] = ATTR(ATTR_ADDRESS, struct link_address, peer),
    [IFA_LOCAL] = ATTR(ATTR_ADDRESS, struct link_address, local),
    [IFA_LABEL] = ATTR(ATTR_TEXT, struct link_address, label),
    [IFA_BROADCAST] = ATTR(ATTR_ADDRESS, struct link_address, broadcast),
    [IFA_CACHEINFO] = ATTR_BY(take_life_times),
    [IFA_FLAGS] = ATTR(ATTR_PLAIN_U32, struct link_address, flags),
    [IFA_RT_PRIORITY] = ATTR(ATTR_U32, struct link_address, metric),
    [IFA_PROTO] = ATTR(ATTR_U8, struct link_address, protocol),
};
static const struct attr_table table = ATTR_TABLE(rules);

// IFA_ADDRESS is the other end's address if there is a local one, else it is the local one.
static void sort_out_ends(struct link_address *address) {
    if (address->local.family == ADDRESS_NONE)
        address->local = address->peer;
    if (address_compare(&address->local, &address->peer) == 0)
        address->peer = (struct address){0};
}

int link_address_parse(const struct nlmsghdr *message, struct arena *arena, int32_t *ret_ifindex,
                       struct link_address *ret_address) {
    const struct ifaddrmsg *header = nlmsg_data(message);
    struct link_address address = {.valid_life_time = UINT32_MAX,
                                   .preferred_life_time = UINT32_MAX};
    const struct attr_target target = {&address, arena};
    if (message->nlmsg_type != RTM_NEWADDR)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    address.prefixlen = header->ifa_prefixlen;
    address.scope = header->ifa_scope;
    address.flags = header->ifa_flags; // the low eight; IFA_FLAGS has all
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    if (r < 0)
        return r;
    sort_out_ends(&address);
    *ret_ifindex = (int32_t)header->ifa_index;
    *ret_address = address;
    return 0;
}
