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

#include "base/arena.h"
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

// Makes the table of its entries, which must stand where it is to stay: chains point to it. What it
// points to is in the arena. Returns 0, -EBADMSG if the block is malformed, or -ENOMEM.
int legacy_table_parse(const struct legacy_info *info, const uint8_t *bytes, size_t size,
                       struct arena *arena, struct nf_table *ret_table);

#endif
