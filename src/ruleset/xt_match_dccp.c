// SPDX-License-Identifier: GPL-2.0-or-later
// dccp: ports, packet types and an option of DCCP's header.
#include <linux/dccp.h>
#include <linux/netfilter/xt_dccp.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// Types above these are not used: one name stands for all of them.
#define FIRST_INVALID 10

static const struct xt_name types[] = {
    {1U << DCCP_PKT_REQUEST, "REQUEST"},   {1U << DCCP_PKT_RESPONSE, "RESPONSE"},
    {1U << DCCP_PKT_DATA, "DATA"},         {1U << DCCP_PKT_ACK, "ACK"},
    {1U << DCCP_PKT_DATAACK, "DATAACK"},   {1U << DCCP_PKT_CLOSEREQ, "CLOSEREQ"},
    {1U << DCCP_PKT_CLOSE, "CLOSE"},       {1U << DCCP_PKT_RESET, "RESET"},
    {1U << DCCP_PKT_SYNC, "SYNC"},         {1U << DCCP_PKT_SYNCACK, "SYNCACK"},
    {0xffffU << FIRST_INVALID, "INVALID"},
};

static void write_dccp(const void *info, struct xt_writer *writer) {
    const struct xt_dccp_info *dccp = info;
    if (dccp->flags & XT_DCCP_SRC_PORTS)
        xt_option_range(writer, "--sport", dccp->invflags & XT_DCCP_SRC_PORTS, dccp->spts[0],
                        dccp->spts[1]);
    if (dccp->flags & XT_DCCP_DEST_PORTS)
        xt_option_range(writer, "--dport", dccp->invflags & XT_DCCP_DEST_PORTS, dccp->dpts[0],
                        dccp->dpts[1]);
    if (dccp->flags & XT_DCCP_TYPE) {
        xt_option(writer, "--dccp-types", dccp->invflags & XT_DCCP_TYPE);
        xt_put_bits(writer, dccp->typemask, types, XT_COUNT(types));
    }
    if (dccp->flags & XT_DCCP_OPTION)
        xt_option_uint(writer, "--dccp-option", dccp->invflags & XT_DCCP_OPTION, dccp->option);
}

const struct xt_extension xt_match_dccp[] = {
    {.name = "dccp", .size = sizeof(struct xt_dccp_info), .write = write_dccp},
    {0},
};
