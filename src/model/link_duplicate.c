// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link_duplicate.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/finding.h"
#include "model/neighbour_words.h"

#define SLOTS_MIN 64

// --- Whether anything does -----------------------------------------------------------------------

// On most nodes nothing stands twice but what is every link's own, and that is soon known: without
// dividing the node into segments.
struct seen {
    uint32_t *hashes; // 0: free; two that are the same by chance cost a closer look
    size_t mask;
    bool twice;
};

static size_t count_keys(const struct node *node) {
    size_t count = 0;
    for (size_t n = 0; n < node_count(node); n++) {
        const struct table *links = node->netnses[n].tables[KIND_INTERFACES];
        for (size_t i = 0; links && i < links->count; i++)
            count += 1 + ((const struct link *)table_row(links, i))->addr_count;
    }
    return count;
}

static void see(struct seen *seen, const void *bytes, size_t size) {
    uint64_t whole = hash_add(HASH_START, bytes, size);
    uint32_t hash = (uint32_t)(whole >> 32) | 1;
    size_t slot = (size_t)whole & seen->mask;
    while (seen->hashes[slot] && seen->hashes[slot] != hash)
        slot = (slot + 1) & seen->mask;
    seen->twice |= seen->hashes[slot] == hash;
    seen->hashes[slot] = hash;
}

static bool is_of_each(const struct address *address) {
    static const struct prefix prefixes[] = {{{ADDRESS_IPV4, {127}}, 8},
                                             {{ADDRESS_IPV6, {[15] = 1}}, 128}};
    return prefix_contains(&prefixes[0], address) || prefix_contains(&prefixes[1], address);
}

static void see_link(struct seen *seen, const struct link *link) {
    static const uint8_t zeroes[LLADDR_MAX];
    if (memcmp(link->address.bytes, zeroes, link->address.length) != 0)
        see(seen, link->address.bytes, link->address.length);
    for (size_t i = 0; i < link->addr_count; i++) {
        const struct address *address = &link->addr_info[i].local;
        if (!is_of_each(address))
            see(seen, address->bytes, address_size(address));
    }
}

// When memory is out, it may be.
static enum finding_answer look_for_any(const struct node *node) {
    struct seen seen = {.mask = SLOTS_MIN - 1};
    while (seen.mask < count_keys(node) * 2)
        seen.mask = seen.mask * 2 + 1;
    seen.hashes = calloc(seen.mask + 1, sizeof(*seen.hashes));
    if (!seen.hashes)
        return FINDING_YES;
    for (size_t n = 0; n < node_count(node) && !seen.twice; n++) {
        const struct table *links = node->netnses[n].tables[KIND_INTERFACES];
        for (size_t i = 0; links && i < links->count; i++)
            see_link(&seen, table_row(links, i));
    }
    free(seen.hashes);
    return seen.twice ? FINDING_YES : FINDING_NO;
}

static bool may_any_stand_twice(const struct node *node) {
    int answer = atomic_load(&node->findings->twice);
    if (answer == FINDING_UNKNOWN) {
        answer = (int)look_for_any(node);
        atomic_store(&node->findings->twice, answer);
    }
    return answer == FINDING_YES;
}

// --- What does -----------------------------------------------------------------------------------

static const struct claims *find_segment(const struct row_ref *ref, uint32_t *ret_segment) {
    const struct link *link = ref->row;
    const struct claims *claims = may_any_stand_twice(ref->node) ? claims_of(ref->node) : NULL;
    if (!claims || !claims_have_duplicates(claims))
        return NULL;
    *ret_segment = segment_of(claims_segments(claims), ref->netns->inode, link->ifindex);
    return *ret_segment == SEGMENT_NONE ? NULL : claims;
}

// Of those that share an address, an echo has no part in it: it is not named.
static bool is_named(const struct claim_run *run, const struct link *link) {
    for (size_t i = 0; i < run->where_count; i++) {
        if (run->claims[i].link == link)
            return true;
    }
    return false;
}

static struct claim_run find_address_run(const struct row_ref *ref) {
    const struct link *link = ref->row;
    uint32_t segment;
    const struct claims *claims = find_segment(ref, &segment);
    for (size_t i = 0; claims && i < link->addr_count; i++) {
        struct claim_run run = claims_find_address(claims, segment, &link->addr_info[i].local);
        if (is_named(&run, link))
            return run;
    }
    return (struct claim_run){0};
}

static struct claim_run find_lladdr_run(const struct row_ref *ref) {
    const struct link *link = ref->row;
    uint32_t segment;
    const struct claims *claims = find_segment(ref, &segment);
    if (!claims)
        return (struct claim_run){0};
    struct claim_run run = claims_find_lladdr(claims, segment, &link->address);
    return is_named(&run, link) ? run : (struct claim_run){0};
}

// --- Fields --------------------------------------------------------------------------------------

void link_get_duplicate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    uint64_t bits = 0;
    if (find_address_run(ref).count > 0)
        bits |= NEIGHBOUR_DUPLICATE_ADDRESS;
    if (find_lladdr_run(ref).count > 0)
        bits |= NEIGHBOUR_DUPLICATE_LLADDR;
    if (bits == 0)
        return;
    ret->kind = VALUE_FLAGS;
    ret->flags.bits = bits;
    ret->flags.names = field->names;
}

static void set_where(struct value *ret, const struct claim_run *run) {
    if (run->where_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = run->where;
    ret->texts.count = run->where_count;
}

void link_get_address_claims(const struct row_ref *ref, const struct field *field,
                             struct value *ret) {
    const struct claim_run run = find_address_run(ref);
    (void)field;
    set_where(ret, &run);
}

void link_get_lladdr_claims(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct claim_run run = find_lladdr_run(ref);
    (void)field;
    set_where(ret, &run);
}
