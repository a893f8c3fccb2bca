// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/netns_nsid.h"

#include <errno.h>

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

#include "source/link_parse.h"

static int take_nsid(const struct nlmsghdr *message, void *user_data) {
    int r = link_nsid_parse(message, user_data);
    return r == -ENOMSG ? 0 : r;
}

int32_t netns_ask_nsid(struct netlink *netlink, int fd) {
    const struct rtgenmsg header = {.rtgen_family = AF_UNSPEC};
    int32_t nsid = NETNSA_NSID_NOT_ASSIGNED;
    struct nl_msg *request = netlink_request(RTM_GETNSID, &header, sizeof(header));
    if (request && nla_put_u32(request, NETNSA_FD, (uint32_t)fd) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    netlink_get(netlink, request, take_nsid, &nsid, NULL);
    return nsid;
}
