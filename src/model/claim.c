// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/claim.h"

#include <stdlib.h>
#include <string.h>

#include "model/finding.h"

#define MAC_LENGTH   6
#define FEWEST_SLOTS 1024
#define SLOTS_PER    8 // claim: most of what is looked for is nobody's, and that is soon known
#define HASH_FACTOR  UINT64_C(0x9e3779b97f4a7c15) // 2^64 by the golden ratio: spreads the bits

// What is claimed: an address or a link-layer address.
struct key {
    uint8_t type; // enum address_family, or KEY_LLADDR
    uint8_t bytes[16];
};
#define KEY_LLADDR 1

struct entry {
    struct key key;
    struct claim claim;
};

struct claims {
    struct arena arena;
    struct segments *segments;
    struct claim *claims; // in the order of key, then segment, echoes last
    struct key *keys;     // of each claim
    const char **where;   // of each claim that is one of duplicates
    size_t count;
    bool any_duplicates;
    uint32_t *slots; // by hash of key: 1 + the first claim of that key; 0: free
    size_t slot_mask;
};

// --- Collecting ----------------------------------------------------------------------------------

struct list {
    struct entry *entries;
    size_t count, capacity;
    bool failed;
};

static void add_entry(struct list *list, const struct key *key, const struct claim *claim) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 256;
        void *grown = reallocarray(list->entries, capacity, sizeof(*list->entries));
        if (!grown) {
            list->failed = true;
            return;
        }
        list->entries = grown;
        list->capacity = capacity;
    }
    list->entries[list->count++] = (struct entry){*key, *claim};
}

static struct key key_of_address(const struct address *address) {
    struct key key = {.type = address->family};
    memcpy(key.bytes, address->bytes, sizeof(key.bytes));
    return key;
}

// Only Ethernet's: of type 0 if it is another, or of zeroes.
static struct key key_of_lladdr(const struct lladdr *lladdr) {
    static const uint8_t zeroes[MAC_LENGTH];
    struct key key = {0};
    if (lladdr->length != MAC_LENGTH || memcmp(lladdr->bytes, zeroes, MAC_LENGTH) == 0)
        return key;
    key.type = KEY_LLADDR;
    memcpy(key.bytes, lladdr->bytes, MAC_LENGTH);
    return key;
}

static bool is_word(const char *word, const char *a, const char *b) {
    return word && (strcmp(word, a) == 0 || strcmp(word, b) == 0);
}

static bool has_port_with(const struct table *links, const struct link *bridge) {
    for (size_t i = 0; i < links->count; i++) {
        const struct link *port = table_row(links, i);
        if (port->master.known && port->master.value == (uint64_t)bridge->ifindex &&
            lladdr_compare(&port->address, &bridge->address) == 0)
            return true;
    }
    return false;
}

// A bridge takes the address of a port, the members of a bond that of the bond; ipvlan devices and
// macvlan ones in passthru mode have their lower device's. None of that is a duplicate.
static bool is_echo(const struct table *links, const struct link *link) {
    const uint64_t passthru = 8; // MACVLAN_MODE_PASSTHRU
    if (is_word(link->info_slave_kind, "bond", "team") ||
        is_word(link->info_kind, "ipvlan", "ipvtap"))
        return true;
    if (link->macvlan && link->macvlan->mode.value == passthru)
        return true;
    return is_word(link->info_kind, "bridge", "bridge") && has_port_with(links, link);
}

static void collect_link(struct claims *claims, const struct node_netns *entry,
                         const struct link *link, struct list *list) {
    struct claim claim = {
        .segment = segment_of(claims->segments, entry->netns->inode, link->ifindex),
        .netns = entry->netns,
        .link = link,
    };
    for (size_t i = 0; i < link->addr_count; i++) {
        struct key key = key_of_address(&link->addr_info[i].local);
        add_entry(list, &key, &claim);
    }
    struct key key = key_of_lladdr(&link->address);
    if (key.type == 0)
        return;
    claim.echo = is_echo(entry->tables[KIND_INTERFACES], link);
    add_entry(list, &key, &claim);
}

