// SPDX-License-Identifier: GPL-2.0-or-later
// The VLANs of bridges and their ports: a dump of its own, asked for only where there is a bridge
// that filters VLANs.
#include <errno.h>

#include <linux/rtnetlink.h>

#include "source/link_parse.h"
#include "source/link_read.h"

static int take_vlans(const struct nlmsghdr *message, void *user_data) {
    struct link_reading *reading = user_data;
    int32_t ifindex;
    int r = link_bridge_index(message, &ifindex);
    struct link *link = r == 0 ? link_reading_row(reading, ifindex) : NULL;
    if (link)
        r = link_vlans_parse(message, &reading->table->arena, link);
    return r == -ENOMSG ? 0 : r;
}

static bool has_filtering_bridge(const struct table *table) {
    const struct link *links = table->rows;
    for (size_t i = 0; i < table->count; i++) {
        if (links[i].bridge && links[i].bridge->vlan_filtering.known)
            return true;
    }
    return false;
}

void link_read_vlans(struct link_reading *reading) {
    const struct ifinfomsg header = {.ifi_family = AF_BRIDGE};
    // A row that comes again after an interruption is written over.
    const struct netlink_reader reader = {take_vlans, NULL, reading};
    struct error err = {0};
    if (!has_filtering_bridge(reading->table))
        return;
    struct nl_msg *request = netlink_request(RTM_GETLINK, &header, sizeof(header));
    if (request && nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED) < 0) {
        nlmsg_free(request);
        request = NULL;
    }
    int r = netlink_dump(&reading->netlink, request, &reader, &err);
    link_reading_trouble(reading, "VLANs of bridges", r, &err);
}
