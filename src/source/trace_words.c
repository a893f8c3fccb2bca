// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_words.h"

#include <errno.h>
#include <stdlib.h>

#include "model/conntrack.h"
#include "model/link.h"
#include "source/node_read.h"

struct trace_words {
    const struct table *links;
    bool tracks;
};

static bool read_tracks(struct node *node, const struct netns *netns) {
    const struct table *table;
    if (node_read_table(node, netns, KIND_CONNTRACK, &table) < 0 || table->count == 0)
        return false;
    const struct conntrack *row = table_row(table, 0);
    return row->count.known && row->count.value > 0;
}

int trace_words_new(struct node *node, const struct netns *netns, struct trace_words **ret_words) {
    struct trace_words *words = calloc(1, sizeof(*words));
    int r = words ? node_read_table(node, netns, KIND_INTERFACES, &words->links) : -ENOMEM;
    if (r < 0) {
        free(words);
        return r;
    }
    words->tracks = read_tracks(node, netns);
    *ret_words = words;
    return 0;
}

void trace_words_free(struct trace_words *words) {
    free(words);
}

bool trace_words_tracks(const struct trace_words *words) {
    return words->tracks;
}

static int name_interface(const struct trace_words *words, uint32_t ifindex, struct arena *arena,
                          const char **ret_name) {
    if (ifindex == 0)
        return 0;
    for (size_t i = 0; i < words->links->count; i++) {
        const struct link *link = table_row(words->links, i);
        if (link->ifindex == (int32_t)ifindex && link->ifname) {
            *ret_name = link->ifname;
            return 0;
        }
    }
    *ret_name = arena_printf(arena, "if%u", ifindex);
    return *ret_name ? 0 : -ENOMEM;
}

int trace_words_describe(struct trace_words *words, const struct trace_event *event,
                         struct arena *arena, struct packet_step *step) {
    int r = name_interface(words, event->iif, arena, &step->iif);
    return r == 0 ? name_interface(words, event->oif, arena, &step->oif) : r;
}
