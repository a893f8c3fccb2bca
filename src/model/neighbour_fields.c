// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a neighbour. Keys are those of ip(8)'s JSON.
#include "base/hash.h"
#include "model/claim.h"
#include "model/neighbour.h"
#include "model/neighbour_words.h"
#include "model/node.h"
#include "model/sighting.h"

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

// --- Whose they are ------------------------------------------------------------------------------

// The node's claims, and the segment that the row is on. False: nothing is known of its interface.
static bool find_segment(const struct row_ref *ref, const struct claims *claims,
                         uint32_t *ret_segment) {
    const struct neighbour *neighbour = ref->row;
    *ret_segment = segment_of(claims_segments(claims), ref->netns->inode, neighbour->ifindex);
    return *ret_segment != SEGMENT_NONE;
}

// The claims, if somebody on the node has the row's address; else NULL.
static const struct claims *find_address(const struct row_ref *ref, uint32_t *ret_segment) {
    const struct neighbour *neighbour = ref->row;
    const struct claims *claims = claims_of(ref->node);
    bool known = claims && claims_know_address(claims, &neighbour->dst);
    return known && find_segment(ref, claims, ret_segment) ? claims : NULL;
}

static const struct claims *find_lladdr(const struct row_ref *ref, uint32_t *ret_segment) {
    const struct neighbour *neighbour = ref->row;
    const struct claims *claims = claims_of(ref->node);
    bool known = claims && claims_know_lladdr(claims, &neighbour->lladdr);
    return known && find_segment(ref, claims, ret_segment) ? claims : NULL;
}

const struct claim *neighbour_owner(const struct row_ref *ref) {
    const struct neighbour *neighbour = ref->row;
    uint32_t segment;
    const struct claims *claims = find_address(ref, &segment);
    return claims ? claims_own_address(claims, segment, &neighbour->dst, &neighbour->lladdr) : NULL;
}

const struct claim *neighbour_lladdr_owner(const struct row_ref *ref) {
    const struct neighbour *neighbour = ref->row;
    uint32_t segment;
    const struct claims *claims = find_lladdr(ref, &segment);
    return claims ? claims_own_lladdr(claims, segment, &neighbour->lladdr) : NULL;
}

static void get_owner_netns(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct claim *owner = neighbour_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->netns->name);
}

static void get_owner_ifname(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct claim *owner = neighbour_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->link->ifname);
}

static void get_lladdr_netns(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct claim *owner = neighbour_lladdr_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->netns->name);
}

static void get_lladdr_ifname(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const struct claim *owner = neighbour_lladdr_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->link->ifname);
}

// --- What stands twice ---------------------------------------------------------------------------

static bool have_duplicates(const struct row_ref *ref) {
    const struct claims *claims = claims_of(ref->node);
    return claims && claims_have_duplicates(claims);
}

static size_t find_address_claims(const struct row_ref *ref, const char *const **ret_where) {
    const struct neighbour *neighbour = ref->row;
    uint32_t segment;
    if (!have_duplicates(ref))
        return 0;
    const struct claims *claims = find_address(ref, &segment);
    if (!claims)
        return 0;
    struct claim_run run = claims_find_address(claims, segment, &neighbour->dst);
    *ret_where = run.where;
    return run.where_count;
}

static size_t find_lladdr_claims(const struct row_ref *ref, const char *const **ret_where) {
    const struct neighbour *neighbour = ref->row;
    uint32_t segment;
    if (!have_duplicates(ref))
        return 0;
    const struct claims *claims = find_lladdr(ref, &segment);
    if (!claims)
        return 0;
    struct claim_run run = claims_find_lladdr(claims, segment, &neighbour->lladdr);
    *ret_where = run.where;
    return run.where_count;
}

static size_t find_sightings(const struct row_ref *ref, const char *const **ret_where) {
    const struct neighbour *neighbour = ref->row;
    const struct sightings *sightings = sightings_of(ref->node);
    uint32_t segment;
    if (!sightings || sightings_are_none(sightings) ||
        !find_segment(ref, claims_of(ref->node), &segment))
        return 0;
    return sightings_find(sightings, segment, &neighbour->dst, ret_where);
}

static const struct move *find_move(const struct row_ref *ref) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    if (!entry || !entry->moves[KIND_NEIGHBOURS])
        return NULL;
    return moves_find(entry->moves[KIND_NEIGHBOURS], neighbour_kind.identity(ref->row));
}

static void set_where(struct value *ret, const char *const *where, size_t count) {
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = where;
    ret->texts.count = count;
}

static void get_address_claims(const struct row_ref *ref, const struct field *field,
                               struct value *ret) {
    const char *const *where = NULL;
    size_t count = find_address_claims(ref, &where);
    (void)field;
    set_where(ret, where, count);
}

