// SPDX-License-Identifier: GPL-2.0-or-later
// TPROXY: gives the packet to a socket of this machine without changing it. Revision 0, for IPv4
// alone, is rewritten to revision 1's struct.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_TPROXY.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_tproxy_target_info *old = bytes;
    struct xt_tproxy_target_info_v1 *info = arena_alloc(arena, sizeof(*info));
    if (info)
        *info = (struct xt_tproxy_target_info_v1){
            .mark_mask = old->mark_mask,
            .mark_value = old->mark_value,
            .laddr.ip = old->laddr,
            .lport = old->lport,
        };
    return info;
}

static void write_tproxy(const void *info, struct xt_writer *writer) {
    const struct xt_tproxy_target_info_v1 *proxy = info;
    xt_option_uint(writer, "--on-port", false, ntohs(proxy->lport));
    xt_option(writer, "--on-ip", false);
    xt_put_address(writer, writer->context->family, &proxy->laddr);
    xt_option_hex(writer, "--tproxy-mark", false, proxy->mark_value);
    buffer_putc(writer->value, '/');
    xt_put_hex(writer, proxy->mark_mask);
}

const struct xt_extension xt_target_tproxy[] = {
    {
        .name = "TPROXY",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_tproxy_target_info_v1),
        .write = write_tproxy,
    },
    {
        .name = "TPROXY",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct xt_tproxy_target_info),
        .decode = decode_revision_0,
        .write = write_tproxy,
    },
    {0},
};
