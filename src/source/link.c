// SPDX-License-Identifier: GPL-2.0-or-later
// The source of interfaces: rtnetlink(7).
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "source/link_parse.h"
#include "source/link_read.h"
#include "source/link_source.h"
#include "source/netlink.h"

struct link *link_reading_row(const struct link_reading *reading, int32_t ifindex) {
    return (struct link *)(uintptr_t)link_find(reading->table, ifindex);
}

void link_reading_trouble(struct link_reading *reading, const char *part, int r,
                          const struct error *err) {
    if (r == 0)
        return;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "%s: the kernel's answer is malformed", part);
    else
        table_trouble(reading->table, STATUS_PARTIAL, "%s: %s", part, err->text);
}

// --- The rows ------------------------------------------------------------------------------------

static int take_link(const struct nlmsghdr *message, void *user_data) {
    struct link_reading *reading = user_data;
    struct link *link = table_add(reading->table);
    if (!link)
        return -ENOMEM;
    int r = link_parse(message, &reading->table->arena, link);
    if (r == -ENOMEM)
        return r;
    if (r == -EBADMSG)
        table_trouble(reading->table, STATUS_PARTIAL, "%s: the kernel's message is malformed",
                      link->ifname ? link->ifname : "an interface");
    if (!link->ifname)
        reading->table->count--;
    return 0;
}

static void restart_links(void *user_data) {
    struct link_reading *reading = user_data;
    reading->table->count = 0;
}

// Kernels before 6.6 give the rows in the order of a hash; an interrupted dump can have a row
// twice.
static void order_rows(struct table *table) {
    struct link *links = table->rows;
    size_t kept = 0;
    if (table->count > 1)
        qsort(links, table->count, sizeof(*links), link_compare_index);
    for (size_t i = 0; i < table->count; i++) {
        if (kept > 0 && links[kept - 1].ifindex == links[i].ifindex)
            kept--;
        if (kept != i)
            links[kept] = links[i];
        kept++;
    }
    table->count = kept;
}

static bool is_ordered(const struct table *table) {
    const struct link *links = table->rows;
    for (size_t i = 1; i < table->count; i++) {
        if (links[i - 1].ifindex >= links[i].ifindex)
            return false;
    }
    return true;
}

int link_read_rows(struct link_reading *reading, struct error *err) {
    const struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    const struct netlink_reader reader = {take_link, restart_links, reading};
    int r = netlink_dump(&reading->netlink, netlink_request(RTM_GETLINK, &header, sizeof(header)),
                         &reader, err);
    if (!is_ordered(reading->table))
        order_rows(reading->table);
    return r;
}

static const char *name_of(const struct table *table, const struct maybe *ifindex) {
    const struct link *link = ifindex->known ? link_find(table, (int32_t)ifindex->value) : NULL;
    return link ? link->ifname : NULL;
}

static void fill_names(struct table *table) {
    struct link *links = table->rows;
    for (size_t i = 0; i < table->count; i++) {
        struct link *link = &links[i];
        link->master_name = name_of(table, &link->master);
        if (link->link_netnsid.known)
            continue;
        link->link_name = name_of(table, &link->link);
        if (link->vxlan)
            link->vxlan->link_name = name_of(table, &link->vxlan->link);
        if (link->tunnel)
            link->tunnel->link_name = name_of(table, &link->tunnel->link);
    }
}

static void read_parts(struct link_reading *reading) {
    link_read_addresses(reading);
    link_read_conf(reading);
    link_read_vlans(reading);
    link_read_programs(reading);
    link_read_netns(reading);
    fill_names(reading->table);
}

// The rows first, and what went wrong with them; then the parts, and what went wrong with those.
static void read_namespace(struct link_reading *reading) {
    struct error err = {0};
    int r = netlink_open(&reading->netlink, reading->request->netns, NETLINK_ROUTE, &err);
    if (r == 0)
        r = link_read_rows(reading, &err);
    if (r < 0)
        table_trouble(reading->table, netlink_state_of(r), "%s", err.text);
    if (r == 0 || r == -EINTR)
        read_parts(reading);
    netlink_close(&reading->netlink);
}

static struct table *read_table(const struct source_request *request) {
    struct link_reading reading = {
        .request = request, .netlink.fd = -1, .table = table_new(&link_kind)};
    if (reading.table)
        read_namespace(&reading);
    return reading.table;
}

// --- Counters alone ------------------------------------------------------------------------------

struct sampling {
    source_sample_sink *sink;
    void *user_data;
};

static int take_sample(const struct nlmsghdr *message, void *user_data) {
    const struct sampling *sampling = user_data;
    uint64_t counters[HISTORY_COUNTERS];
    int32_t ifindex;
    int r = link_stats_parse(message, &ifindex, counters);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    return sampling->sink((uint64_t)ifindex, counters, sampling->user_data);
}

// A sample given twice after an interruption is the newer one: nothing has to be undone.
static void restart_samples(void *user_data) {
    (void)user_data;
}

static struct nl_msg *stats_request(uint32_t ifindex) {
    const struct if_stats_msg header = {.ifindex = ifindex,
                                        .filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64)};
    return netlink_request(RTM_GETSTATS, &header, sizeof(header));
}

static int sample_some(struct netlink *netlink, const uint64_t *identities, size_t count,
                       struct sampling *sampling, struct error *err) {
    for (size_t i = 0; i < count; i++) {
        int r = netlink_get(netlink, stats_request((uint32_t)identities[i]), take_sample, sampling,
                            err);
        // An interface that has just gone has no counters; the others have.
        if (r < 0 && r != -ENODEV)
            return r;
    }
    return 0;
}

static int sample(const struct source_request *request, const uint64_t *identities, size_t count,
                  source_sample_sink *sink, void *user_data, struct error *err) {
    struct sampling sampling = {sink, user_data};
    const struct netlink_reader reader = {take_sample, restart_samples, &sampling};
    struct netlink netlink;
    int r = netlink_open(&netlink, request->netns, NETLINK_ROUTE, err);
    if (r < 0)
        return r;
    if (count > 0)
        r = sample_some(&netlink, identities, count, &sampling, err);
    else
        r = netlink_dump(&netlink, stats_request(0), &reader, err);
    netlink_close(&netlink);
    return r == -EINTR ? 0 : r;
}

static const unsigned groups[] = {
    RTNLGRP_LINK,         RTNLGRP_IPV4_IFADDR,  RTNLGRP_IPV6_IFADDR,
    RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF, RTNLGRP_TC,
};

const struct source link_source = {
    .name = "interfaces",
    .kind = KIND_INTERFACES,
    .needs = "CAP_SYS_ADMIN to read in other namespaces, CAP_BPF for the names of programs",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .read = read_table,
    .sample = sample,
};
