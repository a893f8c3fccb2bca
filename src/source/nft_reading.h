// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of reading nftables share: nft.c (tables and what rules refer to), nft_rules.c
// (rules).
#ifndef SOURCE_NFT_READING_H
#define SOURCE_NFT_READING_H

#include "source/nft_parse.h"
#include "source/ruleset_read.h"

// What came of one dump, until its number is known.
struct nft_pile {
    char *items;
    size_t item_size, count, capacity;
};

struct nft_reading {
    const struct netns *netns;
    struct netlink *netlink;
    const struct ruleset_options *options;
    struct ruleset *ruleset; // all tables
    struct ruleset *fresh;   // those that are read now, and are ours alone to change
    struct nft_parser parser;
    const struct nf_chain *chain; // whose rules are asked for; NULL: everyone's
    struct nft_pile pile;
    size_t malformed;
};

// Adds an item of zeroes and returns it, or NULL when memory is out.
void *nft_pile_add(struct nft_pile *pile);

// Keeps the item that was added for a message, or takes it away again if parsing it returned not 0.
// Returns 0 or -ENOMEM.
int nft_pile_keep(struct nft_reading *reading, int r);

// Sends the request and gives the messages to sink, with the pile begun anew for items of that
// size. Returns 0; -EAGAIN for what has changed, or went, meanwhile; or -errno.
int nft_dump(struct nft_reading *reading, struct nl_msg *request, netlink_sink *sink,
             size_t item_size, struct error *err);

// A request with two texts; NULL when memory is out, or if it was NULL.
struct nl_msg *nft_put_texts(struct nl_msg *request, int first_type, const char *first,
                             int second_type, const char *second);

// Reads the rules of a table whose chains and sets are there. Returns as nft_dump.
int nft_read_rules(struct nft_reading *reading, struct nf_table *table, struct error *err);

#endif
