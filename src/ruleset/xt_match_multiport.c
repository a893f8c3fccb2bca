// SPDX-License-Identifier: GPL-2.0-or-later
// multiport: up to 15 ports, of which two can be the ends of a range.
#include <linux/netfilter/xt_multiport.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const options[] = {
    [XT_MULTIPORT_SOURCE] = "--sports",
    [XT_MULTIPORT_DESTINATION] = "--dports",
    [XT_MULTIPORT_EITHER] = "--ports",
};

// The last port must not begin a range.
static bool check_multiport(const void *bytes) {
    const struct xt_multiport_v1 *info = bytes;
    return info->flags < XT_COUNT(options) && info->count <= XT_MULTI_PORTS &&
           (info->count == 0 || !info->pflags[info->count - 1]);
}

static void write_multiport(const void *info, struct xt_writer *writer) {
    const struct xt_multiport_v1 *ports = info;
    xt_option(writer, options[ports->flags], ports->invert);
    for (size_t i = 0; i < ports->count; i++) {
        buffer_put_uint(writer->value, ports->ports[i]);
        if (i + 1 < ports->count)
            buffer_putc(writer->value, ports->pflags[i] ? ':' : ',');
    }
}

const struct xt_extension xt_match_multiport[] = {
    {
        .name = "multiport",
        .revision = 1,
        .size = sizeof(struct xt_multiport_v1),
        .check = check_multiport,
        .write = write_multiport,
    },
    {0},
};
