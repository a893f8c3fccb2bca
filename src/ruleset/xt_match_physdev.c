// SPDX-License-Identifier: GPL-2.0-or-later
// physdev: through which ports of a bridge the packet goes.
#include <linux/netfilter/xt_physdev.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_physdev(const void *info, struct xt_writer *writer) {
    const struct xt_physdev_info *port = info;
    if (port->bitmask & XT_PHYSDEV_OP_ISIN)
        xt_flag(writer, "--physdev-is-in", port->invert & XT_PHYSDEV_OP_ISIN);
    if (port->bitmask & XT_PHYSDEV_OP_IN)
        xt_option_word(writer, "--physdev-in", port->invert & XT_PHYSDEV_OP_IN, port->physindev,
                       sizeof(port->physindev));
    if (port->bitmask & XT_PHYSDEV_OP_ISOUT)
        xt_flag(writer, "--physdev-is-out", port->invert & XT_PHYSDEV_OP_ISOUT);
    if (port->bitmask & XT_PHYSDEV_OP_OUT)
        xt_option_word(writer, "--physdev-out", port->invert & XT_PHYSDEV_OP_OUT, port->physoutdev,
                       sizeof(port->physoutdev));
    if (port->bitmask & XT_PHYSDEV_OP_BRIDGED)
        xt_flag(writer, "--physdev-is-bridged", port->invert & XT_PHYSDEV_OP_BRIDGED);
}

const struct xt_extension xt_match_physdev[] = {
    {.name = "physdev", .size = sizeof(struct xt_physdev_info), .write = write_physdev},
    {0},
};
