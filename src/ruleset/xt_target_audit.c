// SPDX-License-Identifier: GPL-2.0-or-later
// AUDIT: writes an audit record of what will become of the packet.
#include <linux/netfilter/xt_AUDIT.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const types[] = {
    [XT_AUDIT_TYPE_ACCEPT] = "accept",
    [XT_AUDIT_TYPE_DROP] = "drop",
    [XT_AUDIT_TYPE_REJECT] = "reject",
};

static bool check_audit(const void *bytes) {
    const struct xt_audit_info *info = bytes;
    return info->type < XT_COUNT(types);
}

static void write_audit(const void *info, struct xt_writer *writer) {
    const struct xt_audit_info *audit = info;
    xt_option_name(writer, "--type", false, types[audit->type]);
}

const struct xt_extension xt_target_audit[] = {
    {
        .name = "AUDIT",
        .is_target = true,
        .size = sizeof(struct xt_audit_info),
        .check = check_audit,
        .write = write_audit,
    },
    {0},
};
