// SPDX-License-Identifier: GPL-2.0-or-later
// A ruleset as text and as JSON: as nft(8), iptables-save(8) and libnftables-json(5) have it.
#ifndef RULESET_NF_TEXT_H
#define RULESET_NF_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "ruleset/ruleset.h"

struct nf_text_options {
    bool counters;  // iptables-save -c; else counts are left out there (nft always prints its own)
    bool handles;   // nft -a
    bool stateless; // nft -s
    bool brief;     // no comments: neither nft's nor the matches of that name
};

// One rule without the chain before it, in its table's own language: "tcp dport 80 accept",
// "-p tcp -m tcp --dport 80 -j ACCEPT". What is not known is shown as such.
void nf_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                    struct buffer *buffer);

// The same without counts, kept with the rule from then on (it belongs to the table); "" when
// memory is out. From any thread.
const char *nf_rule_text(const struct nf_rule *rule);

// A rule's expressions as a JSON array: nft_rule_json or ipt_rule_json, by the table's language.
void nf_rule_json(const struct nf_rule *rule, struct buffer *buffer);

// The counts of the rule's counter, or NULL if it has none.
const struct nf_counter *nf_rule_counter(const struct nf_rule *rule);

// The same by language.
void nft_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                     struct buffer *buffer);
void ipt_rule_format(const struct nf_rule *rule, const struct nf_text_options *options,
                     struct buffer *buffer);

// False: the rule has expressions that are not understood together, and is shown as the kernel's
// own, in brackets.
bool nft_rule_is_understood(const struct nf_rule *rule);

// A priority as nft says it in that family's hook: "filter", "srcnat - 5", "42".
void nft_priority_format(uint8_t family, uint32_t hook, int32_t value, struct buffer *buffer);

// A whole table as `nft list table` prints it ("table ip nat {" and what is in it), or as
// iptables-save does ("*nat" to "COMMIT").
void nft_table_format(const struct nf_table *table, const struct nf_text_options *options,
                      struct buffer *buffer);
void ipt_table_format(const struct nf_table *table, const struct nf_text_options *options,
                      struct buffer *buffer);

// The rule's expressions as a JSON array: libnftables-json(5)'s of a native rule; of one of
// iptables, {"match": {"name", operands}}, {"target": ...}.
void nft_rule_json(const struct nf_rule *rule, struct buffer *buffer);
void ipt_rule_json(const struct nf_rule *rule, struct buffer *buffer);

// A set's element, and what names its key and data types, as nft prints them.
void nft_element_format(const struct nf_set *set, const struct nf_element *element,
                        struct buffer *buffer);
void nft_type_format(const struct nf_set *set, bool data, struct buffer *buffer);

#endif
