// SPDX-License-Identifier: GPL-2.0-or-later
// Extensions of xtables: matches and targets, as nftables (compat) and the legacy tables carry them
// in a blob of the extension's own struct (linux/netfilter/xt_*.h, linux/netfilter_ipv4/ipt_*.h,
// linux/netfilter_ipv6/ip6t_*.h). One const struct xt_extension for each name and revision says how
// it is checked, decoded and printed; the register is xt_extensions[].
#ifndef RULESET_XT_H
#define RULESET_XT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "ruleset/ruleset.h"

struct xt_extension;

// The head of every extension's own struct of operands.
struct xt_decoded {
    const struct xt_extension *extension;
};

// Where an extension stands: some print otherwise by family or by what the rule says elsewhere.
struct xt_context {
    const struct ruleset *ruleset;
    uint8_t family;    // NF_FAMILY_IP or NF_FAMILY_IP6
    uint16_t protocol; // that the rule asks for (-p); 0: any
    bool protocol_inverted;
    bool numeric;
};

struct xt_extension {
    const char *name;
    bool is_target;
    uint8_t revision;
    uint8_t family; // NF_FAMILY_IP, NF_FAMILY_IP6, or NF_FAMILY_UNSPEC for both
    size_t size;    // of the blob that the kernel gives, without padding; more is cut
    // Checks the blob (at least `size` bytes) and returns its operands in a struct of the
    // extension's own, in the arena; NULL when memory is out, or when err is set, because it is not
    // valid.
    const struct xt_decoded *(*decode)(const struct xt_extension *extension, const uint8_t *bytes,
                                       size_t length, struct arena *arena, int *ret_error);
    // Adds the options as iptables-save prints them behind "-m name" or "-j NAME", each with a
    // space before it.
    void (*format)(const struct xt_decoded *decoded, const struct xt_context *context,
                   struct buffer *buffer);
};

// Decodes a blob into *ret_xt, with raw kept (and copied into the arena) where the extension is not
// known or the blob not valid. Returns 0 or -ENOMEM.
int xt_decode(const char *name, uint8_t revision, bool is_target, uint8_t family,
              const uint8_t *bytes, size_t length, struct arena *arena, struct nf_xt *ret_xt);

// The extension of that name and revision for the family, or NULL.
const struct xt_extension *xt_find(const char *name, uint8_t revision, bool is_target,
                                   uint8_t family);

#endif
