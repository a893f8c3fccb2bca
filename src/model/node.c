// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/finding.h"

#define ID_SHORTEST 12 // digits of a container id that people paste

struct node *node_new(void) {
    struct node *node = calloc(1, sizeof(*node));
    if (node)
        node->findings = calloc(1, sizeof(*node->findings));
    if (node && node->findings)
        return node;
    free(node);
    return NULL;
}

static void drop_sightings(struct node *node) {
    sightings_free(atomic_exchange(&node->findings->sightings, NULL));
}

static void drop_findings(struct node *node) {
    drop_sightings(node);
    claims_free(atomic_exchange(&node->findings->claims, NULL));
    atomic_store(&node->findings->twice, FINDING_UNKNOWN);
}

static void drop_netns(struct node_netns *entry) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        table_unref(entry->tables[i]);
        history_free(entry->histories[i]);
        moves_free(entry->moves[i]);
    }
}

void node_free(struct node *node) {
    if (!node)
        return;
    drop_findings(node);
    for (size_t i = 0; i < node_count(node); i++)
        drop_netns(&node->netnses[i]);
    free(node->by_inode);
    free(node->netnses);
    table_unref(node->namespaces);
    free(node->findings);
    free(node);
}

size_t node_count(const struct node *node) {
    return node->namespaces ? node->namespaces->count : 0;
}

static int compare_inodes(const void *a, const void *b) {
    const struct node_netns *const *left = a, *const *right = b;
    uint64_t left_inode = (*left)->netns->inode, right_inode = (*right)->netns->inode;
    return (left_inode > right_inode) - (left_inode < right_inode);
}

struct node_netns *node_find(const struct node *node, uint64_t netns_inode) {
    const struct netns netns = {.inode = netns_inode};
    const struct node_netns wanted = {.netns = &netns}, *key = &wanted;
    if (node_count(node) == 0)
        return NULL;
    struct node_netns **found =
        bsearch(&key, node->by_inode, node_count(node), sizeof(key), compare_inodes);
    return found ? *found : NULL;
}

struct node_netns *node_find_asked(const struct node *node, uint64_t netns_inode,
                                   struct error *err) {
    struct node_netns *found = node_find(node, netns_inode);
    if (!found && netns_inode == 0)
        error_set(err, -EAGAIN, "the namespaces are being read: try again in a moment");
    else if (!found)
        error_set(err, -ENOENT, "that namespace is gone");
    return found;
}

// Moves what is known of a namespace into the entry, and leaves nothing behind to be dropped.
static void keep_tables(struct node *node, struct node_netns *entry) {
    struct node_netns *before = node_find(node, entry->netns->inode);
    if (!before)
        return;
    memcpy(entry->tables, before->tables, sizeof(entry->tables));
    memcpy(entry->histories, before->histories, sizeof(entry->histories));
    memcpy(entry->moves, before->moves, sizeof(entry->moves));
    memset(before->tables, 0, sizeof(before->tables));
    memset(before->histories, 0, sizeof(before->histories));
    memset(before->moves, 0, sizeof(before->moves));
}

int node_set_namespaces(struct node *node, struct table *namespaces) {
    struct node_netns *netnses = calloc(namespaces->count + 1, sizeof(*netnses));
    struct node_netns **by_inode = calloc(namespaces->count + 1, sizeof(struct node_netns *));
    if (!netnses || !by_inode) {
        free(netnses);
        free(by_inode);
        return -ENOMEM;
    }
    drop_findings(node);
    for (size_t i = 0; i < namespaces->count; i++) {
        netnses[i].netns = table_row(namespaces, i);
        by_inode[i] = &netnses[i];
        keep_tables(node, &netnses[i]);
    }
    qsort(by_inode, namespaces->count, sizeof(struct node_netns *), compare_inodes);
    for (size_t i = 0; i < node_count(node); i++)
        drop_netns(&node->netnses[i]);
    free(node->by_inode);
    free(node->netnses);
    table_unref(node->namespaces);
    node->netnses = netnses;
    node->by_inode = by_inode;
    node->namespaces = namespaces;
    return 0;
}

static void note_moves(struct node_netns *entry, enum kind_id kind, const struct table *table) {
    if (!entry->tables[kind] || (kind != KIND_NEIGHBOURS && kind != KIND_FDB))
        return;
    if (!entry->moves[kind])
        entry->moves[kind] = moves_new();
    if (entry->moves[kind])
        moves_note(entry->moves[kind], entry->tables[kind], table);
}

