// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/link.h"
#include "model/node.h"

#define NOTHING SIZE_MAX

// An interface of the node, and what it hangs on, by places in the array of all.
struct item {
    const struct node_netns *entry;
    const struct link *link;
    size_t parent; // or NOTHING
    size_t first_child, last_child, next_sibling;
    bool shown;
};

struct tree {
    const struct node *node;
    struct item *items; // namespace by namespace, in the order of their tables
    size_t count;
    size_t *starts; // where each namespace's begin
    struct link_tree_row *rows;
    size_t row_count;
};

// --- All interfaces ------------------------------------------------------------------------------

static const struct table *links_of(const struct node_netns *entry) {
    return entry->tables[KIND_INTERFACES];
}

static void fill_items(struct tree *tree) {
    size_t place = 0;
    for (size_t n = 0; n < node_count(tree->node); n++) {
        const struct node_netns *entry = &tree->node->netnses[n];
        const struct table *links = links_of(entry);
        tree->starts[n] = place;
        for (size_t i = 0; links && i < links->count; i++)
            tree->items[place++] = (struct item){.entry = entry,
                                                 .link = table_row(links, i),
                                                 .parent = NOTHING,
                                                 .first_child = NOTHING,
                                                 .last_child = NOTHING,
                                                 .next_sibling = NOTHING};
    }
}

static int make_items(struct tree *tree) {
    size_t namespaces = node_count(tree->node);
    for (size_t n = 0; n < namespaces; n++) {
        const struct table *links = links_of(&tree->node->netnses[n]);
        tree->count += links ? links->count : 0;
    }
    tree->items = calloc(tree->count + 1, sizeof(*tree->items));
    tree->starts = calloc(namespaces + 1, sizeof(*tree->starts));
    tree->rows = calloc(tree->count + 1, sizeof(*tree->rows));
    if (!tree->items || !tree->starts || !tree->rows)
        return -ENOMEM;
    fill_items(tree);
    return 0;
}

static size_t place_of(const struct tree *tree, const struct node_netns *entry,
                       const struct link *link) {
    const struct link *first = links_of(entry)->rows;
    return tree->starts[entry - tree->node->netnses] + (size_t)(link - first);
}

// --- What hangs on what --------------------------------------------------------------------------

static struct row_ref ref_of(const struct tree *tree, const struct item *item) {
    return (struct row_ref){tree->node, item->entry->netns, item->link};
}

static size_t find_in_same(const struct tree *tree, const struct item *item,
                           const struct maybe *ifindex) {
    const struct link *link =
        ifindex->known ? link_find(links_of(item->entry), (int32_t)ifindex->value) : NULL;
    return link ? place_of(tree, item->entry, link) : NOTHING;
}

// The lower device, or a pair's other end, wherever it is.
static size_t find_other_end(const struct tree *tree, const struct item *item) {
    const struct row_ref ref = ref_of(tree, item);
    const struct netns *netns;
    const struct link *link = link_other_end(&ref, &netns);
    return link ? place_of(tree, node_find(tree->node, netns->inode), link) : NOTHING;
}

// Of a pair, the end that hangs on a bridge (or the like) carries the other. If neither does, it is
// the one in our own namespace, else the one that comes first.
static bool carries_pair(const struct tree *tree, size_t end, size_t other) {
    const struct item *a = &tree->items[end], *b = &tree->items[other];
    if (a->link->master.known != b->link->master.known)
        return a->link->master.known;
    if (a->entry->netns->own != b->entry->netns->own)
        return a->entry->netns->own;
    return end < other;
}

static size_t find_parent(const struct tree *tree, size_t place) {
    const struct item *item = &tree->items[place];
    size_t parent = find_in_same(tree, item, &item->link->master);
    if (parent != NOTHING)
        return parent;
    parent = find_other_end(tree, item);
    if (parent != NOTHING && link_is_pair(item->link))
        return link_is_pair(tree->items[parent].link) && carries_pair(tree, parent, place)
                   ? parent
                   : NOTHING;
    if (parent == NOTHING && item->link->vxlan)
        parent = find_in_same(tree, item, &item->link->vxlan->link);
    if (parent == NOTHING && item->link->tunnel)
        parent = find_in_same(tree, item, &item->link->tunnel->link);
    return parent;
}

