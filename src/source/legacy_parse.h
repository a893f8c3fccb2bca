// SPDX-License-Identifier: GPL-2.0-or-later
// Tables of x_tables (iptables-legacy), from the block of entries that the kernel gives
// (linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h). Pure.
//
// A block is the rules of all chains, one after the other. A chain of the kernel's begins where a
// hook enters and ends with its policy; one of a user's begins behind an entry that holds its name
// (target ERROR), and ends with a RETURN that nobody wrote.
#ifndef SOURCE_LEGACY_PARSE_H
#define SOURCE_LEGACY_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "ruleset/ruleset.h"

#define LEGACY_HOOKS 5 // NF_INET_NUMHOOKS

// What is to be known of a table to read its entries: struct ipt_getinfo and ip6t_getinfo.
struct legacy_info {
    uint8_t family; // NF_FAMILY_IP or NF_FAMILY_IP6
    const char *name;
    uint32_t valid_hooks;              // a bit for each hook that the table has
    uint32_t hook_entry[LEGACY_HOOKS]; // where the hook's chain begins
    uint32_t underflow[LEGACY_HOOKS];  // where its policy stands
};

// Fills a table that is new (nf_table_new) with what the entries say. Returns 0, -EBADMSG if the
// block is malformed, or -ENOMEM; then nothing in the table is good.
int legacy_table_parse(const struct legacy_info *info, const uint8_t *bytes, size_t size,
                       struct nf_table *table);

// A number that is another one, all but surely, if the entries of a table say something else.
// Counters are left out.
uint64_t legacy_digest(uint8_t family, const uint8_t *bytes, size_t size);

#endif
