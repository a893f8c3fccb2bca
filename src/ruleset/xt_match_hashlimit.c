// SPDX-License-Identifier: GPL-2.0-or-later
// hashlimit: a rate for each address, port or pair of them. Revisions 1 to 3 differ in the size of
// numbers and in the unit of the rate; the operands are one struct for all of them.
#include <linux/netfilter/xt_hashlimit.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_rate.h"
#include "ruleset/xt_values.h"

// What iptables takes if the rule does not say it, in milliseconds (iptables-extensions(8)): for a
// rate in bytes without and with a burst, and for the collection of old entries.
#define BYTE_EXPIRE       15000
#define BYTE_EXPIRE_BURST 60000
#define GC_INTERVAL       1000

static const struct xt_name modes[] = {
    {XT_HASHLIMIT_HASH_SIP, "srcip"},
    {XT_HASHLIMIT_HASH_SPT, "srcport"},
    {XT_HASHLIMIT_HASH_DIP, "dstip"},
    {XT_HASHLIMIT_HASH_DPT, "dstport"},
};
#define ANY_MODE \
    (XT_HASHLIMIT_HASH_SIP | XT_HASHLIMIT_HASH_SPT | XT_HASHLIMIT_HASH_DIP | XT_HASHLIMIT_HASH_DPT)

// Copies what the structs of the three revisions have in common.
#define COPY_CONFIG(to, from)                                                                     \
    ((to)->mode = (from)->mode, (to)->cost = (from)->avg, (to)->burst = (from)->burst,            \
     (to)->size = (from)->size, (to)->max = (from)->max, (to)->gc_interval = (from)->gc_interval, \
     (to)->expire = (from)->expire, (to)->source_length = (from)->srcmask,                        \
     (to)->destination_length = (from)->dstmask)

static struct xt_hashlimit *make_operands(const char *name, size_t max, uint64_t scale,
                                          struct arena *arena) {
    struct xt_hashlimit *limit = arena_alloc(arena, sizeof(*limit));
    if (!limit)
        return NULL;
    limit->scale = scale;
    limit->name = arena_strndup(arena, name, max);
    return limit->name ? limit : NULL;
}

static const void *decode_revision_1(const void *bytes, struct arena *arena) {
    const struct xt_hashlimit_mtinfo1 *info = bytes;
    struct xt_hashlimit *limit =
        make_operands(info->name, sizeof(info->name), XT_HASHLIMIT_SCALE, arena);
    if (limit)
        COPY_CONFIG(limit, &info->cfg);
    return limit;
}

static const void *decode_revision_2(const void *bytes, struct arena *arena) {
    const struct xt_hashlimit_mtinfo2 *info = bytes;
    struct xt_hashlimit *limit =
        make_operands(info->name, sizeof(info->name), XT_HASHLIMIT_SCALE_v2, arena);
    if (limit)
        COPY_CONFIG(limit, &info->cfg);
    return limit;
}

static const void *decode_revision_3(const void *bytes, struct arena *arena) {
    const struct xt_hashlimit_mtinfo3 *info = bytes;
    struct xt_hashlimit *limit =
        make_operands(info->name, sizeof(info->name), XT_HASHLIMIT_SCALE_v2, arena);
    if (limit) {
        COPY_CONFIG(limit, &info->cfg);
        limit->interval = info->cfg.interval;
    }
    return limit;
}

// What a rate in bytes costs, and the other way round: the kernel has credits of 16 bytes
// (net/netfilter/xt_hashlimit.c).
static uint64_t bytes_of_cost(uint64_t cost) {
    uint64_t units = cost != 0 ? UINT32_MAX / cost : UINT32_MAX;
    return (units - 1) << XT_HASHLIMIT_BYTE_SHIFT;
}

static uint64_t cost_of_bytes(uint64_t bytes) {
    return UINT32_MAX / ((uint64_t)(uint32_t)(bytes >> XT_HASHLIMIT_BYTE_SHIFT) + 1);
}

static const struct {
    char letter;
    uint32_t bytes;
} units[] = {{'m', 1024 * 1024}, {'k', 1024}};

static void put_bytes(struct buffer *buffer, uint64_t bytes, size_t unit) {
    bool has_unit = unit < XT_COUNT(units);
    buffer_put_uint(buffer, has_unit ? bytes / units[unit].bytes : bytes);
    if (has_unit)
        buffer_putc(buffer, units[unit].letter);
    buffer_putc(buffer, 'b');
}

