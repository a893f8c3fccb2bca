// SPDX-License-Identifier: GPL-2.0-or-later
// The road of a packet through the hooks, beside the rules of what is selected on it; and, each at
// its place, what takes packets past a part of it.
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/bypass.h"
#include "panels/netfilter.h"
#include "panels/netfilter_trace.h"
#include "ruleset/road.h"
#include "source/trace_rules.h"
#include "tui/cell.h"
#include "tui/grid.h"

#define WIDTH 46

// The list while it is made.
struct making {
    const struct node *node;
    const struct netns *entry; // the namespace
    uint64_t netns;
    const struct table *bypasses; // NULL: not read
    struct panel_side_item *items;
    size_t count, capacity;
    bool failed; // memory ran out
};

static struct panel_side_item *add_item(struct making *making, enum style style, const char *format,
                                        ...) __attribute__((format(printf, 3, 4)));

// A new item, or one that nobody sees when memory is out.
static struct panel_side_item *add_item(struct making *making, enum style style, const char *format,
                                        ...) {
    static _Thread_local struct panel_side_item spare;
    struct panel_side_item *item = &spare;
    va_list args;
    if (making->count == making->capacity) {
        size_t wanted = making->capacity ? making->capacity * 2 : 32;
        void *grown = reallocarray(making->items, wanted, sizeof(*making->items));
        making->failed |= !grown;
        if (grown) {
            making->items = grown;
            making->capacity = wanted;
        }
    }
    if (making->count < making->capacity)
        item = &making->items[making->count++];
    *item = (struct panel_side_item){.style = (uint8_t)style};
    va_start(args, format);
    vsnprintf(item->text, sizeof(item->text), format, args);
    va_end(args);
    return item;
}

// --- Bypasses ------------------------------------------------------------------------------------

// Types that the road tells in lines of their own.
#define TYPE(type)  (1U << BYPASS_##type)
#define TYPES_APART (TYPE(BACKENDS) | TYPE(TAGGED) | TYPE(PROGRAM))

// Which of them an item is about.
struct bypass_choice {
    enum road_point station;
    unsigned types;              // bits; 0: all that are not told apart
    const char *device;          // only what is about it; NULL: any
    const struct nf_chain *base; // only rules that are called from it; NULL: no rules
};

static bool is_about(const struct bypass *bypass, const char *device) {
    for (size_t i = 0; device && i < bypass->device_count; i++) {
        if (strcmp(bypass->devices[i], device) == 0)
            return true;
    }
    return !device;
}

// By names: the rows and the road may be of two readings.
static bool is_same_chain(const struct nf_chain *a, const struct nf_chain *b) {
    return a->table->family == b->table->family && a->table->backend == b->table->backend &&
           strcmp(a->table->name, b->table->name) == 0 && strcmp(a->name, b->name) == 0;
}

static bool is_chosen(const struct bypass *bypass, const struct bypass_choice *choice) {
    unsigned types = choice->types ? choice->types : ~TYPES_APART;
    if (bypass->station != choice->station || !is_about(bypass, choice->device) ||
        !(types & 1U << bypass->type))
        return false;
    if (!choice->base)
        return !bypass->rule;
    return bypass->base && is_same_chain(bypass->base, choice->base);
}

// The first bypass that is chosen, or NULL, and how many there are. Those that do something come
// before others.
static const struct bypass *find_bypass(const struct making *making,
                                        const struct bypass_choice *choice, size_t *ret_count) {
    const struct bypass *first = NULL;
    *ret_count = 0;
    for (size_t i = 0; making->bypasses && i < making->bypasses->count; i++) {
        const struct bypass *bypass = table_row(making->bypasses, i);
        if (!is_chosen(bypass, choice))
            continue;
        first = first && first->active >= bypass->active ? first : bypass;
        ++*ret_count;
    }
    return first;
}

static void lead_to_station(const struct making *making, struct panel_side_item *item,
                            enum road_point station) {
    item->leads = true;
    netfilter_place_bypasses(station, NULL, making->netns, &item->place);
}

