// SPDX-License-Identifier: GPL-2.0-or-later
// CT and NOTRACK: how connection tracking is to treat the packet's new connection. Revisions 1 and
// 2 of CT have a timeout policy, too. NOTRACK is a target without options, or CT with a flag.
#include <linux/netfilter/xt_CT.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_values.h"

// linux/netfilter/nf_conntrack_common.h enum ip_conntrack_events
static const struct xt_name events[] = {
    {1 << 0, "new"},        {1 << 1, "related"},   {1 << 2, "destroy"}, {1 << 3, "reply"},
    {1 << 4, "assured"},    {1 << 5, "protoinfo"}, {1 << 6, "helper"},  {1 << 7, "mark"},
    {1 << 8, "natseqinfo"}, {1 << 9, "secmark"},
};
static const struct xt_name expectation_events[] = {
    {1 << 0, "new"},
};

// Copies a name that is not empty. Returns false when memory is out.
static bool copy_name(struct arena *arena, const char *text, size_t max, const char **ret_name) {
    if (*text == '\0')
        return true;
    *ret_name = arena_strndup(arena, text, max);
    return *ret_name;
}

// The structs of all revisions begin with the same members.
static struct xt_ct *decode_common(const struct xt_ct_target_info *info, struct arena *arena) {
    struct xt_ct *ct = arena_alloc(arena, sizeof(*ct));
    if (!ct)
        return NULL;
    ct->flags = info->flags;
    ct->zone = info->zone;
    ct->events = info->ct_events;
    ct->expectation_events = info->exp_events;
    return copy_name(arena, info->helper, sizeof(info->helper), &ct->helper) ? ct : NULL;
}

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    return decode_common(bytes, arena);
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_ct_target_info_v1 *info = bytes;
    struct xt_ct *ct = decode_common(bytes, arena);
    if (!ct || !copy_name(arena, info->timeout, sizeof(info->timeout), &ct->timeout))
        return NULL;
    return ct;
}

static const char *ct_alias(const void *info) {
    const struct xt_ct *ct = info;
    return ct->flags & XT_CT_NOTRACK_ALIAS ? "NOTRACK" : "CT";
}

static void write_events(struct xt_writer *writer, const char *option, uint32_t mask,
                         const struct xt_name *names, size_t count) {
    if (mask == 0)
        return;
    xt_option(writer, option, false);
    xt_put_bits(writer, mask, names, count);
}

static void write_zone(const struct xt_ct *ct, struct xt_writer *writer) {
    const char *option = "--zone";
    if (!(ct->flags & XT_CT_ZONE_MARK) && ct->zone == 0)
        return;
    switch (ct->flags & (XT_CT_ZONE_DIR_ORIG | XT_CT_ZONE_DIR_REPL)) {
    case XT_CT_ZONE_DIR_ORIG:
        option = "--zone-orig";
        break;
    case XT_CT_ZONE_DIR_REPL:
        option = "--zone-reply";
        break;
    }
    if (ct->flags & XT_CT_ZONE_MARK)
        xt_option_name(writer, option, false, "mark");
    else
        xt_option_uint(writer, option, false, ct->zone);
}

static void write_ct(const void *info, struct xt_writer *writer) {
    const struct xt_ct *ct = info;
    if (ct->flags & XT_CT_NOTRACK_ALIAS)
        return;
    if (ct->flags & XT_CT_NOTRACK)
        xt_flag(writer, "--notrack", false);
    if (ct->helper)
        xt_option_word(writer, "--helper", false, ct->helper, SIZE_MAX);
    if (ct->timeout)
        xt_option_word(writer, "--timeout", false, ct->timeout, SIZE_MAX);
    write_events(writer, "--ctevents", ct->events, events, XT_COUNT(events));
    write_events(writer, "--expevents", ct->expectation_events, expectation_events,
                 XT_COUNT(expectation_events));
    write_zone(ct, writer);
}

const struct xt_extension xt_target_ct[] = {
    {
        .name = "CT",
        .is_target = true,
        .revision = 2,
        .size = sizeof(struct xt_ct_target_info_v1),
        .decode = decode_revision_1,
        .write = write_ct,
        .alias = ct_alias,
    },
    {
        .name = "CT",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_ct_target_info_v1),
        .decode = decode_revision_1,
        .write = write_ct,
        .alias = ct_alias,
    },
    {
        .name = "CT",
        .is_target = true,
        .size = sizeof(struct xt_ct_target_info),
        .decode = decode_revision_0,
        .write = write_ct,
        .alias = ct_alias,
    },
    {0},
};

const struct xt_extension xt_target_notrack[] = {
    {.name = "NOTRACK", .is_target = true},
    {0},
};
