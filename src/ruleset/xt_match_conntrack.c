// SPDX-License-Identifier: GPL-2.0-or-later
// conntrack and state: what connection tracking knows of the packet's connection. The older
// revisions are rewritten to the struct of revision 3: ports in the host's byte order, with ranges.
#include <arpa/inet.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

// In the order in which iptables-save has them.
static const struct xt_name states[] = {
    {XT_CONNTRACK_STATE_INVALID, "INVALID"},
    {XT_CONNTRACK_STATE_BIT(IP_CT_NEW), "NEW"},
    {XT_CONNTRACK_STATE_BIT(IP_CT_RELATED), "RELATED"},
    {XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED), "ESTABLISHED"},
    {XT_CONNTRACK_STATE_UNTRACKED, "UNTRACKED"},
    {XT_CONNTRACK_STATE_SNAT, "SNAT"},
    {XT_CONNTRACK_STATE_DNAT, "DNAT"},
};
static const struct xt_name state_states[] = {
    {XT_STATE_INVALID, "INVALID"},
    {XT_STATE_BIT(IP_CT_NEW), "NEW"},
    {XT_STATE_BIT(IP_CT_RELATED), "RELATED"},
    {XT_STATE_BIT(IP_CT_ESTABLISHED), "ESTABLISHED"},
    // The kernel's bit, and the one of conntrack, which iptables takes instead.
    {XT_STATE_UNTRACKED | XT_CONNTRACK_STATE_UNTRACKED, "UNTRACKED"},
};
static const struct xt_name statuses[] = {
    {IPS_EXPECTED, "EXPECTED"},
    {IPS_SEEN_REPLY, "SEEN_REPLY"},
    {IPS_ASSURED, "ASSURED"},
    {IPS_CONFIRMED, "CONFIRMED"},
};

static struct xt_conntrack_mtinfo3 *with_host_ports(const struct xt_conntrack_mtinfo1 *old,
                                                    struct arena *arena) {
    struct xt_conntrack_mtinfo3 *info = arena_alloc(arena, sizeof(*info));
    if (!info)
        return NULL;
    // Up to the ports and flags, all three revisions are the same.
    memcpy(info, old, offsetof(struct xt_conntrack_mtinfo1, state_mask));
    info->origsrc_port = info->origsrc_port_high = ntohs(old->origsrc_port);
    info->origdst_port = info->origdst_port_high = ntohs(old->origdst_port);
    info->replsrc_port = info->replsrc_port_high = ntohs(old->replsrc_port);
    info->repldst_port = info->repldst_port_high = ntohs(old->repldst_port);
    return info;
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_conntrack_mtinfo1 *old = bytes;
    struct xt_conntrack_mtinfo3 *info = with_host_ports(old, arena);
    if (info) {
        info->state_mask = old->state_mask;
        info->status_mask = old->status_mask;
    }
    return info;
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_conntrack_mtinfo2 *old = bytes;
    struct xt_conntrack_mtinfo3 *info = with_host_ports(bytes, arena);
    if (info) {
        info->state_mask = old->state_mask;
        info->status_mask = old->status_mask;
    }
    return info;
}

static const char *conntrack_alias(const void *info) {
    const struct xt_conntrack_mtinfo3 *conntrack = info;
    return conntrack->match_flags & XT_CONNTRACK_STATE_ALIAS ? "state" : "conntrack";
}

static void write_network(const struct xt_conntrack_mtinfo3 *info, struct xt_writer *writer,
                          uint16_t flag, const char *option, const union nf_inet_addr *address,
                          const union nf_inet_addr *mask) {
    if (!(info->match_flags & flag))
        return;
    xt_option(writer, option, info->invert_flags & flag);
    xt_put_address(writer, writer->context->family, address);
    xt_put_mask(writer, writer->context->family, mask);
}

// Revision 3 may leave the upper end at 0.
static void write_ports(const struct xt_conntrack_mtinfo3 *info, struct xt_writer *writer,
                        uint16_t flag, const char *option, uint16_t low, uint16_t high) {
    if (info->match_flags & flag)
        xt_option_range(writer, option, info->invert_flags & flag, low, high == 0 ? low : high);
}

