// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/neighbour.h"

#include <stdlib.h>
#include <string.h>

#include "model/neighbour_words.h"

bool neighbour_is_valid(const struct neighbour *neighbour) {
    const uint32_t valid = NEIGHBOUR_REACHABLE | NEIGHBOUR_STALE | NEIGHBOUR_DELAY |
                           NEIGHBOUR_PROBE | NEIGHBOUR_NOARP | NEIGHBOUR_PERMANENT;
    return neighbour->state & valid;
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

// --- Fields --------------------------------------------------------------------------------------

static void get_dev(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct neighbour *neighbour = ref->row;
    (void)field;
    if (neighbour->ifindex)
        neighbour_get_ifname(ref, neighbour->ifindex, ret);
}

static void get_ifindex(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct neighbour *neighbour = ref->row;
    (void)field;
    if (!neighbour->ifindex)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = (uint64_t)neighbour->ifindex;
}

// As ip(8) does: only what is set is there. The bit stands where others have their member's offset.
static void get_flag(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct neighbour *neighbour = ref->row;
    if (!(neighbour->flags & field->offset))
        return;
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

static void get_state(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct neighbour *neighbour = ref->row;
    if (neighbour->flags & NEIGHBOUR_PROXY)
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = neighbour->state;
    ret->flags.names = field->names;
}

#define FLAG(key, title, bit, help) \
    { key, title, FIELD_BOOLEAN, get_flag, (bit), NULL, help, 0 }

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD(struct neighbour, dst, "ADDRESS", FIELD_ADDRESS, "the neighbour's address"),
    FIELD_BY("dev", "DEV", FIELD_INTERFACE, get_dev, "interface that it is behind"),
    FIELD_BY("ifindex", "INDEX", FIELD_NUMBER, get_ifindex, "index of that interface"),
    FIELD(struct neighbour, lladdr, "LLADDR", FIELD_LLADDR, "the neighbour's link-layer address"),
    FIELD_WITH("state", struct neighbour, state, "STATE", FIELD_FLAGS, get_state,
               neighbour_state_names, "what the kernel knows of it: REACHABLE, STALE, FAILED ..."),
    FLAG("router", "ROUTER", NEIGHBOUR_ROUTER, "it is an IPv6 router"),
    FLAG("proxy", "PROXY", NEIGHBOUR_PROXY, "no neighbour: this node answers for the address"),
    FLAG("extern_learn", "EXTERN LEARN", NEIGHBOUR_EXT_LEARNED,
         "made by a switch or a routing daemon"),
    FLAG("offload", "OFFLOAD", NEIGHBOUR_OFFLOADED, "also in the hardware's table"),
    FLAG("managed", "MANAGED", NEIGHBOUR_MANAGED, "the kernel keeps it reachable"),
    FLAG("extern_valid", "EXTERN VALID", NEIGHBOUR_VALIDATED,
         "a routing daemon answers for its being there"),
    FIELD(struct neighbour, used, "USED", FIELD_DURATION, "time since it was last used"),
    FIELD(struct neighbour, confirmed, "CONFIRMED", FIELD_DURATION,
          "time since it was last heard of"),
    FIELD(struct neighbour, updated, "UPDATED", FIELD_DURATION, "time since it last changed"),
    FIELD(struct neighbour, probes, "PROBES", FIELD_COUNT, "probes sent and not answered"),
    FIELD(struct neighbour, refcnt, "REFS", FIELD_COUNT, "what holds it besides the table itself"),
    FIELD(struct neighbour, protocol, "PROTOCOL", FIELD_NUMBER, "who made it (RTPROT_*)"),
    FIELD(struct neighbour, vlan, "VLAN", FIELD_NUMBER, "VLAN, where a driver tells it"),
    FIELD(struct neighbour, vni, "VNI", FIELD_NUMBER, "VXLAN network, where a driver tells it"),
};

static uint64_t identity(const void *row) {
    const struct neighbour *neighbour = row;
    uint64_t hash =
        neighbour_hash(NEIGHBOUR_HASH_START, &neighbour->ifindex, sizeof(neighbour->ifindex));
    hash = neighbour_hash(hash, neighbour->dst.bytes, sizeof(neighbour->dst.bytes));
    uint8_t rest[2] = {neighbour->dst.family, neighbour->flags & NEIGHBOUR_PROXY};
    return neighbour_hash(hash, rest, sizeof(rest));
}

const struct kind neighbour_kind = {
    .name = "neighbours",
    .title = "Neighbours",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct neighbour),
    .columns = "dst,dev,lladdr,state,router,proxy,used,confirmed,probes",
    .sort = "dst",
    .identity = identity,
    .looks_at = KIND_BIT(KIND_INTERFACES),
    .help = "neighbours: ARP and NDP",
};
