// SPDX-License-Identifier: GPL-2.0-or-later
// realm: the realm of the route; realms have names in /etc/iproute2/rt_realms.
#include <linux/netfilter/xt_realm.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_realm(const void *info, struct xt_writer *writer) {
    const struct xt_realm_info *realm = info;
    const struct ruleset_names *names = writer->context->names;
    xt_option_named(writer, "--realm", realm->invert, realm->id, realm->mask,
                    names ? nf_names_find(&names->realms, realm->id) : NULL);
}

const struct xt_extension xt_match_realm[] = {
    {.name = "realm", .size = sizeof(struct xt_realm_info), .write = write_realm},
    {0},
};
