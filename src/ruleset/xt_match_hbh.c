// SPDX-License-Identifier: GPL-2.0-or-later
// hbh and dst: the options headers of IPv6, hop by hop and for the destination. An option is its
// type and, unless it is 255, its length.
#include <linux/netfilter_ipv6/ip6t_opts.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

#define ANY_LENGTH 0xff

static bool check_options(const void *bytes) {
    const struct ip6t_opts *info = bytes;
    return info->optsnr <= IP6T_OPTS_OPTSNR;
}

static void put_options(struct xt_writer *writer, const struct ip6t_opts *info) {
    for (size_t i = 0; i < info->optsnr; i++) {
        if (i > 0)
            buffer_putc(writer->value, ',');
        buffer_put_uint(writer->value, info->opts[i] >> 8);
        if ((info->opts[i] & 0xff) == ANY_LENGTH)
            continue;
        buffer_putc(writer->value, ':');
        buffer_put_uint(writer->value, info->opts[i] & 0xff);
    }
}

static void write_header(struct xt_writer *writer, const struct ip6t_opts *info,
                         const char *length_option, const char *list_option) {
    if (info->flags & IP6T_OPTS_LEN)
        xt_option_uint(writer, length_option, info->invflags & IP6T_OPTS_INV_LEN, info->hdrlen);
    if (info->flags & IP6T_OPTS_OPTS) {
        xt_option(writer, list_option, false);
        put_options(writer, info);
    }
}

static void write_hbh(const void *info, struct xt_writer *writer) {
    write_header(writer, info, "--hbh-len", "--hbh-opts");
}

static void write_dst(const void *info, struct xt_writer *writer) {
    write_header(writer, info, "--dst-len", "--dst-opts");
}

const struct xt_extension xt_match_hbh[] = {
    {
        .name = "hbh",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_opts),
        .check = check_options,
        .write = write_hbh,
    },
    {0},
};

const struct xt_extension xt_match_dst[] = {
    {
        .name = "dst",
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_opts),
        .check = check_options,
        .write = write_dst,
    },
    {0},
};