// Revision 1 has no room for some states: a rule that asked for these alone asks for none.
static void write_state(const struct xt_conntrack_mtinfo3 *info, struct xt_writer *writer) {
    const char *option = info->match_flags & XT_CONNTRACK_STATE_ALIAS ? "--state" : "--ctstate";
    bool inverted = info->invert_flags & XT_CONNTRACK_STATE;
    if (!(info->match_flags & XT_CONNTRACK_STATE))
        return;
    if (info->state_mask == 0) {
        xt_flag(writer, option, inverted);
        return;
    }
    xt_option(writer, option, inverted);
    xt_put_bits(writer, info->state_mask, states, XT_COUNT(states));
}

static void write_status(const struct xt_conntrack_mtinfo3 *info, struct xt_writer *writer) {
    if (!(info->match_flags & XT_CONNTRACK_STATUS))
        return;
    xt_option(writer, "--ctstatus", info->invert_flags & XT_CONNTRACK_STATUS);
    xt_put_bits(writer, info->status_mask, statuses, XT_COUNT(statuses));
    if (info->status_mask == 0)
        buffer_puts(writer->value, "NONE");
}

static void write_tuples(const struct xt_conntrack_mtinfo3 *info, struct xt_writer *writer) {
    write_network(info, writer, XT_CONNTRACK_ORIGSRC, "--ctorigsrc", &info->origsrc_addr,
                  &info->origsrc_mask);
    write_network(info, writer, XT_CONNTRACK_ORIGDST, "--ctorigdst", &info->origdst_addr,
                  &info->origdst_mask);
    write_network(info, writer, XT_CONNTRACK_REPLSRC, "--ctreplsrc", &info->replsrc_addr,
                  &info->replsrc_mask);
    write_network(info, writer, XT_CONNTRACK_REPLDST, "--ctrepldst", &info->repldst_addr,
                  &info->repldst_mask);
    write_ports(info, writer, XT_CONNTRACK_ORIGSRC_PORT, "--ctorigsrcport", info->origsrc_port,
                info->origsrc_port_high);
    write_ports(info, writer, XT_CONNTRACK_ORIGDST_PORT, "--ctorigdstport", info->origdst_port,
                info->origdst_port_high);
    write_ports(info, writer, XT_CONNTRACK_REPLSRC_PORT, "--ctreplsrcport", info->replsrc_port,
                info->replsrc_port_high);
    write_ports(info, writer, XT_CONNTRACK_REPLDST_PORT, "--ctrepldstport", info->repldst_port,
                info->repldst_port_high);
}

static void write_conntrack(const void *info, struct xt_writer *writer) {
    const struct xt_conntrack_mtinfo3 *conntrack = info;
    write_state(conntrack, writer);
    if (conntrack->match_flags & XT_CONNTRACK_PROTO)
        xt_option_uint(writer, "--ctproto", conntrack->invert_flags & XT_CONNTRACK_PROTO,
                       conntrack->l4proto);
    write_tuples(conntrack, writer);
    write_status(conntrack, writer);
    if (conntrack->match_flags & XT_CONNTRACK_EXPIRES)
        xt_option_range(writer, "--ctexpire", conntrack->invert_flags & XT_CONNTRACK_EXPIRES,
                        conntrack->expires_min, conntrack->expires_max);
    if (conntrack->match_flags & XT_CONNTRACK_DIRECTION)
        xt_option_name(writer, "--ctdir", false,
                       conntrack->invert_flags & XT_CONNTRACK_DIRECTION ? "REPLY" : "ORIGINAL");
}

static void write_old_state(const void *info, struct xt_writer *writer) {
    const struct xt_state_info *state = info;
    xt_option(writer, "--state", false);
    xt_put_bits(writer, state->statemask, state_states, XT_COUNT(state_states));
}

const struct xt_extension xt_match_conntrack[] = {
    {
        .name = "conntrack",
        .revision = 3,
        .size = sizeof(struct xt_conntrack_mtinfo3),
        .write = write_conntrack,
        .alias = conntrack_alias,
    },
    {
        .name = "conntrack",
        .revision = 2,
        .size = sizeof(struct xt_conntrack_mtinfo2),
        .decode = decode_revision_2,
        .write = write_conntrack,
        .alias = conntrack_alias,
    },
    {
        .name = "conntrack",
        .revision = 1,
        .size = sizeof(struct xt_conntrack_mtinfo1),
        .decode = decode_revision_1,
        .write = write_conntrack,
        .alias = conntrack_alias,
    },
    {0},
};

const struct xt_extension xt_match_state[] = {
    {.name = "state", .size = sizeof(struct xt_state_info), .write = write_old_state},
    {0},
};
