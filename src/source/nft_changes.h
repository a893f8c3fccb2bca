// SPDX-License-Identifier: GPL-2.0-or-later
// Which tables of nftables have changed since some generation, as far as notifications
// (NFNLGRP_NFTABLES) told it. The kernel tells what a transaction changed, part by part, and ends
// with the generation that it made (NFT_MSG_NEWGEN), which is one more than the one before: so a
// transaction that was not heard shows.
//
// Whoever listens in a namespace says here what it hears; whoever reads rules there asks. From any
// thread.
#ifndef SOURCE_NFT_CHANGES_H
#define SOURCE_NFT_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/ruleset.h"

// Takes the bytes of notifications from the namespace with that inode, as they came. NULL: some
// were lost.
void nft_changes_hear(uint64_t netns, const void *bytes, size_t length);

// Drops what is known of a namespace that is listened to no more.
void nft_changes_forget(uint64_t netns);

// Says for each table of the ruleset whether it changed in the namespace after the generation
// `from`, up to `to`: in ret_changed, which has room for all of them. Returns false if it is not
// known of all transactions between the two, or if there are none. A ruleset that is read after
// its namespace began to be listened to may count on this.
bool nft_changes_find(uint64_t netns, uint32_t from, uint32_t to, const struct ruleset *tables,
                      bool *ret_changed);

#endif
