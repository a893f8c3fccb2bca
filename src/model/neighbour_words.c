// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/neighbour_words.h"

#include "model/link.h"
#include "model/neighbour.h"
#include "model/node.h"

#define HASH_PRIME  UINT64_C(0x100000001b3)
#define NANOSECONDS 1000000000 // in a second

const struct flag_name neighbour_state_names[] = {
    {NEIGHBOUR_INCOMPLETE, "INCOMPLETE"},
    {NEIGHBOUR_REACHABLE, "REACHABLE"},
    {NEIGHBOUR_STALE, "STALE"},
    {NEIGHBOUR_DELAY, "DELAY"},
    {NEIGHBOUR_PROBE, "PROBE"},
    {NEIGHBOUR_FAILED, "FAILED"},
    {NEIGHBOUR_NOARP, "NOARP"},
    {NEIGHBOUR_PERMANENT, "PERMANENT"},
    {0, NULL},
};

const struct flag_name neighbour_flag_names[] = {
    {NEIGHBOUR_SELF, "self"},
    {NEIGHBOUR_ROUTER, "router"},
    {NEIGHBOUR_EXT_LEARNED, "extern_learn"},
    {NEIGHBOUR_OFFLOADED, "offload"},
    {NEIGHBOUR_MASTER, "master"},
    {NEIGHBOUR_STICKY, "sticky"},
    {NEIGHBOUR_LOCKED, "locked"},
    {0, NULL},
};

const struct flag_name neighbour_duplicate_names[] = {
    {NEIGHBOUR_DUPLICATE_ADDRESS, "address"},
    {NEIGHBOUR_DUPLICATE_LLADDR, "lladdr"},
    {NEIGHBOUR_CONFLICT, "conflict"},
    {NEIGHBOUR_MOVED, "moved"},
    {0, NULL},
};

void neighbour_get_moved(const struct row_ref *ref, enum kind_id kind, const struct move *move,
                         struct value *ret) {
    const struct table *table = node_table(ref->node, ref->netns->inode, kind);
    if (!move || !table || table->time < move->time)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = (uint64_t)(table->time - move->time) / NANOSECONDS;
}

void neighbour_get_ifname(const struct row_ref *ref, int32_t ifindex, struct value *ret) {
    const struct link *link =
        link_find(node_table(ref->node, ref->netns->inode, KIND_INTERFACES), ifindex);
    if (link)
        value_set_text(ret, link->ifname);
    else
        value_printf(ret, "if%d", ifindex);
}
