// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/neighbour.h"

#include <stdlib.h>

bool neighbour_is_valid(const struct neighbour *neighbour) {
    const uint32_t valid = NEIGHBOUR_REACHABLE | NEIGHBOUR_STALE | NEIGHBOUR_DELAY |
                           NEIGHBOUR_PROBE | NEIGHBOUR_NOARP | NEIGHBOUR_PERMANENT;
    return neighbour->state & valid;
}

bool neighbour_is_seen(const struct neighbour *neighbour) {
    return neighbour_is_valid(neighbour) && !(neighbour->state & NEIGHBOUR_NOARP) &&
           !(neighbour->flags & NEIGHBOUR_PROXY) && neighbour->lladdr.length > 0;
}

bool neighbour_is_collected(const struct neighbour *neighbour) {
    return !(neighbour->state & NEIGHBOUR_PERMANENT) &&
           !(neighbour->flags & (NEIGHBOUR_EXT_LEARNED | NEIGHBOUR_PROXY));
}

int neighbour_compare(const void *a, const void *b) {
    const struct neighbour *left = a, *right = b;
    if (left->ifindex != right->ifindex)
        return left->ifindex < right->ifindex ? -1 : 1;
    int order = address_compare(&left->dst, &right->dst);
    if (order)
        return order;
    return (int)(left->flags & NEIGHBOUR_PROXY) - (int)(right->flags & NEIGHBOUR_PROXY);
}

const struct neighbour *neighbour_find(const struct table *neighbours, int32_t ifindex,
                                       const struct address *address) {
    struct neighbour wanted = {.ifindex = ifindex, .dst = *address};
    if (!neighbours || neighbours->count == 0)
        return NULL;
    return bsearch(&wanted, neighbours->rows, neighbours->count, sizeof(wanted), neighbour_compare);
}
