// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/ruleset_text.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/netfilter.h"
#include "ruleset/nf_text.h"
#include "source/ruleset_read.h"

// What one tool reads.
struct part {
    enum nf_syntax syntax;
    enum nf_backend backend; // of iptables
    uint8_t family;          // the same
    const char *tool;
};

// clang-format off
static const struct part parts[] = {
    {NF_SYNTAX_NFT, NF_BACKEND_NFTABLES, NF_FAMILY_UNSPEC, "nft -f"},
    {NF_SYNTAX_IPTABLES, NF_BACKEND_NFTABLES, NF_FAMILY_IP, "iptables-nft-restore"},
    {NF_SYNTAX_IPTABLES, NF_BACKEND_NFTABLES, NF_FAMILY_IP6, "ip6tables-nft-restore"},
    {NF_SYNTAX_IPTABLES, NF_BACKEND_LEGACY, NF_FAMILY_IP, "iptables-legacy-restore"},
    {NF_SYNTAX_IPTABLES, NF_BACKEND_LEGACY, NF_FAMILY_IP6, "ip6tables-legacy-restore"},
};
// clang-format on

struct writing {
    const struct dump_plan *plan;
    const struct netns *netns;
    struct output *output;
    bool on_terminal;
    struct buffer text; // of one table
};

bool ruleset_text_is_wanted(const struct dump_plan *plan) {
    const struct dump_request *request = plan->request;
    return request->netfilter && request->format == DUMP_TEXT && !request->fields && !request->sort;
}

// --- Tables --------------------------------------------------------------------------------------

static bool is_part(const struct part *part, const struct nf_table *table) {
    return table->syntax == part->syntax &&
           (table->syntax == NF_SYNTAX_NFT ||
            (table->backend == part->backend && table->family == part->family));
}

static const struct filter *table_filter(const struct dump_plan *plan) {
    for (size_t i = 0; i < plan->kind_count; i++) {
        if (plan->kinds[i].kind == &nf_table_kind)
            return plan->kinds[i].filter;
    }
    return NULL;
}

static bool is_wanted(const struct writing *writing, const struct nf_table *table) {
    const struct filter *filter = table_filter(writing->plan);
    const struct nf_table_row row = {table};
    const struct row_ref ref = {.netns = writing->netns, .row = &row};
    return !filter || filter_match(filter, &ref);
}

static void format_table(const struct nf_table *table, const struct nf_text_options *options,
                         struct buffer *buffer) {
    if (table->syntax == NF_SYNTAX_IPTABLES)
        ipt_table_format(table, options, buffer);
    else
        nft_table_format(table, options, buffer);
}

// What a terminal would act on is written out there; elsewhere the bytes are what a tool reads.
static void put_printable(const struct buffer *text, struct buffer *buffer) {
    const char *line = buffer_text(text);
    while (*line) {
        size_t indent = strspn(line, "\t"), len = strcspn(line + indent, "\n");
        buffer_fill(buffer, '\t', indent);
        text_printable(line + indent, len, buffer);
        line += indent + len;
        if (*line)
            buffer_putc(buffer, *line++);
    }
}

static void put_table(struct writing *writing, const struct nf_table *table) {
    const struct nf_text_options options = {.counters = writing->plan->request->counters};
    buffer_clear(&writing->text);
    format_table(table, &options, &writing->text);
    if (writing->text.failed)
        writing->output->buffer.failed = true;
    else if (writing->on_terminal)
        put_printable(&writing->text, &writing->output->buffer);
    else
        output_add(writing->output, buffer_text(&writing->text), writing->text.len);
    output_check(writing->output);
}

static void put_part(struct writing *writing, const struct part *part,
                     const struct ruleset *ruleset) {
    bool begun = writing->plan->request->no_header;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        if (!is_part(part, table) || !is_wanted(writing, table))
            continue;
        if (!begun)
            buffer_printf(&writing->output->buffer, "# for %s\n", part->tool);
        begun = true;
        put_table(writing, table);
    }
}

// --- Namespaces ----------------------------------------------------------------------------------

static void put_namespace(struct writing *writing, const struct ruleset *ruleset) {
    if (writing->plan->request->all_netns) {
        buffer_puts(&writing->output->buffer, "# namespace ");
        text_printable(writing->netns->name, strlen(writing->netns->name),
                       &writing->output->buffer);
        buffer_putc(&writing->output->buffer, '\n');
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        put_part(writing, &parts[i], ruleset);
}

static int write_namespace(struct writing *writing, struct dump_statuses *statuses) {
    const struct ruleset_options options = {.elements = true};
    struct status status = {.source = "netfilter"};
    struct ruleset *ruleset = NULL;
    int r = ruleset_read(writing->netns, &options, &ruleset, &status);
    if (r < 0)
        return r;
    r = statuses_add(statuses, writing->netns->name, &status);
    if (r == 0)
        put_namespace(writing, ruleset);
    ruleset_unref(ruleset);
    return r;
}

int ruleset_text_write(const struct dump_plan *plan, const struct netns *const *netnses,
                       size_t count, struct output *output, struct dump_statuses *statuses) {
    struct writing writing = {
        .plan = plan, .output = output, .on_terminal = isatty(output->fd) == 1};
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        writing.netns = netnses[i];
        r = write_namespace(&writing, statuses);
    }
    buffer_done(&writing.text);
    return r < 0 ? r : output->error;
}
