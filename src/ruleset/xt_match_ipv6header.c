// SPDX-License-Identifier: GPL-2.0-or-later
// ipv6header: which headers an IPv6 packet has.
#include <linux/netfilter_ipv6/ip6t_ipv6header.h>
#include <netinet/in.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// In the order in which iptables-save has them; the names are those for which /etc/protocols has
// none, and of hop-by-hop always.
static const struct {
    uint8_t bit;
    uint8_t protocol;
    const char *name;
} headers[] = {
    {MASK_HOPOPTS, IPPROTO_HOPOPTS, "hop-by-hop"},
    {MASK_DSTOPTS, IPPROTO_DSTOPTS, "dst"},
    {MASK_ROUTING, IPPROTO_ROUTING, "route"},
    {MASK_FRAGMENT, IPPROTO_FRAGMENT, "frag"},
    {MASK_AH, IPPROTO_AH, "auth"},
    {MASK_ESP, IPPROTO_ESP, "esp"},
    {MASK_NONE, IPPROTO_NONE, "none"},
    {MASK_PROTO, IPPROTO_RAW, "protocol"},
};

static void put_headers(struct xt_writer *writer, uint8_t bits) {
    const char *comma = "";
    for (size_t i = 0; i < XT_COUNT(headers); i++) {
        if (!(bits & headers[i].bit))
            continue;
        const char *name =
            headers[i].protocol != 0 ? xt_protocol_name(writer, headers[i].protocol) : NULL;
        buffer_puts(writer->value, comma);
        buffer_puts(writer->value, name ? name : headers[i].name);
        comma = ",";
    }
}

static void write_ipv6header(const void *info, struct xt_writer *writer) {
    const struct ip6t_ipv6header_info *header = info;
    xt_option(writer, "--header", header->invflags != 0);
    put_headers(writer, header->matchflags);
    if (header->matchflags == 0)
        buffer_puts(writer->value, "NONE");
    if (header->modeflag)
        xt_flag(writer, "--soft", false);
}

const struct xt_extension xt_match_ipv6header[] = {
    {
        .name = "ipv6header",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_ipv6header_info),
        .write = write_ipv6header,
    },
    {0},
};
