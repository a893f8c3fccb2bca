// SPDX-License-Identifier: GPL-2.0-or-later
// Rules and tables of iptables as iptables-save prints them.
#include <stdlib.h>
#include <string.h>

#include "ruleset/ipt_view.h"
#include "ruleset/ipt_write.h"
#include "ruleset/nf_text.h"
#include "ruleset/xt.h"

// --- One rule ------------------------------------------------------------------------------------

// What neither an extension of ours nor a library knows is shown as it came, behind the words that
// iptables-save has for it.
static void format_foreign(const struct nf_xt *xt, struct buffer *buffer) {
    if (xt->foreign->text) {
        buffer_puts(buffer, xt->foreign->text);
        return;
    }
    buffer_puts(buffer, xt->name);
    buffer_puts(buffer, " [unsupported revision ");
    buffer_put_uint(buffer, xt->revision);
    buffer_puts(buffer, xt->foreign->raw.length > 0 ? ": 0x" : "");
    ipt_put_bytes(&xt->foreign->raw, buffer);
    buffer_putc(buffer, ']');
}

static void format_extension(const char *option, const struct nf_xt *xt,
                             const struct xt_context *context, struct buffer *buffer) {
    buffer_puts(buffer, option);
    if (!xt->extension) {
        format_foreign(xt, buffer);
        return;
    }
    buffer_puts(buffer, ipt_extension_name(xt));
    if (!xt->extension->write)
        return;
    struct xt_writer writer = xt_writer_text(context, buffer);
    xt->extension->write(xt->info, &writer);
    xt_writer_done(&writer);
}

static void format_verdict(const struct nf_verdict *verdict, struct buffer *buffer) {
    const char *name = ipt_verdict_name(verdict);
    bool is_goto = verdict->code == NF_VERDICT_GOTO;
    buffer_puts(buffer, is_goto ? " -g " : " -j ");
    if (name || verdict->chain_name) {
        buffer_puts(buffer, name ? name : verdict->chain_name);
        return;
    }
    buffer_puts(buffer, "[verdict ");
    buffer_put_int(buffer, verdict->code);
    buffer_putc(buffer, ']');
}

static void format_counters(const struct nf_counter *counter, struct buffer *buffer) {
    buffer_putc(buffer, '[');
    buffer_put_uint(buffer, counter->packets);
    buffer_putc(buffer, ':');
    buffer_put_uint(buffer, counter->bytes);
    buffer_putc(buffer, ']');
}

// What iptables has no words for is marked, and the whole rule is there in nft's.
static void format_native(const struct nf_rule *rule, struct buffer *buffer) {
    const struct nf_text_options options = {.stateless = true};
    buffer_puts(buffer, " [nft: ");
    nft_rule_format(rule, &options, buffer);
    buffer_putc(buffer, ']');
}

static bool is_comment(const struct nf_xt *match) {
    return strcmp(match->name, "comment") == 0;
}

// Every part with a space before it.
static void format_view(const struct ipt_view *view, const struct ruleset_names *names, bool brief,
                        struct buffer *buffer) {
    struct xt_context context = ipt_context(view, names);
    struct xt_writer writer = xt_writer_text(&context, buffer);
    ipt_write_header(view, names, &writer);
    xt_writer_done(&writer);
    for (size_t i = 0; i < view->match_count; i++) {
        if (!brief || !is_comment(&view->matches[i]))
            format_extension(" -m ", &view->matches[i], &context, buffer);
    }
    if (view->target.name)
        format_extension(" -j ", &view->target, &context, buffer);
    else if (view->verdict)
        format_verdict(view->verdict, buffer);
}

// The rule behind "-A CHAIN", or alone if the chain is NULL. A line that iptables-restore would not
// take is a comment.
static void format_rule(const struct nf_rule *rule, const char *chain,
                        const struct nf_text_options *options, struct buffer *buffer) {
    struct ipt_view view;
    if (ipt_view_init(&view, rule) < 0)
        buffer->failed = true;
    if (chain && (view.foreign || view.has_raw))
        buffer_puts(buffer, "# ");
    if (options->counters) {
        format_counters(&view.counter, buffer);
        buffer_putc(buffer, ' ');
    }
    if (chain) {
        buffer_puts(buffer, "-A ");
        buffer_puts(buffer, chain);
    }
    size_t start = buffer->len;
    format_view(&view, rule->chain->table->names, options->brief, buffer);
    if (view.foreign)
        format_native(rule, buffer);
    if (!chain && buffer->len > start) {
        memmove(buffer->data + start, buffer->data + start + 1, buffer->len - start);
        buffer->len--;
    }
    ipt_view_done(&view);
}

