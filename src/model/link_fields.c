// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link.h"

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns,
             "namespace that the interface is in"),
    FIELD(struct link, ifindex, "INDEX", FIELD_NUMBER, "index in its namespace"),
    FIELD(struct link, ifname, "NAME", FIELD_INTERFACE, "name"),
    FIELD(struct link, info_kind, "KIND", FIELD_TEXT, "what sort of device it is"),
    FIELD(struct link, mtu, "MTU", FIELD_BYTES, "largest packet that it carries, in bytes"),
    FIELD(struct link, address, "MAC", FIELD_LLADDR, "link-layer address"),
};

static uint64_t identity(const void *row) {
    const struct link *link = row;
    return (uint64_t)link->ifindex;
}

const struct kind link_kind = {
    .name = "interfaces",
    .title = "Interfaces",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct link),
    .columns = "ifname,info_kind,mtu,address",
    .sort = "ifindex",
    .identity = identity,
    .help = "network interfaces",
};