static int compare_keys(const struct key *a, const struct key *b) {
    return a->type != b->type ? (int)a->type - (int)b->type
                              : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

// By what people read: inodes and indices differ from one start of the same node to the next.
static int compare_names(const struct claim *a, const struct claim *b) {
    int order = strcmp(a->netns->name, b->netns->name);
    if (order == 0 && a->link->ifname && b->link->ifname)
        order = strcmp(a->link->ifname, b->link->ifname);
    return order ? order : a->link->ifindex - b->link->ifindex;
}

// Who is no port of anything comes first: it is the one that speaks for a stack of devices.
static int compare_entries(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    int order = compare_keys(&left->key, &right->key);
    if (order)
        return order;
    if (left->claim.segment != right->claim.segment)
        return left->claim.segment < right->claim.segment ? -1 : 1;
    if (left->claim.echo != right->claim.echo)
        return (int)left->claim.echo - (int)right->claim.echo;
    return compare_names(&left->claim, &right->claim);
}

static void collect(struct claims *claims, const struct node *node, struct list *list) {
    for (size_t n = 0; n < node_count(node); n++) {
        const struct node_netns *entry = &node->netnses[n];
        const struct table *links = entry->tables[KIND_INTERFACES];
        for (size_t i = 0; links && i < links->count; i++)
            collect_link(claims, entry, table_row(links, i), list);
    }
    if (list->count > 1)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
}

// --- Finding -------------------------------------------------------------------------------------

// By words and not by bytes: a dump asks for every row, several times.
static size_t slot_of(const struct claims *claims, const struct key *key) {
    uint64_t words[2];
    memcpy(words, key->bytes, sizeof(words));
    uint64_t hash = (words[0] ^ key->type) * HASH_FACTOR;
    hash = (hash ^ hash >> 32 ^ words[1]) * HASH_FACTOR;
    return (size_t)(hash ^ hash >> 32) & claims->slot_mask;
}

// The first claim of the key, or count.
static size_t find_key(const struct claims *claims, const struct key *key) {
    if (key->type == 0 || claims->count == 0)
        return claims->count;
    for (size_t slot = slot_of(claims, key);; slot = (slot + 1) & claims->slot_mask) {
        uint32_t first = claims->slots[slot];
        if (first == 0)
            return claims->count;
        if (compare_keys(&claims->keys[first - 1], key) == 0)
            return first - 1;
    }
}

static int make_slots(struct claims *claims) {
    size_t slots = FEWEST_SLOTS;
    while (slots < claims->count * SLOTS_PER)
        slots *= 2;
    claims->slots = calloc(slots, sizeof(*claims->slots));
    if (!claims->slots)
        return -1;
    claims->slot_mask = slots - 1;
    for (size_t i = 0; i < claims->count; i++) {
        if (i > 0 && compare_keys(&claims->keys[i - 1], &claims->keys[i]) == 0)
            continue;
        size_t slot = slot_of(claims, &claims->keys[i]);
        while (claims->slots[slot])
            slot = (slot + 1) & claims->slot_mask;
        claims->slots[slot] = (uint32_t)i + 1;
    }
    return 0;
}

static bool is_same_run(const struct claims *claims, size_t a, size_t b) {
    return claims->claims[a].segment == claims->claims[b].segment &&
           compare_keys(&claims->keys[a], &claims->keys[b]) == 0;
}

static size_t end_of_run(const struct claims *claims, size_t first) {
    size_t end = first + 1;
    while (end < claims->count && is_same_run(claims, first, end))
        end++;
    return end;
}

// The first of the key's claims that is on the segment, or count. Keys like 127.0.0.1 have one on
// each of very many segments.
static size_t find_run(const struct claims *claims, uint32_t segment, const struct key *key) {
    size_t low = find_key(claims, key), high = claims->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_keys(&claims->keys[middle], key);
        if (order < 0 || (order == 0 && claims->claims[middle].segment < segment))
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < claims->count && compare_keys(&claims->keys[low], key) == 0 &&
                 claims->claims[low].segment == segment;
    return found ? low : claims->count;
}

static struct claim_run run_of(const struct claims *claims, uint32_t segment,
                               const struct key *key) {
    size_t first = find_run(claims, segment, key);
    if (first == claims->count)
        return (struct claim_run){0};
    struct claim_run run = {.claims = &claims->claims[first],
                            .count = end_of_run(claims, first) - first};
    if (claims->where[first])
        run.where = &claims->where[first];
    while (run.where && run.where_count < run.count && run.where[run.where_count])
        run.where_count++;
    return run;
}

bool claims_know_address(const struct claims *claims, const struct address *address) {
    struct key key = key_of_address(address);
    return find_key(claims, &key) < claims->count;
}

bool claims_know_lladdr(const struct claims *claims, const struct lladdr *lladdr) {
    struct key key = key_of_lladdr(lladdr);
    return find_key(claims, &key) < claims->count;
}

struct claim_run claims_find_address(const struct claims *claims, uint32_t segment,
                                     const struct address *address) {
    struct key key = key_of_address(address);
    return run_of(claims, segment, &key);
}

struct claim_run claims_find_lladdr(const struct claims *claims, uint32_t segment,
                                    const struct lladdr *lladdr) {
    struct key key = key_of_lladdr(lladdr);
    return run_of(claims, segment, &key);
}

// Of a stack of devices with one address, the upmost: it is the one that has the IP addresses.
static const struct claim *foremost(const struct claim_run *run) {
    for (size_t i = 0; i < run->count; i++) {
        if (!run->claims[i].link->master.known)
            return &run->claims[i];
    }
    return &run->claims[0];
}

const struct claim *claims_own_lladdr(const struct claims *claims, uint32_t segment,
                                      const struct lladdr *lladdr) {
    struct key key = key_of_lladdr(lladdr);
    struct claim_run run = run_of(claims, segment, &key);
    if (run.count > 0)
        return foremost(&run);
    size_t first = find_key(claims, &key);
    bool only = first < claims->count &&
                (first + 1 == claims->count ||
                 compare_keys(&claims->keys[first + 1], &claims->keys[first]) != 0);
    return only ? &claims->claims[first] : NULL;
}

const struct claim *claims_share_netns(const struct claim_run *owners,
                                       const struct claim_run *devices) {
    for (size_t i = 0; i < owners->count; i++) {
        for (size_t j = 0; j < devices->count; j++) {
            if (owners->claims[i].netns == devices->claims[j].netns)
                return &owners->claims[i];
        }
    }
    return NULL;
}

const struct claim *claims_own_address(const struct claims *claims, uint32_t segment,
                                       const struct address *address, const struct lladdr *lladdr) {
    struct claim_run owners = claims_find_address(claims, segment, address);
    struct claim_run devices = claims_find_lladdr(claims, segment, lladdr);
    const struct claim *owner = claims_share_netns(&owners, &devices);
    if (owners.count > 0)
        return owner ? owner : foremost(&owners);
    struct key key = key_of_address(address);
    size_t i = find_key(claims, &key);
    const struct claim *there =
        i < claims->count ? claims_own_lladdr(claims, segment, lladdr) : NULL;
    for (; there && i < claims->count && compare_keys(&claims->keys[i], &key) == 0; i++) {
        if (claims->claims[i].netns == there->netns)
            return &claims->claims[i];
    }
    return NULL;
}

const struct claim *claims_sole_address(const struct claims *claims, const struct netns *from,
                                        const struct address *address) {
    struct key key = key_of_address(address);
    const struct claim *found = NULL;
    bool several = false;
    for (size_t i = find_key(claims, &key);
         i < claims->count && compare_keys(&claims->keys[i], &key) == 0; i++) {
        const struct claim *claim = &claims->claims[i];
        if (claim->netns == from)
            return claim;
        several |= found && found->netns != claim->netns;
        found = claim;
    }
    return several ? NULL : found;
}

const struct segments *claims_segments(const struct claims *claims) {
    return claims->segments;
}

// --- Duplicates ----------------------------------------------------------------------------------

// An address is one namespace's, on however many interfaces; a link-layer address is one
// interface's.
static bool are_duplicates(const struct claims *claims, size_t first, size_t end) {
    const struct claim *claim = &claims->claims[first];
    for (size_t i = first + 1; i < end; i++) {
        const struct claim *other = &claims->claims[i];
        if (other->echo || other->segment == SEGMENT_NONE)
            continue;
        if (claims->keys[first].type == KEY_LLADDR || other->netns != claim->netns)
            return true;
    }
    return false;
}

static int mark_run(struct claims *claims, size_t first, size_t end) {
    for (size_t i = first; i < end && !claims->claims[i].echo; i++) {
        const struct claim *claim = &claims->claims[i];
        claims->where[i] =
            arena_printf(&claims->arena, "%s %s", claim->netns->name, claim->link->ifname);
        if (!claims->where[i])
            return -1;
        claims->any_duplicates = true;
    }
    return 0;
}

bool claims_have_duplicates(const struct claims *claims) {
    return claims->any_duplicates;
}

static int mark_duplicates(struct claims *claims) {
    for (size_t first = 0, end; first < claims->count; first = end) {
        end = end_of_run(claims, first);
        if (are_duplicates(claims, first, end) && mark_run(claims, first, end) < 0)
            return -1;
    }
    return 0;
}

// --- The whole -----------------------------------------------------------------------------------

static int take_list(struct claims *claims, const struct list *list) {
    size_t count = list->count;
    claims->claims = calloc(count + 1, sizeof(*claims->claims));
    claims->keys = calloc(count + 1, sizeof(*claims->keys));
    claims->where = calloc(count + 1, sizeof(*claims->where));
    if (list->failed || !claims->claims || !claims->keys || !claims->where)
        return -1;
    claims->count = count;
    for (size_t i = 0; i < count; i++) {
        claims->claims[i] = list->entries[i].claim;
        claims->keys[i] = list->entries[i].key;
    }
    return make_slots(claims) < 0 ? -1 : mark_duplicates(claims);
}

static struct claims *make_claims(const struct node *node) {
    struct claims *claims = calloc(1, sizeof(*claims));
    struct list list = {0};
    if (!claims)
        return NULL;
    claims->segments = segments_new(node);
    if (claims->segments)
        collect(claims, node, &list);
    int r = claims->segments ? take_list(claims, &list) : -1;
    free(list.entries);
    if (r == 0)
        return claims;
    claims_free(claims);
    return NULL;
}

void claims_free(struct claims *claims) {
    if (!claims)
        return;
    segments_free(claims->segments);
    arena_done(&claims->arena);
    free(claims->claims);
    free(claims->keys);
    free(claims->where);
    free(claims->slots);
    free(claims);
}

// Two threads that ask at once both make them; those of one are kept.
const struct claims *claims_of(const struct node *node) {
    struct claims *made = atomic_load(&node->findings->claims), *expected = NULL;
    if (made)
        return made;
    made = make_claims(node);
    if (!made || atomic_compare_exchange_strong(&node->findings->claims, &expected, made))
        return made;
    claims_free(made);
    return expected;
}
