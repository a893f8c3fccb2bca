// SPDX-License-Identifier: GPL-2.0-or-later
// Counters, limits, quotas: what keeps state, in rules, as objects and with elements of sets.
#include "ruleset/nft_text.h"

const char *nft_rate_unit(uint64_t seconds) {
    switch (seconds) {
    case 1:
        return "second";
    case 60:
        return "minute";
    case 3600:
        return "hour";
    case 86400:
        return "day";
    case 604800:
        return "week";
    }
    return NULL;
}

const char *nft_byte_unit(uint64_t *bytes) {
    static const char *const units[] = {"bytes", "kbytes", "mbytes"};
    size_t unit = 0;
    while (unit < 2 && *bytes != 0 && *bytes % 1024 == 0) {
        *bytes /= 1024;
        unit++;
    }
    return units[unit];
}

static void put_bytes(struct buffer *buffer, uint64_t bytes) {
    const char *unit = nft_byte_unit(&bytes);
    buffer_put_uint(buffer, bytes);
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, unit);
}

static void put_per(struct buffer *buffer, uint64_t seconds) {
    const char *unit = nft_rate_unit(seconds);
    buffer_putc(buffer, '/');
    if (unit) {
        buffer_puts(buffer, unit);
        return;
    }
    buffer_put_uint(buffer, seconds); // nft has no word for it, and reads none
    buffer_putc(buffer, 's');
}

void nft_limit_format(const struct nft_text *text, const struct nf_limit *limit) {
    struct buffer *buffer = text->buffer;
    buffer_puts(buffer, limit->over ? "rate over " : "rate ");
    if (limit->type == 0) {
        buffer_put_uint(buffer, limit->rate);
        put_per(buffer, limit->unit);
        if (limit->burst && limit->burst != 5) {
            buffer_puts(buffer, " burst ");
            buffer_put_uint(buffer, limit->burst);
            buffer_puts(buffer, " packets");
        }
        return;
    }
    put_bytes(buffer, limit->rate);
    put_per(buffer, limit->unit);
    if (limit->burst) {
        buffer_puts(buffer, " burst ");
        put_bytes(buffer, limit->burst);
    }
}

void nft_quota_format(const struct nft_text *text, const struct nf_quota *quota) {
    if (quota->flags & 1) // NFT_QUOTA_F_INV
        buffer_puts(text->buffer, "over ");
    put_bytes(text->buffer, quota->bytes);
    if (text->stateless || quota->consumed == 0)
        return;
    buffer_puts(text->buffer, " used ");
    put_bytes(text->buffer, quota->consumed);
}

static void format_counter(const struct nft_text *text, const struct nf_counter *counter) {
    buffer_puts(text->buffer, "counter");
    if (text->stateless)
        return;
    buffer_puts(text->buffer, " packets ");
    buffer_put_uint(text->buffer, counter->packets);
    buffer_puts(text->buffer, " bytes ");
    buffer_put_uint(text->buffer, counter->bytes);
}

static void format_last(const struct nft_text *text, const struct nf_last *last) {
    buffer_puts(text->buffer, "last");
    if (text->stateless)
        return;
    buffer_puts(text->buffer, last->set ? " used " : " used never");
    if (last->set)
        nft_time_format(text->buffer, last->milliseconds);
}

bool nft_state_format(const struct nft_text *text, const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_COUNTER:
        format_counter(text, &expr->counter);
        return true;
    case NF_EXPR_LIMIT:
        buffer_puts(text->buffer, "limit ");
        nft_limit_format(text, expr->limit);
        return true;
    case NF_EXPR_QUOTA:
        buffer_puts(text->buffer, "quota ");
        nft_quota_format(text, &expr->quota);
        return true;
    case NF_EXPR_CONNLIMIT:
        buffer_puts(text->buffer, expr->connlimit.flags & 1 ? "ct count over " : "ct count ");
        buffer_put_uint(text->buffer, expr->connlimit.count);
        return true;
    case NF_EXPR_LAST:
        format_last(text, &expr->last);
        return true;
    default:
        return false;
    }
}
