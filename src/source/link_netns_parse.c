// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNSID (linux/net_namespace.h).
#include "source/link_parse.h"

#include <errno.h>

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

static const struct nla_policy policy[NETNSA_MAX + 1] = {
    [NETNSA_NSID] = {.type = NLA_S32},
};

int link_nsid_parse(const struct nlmsghdr *message, int32_t *ret_nsid) {
    struct nlattr *attrs[NETNSA_MAX + 1];
    int header_size = (int)sizeof(struct rtgenmsg);
    if (message->nlmsg_type != RTM_NEWNSID)
        return -ENOMSG;
    if (nlmsg_datalen(message) < header_size ||
        nla_parse(attrs, NETNSA_MAX, nlmsg_attrdata(message, header_size),
                  nlmsg_attrlen(message, header_size), policy) < 0 ||
        !attrs[NETNSA_NSID])
        return -EBADMSG;
    *ret_nsid = nla_get_s32(attrs[NETNSA_NSID]);
    return 0;
}
