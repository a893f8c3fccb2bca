// SPDX-License-Identifier: GPL-2.0-or-later
// ah, esp and ipcomp: the index of an IPsec association that stands in the packet's header.
#include <linux/netfilter/xt_esp.h>
#include <linux/netfilter/xt_ipcomp.h>
#include <linux/netfilter_ipv4/ipt_ah.h>
#include <linux/netfilter_ipv6/ip6t_ah.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// Says nothing where every index fits.
static void write_indexes(struct xt_writer *writer, const char *option, bool inverted,
                          const uint32_t range[2]) {
    if (range[0] != 0 || range[1] != UINT32_MAX)
        xt_option_range(writer, option, inverted, range[0], range[1]);
}

static void write_ah4(const void *info, struct xt_writer *writer) {
    const struct ipt_ah *ah = info;
    write_indexes(writer, "--ahspi", ah->invflags & IPT_AH_INV_SPI, ah->spis);
}

static void write_ah6(const void *info, struct xt_writer *writer) {
    const struct ip6t_ah *ah = info;
    write_indexes(writer, "--ahspi", ah->invflags & IP6T_AH_INV_SPI, ah->spis);
    if (ah->hdrlen != 0 || ah->invflags & IP6T_AH_INV_LEN)
        xt_option_uint(writer, "--ahlen", ah->invflags & IP6T_AH_INV_LEN, ah->hdrlen);
    if (ah->hdrres != 0)
        xt_flag(writer, "--ahres", false);
}

static void write_esp(const void *info, struct xt_writer *writer) {
    const struct xt_esp *esp = info;
    write_indexes(writer, "--espspi", esp->invflags & XT_ESP_INV_SPI, esp->spis);
}

static void write_ipcomp(const void *info, struct xt_writer *writer) {
    const struct xt_ipcomp *ipcomp = info;
    write_indexes(writer, "--ipcompspi", ipcomp->invflags & XT_IPCOMP_INV_SPI, ipcomp->spis);
    if (ipcomp->hdrres != 0)
        xt_flag(writer, "--compres", false);
}

const struct xt_extension xt_match_ah[] = {
    {
        .name = "ah",
        .family = NF_FAMILY_IP,
        .size = sizeof(struct ipt_ah),
        .write = write_ah4,
    },
    {
        .name = "ah",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_ah),
        .write = write_ah6,
    },
    {0},
};

const struct xt_extension xt_match_esp[] = {
    {.name = "esp", .size = sizeof(struct xt_esp), .write = write_esp},
    {0},
};

const struct xt_extension xt_match_ipcomp[] = {
    {.name = "ipcomp", .size = sizeof(struct xt_ipcomp), .write = write_ipcomp},
    {0},
};
