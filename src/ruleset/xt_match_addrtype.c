// SPDX-License-Identifier: GPL-2.0-or-later
// addrtype: what kind of address the source or the destination is to the routing tables. Revision 0
// is rewritten to revision 1's struct.
#include <linux/netfilter/xt_addrtype.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const struct xt_name types[] = {
    {XT_ADDRTYPE_UNSPEC, "UNSPEC"},
    {XT_ADDRTYPE_UNICAST, "UNICAST"},
    {XT_ADDRTYPE_LOCAL, "LOCAL"},
    {XT_ADDRTYPE_BROADCAST, "BROADCAST"},
    {XT_ADDRTYPE_ANYCAST, "ANYCAST"},
    {XT_ADDRTYPE_MULTICAST, "MULTICAST"},
    {XT_ADDRTYPE_BLACKHOLE, "BLACKHOLE"},
    {XT_ADDRTYPE_UNREACHABLE, "UNREACHABLE"},
    {XT_ADDRTYPE_PROHIBIT, "PROHIBIT"},
    {XT_ADDRTYPE_THROW, "THROW"},
    {XT_ADDRTYPE_NAT, "NAT"},
    {XT_ADDRTYPE_XRESOLVE, "XRESOLVE"},
};

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_addrtype_info *old = bytes;
    struct xt_addrtype_info_v1 *info = arena_alloc(arena, sizeof(*info));
    if (!info)
        return NULL;
    info->source = old->source;
    info->dest = old->dest;
    info->flags = (old->invert_source ? XT_ADDRTYPE_INVERT_SOURCE : 0) |
                  (old->invert_dest ? XT_ADDRTYPE_INVERT_DEST : 0);
    return info;
}

static void write_types(struct xt_writer *writer, const char *option, bool inverted,
                        uint16_t mask) {
    if (mask == 0)
        return;
    xt_option(writer, option, inverted);
    xt_put_bits(writer, mask, types, XT_COUNT(types));
}

static void write_addrtype(const void *info, struct xt_writer *writer) {
    const struct xt_addrtype_info_v1 *type = info;
    write_types(writer, "--src-type", type->flags & XT_ADDRTYPE_INVERT_SOURCE, type->source);
    write_types(writer, "--dst-type", type->flags & XT_ADDRTYPE_INVERT_DEST, type->dest);
    if (type->flags & XT_ADDRTYPE_LIMIT_IFACE_IN)
        xt_flag(writer, "--limit-iface-in", false);
    if (type->flags & XT_ADDRTYPE_LIMIT_IFACE_OUT)
        xt_flag(writer, "--limit-iface-out", false);
}

const struct xt_extension xt_match_addrtype[] = {
    {
        .name = "addrtype",
        .family = NF_FAMILY_IP,
        .size = sizeof(struct xt_addrtype_info),
        .decode = decode_revision_0,
        .write = write_addrtype,
    },
    {
        .name = "addrtype",
        .revision = 1,
        .size = sizeof(struct xt_addrtype_info_v1),
        .write = write_addrtype,
    },
    {0},
};