// The largest unit in which the rate costs the same as it does exactly.
static size_t rate_unit(uint64_t bytes, uint64_t cost) {
    size_t unit = 0;
    while (unit < XT_COUNT(units) &&
           (bytes < units[unit].bytes ||
            cost_of_bytes(bytes & ~(uint64_t)(units[unit].bytes - 1)) != cost))
        unit++;
    return unit;
}

static size_t burst_unit(uint64_t bytes) {
    size_t unit = 0;
    while (unit < XT_COUNT(units) && bytes < units[unit].bytes)
        unit++;
    return unit;
}

// Both return after how many milliseconds an entry goes if the rule does not say it.
static uint32_t write_byte_rate(const struct xt_hashlimit *limit, struct xt_writer *writer) {
    uint64_t bytes = bytes_of_cost(limit->cost);
    put_bytes(writer->value, bytes, rate_unit(bytes, limit->cost));
    buffer_puts(writer->value, "/s");
    if (limit->burst == 0)
        return BYTE_EXPIRE;
    uint64_t burst = bytes * limit->burst;
    xt_option(writer, "--hashlimit-burst", false);
    put_bytes(writer->value, burst, burst_unit(burst));
    return BYTE_EXPIRE_BURST;
}

static uint32_t write_packet_rate(const struct xt_hashlimit *limit, struct xt_writer *writer) {
    uint32_t seconds = xt_put_rate(writer, limit->cost, limit->scale);
    xt_option_uint(writer, "--hashlimit-burst", false, limit->burst);
    return seconds * 1000;
}

static void write_table(const struct xt_hashlimit *limit, uint32_t default_expire,
                        struct xt_writer *writer) {
    xt_option_word(writer, "--hashlimit-name", false, limit->name, SIZE_MAX);
    if (limit->size != 0)
        xt_option_uint(writer, "--hashlimit-htable-size", false, limit->size);
    if (limit->max != 0)
        xt_option_uint(writer, "--hashlimit-htable-max", false, limit->max);
    if (limit->gc_interval != GC_INTERVAL)
        xt_option_uint(writer, "--hashlimit-htable-gcinterval", false, limit->gc_interval);
    if (limit->expire != default_expire)
        xt_option_uint(writer, "--hashlimit-htable-expire", false, limit->expire);
}

static void write_hashlimit(const void *info, struct xt_writer *writer) {
    const struct xt_hashlimit *limit = info;
    uint8_t whole = writer->context->family == NF_FAMILY_IP6 ? 128 : 32;
    xt_option(writer, limit->mode & XT_HASHLIMIT_INVERT ? "--hashlimit-above" : "--hashlimit-upto",
              false);
    uint32_t expire = limit->mode & XT_HASHLIMIT_BYTES ? write_byte_rate(limit, writer)
                                                       : write_packet_rate(limit, writer);
    if (limit->mode & ANY_MODE) {
        xt_option(writer, "--hashlimit-mode", false);
        xt_put_bits(writer, limit->mode, modes, XT_COUNT(modes));
    }
    write_table(limit, expire, writer);
    if (limit->source_length != whole)
        xt_option_uint(writer, "--hashlimit-srcmask", false, limit->source_length);
    if (limit->destination_length != whole)
        xt_option_uint(writer, "--hashlimit-dstmask", false, limit->destination_length);
    if (limit->mode & XT_HASHLIMIT_RATE_MATCH) {
        xt_flag(writer, "--hashlimit-rate-match", false);
        if (limit->interval != 1)
            xt_option_uint(writer, "--hashlimit-rate-interval", false, limit->interval);
    }
}

const struct xt_extension xt_match_hashlimit[] = {
    {
        .name = "hashlimit",
        .revision = 3,
        .size = sizeof(struct xt_hashlimit_mtinfo3),
        .decode = decode_revision_3,
        .write = write_hashlimit,
    },
    {
        .name = "hashlimit",
        .revision = 2,
        .size = sizeof(struct xt_hashlimit_mtinfo2),
        .decode = decode_revision_2,
        .write = write_hashlimit,
    },
    {
        .name = "hashlimit",
        .revision = 1,
        .size = sizeof(struct xt_hashlimit_mtinfo1),
        .decode = decode_revision_1,
        .write = write_hashlimit,
    },
    {0},
};
