// SPDX-License-Identifier: GPL-2.0-or-later
// pkttype: to whom the frame is sent.
#include <linux/if_packet.h>
#include <linux/netfilter/xt_pkttype.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const types[] = {
    [PACKET_HOST] = "unicast",
    [PACKET_BROADCAST] = "broadcast",
    [PACKET_MULTICAST] = "multicast",
    [PACKET_OTHERHOST] = "otherhost",
};

static void write_pkttype(const void *info, struct xt_writer *writer) {
    const struct xt_pkttype_info *type = info;
    xt_option(writer, "--pkt-type", type->invert);
    if (type->pkttype >= 0 && (size_t)type->pkttype < XT_COUNT(types))
        buffer_puts(writer->value, types[type->pkttype]);
    else
        buffer_put_int(writer->value, type->pkttype);
}

const struct xt_extension xt_match_pkttype[] = {
    {.name = "pkttype", .size = sizeof(struct xt_pkttype_info), .write = write_pkttype},
    {0},
};
