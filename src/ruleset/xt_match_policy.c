// SPDX-License-Identifier: GPL-2.0-or-later
// policy: which IPsec transforms the packet came through, or will go through.
#include <linux/netfilter/xt_policy.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool check_policy(const void *bytes) {
    const struct xt_policy_info *info = bytes;
    return info->len <= XT_POLICY_MAX_ELEM;
}

static const char *mode_name(uint8_t mode) {
    switch (mode) {
    case XT_POLICY_MODE_TRANSPORT:
        return "transport";
    case XT_POLICY_MODE_TUNNEL:
        return "tunnel";
    default:
        return "???"; // as iptables says it
    }
}

static void write_protocol(struct xt_writer *writer, bool inverted, uint8_t protocol) {
    const char *name = xt_protocol_name(writer, protocol);
    if (name)
        xt_option_name(writer, "--proto", inverted, name);
    else
        xt_option_uint(writer, "--proto", inverted, protocol);
}

static void write_tunnel(struct xt_writer *writer, const char *option, bool inverted,
                         const union xt_policy_addr *address, const union xt_policy_addr *mask) {
    xt_option(writer, option, inverted);
    xt_put_address(writer, writer->context->family, address);
    xt_put_mask(writer, writer->context->family, mask);
}

static void write_element(const struct xt_policy_elem *element, struct xt_writer *writer) {
    if (element->match.reqid)
        xt_option_uint(writer, "--reqid", element->invert.reqid, element->reqid);
    if (element->match.spi)
        xt_option_hex(writer, "--spi", element->invert.spi, element->spi);
    if (element->match.proto)
        write_protocol(writer, element->invert.proto, element->proto);
    if (element->match.mode)
        xt_option_name(writer, "--mode", element->invert.mode, mode_name(element->mode));
    if (element->match.daddr)
        write_tunnel(writer, "--tunnel-dst", element->invert.daddr, &element->daddr,
                     &element->dmask);
    if (element->match.saddr)
        write_tunnel(writer, "--tunnel-src", element->invert.saddr, &element->saddr,
                     &element->smask);
}

static void write_policy(const void *info, struct xt_writer *writer) {
    const struct xt_policy_info *policy = info;
    xt_option_name(writer, "--dir", false, policy->flags & XT_POLICY_MATCH_IN ? "in" : "out");
    xt_option_name(writer, "--pol", false, policy->flags & XT_POLICY_MATCH_NONE ? "none" : "ipsec");
    if (policy->flags & XT_POLICY_MATCH_STRICT)
        xt_flag(writer, "--strict", false);
    for (size_t i = 0; i < policy->len; i++) {
        if (i > 0)
            xt_flag(writer, "--next", false);
        write_element(&policy->pol[i], writer);
    }
}

const struct xt_extension xt_match_policy[] = {
    {
        .name = "policy",
        .size = sizeof(struct xt_policy_info),
        .check = check_policy,
        .write = write_policy,
    },
    {0},
};
