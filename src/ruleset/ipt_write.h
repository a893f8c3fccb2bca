// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a rule of iptables, written through one writer for text and JSON alike.
#ifndef RULESET_IPT_WRITE_H
#define RULESET_IPT_WRITE_H

#include "ruleset/ipt_view.h"
#include "ruleset/xt_writer.h"

// What the rule looks at in the header: addresses, interfaces, protocol, fragments.
void ipt_write_header(const struct ipt_view *view, const struct ruleset_names *names,
                      struct xt_writer *writer);

// The name that iptables-save prints the extension behind.
const char *ipt_extension_name(const struct nf_xt *xt);

// Adds bytes in hexadecimal, two digits each.
void ipt_put_bytes(const struct nf_data *data, struct buffer *buffer);

// "ACCEPT", "DROP", "QUEUE", "RETURN", or NULL: it jumps, goes on, or is none of iptables'.
const char *ipt_verdict_name(const struct nf_verdict *verdict);

// "tcp"; NULL if the protocol has no name.
const char *ipt_protocol_name(const struct ruleset_names *names, uint16_t protocol);

// Where the extensions of this rule stand.
struct xt_context ipt_context(const struct ipt_view *view, const struct ruleset_names *names);

#endif