static void lead_to_base(const struct making *making, struct panel_side_item *item,
                         enum road_point station, const struct nf_chain *base) {
    item->leads = true;
    netfilter_place_bypasses(station, base, making->netns, &item->place);
}

// "dropper on eth0", "3 on eth0 ..."; of bridges "br0, 2 more"; of cgroups "3 programs".
static void put_bypasses(const struct bypass *first, size_t count, struct buffer *text) {
    const char *device = first->device_count > 0 ? first->devices[0] : NULL;
    if (first->type == BYPASS_BRIDGE) {
        buffer_puts(text, first->name);
        if (count > 1)
            buffer_printf(text, ", %zu more", count - 1);
        return;
    }
    if (count > 1)
        buffer_printf(text, "%zu", count);
    else if (first->name)
        buffer_puts(text, first->name);
    else
        buffer_printf(text, "program %u", (unsigned)first->id.value);
    if (first->cgroup && count > 1)
        buffer_puts(text, " programs");
    if (device)
        buffer_printf(text, " on %s%s", device, count > 1 ? " ..." : "");
}

static enum style style_of(const struct bypass *bypass) {
    return bypass->active ? STYLE_WARNING : STYLE_DIM;
}

static const char *const titles[ROAD_POINT_COUNT] = {
    [ROAD_AT_XDP] = "XDP",
    [ROAD_AT_TC_INGRESS] = "tc ingress",
    [ROAD_AT_TC_EGRESS] = "tc egress",
    [ROAD_AT_CGROUP_INGRESS] = "cgroup ingress",
    [ROAD_AT_SOCKET] = "cgroup sockets",
    [ROAD_AT_CGROUP_EGRESS] = "cgroup egress",
    [ROAD_AT_BRIDGE] = "IP's hooks passed by",
};

static bool is_read(const struct table *bypasses, enum road_point point) {
    const struct bypass_whole *whole = bypasses ? bypasses->whole : NULL;
    return whole && !(whole->unread & 1U << point);
}

// Something that is not there is said only where all has been read.
static void add_station(struct making *making, const struct road_stop *stop) {
    const struct bypass_choice choice = {.station = stop->point, .device = stop->device};
    size_t count;
    const struct bypass *first = stop->point ? find_bypass(making, &choice, &count) : NULL;
    if (!first && is_read(making->bypasses, stop->point) && stop->point &&
        stop->point != ROAD_AT_BRIDGE)
        add_item(making, STYLE_DIM, "       %s: none", titles[stop->point]);
    else if (!first || stop->point == ROAD_AT_BRIDGE)
        add_item(making, STYLE_DIM, "       %s", stop->text);
    if (!first)
        return;
    struct buffer text = BUFFER_INIT;
    put_bypasses(first, count, &text);
    lead_to_station(
        making,
        add_item(making, STYLE_WARNING, "       %s: %s", titles[stop->point], buffer_text(&text)),
        stop->point);
    buffer_done(&text);
}

// "VLAN, PPPoE: past the hooks of IP".
static void add_tagged(struct making *making, const struct road_stop *stop) {
    struct buffer names = BUFFER_INIT;
    for (size_t i = 0; making->bypasses && i < making->bypasses->count; i++) {
        const struct bypass *bypass = table_row(making->bypasses, i);
        if (bypass->type == BYPASS_TAGGED)
            buffer_printf(&names, "%s%s", names.len > 0 ? ", " : "", bypass->name);
    }
    if (names.len > 0)
        lead_to_station(
            making,
            add_item(making, STYLE_WARNING, "       %s: past the hooks of IP", buffer_text(&names)),
            stop->point);
    buffer_done(&names);
}

static void add_backends(struct making *making, const struct road_stop *stop) {
    const struct bypass_choice choice = {.station = stop->point, .types = TYPE(BACKENDS)};
    size_t count;
    if (find_bypass(making, &choice, &count))
        lead_to_station(making,
                        add_item(making, STYLE_WARNING, "       legacy and nft rules both here"),
                        stop->point);
}

