// SPDX-License-Identifier: GPL-2.0-or-later
// osf: the operating system that a SYN looks like.
#include <linux/netfilter/xt_osf.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_osf(const void *info, struct xt_writer *writer) {
    const struct xt_osf_info *osf = info;
    xt_option_word(writer, "--genre", osf->flags & XT_OSF_INVERT, osf->genre, sizeof(osf->genre));
    if (osf->flags & XT_OSF_TTL)
        xt_option_uint(writer, "--ttl", false, osf->ttl);
    if (osf->flags & XT_OSF_LOG)
        xt_option_uint(writer, "--log", false, osf->loglevel);
}

const struct xt_extension xt_match_osf[] = {
    {.name = "osf", .size = sizeof(struct xt_osf_info), .write = write_osf},
    {0},
};
