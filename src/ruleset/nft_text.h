// SPDX-License-Identifier: GPL-2.0-or-later
// Parts of nft's text, one file for each: values, nodes, statements, sets, tables.
#ifndef RULESET_NFT_TEXT_H
#define RULESET_NFT_TEXT_H

#include "ruleset/nf_text.h"
#include "ruleset/nft_set.h"
#include "ruleset/nft_tree.h"

struct nft_text {
    const struct ruleset_names *names;
    struct buffer *buffer;
    bool stateless; // without counts
    bool numeric;   // names are not used: in ranges
};

// nft_text_value.c
void nft_value_format(const struct nft_text *text, const struct nft_node *value);
// Decimal; hexadecimal with "0x" and at least so many digits.
void nft_number_format(struct buffer *buffer, nft_number number);
void nft_hex_format(struct buffer *buffer, nft_number number, unsigned digits);
void nft_time_format(struct buffer *buffer, uint64_t milliseconds);
// The bytes of a name in a value; returns how many.
size_t nft_name_read(const struct nft_node *value, char name[18]);

// nft_text_node.c
void nft_node_format(const struct nft_text *text, const struct nft_node *node);
const char *nft_op_text(enum nft_op op);

// nft_text_state.c: expressions that a set's elements can have too. False: it is none of them.
bool nft_state_format(const struct nft_text *text, const struct nf_expr *expr);
const char *nft_rate_unit(uint64_t seconds); // "second"
const char *nft_byte_unit(uint64_t *bytes);  // "kbytes", and divides
void nft_limit_format(const struct nft_text *text, const struct nf_limit *limit);
void nft_quota_format(const struct nft_text *text, const struct nf_quota *quota);

// nft_text_statement.c
void nft_statement_format(const struct nft_text *text, const struct nft_statement *statement);
void nft_verdict_format(const struct nft_text *text, const struct nf_verdict *verdict);
const char *nft_log_level(uint32_t level);
const char *nft_object_type_name(uint32_t type); // "ct helper"; NULL: not known

// nft_text_set.c
void nft_set_elements_format(const struct nft_text *text, const struct nf_set *set, unsigned shift);
void nft_set_format(const struct nft_text *text, const struct nf_set *set, bool handles);

// nft_text_object.c
void nft_object_format(const struct nft_text *text, const struct nf_object *object, bool handles);

// nft_text_rule.c: the statements of a rule, without its comment.
void nft_exprs_format(const struct nft_text *text, uint8_t family, const struct nf_expr *exprs,
                      size_t count);

// nft_raw.c: expressions as the kernel has them, in brackets, for what is not understood.
void nft_raw_format(struct buffer *buffer, const struct nf_expr *exprs, size_t count);
void nft_raw_element_format(struct buffer *buffer, const struct nf_element *element);

// What the administrator calls the number (rt_marks, rt_realms, group of iproute2); NULL: nothing.
const char *nft_given_name(const struct ruleset_names *names, const struct nft_node *value);

#endif
