// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ruleset/nf_text.h"
#include "source/ruleset_read.h"

#define REREAD_SECONDS 1 // between two readings of rules that keep changing

struct trace_words {
    const struct netns *netns;
    struct ruleset *ruleset;
    time_t read; // of the monotonic clock
};

// --- Reading -------------------------------------------------------------------------------------

static time_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// What cannot be read is not in the ruleset: its steps are told by handle.
static int read_rules(struct trace_words *words) {
    const struct ruleset_options options = {0};
    struct ruleset *ruleset;
    struct status status;
    int r = ruleset_read(words->netns, &options, &ruleset, &status);
    if (r < 0)
        return r;
    ruleset_unref(words->ruleset);
    words->ruleset = ruleset;
    words->read = clock_now();
    return 0;
}

int trace_words_new(const struct netns *netns, struct trace_words **ret_words) {
    struct trace_words *words = calloc(1, sizeof(*words));
    if (!words)
        return -ENOMEM;
    words->netns = netns;
    int r = read_rules(words);
    if (r < 0) {
        free(words);
        return r;
    }
    *ret_words = words;
    return 0;
}

void trace_words_free(struct trace_words *words) {
    if (!words)
        return;
    ruleset_unref(words->ruleset);
    free(words);
}

// --- Is tracking in use --------------------------------------------------------------------------

static bool is_named(const char *name, const char *const *names) {
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names;
}

// Extensions of xtables that make the kernel track (xt_*.c, their checkentry).
static const char *const tracking_matches[] = {"connbytes", "connlabel", "connlimit", "connmark",
                                               "conntrack", "helper",    "state",     NULL};
static const char *const tracking_targets[] = {"CONNMARK",   "CONNSECMARK", "CT",       "DNAT",
                                               "MASQUERADE", "NETMAP",      "REDIRECT", "SNAT",
                                               "SYNPROXY",   NULL};

static bool expr_tracks(const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_CONNLIMIT:
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
    case NF_EXPR_FLOW_OFFLOAD:
    case NF_EXPR_MASQ:
    case NF_EXPR_NAT:
    case NF_EXPR_REDIR:
    case NF_EXPR_SYNPROXY:
        return true;
    case NF_EXPR_XT_MATCH:
        return is_named(expr->xt->name, tracking_matches);
    case NF_EXPR_XT_TARGET:
        return is_named(expr->xt->name, tracking_targets);
    default:
        return false;
    }
}

static bool chain_tracks(const struct nf_chain *chain) {
    if (chain->is_base && chain->type && strcmp(chain->type, "nat") == 0)
        return true;
    for (size_t i = 0; i < chain->rule_count; i++) {
        for (size_t j = 0; j < chain->rules[i].expr_count; j++) {
            if (expr_tracks(&chain->rules[i].exprs[j]))
                return true;
        }
    }
    return false;
}

bool trace_words_tracks(const struct trace_words *words) {
    for (size_t i = 0; i < words->ruleset->table_count; i++) {
        const struct nf_table *table = words->ruleset->tables[i];
        for (size_t j = 0; j < table->chain_count; j++) {
            if (chain_tracks(&table->chains[j]))
                return true;
        }
    }
    return false;
}

// --- Words ---------------------------------------------------------------------------------------

static const struct nf_chain *find_chain(const struct trace_words *words,
                                         const struct trace_event *event) {
    const struct nf_table *table =
        ruleset_table(words->ruleset, event->family,
                      event->legacy ? NF_BACKEND_LEGACY : NF_BACKEND_NFTABLES, event->table);
    return table ? nf_table_chain(table, event->chain) : NULL;
}

// The kernel gives a handle to one rule of a table only, ever. Rules of legacy tables have a
// number.
static const struct nf_rule *find_rule(const struct nf_chain *chain,
                                       const struct trace_event *event) {
    if (chain && event->legacy && event->type == TRACE_RULE && event->number.value > 0)
        return event->number.value <= chain->rule_count ? &chain->rules[event->number.value - 1]
                                                        : NULL;
    for (size_t i = 0; chain && event->handle.known && i < chain->rule_count; i++) {
        if (chain->rules[i].handle == event->handle.value)
            return &chain->rules[i];
    }
    return NULL;
}