static void get_lladdr_claims(const struct row_ref *ref, const struct field *field,
                              struct value *ret) {
    const char *const *where = NULL;
    size_t count = find_lladdr_claims(ref, &where);
    (void)field;
    set_where(ret, where, count);
}

static void get_sightings(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *const *where = NULL;
    size_t count = find_sightings(ref, &where);
    (void)field;
    set_where(ret, where, count);
}

static void get_moved_from(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct move *move = find_move(ref);
    (void)field;
    if (!move)
        return;
    ret->kind = VALUE_LLADDR;
    ret->lladdr = move->from.lladdr;
}

static void get_moved(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    neighbour_get_moved(ref, KIND_NEIGHBOURS, find_move(ref), ret);
}

// True if the address is of an interface on the segment, in a namespace none of whose interfaces
// there has the link-layer address: somebody else answers for it.
static bool is_foreign(const struct row_ref *ref) {
    const struct neighbour *neighbour = ref->row;
    uint32_t segment;
    const struct claims *claims = neighbour_is_seen(neighbour) ? find_address(ref, &segment) : NULL;
    if (!claims)
        return false;
    struct claim_run owners = claims_find_address(claims, segment, &neighbour->dst);
    struct claim_run devices = claims_find_lladdr(claims, segment, &neighbour->lladdr);
    return owners.count > 0 && !claims_share_netns(&owners, &devices);
}

static void get_duplicate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *const *where;
    uint64_t bits = 0;
    if (find_address_claims(ref, &where) > 0)
        bits |= NEIGHBOUR_DUPLICATE_ADDRESS;
    if (find_lladdr_claims(ref, &where) > 0)
        bits |= NEIGHBOUR_DUPLICATE_LLADDR;
    if (is_foreign(ref) || find_sightings(ref, &where) > 0)
        bits |= NEIGHBOUR_CONFLICT;
    if (find_move(ref))
        bits |= NEIGHBOUR_MOVED;
    if (bits == 0)
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = bits;
    ret->flags.names = field->names;
}

// --- The table -----------------------------------------------------------------------------------

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
    FIELD_AS("protocol", struct neighbour, protocol_name, "PROTOCOL", FIELD_TEXT,
             "who made it: a name of rt_protos, or a number"),
    FIELD(struct neighbour, vlan, "VLAN", FIELD_NUMBER, "VLAN, where a driver tells it"),
    FIELD(struct neighbour, vni, "VNI", FIELD_NUMBER, "VXLAN network, where a driver tells it"),
    FIELD_BY("owner_netns", "OWNER", FIELD_NETNS, get_owner_netns,
             "namespace of this node that has the address"),
    FIELD_BY("owner_ifname", "OWNER DEV", FIELD_INTERFACE, get_owner_ifname,
             "interface there that has it"),
    FIELD_BY("lladdr_netns", "LLADDR OWNER", FIELD_NETNS, get_lladdr_netns,
             "namespace of this node that has the link-layer address"),
    FIELD_BY("lladdr_ifname", "LLADDR DEV", FIELD_INTERFACE, get_lladdr_ifname,
             "interface there that has it"),
    {"duplicate", "DUPLICATE", FIELD_FLAGS, get_duplicate, 0, neighbour_duplicate_names,
     "what stands twice on the segment: the address, the link-layer address; or who answers is not "
     "its owner (conflict); or it changed lately (moved)",
     0},
    FIELD_BY("address_claims", "ADDRESS OF", FIELD_LIST, get_address_claims,
             "the interfaces that have the address, if namespaces share it"),
    FIELD_BY("lladdr_claims", "LLADDR OF", FIELD_LIST, get_lladdr_claims,
             "the interfaces that have the link-layer address, if they share it"),
    FIELD_BY(
        "lladdrs_seen", "LLADDRS SEEN", FIELD_LIST, get_sightings,
        "which link-layer addresses it has where, if namespaces that are read together differ"),
    FIELD_BY("moved_from", "MOVED FROM", FIELD_LLADDR, get_moved_from,
             "its link-layer address before the last change, while netscope watches"),
    FIELD_BY("moved", "MOVED", FIELD_DURATION, get_moved, "time since that change"),
};

static uint64_t identity(const void *row) {
    const struct neighbour *neighbour = row;
    uint64_t hash = hash_add(HASH_START, &neighbour->ifindex, sizeof(neighbour->ifindex));
    hash = hash_add(hash, neighbour->dst.bytes, sizeof(neighbour->dst.bytes));
    uint8_t rest[2] = {neighbour->dst.family, neighbour->flags & NEIGHBOUR_PROXY};
    return hash_add(hash, rest, sizeof(rest));
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
    .compares_netnses = true,
    .help = "neighbours: ARP and NDP",
};
