// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNETCONF (linux/netconf.h).
#include "source/link_parse.h"

#include <errno.h>

#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

static const struct nla_policy policy[NETCONFA_MAX + 1] = {
    [NETCONFA_IFINDEX] = {.type = NLA_S32},
    [NETCONFA_RP_FILTER] = {.type = NLA_S32},
};

int link_netconf_parse(const struct nlmsghdr *message, int32_t *ret_ifindex,
                       struct maybe *ret_rp_filter) {
    struct nlattr *attrs[NETCONFA_MAX + 1];
    int header_size = (int)sizeof(struct netconfmsg);
    if (message->nlmsg_type != RTM_NEWNETCONF)
        return -ENOMSG;
    if (nlmsg_datalen(message) < header_size ||
        nla_parse(attrs, NETCONFA_MAX, nlmsg_attrdata(message, header_size),
                  nlmsg_attrlen(message, header_size), policy) < 0 ||
        !attrs[NETCONFA_IFINDEX])
        return -EBADMSG;
    if (!attrs[NETCONFA_RP_FILTER])
        return -ENOMSG;
    int32_t number = nla_get_s32(attrs[NETCONFA_RP_FILTER]);
    *ret_ifindex = nla_get_s32(attrs[NETCONFA_IFINDEX]);
    *ret_rp_filter = maybe_of(number < 0 ? 0 : (uint64_t)number);
    return 0;
}
