// SPDX-License-Identifier: GPL-2.0-or-later
// TCPMSS and TCPOPTSTRIP: change the segment size that a SYN announces, and remove options of TCP.
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter/xt_TCPOPTSTRIP.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

#define TCP_OPTIONS 256

static void write_tcpmss(const void *info, struct xt_writer *writer) {
    const struct xt_tcpmss_info *mss = info;
    if (mss->mss == XT_TCPMSS_CLAMP_PMTU)
        xt_flag(writer, "--clamp-mss-to-pmtu", false);
    else
        xt_option_uint(writer, "--set-mss", false, mss->mss);
}

static void write_tcpoptstrip(const void *info, struct xt_writer *writer) {
    const struct xt_tcpoptstrip_target_info *strip = info;
    bool any = false;
    for (unsigned int option = 0; option < TCP_OPTIONS; option++) {
        if (!tcpoptstrip_test_bit(strip->strip_bmap, option))
            continue;
        if (any)
            buffer_putc(writer->value, ',');
        else
            xt_option(writer, "--strip-options", false);
        buffer_put_uint(writer->value, option);
        any = true;
    }
}

const struct xt_extension xt_target_tcpmss[] = {
    {
        .name = "TCPMSS",
        .is_target = true,
        .size = sizeof(struct xt_tcpmss_info),
        .write = write_tcpmss,
    },
    {0},
};

const struct xt_extension xt_target_tcpoptstrip[] = {
    {
        .name = "TCPOPTSTRIP",
        .is_target = true,
        .size = sizeof(struct xt_tcpoptstrip_target_info),
        .write = write_tcpoptstrip,
    },
    {0},
};
