// SPDX-License-Identifier: GPL-2.0-or-later
// SYNPROXY: answers a SYN for the server, and connects to it once the client has proved itself.
#include <linux/netfilter/xt_SYNPROXY.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_synproxy(const void *info, struct xt_writer *writer) {
    const struct xt_synproxy_info *proxy = info;
    if (proxy->options & XT_SYNPROXY_OPT_SACK_PERM)
        xt_flag(writer, "--sack-perm", false);
    if (proxy->options & XT_SYNPROXY_OPT_TIMESTAMP)
        xt_flag(writer, "--timestamp", false);
    if (proxy->options & XT_SYNPROXY_OPT_WSCALE)
        xt_option_uint(writer, "--wscale", false, proxy->wscale);
    if (proxy->options & XT_SYNPROXY_OPT_MSS)
        xt_option_uint(writer, "--mss", false, proxy->mss);
    if (proxy->options & XT_SYNPROXY_OPT_ECN)
        xt_flag(writer, "--ecn", false);
}

const struct xt_extension xt_target_synproxy[] = {
    {
        .name = "SYNPROXY",
        .is_target = true,
        .size = sizeof(struct xt_synproxy_info),
        .write = write_synproxy,
    },
    {0},
};
