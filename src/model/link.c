// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link.h"

#include <stdlib.h>
#include <string.h>

int link_compare_index(const void *a, const void *b) {
    const struct link *left = a, *right = b;
    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

// Where no interface has gone, their indices have no gaps.
static const struct link *guess(const struct table *links, int32_t ifindex) {
    const struct link *first = links->rows;
    int64_t place = (int64_t)ifindex - first->ifindex;
    if (place < 0 || place >= (int64_t)links->count || first[place].ifindex != ifindex)
        return NULL;
    return first + place;
}

const struct link *link_find(const struct table *links, int32_t ifindex) {
    if (!links || links->count == 0)
        return NULL;
    const struct link *guessed = guess(links, ifindex);
    if (guessed)
        return guessed;
    const struct link wanted = {.ifindex = ifindex};
    return bsearch(&wanted, links->rows, links->count, sizeof(wanted), link_compare_index);
}

int32_t link_index_of(const struct table *links, const char *name) {
    for (size_t i = 0; links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        if (link->ifname && strcmp(link->ifname, name) == 0)
            return link->ifindex;
    }
    return 0;
}

bool link_is_pair(const struct link *link) {
    const char *kind = link->info_kind ? link->info_kind : "";
    return strcmp(kind, "veth") == 0 || strcmp(kind, "netkit") == 0;
}

const struct link *link_other_end(const struct row_ref *ref, const struct netns **ret_netns) {
    const struct link *link = ref->row;
    if (!link->link.known)
        return NULL;
    uint64_t inode = link->link_netnsid.known ? link->link_netns : ref->netns->inode;
    const struct node_netns *there = inode ? node_find(ref->node, inode) : NULL;
    if (!there)
        return NULL;
    const struct link *other = link_find(there->tables[KIND_INTERFACES], (int32_t)link->link.value);
    if (other)
        *ret_netns = there->netns;
    return other;
}