// Targets that end the table, and how; others let the packet go on (their target functions).
static const struct {
    const char *name;
    int32_t verdict;
} ending_targets[] = {
    {"DNAT", NF_VERDICT_ACCEPT},   {"MASQUERADE", NF_VERDICT_ACCEPT},
    {"NETMAP", NF_VERDICT_ACCEPT}, {"REDIRECT", NF_VERDICT_ACCEPT},
    {"SNAT", NF_VERDICT_ACCEPT},   {"TPROXY", NF_VERDICT_ACCEPT},
    {"NFQUEUE", NF_VERDICT_QUEUE}, {"REJECT", NF_VERDICT_DROP},
    {"SYNPROXY", NF_VERDICT_DROP},
};

static int32_t target_verdict(const char *name) {
    for (size_t i = 0; i < sizeof(ending_targets) / sizeof(ending_targets[0]); i++) {
        if (strcmp(ending_targets[i].name, name) == 0)
            return ending_targets[i].verdict;
    }
    return NF_VERDICT_CONTINUE;
}

static void judge_rule(const struct nf_rule *rule, struct trace_event *event) {
    event->verdict = NF_VERDICT_CONTINUE;
    for (size_t i = 0; i < rule->expr_count; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        if (expr->kind == NF_EXPR_XT_TARGET)
            event->verdict = target_verdict(expr->xt->name);
        if (expr->kind == NF_EXPR_VERDICT) {
            event->verdict = expr->verdict.code;
            event->target = expr->verdict.chain_name;
        }
    }
}

void trace_words_judge(const struct trace_words *words, struct trace_event *event) {
    const struct nf_chain *chain = find_chain(words, event);
    const struct nf_rule *rule = find_rule(chain, event);
    event->verdict = event->type == TRACE_RETURN ? NF_VERDICT_RETURN : NF_VERDICT_CONTINUE;
    if (event->type == TRACE_POLICY)
        event->policy = maybe_of(chain && chain->policy == NF_VERDICT_DROP ? NF_VERDICT_DROP
                                                                           : NF_VERDICT_ACCEPT);
    else if (rule)
        judge_rule(rule, event);
}

static int name_interface(const struct trace_words *words, uint32_t ifindex, struct arena *arena,
                          const char **ret_name) {
    if (ifindex == 0)
        return 0;
    const struct ruleset_names *names = words->ruleset->names;
    const char *name = names ? nf_names_find(&names->interfaces, ifindex) : NULL;
    *ret_name = name ? arena_strdup(arena, name) : arena_printf(arena, "if%u", ifindex);
    return *ret_name ? 0 : -ENOMEM;
}

static int describe_rule(const struct nf_rule *rule, struct arena *arena,
                         struct packet_step *step) {
    const struct nf_text_options options = {.stateless = true}; // counts would be of another time
    struct buffer text = BUFFER_INIT;
    step->number = maybe_of(rule->number);
    nf_rule_format(rule, &options, &text);
    step->rule = arena_strdup(arena, buffer_text(&text));
    buffer_done(&text);
    return step->rule ? 0 : -ENOMEM;
}

// Rules that came since they were last read are read once more.
static int find_again(struct trace_words *words, const struct trace_event *event,
                      const struct nf_chain **chain, const struct nf_rule **rule) {
    if (clock_now() - words->read < REREAD_SECONDS)
        return 0;
    int r = read_rules(words);
    *chain = find_chain(words, event);
    *rule = find_rule(*chain, event);
    return r;
}

int trace_words_describe(struct trace_words *words, const struct trace_event *event,
                         struct arena *arena, struct packet_step *step) {
    const struct nf_chain *chain = find_chain(words, event);
    const struct nf_rule *rule = find_rule(chain, event);
    int r = 0;
    if (event->handle.known && !rule && strncmp(event->table, "netscope-", 9) != 0)
        r = find_again(words, event, &chain, &rule);
    if (event->hook.known)
        step->hook = nf_hook_name(event->family, (uint32_t)event->hook.value);
    else if (chain && chain->is_base)
        step->hook = nf_hook_name(event->family, chain->hook);
    if (r == 0 && rule)
        r = describe_rule(rule, arena, step);
    if (r == 0)
        r = name_interface(words, event->iif, arena, &step->iif);
    return r == 0 ? name_interface(words, event->oif, arena, &step->oif) : r;
}