void ipt_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                     struct buffer *buffer) {
    format_rule(rule, NULL, options, buffer);
}

// --- A table -------------------------------------------------------------------------------------

// Base chains by hook, then the others by name: the order of iptables-save, whatever order they
// were made in.
static int compare_chains(const void *left, const void *right) {
    const struct nf_chain *a = *(const struct nf_chain *const *)left;
    const struct nf_chain *b = *(const struct nf_chain *const *)right;
    if (a->is_base != b->is_base)
        return a->is_base ? -1 : 1;
    if (a->is_base && a->hook != b->hook)
        return a->hook < b->hook ? -1 : 1;
    return strcmp(a->name, b->name);
}

static const struct nf_chain **sort_chains(const struct nf_table *table) {
    const struct nf_chain **sorted = calloc(table->chain_count + 1, sizeof(*sorted));
    for (size_t i = 0; sorted && i < table->chain_count; i++)
        sorted[i] = &table->chains[i];
    if (sorted)
        qsort(sorted, table->chain_count, sizeof(*sorted), compare_chains);
    return sorted;
}

// ":INPUT ACCEPT [0:0]"
static void format_chain(const struct nf_chain *chain, struct buffer *buffer) {
    const char *policy = chain->policy == NF_VERDICT_DROP ? " DROP " : " ACCEPT ";
    buffer_putc(buffer, ':');
    buffer_puts(buffer, chain->name);
    buffer_puts(buffer, chain->is_base ? policy : " - ");
    format_counters(&chain->counter, buffer);
    buffer_putc(buffer, '\n');
}

// iptables-nft makes a chain of the kernel's when a rule is to go there, but prints all of them.
static void format_missing_chain(const struct nf_table *table, uint32_t hook,
                                 struct buffer *buffer) {
    static const char *const names[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
    static const struct {
        const char *table;
        uint8_t hooks; // a bit for each
    } tables[] = {
        {"filter", 0x0e}, {"mangle", 0x1f}, {"nat", 0x1b}, {"raw", 0x09}, {"security", 0x0e}};
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        if (strcmp(table->name, tables[i].table) != 0 || !(tables[i].hooks & 1U << hook))
            continue;
        struct nf_chain chain = {.name = names[hook], .is_base = true, .policy = NF_VERDICT_ACCEPT};
        format_chain(&chain, buffer);
    }
}

static void format_chains(const struct nf_table *table, const struct nf_chain *const *sorted,
                          struct buffer *buffer) {
    size_t i = 0;
    for (uint32_t hook = NF_HOOK_PREROUTING; hook <= NF_HOOK_POSTROUTING; hook++) {
        size_t before = i;
        for (; i < table->chain_count && sorted[i]->is_base && sorted[i]->hook == hook; i++)
            format_chain(sorted[i], buffer);
        if (i == before)
            format_missing_chain(table, hook, buffer);
    }
    for (; i < table->chain_count; i++)
        format_chain(sorted[i], buffer);
}

static void format_rules(const struct nf_chain *chain, const struct nf_text_options *options,
                         struct buffer *buffer) {
    if (!chain->rules_read) {
        buffer_puts(buffer, "# the rules of ");
        buffer_puts(buffer, chain->name);
        buffer_puts(buffer, " could not be read\n");
    }
    for (size_t i = 0; i < chain->rule_count; i++) {
        format_rule(&chain->rules[i], chain->name, options, buffer);
        buffer_putc(buffer, '\n');
    }
}

void ipt_table_format(const struct nf_table *table, const struct nf_text_options *options,
                      struct buffer *buffer) {
    const struct nf_chain **chains = sort_chains(table);
    if (!chains) {
        buffer->failed = true;
        return;
    }
    buffer_putc(buffer, '*');
    buffer_puts(buffer, table->name);
    buffer_putc(buffer, '\n');
    format_chains(table, chains, buffer);
    for (size_t i = 0; i < table->chain_count; i++)
        format_rules(chains[i], options, buffer);
    buffer_puts(buffer, "COMMIT\n");
    free(chains);
}
