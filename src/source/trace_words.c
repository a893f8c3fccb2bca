// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/netfilter/nf_tables.h>

#include "ruleset/nf_text.h"
#include "source/legacy.h"
#include "source/nft_parse.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_read.h"

#define READING_PART 10 // reading takes no more than a tenth of the time

struct trace_words {
    const struct netns *netns;
    struct ruleset *ruleset;
    struct ruleset *before; // the one that it took the place of, while events wait from then; NULL
    bool *gone; // by the place of its tables: there is another one now, or none; NULL: none is gone
    int64_t read, took; // of the monotonic clock: when it was read, and how long that took
    bool is_checked;    // that it is current, since trace_words_settle
};

// --- Reading -------------------------------------------------------------------------------------

static int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// What cannot be read is not in the ruleset: its steps are told by handle.
static int read_rules(struct trace_words *words) {
    const struct ruleset_options options = {.before = words->ruleset};
    int64_t begun = clock_now();
    struct ruleset *ruleset;
    struct status status;
    int r = ruleset_read(words->netns, &options, &ruleset, &status);
    if (r < 0)
        return r;
    ruleset_unref(words->before);
    words->before = words->ruleset;
    words->ruleset = ruleset;
    words->read = clock_now();
    words->took = words->read - begun;
    free(words->gone);
    words->gone = NULL;
    return 0;
}

// --- Are they still the same ---------------------------------------------------------------------

static size_t place_of(const struct ruleset *ruleset, const struct nf_table *table) {
    size_t i = 0;
    while (i < ruleset->table_count && ruleset->tables[i] != table)
        i++;
    return i;
}

// The kernel gives a table's handle to one table only, ever.
static int take_table(const struct nlmsghdr *message, void *user_data) {
    struct trace_words *words = user_data;
    struct nf_table *now = nf_table_new();
    int r = now ? nft_table_parse(message, now) : -ENOMEM;
    const struct nf_table *known =
        r == 0 ? ruleset_table(words->ruleset, now->family, NF_BACKEND_NFTABLES, now->name) : NULL;
    if (known && known->handle == now->handle)
        words->gone[place_of(words->ruleset, known)] = false;
    nf_table_unref(now);
    return r == -ENOMEM ? r : 0;
}

// Legacy tables have no handle: they are all the same, or may be all others.
static void mark_legacy(struct trace_words *words) {
    bool unchanged = legacy_is_unchanged(words->netns, words->ruleset);
    for (size_t i = 0; i < words->ruleset->table_count; i++) {
        if (words->ruleset->tables[i]->backend == NF_BACKEND_LEGACY)
            words->gone[i] = !unchanged;
    }
}

// What cannot be found out counts as gone.
static int find_gone(struct trace_words *words) {
    const struct netlink_reader reader = {.sink = take_table, .user_data = words};
    struct netlink netlink;
    if (!words->gone)
        words->gone = calloc(words->ruleset->table_count + 1, sizeof(*words->gone));
    if (!words->gone)
        return -ENOMEM;
    memset(words->gone, true, words->ruleset->table_count * sizeof(*words->gone));
    mark_legacy(words);
    if (netlink_open(&netlink, words->netns, NETLINK_NETFILTER, NULL) < 0)
        return 0;
    int r = netlink_dump(&netlink, nft_request(NFT_MSG_GETTABLE, NF_FAMILY_UNSPEC), &reader, NULL);
    netlink_close(&netlink);
    return r == -ENOMEM ? r : 0;
}

// When an event comes: rules that changed since they were read are read once more, or if that would
// be too often, what is another table by now is found out. In the others handles are still those of
// the same rules.
static int check(struct trace_words *words) {
    if (words->is_checked)
        return 0;
    words->is_checked = true;
    if (ruleset_is_current(words->netns, words->ruleset))
        return 0;
    bool too_often = clock_now() - words->read < words->took * (READING_PART - 1);
    return too_often ? find_gone(words) : read_rules(words);
}

void trace_words_settle(struct trace_words *words) {
    ruleset_unref(words->before);
    words->before = NULL;
    words->is_checked = false;
}

int trace_words_refresh(struct trace_words *words) {
    int r = ruleset_is_current(words->netns, words->ruleset) ? 0 : read_rules(words);
    trace_words_settle(words);
    return r;
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
    ruleset_unref(words->before);
    free(words->gone);
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

static const struct nf_table *find_table(const struct ruleset *ruleset,
                                         const struct trace_event *event) {
    return ruleset_table(ruleset, event->family,
                         event->legacy ? NF_BACKEND_LEGACY : NF_BACKEND_NFTABLES, event->table);
}

// In one that was made anew under the same name, handles and numbers are other rules'.
static bool is_same_table(const struct nf_table *a, const struct nf_table *b) {
    return a->handle == b->handle && a->legacy.size == b->legacy.size &&
           a->legacy.entries == b->legacy.entries && a->legacy.digest == b->legacy.digest;
}

// The table that the event is of, or NULL if what is known may be of another one: it changed, and
// this can be an event from before.
static const struct nf_table *table_of(const struct trace_words *words,
                                       const struct trace_event *event) {
    const struct nf_table *table = find_table(words->ruleset, event);
    const struct nf_table *before = words->before ? find_table(words->before, event) : table;
    if (!table || !before || !is_same_table(table, before))
        return NULL;
    return words->gone && words->gone[place_of(words->ruleset, table)] ? NULL : table;
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

static const struct nf_chain *chain_of(const struct nf_table *table,
                                       const struct trace_event *event) {
    return table ? nf_table_chain(table, event->chain) : NULL;
}

int trace_words_judge(struct trace_words *words, struct trace_event *event) {
    int r = check(words);
    const struct nf_chain *chain = chain_of(table_of(words, event), event);
    const struct nf_rule *rule = find_rule(chain, event);
    event->verdict = event->type == TRACE_RETURN ? NF_VERDICT_RETURN : NF_VERDICT_CONTINUE;
    if (event->type == TRACE_POLICY)
        event->policy = maybe_of(chain && chain->policy == NF_VERDICT_DROP ? NF_VERDICT_DROP
                                                                           : NF_VERDICT_ACCEPT);
    else if (rule)
        judge_rule(rule, event);
    return r;
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

int trace_words_describe(struct trace_words *words, const struct trace_event *event,
                         struct arena *arena, struct packet_step *step) {
    int r = check(words);
    if (r < 0)
        return r;
    // A chain is where it was, if there is one of that name.
    const struct nf_table *table = table_of(words, event);
    const struct nf_chain *chain =
        chain_of(table ? table : find_table(words->ruleset, event), event);
    const struct nf_rule *rule = table ? find_rule(chain, event) : NULL;
    if (event->hook.known)
        step->hook = nf_hook_name(event->family, (uint32_t)event->hook.value);
    else if (chain && chain->is_base)
        step->hook = nf_hook_name(event->family, chain->hook);
    if (rule)
        r = describe_rule(rule, arena, step);
    if (r == 0)
        r = name_interface(words, event->iif, arena, &step->iif);
    return r == 0 ? name_interface(words, event->oif, arena, &step->oif) : r;
}
