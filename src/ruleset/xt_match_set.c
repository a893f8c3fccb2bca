// SPDX-License-Identifier: GPL-2.0-or-later
// set: whether the packet's addresses and ports are in a set of ipset(8). Revisions 0 to 4 are
// rewritten to one struct.
#include <linux/netfilter/xt_set.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_set.h"
#include "ruleset/xt_writer.h"

static struct xt_set *make_operands(struct xt_set_reference set, bool inverted,
                                    struct arena *arena) {
    struct xt_set *operands = arena_alloc(arena, sizeof(*operands));
    if (operands) {
        operands->set = set;
        operands->inverted = inverted;
    }
    return operands;
}

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_set_info_match_v0 *info = bytes;
    return make_operands(xt_set_reference_of_v0(&info->match_set),
                         info->match_set.u.flags[0] & IPSET_MATCH_INV, arena);
}

static struct xt_set *decode_reference(const struct xt_set_info *info, struct arena *arena) {
    return make_operands(xt_set_reference_of(info), info->flags & IPSET_INV_MATCH, arena);
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_set_info_match_v1 *info = bytes;
    return decode_reference(&info->match_set, arena);
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_set_info_match_v1 *info = bytes;
    struct xt_set *set = decode_reference(&info->match_set, arena);
    if (set && info->match_set.flags & IPSET_RETURN_NOMATCH)
        set->flags = IPSET_FLAG_RETURN_NOMATCH;
    return set;
}

static const void *decode_revision_3(const void *bytes, struct arena *arena) {
    const struct xt_set_info_match_v3 *info = bytes;
    struct xt_set *set = decode_reference(&info->match_set, arena);
    if (!set)
        return NULL;
    set->flags = info->flags;
    set->packets = info->packets.value;
    set->packets_compare = info->packets.op;
    set->bytes = info->bytes.value;
    set->bytes_compare = info->bytes.op;
    return set;
}

static const void *decode_revision_4(const void *bytes, struct arena *arena) {
    const struct xt_set_info_match_v4 *info = bytes;
    struct xt_set *set = decode_reference(&info->match_set, arena);
    if (!set)
        return NULL;
    set->flags = info->flags;
    set->packets = info->packets.value;
    set->packets_compare = info->packets.op;
    set->bytes = info->bytes.value;
    set->bytes_compare = info->bytes.op;
    return set;
}

struct counter_options {
    const char *equal, *less, *greater;
};

static void write_counter(struct xt_writer *writer, const struct counter_options *options,
                          uint8_t compare, uint64_t value) {
    switch ((enum xt_set_compare)compare) {
    case XT_SET_COMPARE_NONE:
        break;
    case XT_SET_COMPARE_EQUAL:
    case XT_SET_COMPARE_NOT_EQUAL:
        xt_option_uint(writer, options->equal, compare == XT_SET_COMPARE_NOT_EQUAL, value);
        break;
    case XT_SET_COMPARE_LESS:
        xt_option_uint(writer, options->less, false, value);
        break;
    case XT_SET_COMPARE_GREATER:
        xt_option_uint(writer, options->greater, false, value);
        break;
    }
}

static void write_set(const void *info, struct xt_writer *writer) {
    static const struct counter_options packets = {"--packets-eq", "--packets-lt", "--packets-gt"};
    static const struct counter_options bytes = {"--bytes-eq", "--bytes-lt", "--bytes-gt"};
    const struct xt_set *set = info;
    xt_option_set(writer, "--match-set", set->inverted, &set->set);
    if (set->flags & IPSET_FLAG_RETURN_NOMATCH)
        xt_flag(writer, "--return-nomatch", false);
    if (set->flags & IPSET_FLAG_SKIP_COUNTER_UPDATE)
        xt_flag(writer, "--update-counters", true);
    if (set->flags & IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE)
        xt_flag(writer, "--update-subcounters", true);
    write_counter(writer, &packets, set->packets_compare, set->packets);
    write_counter(writer, &bytes, set->bytes_compare, set->bytes);
}

const struct xt_extension xt_match_set[] = {
    {
        .name = "set",
        .revision = 4,
        .size = sizeof(struct xt_set_info_match_v4),
        .decode = decode_revision_4,
        .write = write_set,
    },
    {
        .name = "set",
        .revision = 3,
        .size = sizeof(struct xt_set_info_match_v3),
        .decode = decode_revision_3,
        .write = write_set,
    },
    {
        .name = "set",
        .revision = 2,
        .size = sizeof(struct xt_set_info_match_v1),
        .decode = decode_revision_2,
        .write = write_set,
    },
    {
        .name = "set",
        .revision = 1,
        .size = sizeof(struct xt_set_info_match_v1),
        .decode = decode_revision_1,
        .write = write_set,
    },
    {
        .name = "set",
        .family = NF_FAMILY_IP,
        .size = sizeof(struct xt_set_info_match_v0),
        .decode = decode_revision_0,
        .write = write_set,
    },
    {0},
};
