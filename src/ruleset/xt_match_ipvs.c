// SPDX-License-Identifier: GPL-2.0-or-later
// ipvs: what the load balancer of the kernel knows of the packet's connection.
#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_ipvs.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *method_name(uint8_t method) {
    switch (method) {
    case IP_VS_CONN_F_DROUTE:
        return "GATE";
    case IP_VS_CONN_F_TUNNEL:
        return "IPIP";
    case IP_VS_CONN_F_MASQ:
        return "MASQ";
    default:
        return "UNKNOWN";
    }
}

static void write_address(const struct xt_ipvs_mtinfo *ipvs, struct xt_writer *writer) {
    xt_option(writer, "--vaddr", ipvs->invert & XT_IPVS_VADDR);
    xt_put_address(writer, writer->context->family, &ipvs->vaddr);
    xt_put_mask(writer, writer->context->family, &ipvs->vmask);
}

static void write_ipvs(const void *info, struct xt_writer *writer) {
    const struct xt_ipvs_mtinfo *ipvs = info;
    if (ipvs->bitmask == XT_IPVS_IPVS_PROPERTY)
        xt_flag(writer, "--ipvs", ipvs->invert & XT_IPVS_IPVS_PROPERTY);
    if (ipvs->bitmask & XT_IPVS_PROTO)
        xt_option_uint(writer, "--vproto", ipvs->invert & XT_IPVS_PROTO, ipvs->l4proto);
    if (ipvs->bitmask & XT_IPVS_VADDR)
        write_address(ipvs, writer);
    if (ipvs->bitmask & XT_IPVS_VPORT)
        xt_option_uint(writer, "--vport", ipvs->invert & XT_IPVS_VPORT, ntohs(ipvs->vport));
    if (ipvs->bitmask & XT_IPVS_DIR)
        xt_option_name(writer, "--vdir", false, ipvs->invert & XT_IPVS_DIR ? "REPLY" : "ORIGINAL");
    if (ipvs->bitmask & XT_IPVS_METHOD)
        xt_option_name(writer, "--vmethod", ipvs->invert & XT_IPVS_METHOD,
                       method_name(ipvs->fwd_method));
    if (ipvs->bitmask & XT_IPVS_VPORTCTL)
        xt_option_uint(writer, "--vportctl", ipvs->invert & XT_IPVS_VPORTCTL,
                       ntohs(ipvs->vportctl));
}

const struct xt_extension xt_match_ipvs[] = {
    {.name = "ipvs", .size = sizeof(struct xt_ipvs_mtinfo), .write = write_ipvs},
    {0},
};
