// SPDX-License-Identifier: GPL-2.0-or-later
// Bypasses on interfaces: BPF programs, and filters of traffic control whose actions do not let
// packets pass as they are.
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "model/bypass.h"

#define BEFORE_ALL "may drop, change or redirect packets before netfilter sees them"
#define ONLY_SORTS "only sorts packets into classes: all of them go on"
#define AFTER_ALL  "may drop, change or redirect packets after netfilter has seen them"

// --- Programs that interfaces have ---------------------------------------------------------------

// What the source of interfaces calls them (struct link_program).
static const struct program_kind {
    const char *attached;
    enum bypass_type type;
    enum road_point station;
    const char *mode, *effect, *evidence;
} program_kinds[] = {
    {"xdp", BYPASS_XDP, ROAD_AT_XDP, "driver", BEFORE_ALL, "RTM_GETLINK: IFLA_XDP"},
    {"xdp-generic", BYPASS_XDP, ROAD_AT_XDP, "generic", BEFORE_ALL, "RTM_GETLINK: IFLA_XDP"},
    {"xdp-offload", BYPASS_XDP, ROAD_AT_XDP, "offload", BEFORE_ALL, "RTM_GETLINK: IFLA_XDP"},
    {"tcx-ingress", BYPASS_TCX, ROAD_AT_TC_INGRESS, NULL, BEFORE_ALL,
     "BPF_PROG_QUERY: BPF_TCX_INGRESS"},
    {"tcx-egress", BYPASS_TCX, ROAD_AT_TC_EGRESS, NULL, AFTER_ALL,
     "BPF_PROG_QUERY: BPF_TCX_EGRESS"},
    // The program of the pair's other end sees what that sends, before it is received here.
    {"netkit-peer", BYPASS_NETKIT, ROAD_AT_TC_INGRESS, "peer", BEFORE_ALL,
     "BPF_PROG_QUERY: BPF_NETKIT_PEER"},
    {"netkit-primary", BYPASS_NETKIT, ROAD_AT_TC_EGRESS, "primary", AFTER_ALL,
     "BPF_PROG_QUERY: BPF_NETKIT_PRIMARY"},
};

static const struct program_kind *find_program_kind(const char *attached) {
    for (size_t i = 0; i < sizeof(program_kinds) / sizeof(program_kinds[0]); i++) {
        if (strcmp(program_kinds[i].attached, attached) == 0)
            return &program_kinds[i];
    }
    return NULL;
}

// Those of the filters of qdiscs come with the filters.
static int add_link_program(struct table *table, const struct link *link,
                            const struct link_program *program) {
    const struct program_kind *kind = find_program_kind(program->attached);
    const uint64_t numbers[] = {(uint64_t)link->ifindex, program->id.value};
    if (!kind)
        return 0;
    struct bypass *row = bypass_add(table, kind->type, kind->station, numbers, sizeof(numbers));
    if (!row)
        return -ENOMEM;
    row->name = program->name ? arena_strdup(&table->arena, program->name) : NULL;
    row->id = program->id;
    row->mode = kind->mode;
    row->effect = kind->effect;
    row->evidence = kind->evidence;
    return bypass_set_device(table, row, link->ifindex, link->ifname);
}

static int add_link_programs(struct table *table, const struct table *links) {
    int r = 0;
    for (size_t i = 0; i < links->count && r == 0; i++) {
        const struct link *link = table_row(links, i);
        for (size_t p = 0; p < link->program_count && r == 0; p++)
            r = add_link_program(table, link, &link->programs[p]);
    }
    return r;
}

// --- Filters of qdiscs: what their actions do ----------------------------------------------------

enum deed {
    DEED_NONE, // packets pass as they are, whatever else is done
    DEED_DROP,
    DEED_TAKE,
    DEED_REDIRECT,
    DEED_LIMIT,
    DEED_PROGRAM,
    DEED_CHANGE,
    DEED_MARK,
    DEED_TRACK,
    DEED_UNKNOWN,
};