void node_set_table(struct node *node, uint64_t netns_inode, struct table *table) {
    struct node_netns *entry = node_find(node, netns_inode);
    if (!entry) {
        table_unref(table);
        return;
    }
    enum kind_id kind = kind_id(table->kind);
    if (kind == KIND_INTERFACES)
        drop_findings(node);
    else if (kind == KIND_NEIGHBOURS)
        drop_sightings(node);
    note_moves(entry, kind, table);
    table_unref(entry->tables[kind]);
    entry->tables[kind] = table;
    node->replaced[kind]++;
}

const struct table *node_table(const struct node *node, uint64_t netns_inode, enum kind_id kind) {
    const struct node_netns *entry = node_find(node, netns_inode);
    return entry ? entry->tables[kind] : NULL;
}

struct history *node_history(struct node *node, uint64_t netns_inode, enum kind_id kind) {
    struct node_netns *entry = node_find(node, netns_inode);
    if (!entry)
        return NULL;
    if (!entry->histories[kind])
        entry->histories[kind] = history_new();
    return entry->histories[kind];
}

struct node *node_copy(const struct node *node) {
    struct node *copy = node_new();
    if (!copy)
        return NULL;
    memcpy(copy->hostname, node->hostname, sizeof(copy->hostname));
    memcpy(copy->kernel, node->kernel, sizeof(copy->kernel));
    copy->time = node->time;
    struct table *namespaces = table_ref(node->namespaces);
    if (namespaces && node_set_namespaces(copy, namespaces) < 0) {
        table_unref(namespaces);
        node_free(copy);
        return NULL;
    }
    for (size_t i = 0; i < node_count(node); i++) {
        for (size_t kind = 0; kind < KIND_COUNT; kind++) {
            copy->netnses[i].tables[kind] = table_ref(node->netnses[i].tables[kind]);
            copy->netnses[i].moves[kind] = moves_copy(node->netnses[i].moves[kind]);
        }
    }
    return copy;
}

static bool equals(const char *name, const char *text) {
    return name && strcmp(name, text) == 0;
}

static bool is_id_start(const char *id, const char *text) {
    return id && strlen(text) >= ID_SHORTEST && strncmp(id, text, strlen(text)) == 0;
}

static bool is_named(const struct netns *netns, const char *text) {
    return equals(netns->pod, text) || equals(netns->container, text) ||
           equals(netns->netns_name, text) || is_id_start(netns->container_id, text);
}

// "no such namespace: webb (did you mean default/web-1, default/web-2?)"
static int report_unknown(const struct node *node, const char *text, struct error *err) {
    struct buffer near = BUFFER_INIT;
    size_t found = 0;
    for (size_t i = 0; i < node_count(node) && found < 4; i++) {
        const struct netns *netns = node->netnses[i].netns;
        bool close = text_contains(netns->name, text) || text_distance(netns->name, text) <= 2 ||
                     (netns->pod && text_distance(netns->pod, text) <= 2) ||
                     (netns->container && text_distance(netns->container, text) <= 2) ||
                     (netns->netns_name && text_distance(netns->netns_name, text) <= 2);
        if (!close)
            continue;
        buffer_puts(&near, found++ ? ", " : " (did you mean ");
        buffer_puts(&near, netns->name);
    }
    buffer_puts(&near, found ? "?)" : "");
    int r = error_set(err, -ENOENT, "no such namespace: %s%s", text, buffer_text(&near));
    buffer_done(&near);
    return r;
}

static int report_several(const char *text, const struct netns *a, const struct netns *b,
                          struct error *err) {
    return error_set(err, -ENOTUNIQ, "%s means more than one namespace: %s, %s", text, a->name,
                     b->name);
}

int node_find_named(const struct node *node, const char *text, uint64_t inode,
                    const struct netns **ret_netns, struct error *err) {
    const struct netns *found = NULL;
    for (size_t i = 0; i < node_count(node); i++) {
        const struct netns *netns = node->netnses[i].netns;
        if (equals(netns->name, text) || (inode != 0 && netns->inode == inode)) {
            *ret_netns = netns;
            return 0;
        }
    }
    for (size_t i = 0; i < node_count(node); i++) {
        const struct netns *netns = node->netnses[i].netns;
        if (!is_named(netns, text))
            continue;
        if (found)
            return report_several(text, found, netns, err);
        found = netns;
    }
    if (!found)
        return report_unknown(node, text, err);
    *ret_netns = found;
    return 0;
}
