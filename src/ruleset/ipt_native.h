// SPDX-License-Identifier: GPL-2.0-or-later
// What iptables-nft writes in nftables' own expressions, read back as header and extensions:
// addresses, interfaces, protocol, fragments, ports, TCP flags, ICMP types, marks, hop limits,
// packet types, limits, NFLOG, MARK and TRACE (iptables/nft.c and nft-ruleparse.c of 1.8.2
// to 1.8.13).
#ifndef RULESET_IPT_NATIVE_H
#define RULESET_IPT_NATIVE_H

#include "ruleset/ipt_view.h"

// What a register holds.
struct ipt_register {
    const struct nf_expr *load; // meta, payload or immediate; NULL: nothing known
    const struct nf_bitwise *mask;
};

struct ipt_native {
    struct ipt_view *view;
    struct ipt_register registers[NF_REGISTER_COUNT];
    struct xt_tcp *tcp; // the match that ports of several expressions go to; NULL: none so far
    struct xt_udp *udp;
};

// Takes the next expression of the rule. Returns 0; -ENOTSUP if iptables has no words for it; or
// -ENOMEM.
int ipt_native_take(struct ipt_native *native, const struct nf_expr *expr);

#endif
