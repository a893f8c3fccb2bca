// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/fdb.h"

#include "base/hash.h"
#include "model/claim.h"
#include "model/neighbour_words.h"
#include "model/node.h"

int32_t fdb_owner(const struct fdb_entry *entry) {
    return entry->master.known && !(entry->flags & NEIGHBOUR_SELF) ? (int32_t)entry->master.value
                                                                   : entry->ifindex;
}

static int compare_maybe(struct maybe a, struct maybe b) {
    uint64_t left = a.known ? a.value + 1 : 0, right = b.known ? b.value + 1 : 0;
    return (left > right) - (left < right);
}

static int compare_destinations(const struct fdb_entry *left, const struct fdb_entry *right) {
    int order = address_compare(&left->dst, &right->dst);
    if (order == 0)
        order = compare_maybe(left->src_vni, right->src_vni);
    if (order == 0)
        order = compare_maybe(left->vni, right->vni);
    if (order == 0)
        order = compare_maybe(left->port, right->port);
    if (order == 0)
        order = compare_maybe(left->via, right->via);
    return order ? order : compare_maybe(left->nhid, right->nhid);
}

int fdb_compare(const void *a, const void *b) {
    const struct fdb_entry *left = a, *right = b;
    int32_t owner = fdb_owner(left), other = fdb_owner(right);
    if (owner != other)
        return owner < other ? -1 : 1;
    int order = (int)(left->flags & NEIGHBOUR_SELF) - (int)(right->flags & NEIGHBOUR_SELF);
    if (order == 0)
        order = lladdr_compare(&left->mac, &right->mac);
    if (order == 0)
        order = compare_maybe(left->vlan, right->vlan);
    return order ? order : compare_destinations(left, right);
}

// --- Fields --------------------------------------------------------------------------------------

static void get_ifname(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct fdb_entry *entry = ref->row;
    (void)field;
    neighbour_get_ifname(ref, entry->ifindex, ret);
}

// The interface whose index is the member.
static void get_other(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct maybe *ifindex =
        (const struct maybe *)(const void *)((const char *)ref->row + field->offset);
    if (ifindex->known)
        neighbour_get_ifname(ref, (int32_t)ifindex->value, ret);
}

// As bridge(8) does: a learnt entry that ages has no word.
static void get_state(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct fdb_entry *entry = ref->row;
    (void)field;
    if (entry->state & NEIGHBOUR_PERMANENT)
        value_set_text(ret, "permanent");
    else if (entry->state & NEIGHBOUR_NOARP)
        value_set_text(ret, "static");
    else if (entry->state & NEIGHBOUR_STALE)
        value_set_text(ret, "stale");
}

static void get_flags(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct fdb_entry *entry = ref->row;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = entry->flags;
    ret->flags.names = field->names;
}

// --- Whose they are, and what stands twice -------------------------------------------------------

// The segment that the entry's frames go to: of a bridge's VLAN where it filters, else of the whole
// bridge or device. False: none is known, or nobody on the node has the address.
static bool find_segment(const struct row_ref *ref, const struct claims **ret_claims,
                         uint32_t *ret_segment) {
    const struct fdb_entry *entry = ref->row;
    uint64_t netns = ref->netns->inode;
    uint32_t segment = SEGMENT_NONE;
    *ret_claims = claims_of(ref->node);
    if (!*ret_claims || !claims_know_lladdr(*ret_claims, &entry->mac))
        return false;
    const struct segments *segments = claims_segments(*ret_claims);
    if (entry->vlan.known)
        segment = segment_of_vlan(segments, netns, fdb_owner(entry), (uint16_t)entry->vlan.value);
    if (segment == SEGMENT_NONE)
        segment = segment_of(segments, netns, fdb_owner(entry));
    *ret_segment = segment;
    return segment != SEGMENT_NONE;
}

const struct claim *fdb_mac_owner(const struct row_ref *ref) {
    const struct fdb_entry *entry = ref->row;
    const struct claims *claims;
    uint32_t segment;
    return find_segment(ref, &claims, &segment) ? claims_own_lladdr(claims, segment, &entry->mac)
                                                : NULL;
}

static void get_owner_netns(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct claim *owner = fdb_mac_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->netns->name);
}

static void get_owner_ifname(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct claim *owner = fdb_mac_owner(ref);
    (void)field;
    if (owner)
        value_set_text(ret, owner->link->ifname);
}

static size_t find_claims(const struct row_ref *ref, const char *const **ret_where) {
    const struct fdb_entry *entry = ref->row;
    const struct claims *claims;
    uint32_t segment;
    if (!find_segment(ref, &claims, &segment))
        return 0;
    struct claim_run run = claims_find_lladdr(claims, segment, &entry->mac);
    *ret_where = run.where;
    return run.where_count;
}

static const struct move *find_move(const struct row_ref *ref) {
    const struct node_netns *entry = node_find(ref->node, ref->netns->inode);
    if (!entry || !entry->moves[KIND_FDB])
        return NULL;
    return moves_find(entry->moves[KIND_FDB], fdb_kind.identity(ref->row));
}

