// SPDX-License-Identifier: GPL-2.0-or-later
// How full connection tracking is, and how it does: always in sight.
#include "panels/conntrack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "model/conntrack.h"
#include "tui/grid.h"

#define SHARE_WARNING 0.75 // of max
#define SHARE_BAD     0.9

// --- How full it is, always in sight -------------------------------------------------------------

static double share_of(const struct maybe *count, const struct maybe *max) {
    return count->known && max->known && max->value > 0 ? (double)count->value / (double)max->value
                                                        : 0;
}

static const struct conntrack *row_of(const struct node *node, uint64_t netns) {
    const struct table *table = node_table(node, netns, KIND_CONNTRACK);
    return table && table->count > 0 ? table_row(table, 0) : NULL;
}

// Of all namespaces, the fullest: max is each one's own.
static const struct node_netns *choose_namespace(const struct node *node, uint64_t netns) {
    const struct node_netns *chosen = netns ? node_find(node, netns) : NULL;
    double most = -1;
    for (size_t i = 0; !netns && i < node_count(node); i++) {
        const struct conntrack *row = row_of(node, node->netnses[i].netns->inode);
        double share = row ? share_of(&row->count, &row->max) : -1;
        if (share > most) {
            most = share;
            chosen = &node->netnses[i];
        }
    }
    return chosen;
}

static uint8_t style_of(double share) {
    if (share >= SHARE_BAD)
        return STYLE_BAD;
    return share >= SHARE_WARNING ? STYLE_WARNING : STYLE_NORMAL;
}

// Adds the field's value between two texts; nothing if it has none.
static void put_value(const struct row_ref *ref, const char *before, const char *key,
                      const char *behind, struct buffer *text) {
    struct value value;
    field_read(kind_find_field(&conntrack_kind, key, NULL), ref, &value);
    if (value.kind == VALUE_ABSENT)
        return;
    buffer_puts(text, before);
    value_format(&value, text);
    buffer_puts(text, behind);
}

static int add_bar(struct lines *lines, const char *label, double share, struct buffer *text) {
    struct line *line = lines_add_bar(lines, label, share, buffer_text(text), style_of(share));
    buffer_done(text);
    return line ? 0 : -ENOMEM;
}

static int add_flows(struct lines *lines, const struct row_ref *ref, bool named) {
    const struct conntrack *row = ref->row;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%llu of %llu", (unsigned long long)row->count.value,
                  (unsigned long long)row->max.value);
    if (named)
        buffer_printf(&text, " in %s, the fullest", ref->netns->name);
    buffer_printf(&text, "; %llu buckets", (unsigned long long)row->buckets.value);
    put_value(ref, ", chains of ", "mean_chain", "", &text);
    put_value(ref, ": ", "verdict", "", &text);
    return add_bar(lines, "Flows", share_of(&row->count, &row->max), &text);
}

static int add_expectations(struct lines *lines, const struct conntrack *row) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%llu of %llu", (unsigned long long)row->expectations.value,
                  (unsigned long long)row->expect_max.value);
    return add_bar(lines, "Expected", share_of(&row->expectations, &row->expect_max), &text);
}

// "3 dropped", and "3 dropped (2/s)" where it goes on.
static void put_loss(const struct row_ref *ref, const char *key, const char *words,
                     struct buffer *text) {
    char rate_key[64];
    struct value rate;
    snprintf(rate_key, sizeof(rate_key), "%s_rate", key);
    field_read(kind_find_field(&conntrack_kind, rate_key, NULL), ref, &rate);
    put_value(ref, text->len > 0 ? ", " : "", key, words, text);
    if (rate.kind == VALUE_REAL && rate.real > 0)
        buffer_printf(text, " (%.3g/s)", rate.real);
}

static int add_losses(struct lines *lines, const struct row_ref *ref) {
    static const struct {
        const char *key, *words;
    } losses[] = {{"insert_failed", " not inserted"},
                  {"drop", " dropped"},
                  {"early_drop", " dropped early"},
                  {"invalid", " invalid"},
                  {"error", " errors"},
                  {"chaintoolong", " chains too long"},
                  {"search_restart", " restarts"},
                  {"clash_resolve", " clashes"}};
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        put_loss(ref, losses[i].key, losses[i].words, &text);
    // Without the right to ask there are none.
    bool any = text.len > 0;
    struct line *line = any ? lines_add(lines, "Packets", buffer_text(&text), STYLE_NORMAL) : NULL;
    buffer_done(&text);
    return line || !any ? 0 : -ENOMEM;
}

static int add_accounting(struct lines *lines, const struct conntrack *row) {
    bool on = row->accounting.value;
    const char *text =
        on ? "on: flows that began since count packets and bytes"
           : "off: no flow counts packets and bytes (net.netfilter.nf_conntrack_acct=0)";
    return lines_add(lines, "Accounting", text, on ? STYLE_NORMAL : STYLE_DIM) ? 0 : -ENOMEM;
}

// How long flows are kept, of the states that most of them are in.
static int add_timeouts(struct lines *lines, const struct conntrack *row) {
    static const char *const names[] = {
        "tcp_established", "tcp_syn_sent", "tcp_fin_wait", "tcp_close_wait", "tcp_time_wait", "udp",
        "udp_stream",      "icmp",         "icmpv6",       "generic"};
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        for (size_t j = 0; j < row->timeout_count; j++) {
            if (strcmp(row->timeouts[j].name, names[i]) == 0)
                buffer_printf(&text, "%s%s %llu s", text.len > 0 ? ", " : "", names[i],
                              (unsigned long long)row->timeouts[j].seconds);
        }
    }
    bool any = text.len > 0;
    struct line *line = any ? lines_add(lines, "Timeouts", buffer_text(&text), STYLE_DIM) : NULL;
    buffer_done(&text);
    return line || !any ? 0 : -ENOMEM;
}

int conntrack_summarise(const struct node *node, uint64_t netns, struct lines *lines) {
    const struct node_netns *entry = choose_namespace(node, netns);
    const struct conntrack *row = entry ? row_of(node, entry->netns->inode) : NULL;
    if (!row || !row->count.known)
        return 0;
    const struct row_ref ref = {node, entry->netns, row};
    int r = add_flows(lines, &ref, netns == 0);
    if (r == 0 && row->expectations.known)
        r = add_expectations(lines, row);
    if (r == 0)
        r = add_losses(lines, &ref);
    if (r == 0 && row->accounting.known)
        r = add_accounting(lines, row);
    return r == 0 ? add_timeouts(lines, row) : r;
}
