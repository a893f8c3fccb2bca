// SPDX-License-Identifier: GPL-2.0-or-later
// The source of forwarding databases: RTM_GETNEIGH of AF_BRIDGE, all ports and devices.
#include "model/fdb.h"

#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "source/neighbour_parse.h"
#include "source/neighbour_read.h"
#include "source/neighbour_source.h"

static int parse(const struct nlmsghdr *message, void *row) {
    return fdb_parse(message, row);
}

static const struct ndmsg parts[] = {{.ndm_family = AF_BRIDGE}};

static const struct neighbour_reader reader = {
    .kind = &fdb_kind,
    .parts = parts,
    .part_count = sizeof(parts) / sizeof(parts[0]),
    .parse = parse,
    .compare = fdb_compare,
};

static struct table *read_table(const struct source_request *request) {
    return neighbour_read(request, &reader);
}

static const unsigned groups[] = {RTNLGRP_NEIGH};

const struct source fdb_source = {
    .name = "fdb",
    .kind = KIND_FDB,
    .needs = "CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .streams = true,
    .read = read_table,
};
