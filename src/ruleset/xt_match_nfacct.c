// SPDX-License-Identifier: GPL-2.0-or-later
// nfacct: counts packets in an accounting object of that name (nfacct(8)).
#include <linux/netfilter/xt_nfacct.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_nfacct(const void *info, struct xt_writer *writer) {
    const struct xt_nfacct_match_info *account = info;
    xt_option(writer, "--nfacct-name", false);
    if (!writer->json)
        buffer_putc(writer->value, ' '); // iptables-save prints two of them
    xt_put_text(writer, account->name, sizeof(account->name));
}

// The revisions differ in how the kernel's own pointer is aligned.
const struct xt_extension xt_match_nfacct[] = {
    {
        .name = "nfacct",
        .revision = 1,
        .size = sizeof(struct xt_nfacct_match_info_v1),
        .write = write_nfacct,
    },
    {.name = "nfacct", .size = sizeof(struct xt_nfacct_match_info), .write = write_nfacct},
    {0},
};
