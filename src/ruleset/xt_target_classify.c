// SPDX-License-Identifier: GPL-2.0-or-later
// CLASSIFY: the packet's priority, which is its class to queueing disciplines.
#include <linux/netfilter/xt_CLASSIFY.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// "0001:00ff": the queueing discipline's number, then the class in it.
static void write_classify(const void *info, struct xt_writer *writer) {
    const struct xt_classify_target_info *class = info;
    xt_option(writer, "--set-class", false);
    buffer_printf(writer->value, "%04x:%04x", class->priority >> 16, class->priority & 0xffff);
}

const struct xt_extension xt_target_classify[] = {
    {
        .name = "CLASSIFY",
        .is_target = true,
        .size = sizeof(struct xt_classify_target_info),
        .write = write_classify,
    },
    {0},
};
