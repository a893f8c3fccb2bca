// SPDX-License-Identifier: GPL-2.0-or-later
// mac: the source of the Ethernet frame.
#include <linux/netfilter/xt_mac.h>

#include "base/address.h"
#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_mac(const void *info, struct xt_writer *writer) {
    const struct xt_mac_info *mac = info;
    struct lladdr address = lladdr_from_bytes(mac->srcaddr, sizeof(mac->srcaddr));
    xt_option(writer, "--mac-source", mac->invert);
    lladdr_format(&address, writer->value);
}

const struct xt_extension xt_match_mac[] = {
    {.name = "mac", .size = sizeof(struct xt_mac_info), .write = write_mac},
    {0},
};
