// SPDX-License-Identifier: GPL-2.0-or-later
// owner: whose process has the socket that sends the packet.
#include <linux/netfilter/xt_owner.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_ids(struct xt_writer *writer, const char *option, bool inverted, uint32_t min,
                      uint32_t max) {
    xt_option_uint(writer, option, inverted, min);
    if (min == max)
        return;
    buffer_putc(writer->value, '-');
    buffer_put_uint(writer->value, max);
}

static void write_owner(const void *info, struct xt_writer *writer) {
    const struct xt_owner_match_info *owner = info;
    if (owner->match & XT_OWNER_SOCKET)
        xt_flag(writer, "--socket-exists", owner->invert & XT_OWNER_SOCKET);
    if (owner->match & XT_OWNER_UID)
        write_ids(writer, "--uid-owner", owner->invert & XT_OWNER_UID, owner->uid_min,
                  owner->uid_max);
    if (owner->match & XT_OWNER_GID)
        write_ids(writer, "--gid-owner", owner->invert & XT_OWNER_GID, owner->gid_min,
                  owner->gid_max);
    if (owner->match & XT_OWNER_SUPPL_GROUPS)
        xt_flag(writer, "--suppl-groups", owner->invert & XT_OWNER_SUPPL_GROUPS);
}

const struct xt_extension xt_match_owner[] = {
    {
        .name = "owner",
        .revision = 1,
        .size = sizeof(struct xt_owner_match_info),
        .write = write_owner,
    },
    {0},
};
