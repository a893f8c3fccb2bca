// SPDX-License-Identifier: GPL-2.0-or-later
// DSCP, TOS and ECN: change the byte of the IP header that says how to treat the packet, in its two
// parts and as a whole; ECN also the flags of TCP that answer it.
#include <linux/netfilter/xt_DSCP.h>
#include <linux/netfilter_ipv4/ipt_ECN.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_dscp(const void *info, struct xt_writer *writer) {
    const struct xt_DSCP_info *dscp = info;
    xt_option_hex_digits(writer, "--set-dscp", false, dscp->dscp, 2);
}

static void write_tos(const void *info, struct xt_writer *writer) {
    const struct xt_tos_target_info *tos = info;
    xt_option_hex_digits(writer, "--set-tos", false, tos->tos_value, 2);
    buffer_putc(writer->value, '/');
    xt_put_hex_digits(writer, tos->tos_mask, 2);
}

static void write_ecn(const void *info, struct xt_writer *writer) {
    const struct ipt_ECN_info *ecn = info;
    if (ecn->operation == (IPT_ECN_OP_SET_ECE | IPT_ECN_OP_SET_CWR) && !ecn->proto.tcp.ece &&
        !ecn->proto.tcp.cwr) {
        xt_flag(writer, "--ecn-tcp-remove", false);
        return;
    }
    if (ecn->operation & IPT_ECN_OP_SET_ECE)
        xt_option_uint(writer, "--ecn-tcp-ece", false, ecn->proto.tcp.ece);
    if (ecn->operation & IPT_ECN_OP_SET_CWR)
        xt_option_uint(writer, "--ecn-tcp-cwr", false, ecn->proto.tcp.cwr);
    if (ecn->operation & IPT_ECN_OP_SET_IP)
        xt_option_uint(writer, "--ecn-ip-ect", false, ecn->ip_ect);
}

const struct xt_extension xt_target_dscp[] = {
    {
        .name = "DSCP",
        .is_target = true,
        .size = sizeof(struct xt_DSCP_info),
        .write = write_dscp,
    },
    {0},
};

const struct xt_extension xt_target_tos[] = {
    {
        .name = "TOS",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_tos_target_info),
        .write = write_tos,
    },
    {0},
};

const struct xt_extension xt_target_ecn[] = {
    {
        .name = "ECN",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct ipt_ECN_info),
        .write = write_ecn,
    },
    {0},
};
