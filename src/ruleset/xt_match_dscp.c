// SPDX-License-Identifier: GPL-2.0-or-later
// dscp, tos and ecn: the byte of the IP header that says how to treat the packet, in its two parts
// and as a whole; ecn also the flags of TCP that answer it.
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_ecn.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_dscp(const void *info, struct xt_writer *writer) {
    const struct xt_dscp_info *dscp = info;
    xt_option_hex_digits(writer, "--dscp", dscp->invert, dscp->dscp, 2);
}

static void write_tos(const void *info, struct xt_writer *writer) {
    const struct xt_tos_match_info *tos = info;
    xt_option_hex_digits(writer, "--tos", tos->invert, tos->tos_value, 2);
    buffer_putc(writer->value, '/');
    xt_put_hex_digits(writer, tos->tos_mask, 2);
}

static void write_ecn(const void *info, struct xt_writer *writer) {
    const struct xt_ecn_info *ecn = info;
    if (ecn->operation & XT_ECN_OP_MATCH_ECE)
        xt_flag(writer, "--ecn-tcp-ece", ecn->invert & XT_ECN_OP_MATCH_ECE);
    if (ecn->operation & XT_ECN_OP_MATCH_CWR)
        xt_flag(writer, "--ecn-tcp-cwr", ecn->invert & XT_ECN_OP_MATCH_CWR);
    if (ecn->operation & XT_ECN_OP_MATCH_IP)
        xt_option_uint(writer, "--ecn-ip-ect", ecn->invert & XT_ECN_OP_MATCH_IP, ecn->ip_ect);
}

const struct xt_extension xt_match_dscp[] = {
    {.name = "dscp", .size = sizeof(struct xt_dscp_info), .write = write_dscp},
    {0},
};

const struct xt_extension xt_match_tos[] = {
    {.name = "tos", .revision = 1, .size = sizeof(struct xt_tos_match_info), .write = write_tos},
    {0},
};

const struct xt_extension xt_match_ecn[] = {
    {.name = "ecn", .size = sizeof(struct xt_ecn_info), .write = write_ecn},
    {0},
};