// True if item hangs, over however many others, on itself.
static bool is_circle(const struct tree *tree, size_t place) {
    size_t above = tree->items[place].parent;
    for (size_t steps = 0; above != NOTHING && steps < tree->count; steps++) {
        if (above == place)
            return true;
        above = tree->items[above].parent;
    }
    return false;
}

static void hang_up(struct tree *tree) {
    for (size_t i = 0; i < tree->count; i++)
        tree->items[i].parent = find_parent(tree, i);
    for (size_t i = 0; i < tree->count; i++) {
        struct item *item = &tree->items[i];
        if (is_circle(tree, i))
            item->parent = NOTHING;
        if (item->parent == NOTHING)
            continue;
        struct item *parent = &tree->items[item->parent];
        if (parent->last_child == NOTHING)
            parent->first_child = i;
        else
            tree->items[parent->last_child].next_sibling = i;
        parent->last_child = i;
    }
}

// --- The order -----------------------------------------------------------------------------------

static struct link_tree_row *show(struct tree *tree, size_t place, unsigned depth) {
    struct link_tree_row *row = &tree->rows[tree->row_count++];
    tree->items[place].shown = true;
    *row = (struct link_tree_row){.ref = ref_of(tree, &tree->items[place]), .depth = depth};
    return row;
}

// The item and all below it. The depth is bounded: the kernel stacks devices no more than eight
// high, and what circles there were are cut.
static void show_below(struct tree *tree, size_t place, unsigned depth, bool last) {
    if (tree->items[place].shown)
        return;
    show(tree, place, depth)->last = last;
    size_t child = tree->items[place].first_child;
    while (child != NOTHING) {
        size_t next = tree->items[child].next_sibling;
        show_below(tree, child, depth + 1, next == NOTHING);
        child = next;
    }
}

// The other end of a pair whose upper end is not among the namespaces shown, as a leaf.
static void show_upper_end(struct tree *tree, size_t place) {
    const struct item *item = &tree->items[place];
    if (!link_is_pair(item->link) || item->parent == NOTHING || tree->items[item->parent].shown)
        return;
    show(tree, item->parent, 1)->last = true;
}

static bool is_wanted(const struct item *item, uint64_t netns_inode) {
    return netns_inode == 0 || item->entry->netns->inode == netns_inode;
}

// One that hangs on nothing that is shown, and all below it.
static void show_root(struct tree *tree, size_t place) {
    size_t first = tree->row_count + 1;
    show_below(tree, place, 0, true);
    size_t end = tree->row_count;
    show_upper_end(tree, place);
    for (size_t i = first; tree->row_count > end && i < end; i++) {
        if (tree->rows[i].depth == 1)
            tree->rows[i].last = false;
    }
}

static void show_all(struct tree *tree, uint64_t netns_inode) {
    for (size_t i = 0; i < tree->count; i++) {
        const struct item *item = &tree->items[i];
        bool hangs = item->parent != NOTHING && is_wanted(&tree->items[item->parent], netns_inode);
        if (is_wanted(item, netns_inode) && !hangs && !item->shown)
            show_root(tree, i);
    }
}

int link_tree(const struct node *node, uint64_t netns_inode, struct link_tree_row **ret_rows,
              size_t *ret_count) {
    struct tree tree = {.node = node};
    int r = make_items(&tree);
    if (r == 0) {
        hang_up(&tree);
        show_all(&tree, netns_inode);
    }
    free(tree.items);
    free(tree.starts);
    if (r < 0 || tree.row_count == 0) {
        free(tree.rows);
        tree.rows = NULL;
    }
    if (r < 0)
        return r;
    *ret_rows = tree.rows;
    *ret_count = tree.row_count;
    return 0;
}