static void get_duplicate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *const *where;
    uint64_t bits = find_claims(ref, &where) > 0 ? NEIGHBOUR_DUPLICATE_LLADDR : 0;
    if (find_move(ref))
        bits |= NEIGHBOUR_MOVED;
    if (bits == 0)
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = bits;
    ret->flags.names = field->names;
}

static void get_claims(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const char *const *where;
    size_t count = find_claims(ref, &where);
    (void)field;
    if (count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = where;
    ret->texts.count = count;
}

static void get_moved_from(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct move *move = find_move(ref);
    (void)field;
    if (move)
        neighbour_get_ifname(ref, move->from.ifindex, ret);
}

static void get_moved(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    neighbour_get_moved(ref, KIND_FDB, find_move(ref), ret);
}

// --- The table -----------------------------------------------------------------------------------

// clang-format off
static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD(struct fdb_entry, mac, "MAC", FIELD_LLADDR, "link-layer address that frames go to"),
    FIELD_BY("ifname", "PORT", FIELD_INTERFACE, get_ifname, "interface that such frames leave through, or whose own table it is in"),
    FIELD_AS("ifindex", struct fdb_entry, ifindex, "INDEX", FIELD_NUMBER, "index of that interface"),
    FIELD_WITH("master", struct fdb_entry, master, "MASTER", FIELD_INTERFACE, get_other, NULL, "bridge whose table it is in"),
    FIELD(struct fdb_entry, vlan, "VLAN", FIELD_NUMBER, "VLAN in which it holds"),
    FIELD_BY("state", "STATE", FIELD_TEXT, get_state, "permanent: a local address; static: does not age; stale: aged out; none: learnt"),
    FIELD_WITH("flags", struct fdb_entry, flags, "FLAGS", FIELD_FLAGS, get_flags, neighbour_flag_names, "self, master, extern_learn, offload, sticky ..."),
    FIELD(struct fdb_entry, dst, "DESTINATION", FIELD_ADDRESS, "VXLAN: the tunnel's other end"),
    FIELD(struct fdb_entry, vni, "VNI", FIELD_NUMBER, "VXLAN: network at the other end, where it is not the device's"),
    FIELD(struct fdb_entry, src_vni, "SOURCE VNI", FIELD_NUMBER, "VXLAN: network that it holds in, of a device that carries many"),
    FIELD(struct fdb_entry, port, "UDP PORT", FIELD_NUMBER, "VXLAN: the other end's port, where it is not the device's"),
    FIELD_WITH("via", struct fdb_entry, via, "VIA", FIELD_INTERFACE, get_other, NULL, "VXLAN: interface that the tunnel leaves through"),
    FIELD(struct fdb_entry, nhid, "NEXTHOP", FIELD_NUMBER, "VXLAN: nexthop group with the other ends"),
    FIELD(struct fdb_entry, link_netnsid, "LINK NSID", FIELD_NUMBER, "VXLAN: nsid of the namespace that carries the tunnel"),
    FIELD(struct fdb_entry, used, "USED", FIELD_DURATION, "time since a frame was last sent to it"),
    FIELD(struct fdb_entry, updated, "UPDATED", FIELD_DURATION, "time since a frame last came from it"),
    FIELD_BY("owner_netns", "OWNER", FIELD_NETNS, get_owner_netns, "namespace of this node that has the address"),
    FIELD_BY("owner_ifname", "OWNER DEV", FIELD_INTERFACE, get_owner_ifname, "interface there that has it"),
    {"duplicate", "DUPLICATE", FIELD_FLAGS, get_duplicate, 0, neighbour_duplicate_names, "lladdr: interfaces on the segment share the address; moved: it was behind another port lately", 0},
    FIELD_BY("lladdr_claims", "ADDRESS OF", FIELD_LIST, get_claims, "the interfaces that have the address, if they share it"),
    FIELD_BY("moved_from", "MOVED FROM", FIELD_INTERFACE, get_moved_from, "port that it was behind before, while netscope watches"),
    FIELD_BY("moved", "MOVED", FIELD_DURATION, get_moved, "time since it moved"),
};
// clang-format on

// An address that moves to another port of its bridge stays the same entry.
static uint64_t identity(const void *row) {
    const struct fdb_entry *entry = row;
    const uint64_t numbers[] = {
        (uint64_t)fdb_owner(entry), entry->flags & NEIGHBOUR_SELF,
        entry->vlan.value,          entry->vni.value,
        entry->src_vni.value,       entry->port.value,
        entry->via.value,           entry->nhid.value,
    };
    uint64_t hash = hash_add(HASH_START, numbers, sizeof(numbers));
    hash = hash_add(hash, entry->dst.bytes, sizeof(entry->dst.bytes));
    return hash_add(hash, entry->mac.bytes, entry->mac.length);
}

const struct kind fdb_kind = {
    .name = "fdb",
    .title = "Forwarding databases",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct fdb_entry),
    .columns = "mac,ifname,master,vlan,state,flags,dst,updated",
    .sort = "mac",
    .identity = identity,
    .looks_at = KIND_BIT(KIND_INTERFACES),
    .help = "forwarding databases of bridges and VXLAN devices",
};
