// SPDX-License-Identifier: GPL-2.0-or-later
// What a set's keys and data are, by its types and by the notes that nft keeps with it (userdata:
// byte orders, "typeof"), and its elements as nft lists them: in order, ends of intervals joined.
#ifndef RULESET_NFT_SET_H
#define RULESET_NFT_SET_H

#include "ruleset/nft_tree.h"

enum { // linux/netfilter/nf_tables.h NFT_SET_*
    NFT_SET_FLAG_ANONYMOUS = 0x1,
    NFT_SET_FLAG_CONSTANT = 0x2,
    NFT_SET_FLAG_INTERVAL = 0x4,
    NFT_SET_FLAG_MAP = 0x8,
    NFT_SET_FLAG_TIMEOUT = 0x10,
    NFT_SET_FLAG_EVAL = 0x20,
    NFT_SET_FLAG_OBJECT = 0x40,
};

// One part of a key or of data: of a concatenation each has one.
struct nft_part {
    const struct nft_type *type; // NULL: not known
    uint16_t bits;
    bool host_order;
};

#define NFT_PARTS_MAX 16

struct nft_parts {
    struct nft_part parts[NFT_PARTS_MAX];
    size_t count;
    struct nft_node *typeof_node; // of "typeof"; NULL: said by types
};

struct nft_set_layout {
    struct nft_parts key, data;
    bool is_map, is_verdict_map, is_object_map;
    bool has_data_ranges; // data are intervals
    bool auto_merge;
};

// The tree takes what is needed for "typeof".
void nft_set_layout(struct nft_tree *tree, const struct nf_set *set, struct nft_set_layout *ret);

// True if data are intervals, without all the rest.
bool nft_set_has_data_ranges(const struct nf_set *set);

// The elements in the order in which they are listed. `end` is the first key that is no longer in
// the interval; NULL: there is none above, or the element says its end itself, or is no interval.
struct nft_listed {
    const struct nf_element *element;
    const struct nf_element *end;
    bool is_open; // an interval up to the highest key
};

struct nft_listing {
    struct nft_listed *items; // freed by the caller
    size_t count;
};

// Returns false when memory is out.
bool nft_set_list(const struct nf_set *set, const struct nft_set_layout *layout,
                  struct nft_listing *ret_listing);

// The key of an element, shifted to the right, and its data (NULL: it has none).
struct nft_node *nft_listed_key(struct nft_tree *tree, const struct nf_set *set,
                                const struct nft_set_layout *layout,
                                const struct nft_listed *listed, unsigned shift);
struct nft_node *nft_listed_data(struct nft_tree *tree, const struct nf_set *set,
                                 const struct nft_set_layout *layout,
                                 const struct nft_listed *listed);

// nft_typeof.c: the tree that the notes of a set say, or NULL.
struct nft_node *nft_typeof_parse(struct nft_tree *tree, struct nf_data notes);

// A note of userdata: type, length, value. Returns false at the end or where it is malformed.
bool nft_note_next(struct nf_data *notes, uint8_t *ret_type, struct nf_data *ret_value);

#endif
