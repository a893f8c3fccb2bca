// SPDX-License-Identifier: GPL-2.0-or-later
// Extensions of xtables: matches and targets, as nftables (compat) and the legacy tables carry them
// in a blob of the extension's own struct (linux/netfilter/xt_*.h, linux/netfilter_ipv4/ipt_*.h,
// linux/netfilter_ipv6/ip6t_*.h). A const struct xt_extension for each name and revision says how
// that is checked, decoded and printed.
//
// To add an extension: one file, xt_match_NAME.c or xt_target_NAME.c, with an array of its
// revisions, and one line in xt_list.h.
#ifndef RULESET_XT_H
#define RULESET_XT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ruleset/nf_expr.h"
#include "ruleset/ruleset.h"
#include "ruleset/xt_list.h"

struct xt_writer;

// No struct of the kernel's is larger (struct xt_cgroup_info_v1).
#define XT_SIZE_MAX 4112

// One revision of an extension. Every extension is an array of these, of one name, with a zeroed
// one behind the last. What stands first is taken if several fit.
struct xt_extension {
    const char *name; // as the kernel has it
    bool is_target;
    uint8_t revision;
    uint8_t family; // NF_FAMILY_IP, NF_FAMILY_IP6, or NF_FAMILY_UNSPEC for both
    size_t size;    // of the kernel's struct; a blob that is shorter is not valid, more is padding
    // Says if the bytes (`size` of them, aligned) may be decoded. NULL: any may. Only what would
    // make the others read beyond the struct has to be refused; names need no NUL (xt_writer.h).
    bool (*check)(const void *bytes);
    // Returns the operands in another form than the kernel's, in the arena; NULL when memory is
    // out. NULL itself: they are a copy of the kernel's struct.
    const void *(*decode)(const void *bytes, struct arena *arena);
    // Writes the options in the order of iptables-save. NULL: it has none.
    void (*write)(const void *info, struct xt_writer *writer);
    // Behind which name iptables-save prints it, if that is not always its own; else NULL.
    const char *(*alias)(const void *info);
};

#define XT_DECLARE(array) extern const struct xt_extension array[];
XT_LIST(XT_DECLARE)
#undef XT_DECLARE

// All extensions, by name (strcmp's order), each an array as above.
extern const struct xt_extension *const xt_extensions[];
extern const size_t xt_extension_count;

// The extension of that name and revision for the family, or NULL.
const struct xt_extension *xt_find(const char *name, uint8_t revision, bool is_target,
                                   uint8_t family);

// Decodes a blob into *ret_xt, as foreign (a copy in the arena, as is the name) where the extension
// is not known, the blob not valid, or the family one of nft's syntax (arp, bridge). Returns 0 or
// -ENOMEM.
int xt_decode(const char *name, uint8_t revision, bool is_target, uint8_t family,
              const uint8_t *bytes, size_t length, struct arena *arena, struct nf_xt *ret_xt);

#endif
