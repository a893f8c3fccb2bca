// SPDX-License-Identifier: GPL-2.0-or-later
// A rule as iptables sees it: what it looks at in the header, its matches in order, and one target
// or verdict. Made from a rule of a legacy table, where it stands so, and from one of iptables-nft,
// which writes part of it in nftables' own expressions (ipt_native.h).
#ifndef RULESET_IPT_VIEW_H
#define RULESET_IPT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ruleset/nf_expr.h"
#include "ruleset/ruleset.h"

// Of struct nf_ipt_entry: IPT_F_* and IPT_INV_* of linux/netfilter_ipv4/ip_tables.h; IP6T_INV_* are
// the same.
#define IPT_FLAG_FRAGMENT      0x01 // of IPv4; with IPv6 this says that a protocol is asked for
#define IPT_INVERT_IN          0x01
#define IPT_INVERT_OUT         0x02
#define IPT_INVERT_SOURCE      0x08
#define IPT_INVERT_DESTINATION 0x10
#define IPT_INVERT_FRAGMENT    0x20
#define IPT_INVERT_PROTOCOL    0x40

struct ipt_view {
    uint8_t family;
    struct nf_ipt_entry entry;
    struct nf_xt *matches;
    size_t match_count;
    struct nf_xt target;              // its name is NULL if there is none
    const struct nf_verdict *verdict; // NULL: none
    struct nf_counter counter;
    const struct nf_expr *foreign; // an expression that iptables has no words for; else NULL
    bool has_raw;                  // an extension is not known: its bytes are shown

    // The rest is ipt_view.c's own: room for what few rules have more of.
    struct nf_xt few_matches[8];
    _Alignas(max_align_t) uint8_t few_bytes[256];
    size_t used_bytes;
    struct arena arena;
};

// Makes the view, which points into the rule. ipt_view_done has to follow, also after a failure.
// Returns 0 or -ENOMEM.
int ipt_view_init(struct ipt_view *view, const struct nf_rule *rule);
void ipt_view_done(struct ipt_view *view);

// For ipt_native.c: size zeroed bytes that live as long as the view, NULL when memory is out; and
// one more match or the target, made of the kernel's struct. Return 0; -ENOTSUP if no such
// extension is known; or -ENOMEM.
void *ipt_view_alloc(struct ipt_view *view, size_t size);
int ipt_view_add(struct ipt_view *view, const char *name, uint8_t revision, bool is_target,
                 const void *info);

#endif
