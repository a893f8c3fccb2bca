// SPDX-License-Identifier: GPL-2.0-or-later
// What a filter found in the structs that rows share (fields behind a pointer) and in the names of
// namespaces: many rows lead to the same few, so each is looked at once.
#include <stdlib.h>

#include "query/filter.h"
#include "query/filter_node.h"

#define SLOTS 4096 // a power of two

// What was found out about a struct that rows point to.
struct found {
    const struct filter_node *node;
    const void *where;
    size_t group;
    bool matches;
};

struct filter_memory {
    struct found slots[SLOTS]; // by their hash; a later one takes an earlier one's place
};

static void see_words(struct filter_node *node, const struct node *seen) {
    if (node->type == FILTER_WORD)
        filter_word_see(node, seen);
    for (struct filter_node *child = node->child; child; child = child->next)
        see_words(child, seen);
}

void filter_remember(struct filter *filter, const struct node *node) {
    if (!filter->memory)
        filter->memory = calloc(1, sizeof(*filter->memory)); // without it, it is only slower
    see_words(filter->root, node);
}

void filter_memory_free(struct filter_memory *memory) {
    free(memory);
}

static struct found *find_slot(struct filter_memory *memory, const struct filter_node *node,
                               size_t group, const void *where) {
    uint64_t hash = ((uintptr_t)where ^ (uintptr_t)node << 7 ^ group << 3);
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return &memory->slots[hash >> 32 & (SLOTS - 1)];
}

bool filter_recall(const struct filter *filter, const struct filter_node *node, size_t group,
                   const void *where, bool *ret_matches) {
    if (!filter->memory)
        return false;
    const struct found *found = find_slot(filter->memory, node, group, where);
    if (found->node != node || found->where != where || found->group != group)
        return false;
    *ret_matches = found->matches;
    return true;
}

void filter_note(const struct filter *filter, const struct filter_node *node, size_t group,
                 const void *where, bool matches) {
    if (filter->memory)
        *find_slot(filter->memory, node, group, where) =
            (struct found){node, where, group, matches};
}
