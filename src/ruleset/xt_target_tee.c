// SPDX-License-Identifier: GPL-2.0-or-later
// TEE: sends a copy of the packet to another machine.
#include <linux/netfilter.h>
#include <linux/netfilter/xt_TEE.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_tee(const void *info, struct xt_writer *writer) {
    const struct xt_tee_tginfo *tee = info;
    xt_option(writer, "--gateway", false);
    xt_put_address(writer, writer->context->family, &tee->gw);
    if (*tee->oif != '\0')
        xt_option_word(writer, "--oif", false, tee->oif, sizeof(tee->oif));
}

const struct xt_extension xt_target_tee[] = {
    {
        .name = "TEE",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_tee_tginfo),
        .write = write_tee,
    },
    {0},
};
