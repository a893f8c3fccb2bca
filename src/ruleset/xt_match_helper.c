// SPDX-License-Identifier: GPL-2.0-or-later
// helper: the conntrack helper (ftp, sip ...) that expected the connection.
#include <linux/netfilter/xt_helper.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_helper(const void *info, struct xt_writer *writer) {
    const struct xt_helper_info *helper = info;
    xt_option_text(writer, "--helper", helper->invert, helper->name, sizeof(helper->name));
}

const struct xt_extension xt_match_helper[] = {
    {.name = "helper", .size = sizeof(struct xt_helper_info), .write = write_helper},
    {0},
};
