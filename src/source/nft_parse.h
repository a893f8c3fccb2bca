// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of nf_tables (linux/netfilter/nf_tables.h) into the model of a ruleset. Pure.
//
// What is named by name (a table, the chain of a jump, a set) is looked up while it is parsed: so
// tables come first, then chains and sets, then the rest.
#ifndef SOURCE_NFT_PARSE_H
#define SOURCE_NFT_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <netlink/attr.h>

#include "base/arena.h"
#include "ruleset/ruleset.h"

// Where what is parsed goes, and what it is counted by.
struct nft_parser {
    struct arena *arena;          // of the table, or of another place to keep it at
    struct ruleset *ruleset;      // its tables, for messages that name theirs
    const struct nf_table *table; // whose chains and sets are looked up; NULL: none are
    const char *comment;          // of the rule, found in its expressions: a comment match
    uint32_t unknown_count;       // of the expressions and extensions that are not known
    uint32_t compat_protocol, compat_flags; // of the rule
    int depth;                              // of expressions inside of expressions
};

// The expressions of a list (NFTA_RULE_EXPRESSIONS, NFTA_SET_EXPRESSIONS ...), or the one of
// NFTA_SET_EXPR and the like. What is not known is kept raw and counted. Return 0 or -ENOMEM.
int nft_exprs_parse(const struct nlattr *list, struct nft_parser *parser,
                    const struct nf_expr **ret_exprs, size_t *ret_count);
int nft_expr_parse(const struct nlattr *attr, struct nft_parser *parser, struct nf_expr *ret_expr);

// NFTA_DATA_*: plain data (none if it is a verdict), or a verdict. Return 0, -ENOMEM or -EBADMSG.
int nft_data_parse(const struct nlattr *attr, struct nft_parser *parser, struct nf_data *ret_data);
int nft_verdict_parse(const struct nlattr *attr, struct nft_parser *parser,
                      struct nf_verdict *ret_verdict);

// Fills a table that is new (nf_table_new). Returns 0; -ENOMSG if the message is of another type;
// -EBADMSG if it is malformed; or -ENOMEM.
int nft_table_parse(const struct nlmsghdr *message, struct nf_table *table);

// The table of the parser's ruleset that a message of any type is about, or NULL.
struct nf_table *nft_message_table(const struct nlmsghdr *message, const struct nft_parser *parser);

// Each of these parses a message of its own type (NFT_MSG_NEWCHAIN ...). Returns 0; -ENOMSG if it
// is of another type, or of a table that the ruleset does not have; -EBADMSG if it is malformed; or
// -ENOMEM. What is returned belongs to the arena.
int nft_chain_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                    struct nf_chain *ret_chain);
int nft_set_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                  struct nf_set *ret_set);
int nft_object_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                     struct nf_object *ret_object);
int nft_flowtable_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                        struct nf_flowtable *ret_flowtable);

// A rule. Its chain is found by name, in the table that the message names, unless it is `near`,
// which is looked at first (NULL: none). Its number in the chain is for the caller to say.
int nft_rule_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                   const struct nf_chain *near, struct nf_rule *ret_rule);

// The elements that one message has of a set, given to `take` one by one, whose result ends the
// parsing if it is not 0.
typedef int nft_element_sink(const struct nf_element *element, void *user_data);
int nft_elements_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                       nft_element_sink *take, void *user_data);

// The generation that the ruleset is at (NFT_MSG_NEWGEN).
int nft_generation_parse(const struct nlmsghdr *message, uint32_t *ret_generation);

// --- What these share ----------------------------------------------------------------------------

struct nft_attrs;

// The attributes of a message of that type, and the family in its header. Returns 0, -ENOMSG or
// -EBADMSG.
int nft_message_read(const struct nlmsghdr *message, int type, int last, struct nft_attrs *attrs,
                     uint8_t *ret_family);

// The table of the family that an attribute names, or NULL.
struct nf_table *nft_find_table(const struct nft_parser *parser, uint8_t family,
                                const struct nlattr *name);

// NFTA_HOOK_DEVS: names of devices. Returns 0 or -ENOMEM.
int nft_devices_parse(const struct nlattr *list, struct arena *arena,
                      const char *const **ret_devices, size_t *ret_count);

#endif
