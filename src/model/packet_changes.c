// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_changes.h"

#include <errno.h>

#include "base/buffer.h"

#define CHANGES_MAX 8

struct comparing {
    const struct packet_header *before, *after;
    struct arena *arena;
    const char *texts[CHANGES_MAX];
    size_t count;
    int error;
};

static void keep(struct comparing *c, struct buffer *text) {
    const char *copy = arena_strdup(c->arena, buffer_text(text));
    if (copy)
        c->texts[c->count++] = copy;
    else
        c->error = -ENOMEM;
    buffer_done(text);
}

static void compare_ends(struct comparing *c, const char *name, const struct address *before,
                         const struct address *after, uint16_t port_before, uint16_t port_after) {
    bool ports = c->before->known & c->after->known & PACKET_HAS_PORTS;
    if (address_compare(before, after) == 0 && (!ports || port_before == port_after))
        return;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%s ", name);
    address_format_end(before, ports, port_before, &text);
    buffer_puts(&text, " -> ");
    address_format_end(after, ports, port_after, &text);
    keep(c, &text);
}

static void compare_numbers(struct comparing *c, const char *name, uint64_t before, uint64_t after,
                            const char *format) {
    if (before == after)
        return;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%s ", name);
    if (*format == 'x')
        buffer_printf(&text, "0x%llx -> 0x%llx", (unsigned long long)before,
                      (unsigned long long)after);
    else
        buffer_printf(&text, "%llu -> %llu", (unsigned long long)before, (unsigned long long)after);
    keep(c, &text);
}

int packet_changes(const struct packet_header *before, const struct packet_header *after,
                   const struct maybe *mark_before, const struct maybe *mark_after,
                   struct arena *arena, const char *const **ret_changes, size_t *ret_count) {
    struct comparing c = {.before = before, .after = after, .arena = arena};
    compare_ends(&c, "src", &before->src, &after->src, before->sport, after->sport);
    compare_ends(&c, "dst", &before->dst, &after->dst, before->dport, after->dport);
    compare_numbers(&c, "ttl", before->ttl, after->ttl, "d");
    compare_numbers(&c, "tos", before->dscp, after->dscp, "x");
    compare_numbers(&c, "length", before->length, after->length, "d");
    compare_numbers(&c, "mark", mark_before->value, mark_after->value, "x");
    if (c.error < 0)
        return c.error;
    const char *const *changes = arena_copy(arena, c.texts, c.count * sizeof(c.texts[0]));
    if (!changes && c.count > 0)
        return -ENOMEM;
    *ret_changes = changes;
    *ret_count = c.count;
    return 0;
}
