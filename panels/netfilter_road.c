// SPDX-License-Identifier: GPL-2.0-or-later
// The road of a packet through the hooks, beside the rules of what is selected on it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "panels/netfilter.h"
#include "ruleset/road.h"
#include "tui/grid.h"

#define WIDTH 46

static const struct ruleset *ruleset_of(const struct node *node, uint64_t netns) {
    const struct table *table = node_table(node, netns, KIND_HOOKS);
    return table ? table->ruleset : NULL;
}

static void describe_chain(const struct road_stop *stop, struct panel_side_item *item) {
    const struct nf_chain *chain = stop->chain;
    const char *policy = chain->policy == NF_VERDICT_DROP ? " drop" : "";
    char counts[32] = "";
    if (chain->has_counter)
        snprintf(counts, sizeof(counts), " %llu", (unsigned long long)chain->counter.packets);
    snprintf(item->text, sizeof(item->text), " %5d %s%s %s %s%s%s%s%s", stop->priority,
             chain->table->backend == NF_BACKEND_LEGACY ? "legacy " : "",
             nf_family_name(chain->table->family), chain->table->name, chain->name,
             stop->dnat ? " DNAT" : "", stop->snat ? " SNAT" : "", policy, counts);
    item->style = chain->policy == NF_VERDICT_DROP ? STYLE_WARNING : STYLE_NORMAL;
}

static void describe(const struct road_stop *stop, uint64_t netns, struct panel_side_item *item) {
    switch (stop->type) {
    case ROAD_HOOK:
        snprintf(item->text, sizeof(item->text), "%s", stop->text);
        item->style = STYLE_TITLE;
        return;
    case ROAD_STATION:
        snprintf(item->text, sizeof(item->text), "       %s", stop->text);
        item->style = STYLE_DIM;
        return;
    case ROAD_CHAIN:
        describe_chain(stop, item);
        item->leads = true;
        netfilter_place_chain(stop->chain, netns, &item->place);
        return;
    }
}

static int fill(const struct node *node, uint64_t netns, unsigned variant, const char **ret_title,
                struct panel_side_item **ret_items, size_t *ret_count) {
    const struct ruleset *ruleset = ruleset_of(node, netns);
    const struct road_options options = {.class = variant % ROAD_CLASS_COUNT,
                                         .bridge_calls_ip = true};
    struct road_stop *stops;
    size_t count;
    if (!ruleset)
        return 0;
    int r = road_make(ruleset, &options, &stops, &count);
    struct panel_side_item *items = r == 0 ? calloc(count + 1, sizeof(*items)) : NULL;
    for (size_t i = 0; items && i < count; i++)
        describe(&stops[i], netns, &items[i]);
    if (r == 0)
        free(stops);
    if (!items)
        return -ENOMEM;
    *ret_title = road_class_title(options.class);
    *ret_items = items;
    *ret_count = count;
    return 0;
}

const struct panel_side netfilter_road = {.width = WIDTH, .fill = fill};