// Rules that are called from a chain: "notrack: 2 rules".
static void add_chain_bypasses(struct making *making, const struct road_stop *stop) {
    const struct bypass_choice choice = {.station = stop->point, .base = stop->chain};
    size_t count;
    const struct bypass *first = find_bypass(making, &choice, &count);
    if (first)
        lead_to_base(making,
                     add_item(making, style_of(first), "       %s: %zu rule%s%s",
                              first->type == BYPASS_NOTRACK ? "notrack" : "flow add", count,
                              count == 1 ? "" : "s", first->active ? "" : ", without effect"),
                     stop->point, stop->chain);
}

// --- Stops ---------------------------------------------------------------------------------------

// The policy, and how many packets it decided on; where there is little room, what most have goes.
static void put_policy(const struct making *making, const struct nf_chain *chain,
                       struct panel_side_item *item) {
    const struct row_ref ref = {making->node, making->entry, chain};
    struct buffer count = BUFFER_INIT;
    uint64_t packets;
    bool drops = chain->policy == NF_VERDICT_DROP;
    if (nf_chain_count(&ref, KIND_HOOKS, NF_COUNTER_PACKETS, &packets))
        cell_format_amount((double)packets, &count);
    snprintf(item->note, sizeof(item->note), "%s%s%s", drops ? "drop" : "accept",
             count.len > 0 ? " " : "", buffer_text(&count));
    snprintf(item->brief, sizeof(item->brief), "%s", drops ? "drop" : buffer_text(&count));
    buffer_done(&count);
}

static void put_passed(struct panel_side_item *item) {
    snprintf(item->note, sizeof(item->note), "not asked");
    snprintf(item->brief, sizeof(item->brief), "not asked");
}

// "-100"; the ends are words.
static const char *priority_word(int32_t priority, char word[12]) {
    if (priority == INT32_MIN || priority == INT32_MAX)
        return priority < 0 ? "first" : "last";
    snprintf(word, 12, "%" PRId32, priority);
    return word;
}

static enum style style_of_chain(const struct road_stop *stop) {
    if (stop->passed)
        return STYLE_DIM;
    return stop->chain->policy == NF_VERDICT_DROP ? STYLE_WARNING : STYLE_NORMAL;
}

// Of a trace, netscope's own.
static void add_chain_of_trace(struct making *making, const struct nf_chain *chain) {
    bool replies = strncmp(chain->name, TRACE_REPLY_PREFIX, strlen(TRACE_REPLY_PREFIX)) == 0;
    struct panel_side_item *item = add_item(
        making, STYLE_DIM, "       netscope chooses %s to trace", replies ? "replies" : "packets");
    item->leads = true;
    netfilter_place_chain(chain, making->netns, &item->place);
}

static void add_chain(struct making *making, const struct road_stop *stop) {
    const struct nf_chain *chain = stop->chain;
    char word[12];
    if (nf_table_is_of_trace(chain->table)) {
        add_chain_of_trace(making, chain);
        return;
    }
    struct panel_side_item *item = add_item(
        making, style_of_chain(stop), " %5s %s%s %s %s%s%s", priority_word(stop->priority, word),
        chain->table->backend == NF_BACKEND_LEGACY ? "legacy " : "",
        nf_family_name(chain->table->family), chain->table->name, chain->name,
        stop->dnat ? " DNAT" : "", stop->snat ? " SNAT" : "");
    if (stop->passed)
        put_passed(item);
    else
        put_policy(making, chain, item);
    item->leads = true;
    netfilter_place_chain(chain, making->netns, &item->place);
    add_chain_bypasses(making, stop);
}

static void add_flowtable(struct making *making, const struct road_stop *stop) {
    const struct nf_flowtable *flowtable = stop->flowtable;
    bool used = flowtable->use > 0 && flowtable->device_count > 0;
    char word[12];
    struct panel_side_item *item =
        add_item(making, used ? STYLE_WARNING : STYLE_DIM, " %5s flowtable %s %s %s%s%s",
                 priority_word(stop->priority, word), nf_family_name(flowtable->table->family),
                 flowtable->table->name, flowtable->name, flowtable->flags & 1 ? " hardware" : "",
                 used ? "" : " unused");
    lead_to_station(making, item, stop->point);
}