// Of actions whose kind says it (tc-actions(8)).
static const struct {
    const char *kind;
    enum deed deed;
} deeds[] = {
    {"bpf", DEED_PROGRAM},  {"connmark", DEED_MARK}, {"csum", DEED_NONE},
    {"ct", DEED_TRACK},     {"ctinfo", DEED_MARK},   {"gact", DEED_NONE},
    {"gate", DEED_LIMIT},   {"mirred", DEED_NONE},   {"ife", DEED_CHANGE},
    {"mpls", DEED_CHANGE},  {"nat", DEED_CHANGE},    {"pedit", DEED_CHANGE},
    {"police", DEED_LIMIT}, {"sample", DEED_NONE},   {"simple", DEED_NONE},
    {"skbedit", DEED_MARK}, {"skbmod", DEED_CHANGE}, {"tunnel_key", DEED_CHANGE},
    {"vlan", DEED_CHANGE},
};

static enum deed deed_of_kind(const char *kind) {
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        if (strcmp(deeds[i].kind, kind) == 0)
            return deeds[i].deed;
    }
    return DEED_UNKNOWN;
}

// Of police the verdict is that on what exceeds the rate.
static enum deed deed_of(const struct tc_action *action) {
    int32_t verdict = action->has_verdict ? action->verdict : TC_VERDICT_OK;
    if (strcmp(action->kind, "mirred") == 0 && !action->mirrors)
        return DEED_REDIRECT;
    enum deed deed = deed_of_kind(action->kind);
    if (deed == DEED_LIMIT && action->has_verdict && verdict <= TC_VERDICT_OK)
        return DEED_NONE;
    if (deed != DEED_NONE)
        return deed;
    if (verdict == TC_VERDICT_SHOT)
        return DEED_DROP;
    bool takes =
        verdict == TC_VERDICT_STOLEN || verdict == TC_VERDICT_QUEUED || verdict == TC_VERDICT_TRAP;
    return takes ? DEED_TAKE : DEED_NONE;
}

static void put_link(const struct table *links, const struct maybe *ifindex, struct buffer *text) {
    const struct link *link = links ? link_find(links, (int32_t)ifindex->value) : NULL;
    if (link)
        buffer_puts(text, link->ifname);
    else
        buffer_printf(text, "interface %" PRIu64, (uint64_t)ifindex->value);
}

static void put_deed(const struct table *links, const struct tc_action *action, enum deed deed,
                     struct buffer *text) {
    switch (deed) {
    case DEED_NONE:
        return;
    case DEED_DROP:
        buffer_puts(text, "drops what it matches");
        return;
    case DEED_TAKE:
        buffer_puts(text, "takes what it matches away");
        return;
    case DEED_REDIRECT:
        buffer_puts(text, "sends what it matches to ");
        put_link(links, &action->to_ifindex, text);
        return;
    case DEED_LIMIT:
        buffer_puts(text, "drops what exceeds a limit");
        return;
    case DEED_PROGRAM:
        buffer_puts(text, "a program may drop, change or redirect what it matches");
        return;
    case DEED_CHANGE:
        buffer_printf(text, "changes what it matches (%s)", action->kind);
        return;
    case DEED_MARK:
        buffer_puts(text, "sets marks or priorities that rules see");
        return;
    case DEED_TRACK:
        buffer_puts(text, "has conntrack look at what it matches");
        return;
    case DEED_UNKNOWN:
        buffer_printf(text, "may do anything with what it matches (action %s)", action->kind);
        return;
    }
}

static void put_deeds(const struct table *links, const struct tc_filter *filter,
                      struct buffer *text) {
    for (size_t i = 0; i < filter->action_count; i++) {
        enum deed deed = deed_of(&filter->actions[i]);
        if (deed != DEED_NONE && text->len > 0)
            buffer_puts(text, "; ");
        put_deed(links, &filter->actions[i], deed, text);
    }
    if (text->len > 0)
        buffer_puts(text, filter->side == TC_SIDE_INGRESS ? ", before netfilter sees it"
                                                          : ", after netfilter has seen it");
}

// --- Filters of qdiscs: their rows ---------------------------------------------------------------

static const char *verdict_word(int32_t verdict) {
    switch (verdict) {
    case TC_VERDICT_SHOT:
        return "drop";
    case TC_VERDICT_STOLEN:
        return "stolen";
    case TC_VERDICT_QUEUED:
        return "queued";
    case TC_VERDICT_TRAP:
        return "trap";
    case TC_VERDICT_OK:
        return "pass";
    }
    return NULL;
}

