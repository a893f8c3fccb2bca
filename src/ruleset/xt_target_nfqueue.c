// SPDX-License-Identifier: GPL-2.0-or-later
// NFQUEUE: gives the packet to a program, by one of so many queues. Revisions 0 to 3 are rewritten
// to one struct.
#include <linux/netfilter/xt_NFQUEUE.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_writer.h"

static const struct xt_nfqueue *make_operands(uint16_t first, uint16_t total, uint16_t flags,
                                              struct arena *arena) {
    struct xt_nfqueue *queue = arena_alloc(arena, sizeof(*queue));
    if (queue)
        *queue = (struct xt_nfqueue){.first = first, .total = total, .flags = flags};
    return queue;
}

static const void *decode_revision_0(const void *bytes, struct arena *arena) {
    const struct xt_NFQ_info *info = bytes;
    return make_operands(info->queuenum, 1, 0, arena);
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_NFQ_info_v1 *info = bytes;
    return make_operands(info->queuenum, info->queues_total, 0, arena);
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_NFQ_info_v2 *info = bytes;
    return make_operands(info->queuenum, info->queues_total, info->bypass & NFQ_FLAG_BYPASS, arena);
}

static const void *decode_revision_3(const void *bytes, struct arena *arena) {
    const struct xt_NFQ_info_v3 *info = bytes;
    return make_operands(info->queuenum, info->queues_total, info->flags, arena);
}

static void write_nfqueue(const void *info, struct xt_writer *writer) {
    const struct xt_nfqueue *queue = info;
    if (queue->total > 1)
        xt_option_range(writer, "--queue-balance", false, queue->first,
                        (uint64_t)queue->first + queue->total - 1);
    else
        xt_option_uint(writer, "--queue-num", false, queue->first);
    if (queue->flags & NFQ_FLAG_BYPASS)
        xt_flag(writer, "--queue-bypass", false);
    if (queue->flags & NFQ_FLAG_CPU_FANOUT)
        xt_flag(writer, "--queue-cpu-fanout", false);
}

const struct xt_extension xt_target_nfqueue[] = {
    {
        .name = "NFQUEUE",
        .is_target = true,
        .revision = 3,
        .size = sizeof(struct xt_NFQ_info_v3),
        .decode = decode_revision_3,
        .write = write_nfqueue,
    },
    {
        .name = "NFQUEUE",
        .is_target = true,
        .revision = 2,
        .size = sizeof(struct xt_NFQ_info_v2),
        .decode = decode_revision_2,
        .write = write_nfqueue,
    },
    {
        .name = "NFQUEUE",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct xt_NFQ_info_v1),
        .decode = decode_revision_1,
        .write = write_nfqueue,
    },
    {
        .name = "NFQUEUE",
        .is_target = true,
        .size = sizeof(struct xt_NFQ_info),
        .decode = decode_revision_0,
        .write = write_nfqueue,
    },
    {0},
};