static void add_program(struct making *making, const struct road_stop *stop) {
    const struct bypass *bypass = stop->program;
    char word[12];
    lead_to_station(making,
                    add_item(making, STYLE_WARNING, " %5s BPF %s %s",
                             priority_word(stop->priority, word), bypass->mode,
                             bypass->name ? bypass->name : "program"),
                    stop->point);
}

static void add_stop(struct making *making, const struct road_stop *stop) {
    switch (stop->type) {
    case ROAD_HOOK:
        add_item(making, STYLE_TITLE, "%s", stop->text);
        add_backends(making, stop);
        return;
    case ROAD_STATION:
        add_station(making, stop);
        if (stop->point == ROAD_AT_BRIDGE)
            add_tagged(making, stop);
        return;
    case ROAD_PROGRAM:
        add_program(making, stop);
        return;
    case ROAD_FLOWTABLE:
        add_flowtable(making, stop);
        return;
    case ROAD_CHAIN:
        add_chain(making, stop);
        return;
    }
}

// Until it is known, br_netfilter is taken to be there.
static bool is_ip_called(const struct table *bypasses) {
    const struct bypass_whole *whole = bypasses ? bypasses->whole : NULL;
    return !whole || whole->bridges_calling_ip > 0;
}

// The programs among the bypasses; the array is the caller's to free, NULL when memory is out.
static struct road_program *find_programs(const struct table *bypasses, size_t *ret_count) {
    size_t count = bypasses ? bypasses->count : 0;
    struct road_program *programs = calloc(count + 1, sizeof(*programs));
    *ret_count = 0;
    for (size_t i = 0; programs && i < count; i++) {
        const struct bypass *bypass = table_row(bypasses, i);
        if (bypass->type == BYPASS_PROGRAM)
            programs[(*ret_count)++] = (struct road_program){
                .point = bypass->station, .priority = bypass->prio, .of = bypass};
    }
    return programs;
}

static int find_stops(const struct making *making, const struct table *hooks, enum road_class class,
                      struct road_stop **ret_stops, size_t *ret_count) {
    struct road_options options = {.class = class,
                                   .bridge_calls_ip = is_ip_called(making->bypasses),
                                   .is_partial = hooks->status.state != STATUS_OK};
    struct road_program *programs = find_programs(making->bypasses, &options.program_count);
    options.programs = programs;
    int r = programs ? road_make(hooks->ruleset, &options, ret_stops, ret_count) : -ENOMEM;
    free(programs);
    return r;
}

static int fill(const struct node *node, uint64_t netns, unsigned variant, const char **ret_title,
                struct panel_side_item **ret_items, size_t *ret_count) {
    const struct table *hooks = node_table(node, netns, KIND_HOOKS);
    const struct node_netns *entry = node_find(node, netns);
    struct making making = {.node = node,
                            .entry = entry ? entry->netns : NULL,
                            .netns = netns,
                            .bypasses = node_table(node, netns, KIND_BYPASSES)};
    enum road_class class = variant % ROAD_CLASS_COUNT;
    struct road_stop *stops;
    size_t count;
    if (!hooks || !hooks->ruleset || !entry)
        return 0;
    if (find_stops(&making, hooks, class, &stops, &count) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        add_stop(&making, &stops[i]);
    free(stops);
    if (making.failed) {
        free(making.items);
        return -ENOMEM;
    }
    *ret_title = road_class_title(class);
    *ret_items = making.items;
    *ret_count = making.count;
    return 0;
}

static const enum kind_id counts = KIND_HOOKS;

const struct panel_side netfilter_road = {.counts = &counts,
                                          .name = "Road",
                                          .width = WIDTH,
                                          .fill = fill,
                                          .light = netfilter_light_road,
                                          .turn_to = netfilter_turn_road};