// "flower: pedit, gact drop".
static void put_filter_name(const struct tc_filter *filter, struct buffer *text) {
    buffer_puts(text, filter->kind);
    for (size_t i = 0; i < filter->action_count; i++) {
        const struct tc_action *action = &filter->actions[i];
        bool says = action->has_verdict && strcmp(action->kind, "gact") == 0;
        const char *word = says ? verdict_word(action->verdict) : NULL;
        buffer_printf(text, "%s%s", i == 0 ? ": " : ", ", action->kind);
        if (word)
            buffer_printf(text, " %s", word);
        if (action->to_ifindex.known)
            buffer_puts(text, action->mirrors ? " mirror" : " redirect");
        if (action->program_name)
            buffer_printf(text, " %s", action->program_name);
    }
}

static const struct tc_action *find_program_action(const struct tc_filter *filter) {
    for (size_t i = 0; i < filter->action_count; i++) {
        if (filter->actions[i].program.known)
            return &filter->actions[i];
    }
    return NULL;
}

static int describe_filter(struct table *table, const struct tc_filter *filter,
                           struct bypass *row) {
    struct buffer text = BUFFER_INIT;
    const struct tc_action *action = find_program_action(filter);
    row->prio = (int32_t)filter->priority;
    row->has_prio = true;
    row->id = filter->program.known ? filter->program
              : action              ? action->program
                                    : (struct maybe){0};
    if (strcmp(filter->kind, "bpf") != 0) {
        put_filter_name(filter, &text);
        row->mode = filter->in_hardware ? "hardware" : NULL;
    } else {
        buffer_puts(&text, filter->program_name ? filter->program_name : "");
        row->mode = filter->direct_action ? "direct-action" : "classifier";
    }
    row->name = text.len > 0 ? bypass_keep_text(table, &text) : NULL;
    buffer_printf(&text, "RTM_GETTFILTER: %s, prio %u, handle 0x%x",
                  filter->side == TC_SIDE_INGRESS ? "ingress" : "egress", filter->priority,
                  filter->handle);
    row->evidence = bypass_keep_text(table, &text);
    return row->evidence ? 0 : -ENOMEM;
}

// In the arena; "" for a filter that lets everything pass as it is, NULL when memory is out.
static const char *effect_of(struct table *table, const struct table *links,
                             const struct tc_filter *filter) {
    struct buffer text = BUFFER_INIT;
    bool is_program = strcmp(filter->kind, "bpf") == 0;
    if (is_program && filter->direct_action)
        return filter->side == TC_SIDE_INGRESS ? BEFORE_ALL : AFTER_ALL;
    put_deeds(links, filter, &text);
    if (is_program && text.len == 0)
        return ONLY_SORTS;
    return bypass_keep_text(table, &text);
}

static int add_filter(struct table *table, const struct table *links,
                      const struct tc_filter *filter) {
    const uint64_t numbers[] = {(uint64_t)filter->ifindex, filter->chain, filter->priority,
                                filter->handle};
    const char *effect = effect_of(table, links, filter);
    if (!effect || !*effect)
        return effect ? 0 : -ENOMEM;
    struct bypass *row =
        bypass_add(table, strcmp(filter->kind, "bpf") == 0 ? BYPASS_TC : BYPASS_TC_FILTER,
                   filter->side == TC_SIDE_INGRESS ? ROAD_AT_TC_INGRESS : ROAD_AT_TC_EGRESS,
                   numbers, sizeof(numbers));
    if (!row)
        return -ENOMEM;
    row->effect = effect;
    row->active = strcmp(effect, ONLY_SORTS) != 0;
    int r = describe_filter(table, filter, row);
    const struct link *link = links ? link_find(links, filter->ifindex) : NULL;
    return r == 0 ? bypass_set_device(table, row, filter->ifindex, link ? link->ifname : NULL) : r;
}

int bypass_add_programs(struct table *table, const struct bypass_facts *facts) {
    int r = facts->links ? add_link_programs(table, facts->links) : 0;
    for (size_t i = 0; i < facts->filter_count && r == 0; i++)
        r = add_filter(table, facts->links, &facts->filters[i]);
    return r;
}
