// SPDX-License-Identifier: GPL-2.0-or-later
// Settings that the kernel combines from the interface's own and those of 'all'.
#include <errno.h>

#include <linux/netconf.h>
#include <linux/rtnetlink.h>

#include "source/link_parse.h"
#include "source/link_read.h"

static int take_conf(const struct nlmsghdr *message, void *user_data) {
    struct maybe *rp_filter = user_data;
    int32_t ifindex;
    int r = link_netconf_parse(message, &ifindex, rp_filter);
    return r == -ENOMSG ? 0 : r;
}

// The greater of the two counts (Documentation/networking/ip-sysctl.rst, rp_filter).
static void combine(struct link *link, const struct maybe *all) {
    const struct maybe *own = &link->ipv4.rp_filter;
    if (own->known)
        link->ipv4.rp_filter_in_effect = own->value > all->value ? *own : *all;
}

void link_read_conf(struct link_reading *reading) {
    const struct netconfmsg header = {.ncm_family = AF_INET};
    struct error err = {0};
    struct maybe all = {0};
    struct link *links = reading->table->rows;
    struct nl_msg *request = netlink_request(RTM_GETNETCONF, &header, sizeof(header));
    if (request && nla_put_s32(request, NETCONFA_IFINDEX, NETCONFA_IFINDEX_ALL) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    int r = netlink_get(&reading->netlink, request, take_conf, &all, &err);
    link_reading_trouble(reading, "IPv4 settings", r, &err);
    for (size_t i = 0; all.known && i < reading->table->count; i++)
        combine(&links[i], &all);
}
