// SPDX-License-Identifier: GPL-2.0-or-later
// The source of neighbours: RTM_GETNEIGH of IPv4 and IPv6, and the entries that this node answers
// for others.
#include "model/neighbour.h"

#include <errno.h>
#include <sys/socket.h>

#include <linux/rtnetlink.h>

#include "source/neighbour_parse.h"
#include "source/neighbour_read.h"
#include "source/neighbour_source.h"

static int parse(const struct nlmsghdr *message, void *row) {
    return neighbour_parse(message, row);
}

// Few rows have a protocol.
static int name(void *row, struct arena *arena) {
    struct neighbour *neighbour = row;
    if (!neighbour->protocol.known)
        return 0;
    const struct route_names *names = route_names_read();
    if (!names)
        return -ENOMEM;
    neighbour->protocol_name =
        route_name_text(&names->protocols, (uint32_t)neighbour->protocol.value, arena);
    return neighbour->protocol_name ? 0 : -ENOMEM;
}

static const struct ndmsg parts[] = {
    {.ndm_family = AF_INET},
    {.ndm_family = AF_INET6},
    {.ndm_family = AF_INET, .ndm_flags = NTF_PROXY},
    {.ndm_family = AF_INET6, .ndm_flags = NTF_PROXY},
};

static const struct neighbour_reader reader = {
    .kind = &neighbour_kind,
    .parts = parts,
    .part_count = sizeof(parts) / sizeof(parts[0]),
    .parse = parse,
    .name = name,
    .compare = neighbour_compare,
};

static struct table *read_table(const struct source_request *request) {
    return neighbour_read(request, &reader);
}

static const unsigned groups[] = {RTNLGRP_NEIGH};

const struct source neighbour_source = {
    .name = "neighbours",
    .kind = KIND_NEIGHBOURS,
    .needs = "CAP_SYS_ADMIN to read in other namespaces",
    .protocol = NETLINK_ROUTE,
    .groups = groups,
    .group_count = sizeof(groups) / sizeof(groups[0]),
    .streams = true,
    .read = read_table,
};
