// SPDX-License-Identifier: GPL-2.0-or-later
// Rules of iptables as JSON: what the header has to have, each match, the counters, and what is
// done.
#include "base/json_text.h"
#include "ruleset/ipt_view.h"
#include "ruleset/ipt_write.h"
#include "ruleset/nf_text.h"
#include "ruleset/xt.h"

// Opens `{"key":` as an item of the list that began at start.
static void open_item(const char *key, size_t start, struct buffer *buffer) {
    if (buffer->len > start)
        buffer_putc(buffer, ',');
    buffer_putc(buffer, '{');
    json_format_text(key, buffer);
    buffer_putc(buffer, ':');
}

static void format_header(const struct ipt_view *view, const struct ruleset_names *names,
                          size_t start, struct buffer *buffer) {
    struct xt_context context = ipt_context(view, names);
    struct xt_writer writer;
    open_item("header", start, buffer);
    xt_writer_json(&context, buffer, &writer);
    ipt_write_header(view, names, &writer);
    xt_writer_done(&writer);
    buffer_putc(buffer, '}');
}

static void format_options(const struct nf_xt *xt, const struct xt_context *context,
                           struct buffer *buffer) {
    struct xt_writer writer;
    buffer_puts(buffer, ",\"options\":");
    xt_writer_json(context, buffer, &writer);
    if (xt->extension->write)
        xt->extension->write(xt->info, &writer);
    xt_writer_done(&writer);
}

static void format_foreign_text(const struct nf_foreign_xt *foreign, struct buffer *buffer) {
    if (!foreign->text)
        return;
    buffer_puts(buffer, ",\"libxtables\":");
    json_format_text(foreign->text, buffer);
}

static void format_extension(const char *key, const struct nf_xt *xt,
                             const struct xt_context *context, size_t start,
                             struct buffer *buffer) {
    open_item(key, start, buffer);
    buffer_puts(buffer, "{\"name\":");
    json_format_text(ipt_extension_name(xt), buffer);
    buffer_puts(buffer, ",\"revision\":");
    buffer_put_uint(buffer, xt->revision);
    if (xt->extension) {
        format_options(xt, context, buffer);
    } else {
        buffer_puts(buffer, ",\"raw\":\"");
        ipt_put_bytes(&xt->foreign->raw, buffer);
        buffer_putc(buffer, '"');
        format_foreign_text(xt->foreign, buffer);
    }
    buffer_puts(buffer, "}}");
}

static void format_counter(const struct nf_counter *counter, size_t start, struct buffer *buffer) {
    open_item("counter", start, buffer);
    buffer_puts(buffer, "{\"packets\":");
    buffer_put_uint(buffer, counter->packets);
    buffer_puts(buffer, ",\"bytes\":");
    buffer_put_uint(buffer, counter->bytes);
    buffer_puts(buffer, "}}");
}

// As libnftables-json(5) has verdicts.
static void format_verdict(const struct nf_verdict *verdict, size_t start, struct buffer *buffer) {
    const char *name = ipt_verdict_name(verdict);
    if (name && verdict->code != NF_VERDICT_QUEUE) {
        open_item(verdict->code == NF_VERDICT_ACCEPT ? "accept"
                  : verdict->code == NF_VERDICT_DROP ? "drop"
                                                     : "return",
                  start, buffer);
        buffer_puts(buffer, "null}");
        return;
    }
    bool is_goto = verdict->code == NF_VERDICT_GOTO;
    open_item(name ? "queue" : is_goto ? "goto" : "jump", start, buffer);
    if (name) {
        buffer_puts(buffer, "null}");
        return;
    }
    buffer_puts(buffer, "{\"target\":");
    json_format_text(verdict->chain_name ? verdict->chain_name : "", buffer);
    buffer_puts(buffer, "}}");
}

// What iptables has no words for: the whole rule as libnftables-json(5) has it.
static void format_foreign(const struct nf_rule *rule, size_t start, struct buffer *buffer) {
    open_item("nft", start, buffer);
    nft_rule_json(rule, buffer);
    buffer_putc(buffer, '}');
}

void ipt_rule_json(const struct nf_rule *rule, struct buffer *buffer) {
    struct ipt_view view;
    if (ipt_view_init(&view, rule) < 0)
        buffer->failed = true;
    struct xt_context context = ipt_context(&view, rule->chain->table->names);
    buffer_putc(buffer, '[');
    size_t start = buffer->len;
    format_header(&view, context.names, start, buffer);
    for (size_t i = 0; i < view.match_count; i++)
        format_extension("match", &view.matches[i], &context, start, buffer);
    format_counter(&view.counter, start, buffer);
    if (view.foreign)
        format_foreign(rule, start, buffer);
    if (view.target.name)
        format_extension("target", &view.target, &context, start, buffer);
    else if (view.verdict)
        format_verdict(view.verdict, start, buffer);
    buffer_putc(buffer, ']');
    ipt_view_done(&view);
}
