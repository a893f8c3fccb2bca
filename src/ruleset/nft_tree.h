// SPDX-License-Identifier: GPL-2.0-or-later
// A native rule as a list of statements whose operands are trees, made from the kernel's bytecode
// of registers: "payload load 2 bytes at transport header + 2 to register 1; compare register 1
// with 0x0016" becomes (match == (field tcp dport) (value 22)). nft_text_*.c prints it in nft's
// syntax, nft_json_*.c as libnftables-json(5).
//
// A register holds the tree that was loaded into it; who reads the register takes the tree. Matches
// that others imply ("meta l4proto tcp" before "tcp dport 22") are removed as nft removes them
// (nft_dependency.c). A rule that is not understood in all its parts has no tree.
#ifndef RULESET_NFT_TREE_H
#define RULESET_NFT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ruleset/nf_expr.h"
#include "ruleset/nft_context.h"
#include "ruleset/nft_header.h"
#include "ruleset/nft_key.h"
#include "ruleset/nft_type.h"
#include "ruleset/ruleset.h"

enum nft_op {
    NFT_OP_IMPLICIT, // any of these flags
    NFT_OP_NONE_OF,  // none of these flags
    NFT_OP_EQ,
    NFT_OP_NEQ,
    NFT_OP_LT,
    NFT_OP_LTE,
    NFT_OP_GT,
    NFT_OP_GTE,
    NFT_OP_SHIFT_LEFT,
    NFT_OP_SHIFT_RIGHT,
    NFT_OP_AND,
    NFT_OP_XOR,
    NFT_OP_OR,
};

enum nft_node_kind {
    NFT_NODE_DATA,   // bytes as they came; becomes a value where its type is known
    NFT_NODE_VALUE,  // number
    NFT_NODE_PREFIX, // child, length
    NFT_NODE_RANGE,  // child to child->next
    NFT_NODE_FIELD,  // of a header, or raw bytes of a layer
    NFT_NODE_OPTION, // of an option or extension header
    NFT_NODE_KEY,    // meta, ct, rt, socket, fib, osf, ipsec, numgen, hash
    NFT_NODE_BINARY, // child op child->next
    NFT_NODE_CONCAT, // child . child->next ...
    NFT_NODE_FLAGS,  // child,child->next ...
    NFT_NODE_SET,    // by name, or what is in it if it has none
    NFT_NODE_MAP,    // child map child->next
    NFT_NODE_VERDICT,
    NFT_NODE_TEXT, // a name
    NFT_NODE_ANY,  // "*": the element for all that no other holds
};

struct nft_node {
    enum nft_node_kind kind;
    uint16_t bits;
    bool host_order;             // of its bytes in a register
    const struct nft_type *type; // NULL: not known yet
    struct nft_node *next;       // in the list that it is in
    union {
        struct nf_data data;
        nft_number number;
        struct {
            struct nft_node *child;
            enum nft_op op;
            unsigned length; // of a prefix
        };
        struct {
            const struct nft_header *header; // NULL: raw
            const struct nft_field *field;
            enum nft_base base;
            uint32_t offset; // bits
        } field;
        struct {
            const struct nft_option *option; // NULL: not known
            const struct nft_field *field;   // NULL: only whether it is there, or not known
            uint32_t offset;                 // bits
            uint8_t op, type;
            bool present;
        } option;
        struct {
            const struct nft_key *key; // NULL of osf, numgen, hash
            const struct nf_expr *expr;
            struct nft_node *input;      // of a hash
            const struct nft_header *of; // ip or ip6, of a connection's address
        } key;
        struct {
            const struct nf_set *set; // NULL: not known
            const char *name;
            unsigned shift; // that the elements are to be shifted to the right by
        } set;
        struct nf_verdict verdict;
        const char *text;
    };
};

enum nft_statement_kind {
    NFT_STATEMENT_MATCH, // left op right, mask
    NFT_STATEMENT_MAP,   // left: a map to verdicts
    NFT_STATEMENT_SET,   // left set right
    NFT_STATEMENT_RESET, // left: a TCP option
    NFT_STATEMENT_NAT,   // left: address, right: port; either may be NULL. And masquerade, redirect
    NFT_STATEMENT_TPROXY,
    NFT_STATEMENT_REJECT,
    NFT_STATEMENT_QUEUE,  // left: number
    NFT_STATEMENT_DUP,    // left: address, right: device. And fwd
    NFT_STATEMENT_OBJECT, // left: name or map
    NFT_STATEMENT_DYNSET, // left: key, right: data
    NFT_STATEMENT_PLAIN,  // all is in the expression: counter, limit, log, verdict ...
};

struct nft_statement {
    enum nft_statement_kind kind;
    enum nft_op op;
    uint8_t family;             // of NAT, reject: enum nf_family; 0: not said
    bool verbose;               // reject: the code is written even if it is the usual one
    bool removed;               // implied by others
    const struct nf_expr *expr; // that ended it
    struct nft_node *left, *right, *mask;
    struct nft_statement *next, *before;
};

// Which match may turn out to be implied, by the layer whose header it asks for.
struct nft_dependencies {
    struct nft_statement *of[NFT_BASE_COUNT + 1];
    uint8_t icmp_type;
};

struct nft_tree {
    const struct ruleset_names *names;
    uint8_t family;
    bool failed; // memory is out, or something was not understood: there is no tree
    struct nft_context context;
    struct nft_dependencies dependencies;
    struct nft_node *registers[NF_REGISTER_COUNT];
    uint32_t unread; // registers that were loaded and not read yet, by bits
    struct nft_statement *first, *last;
    struct arena arena; // once the space is used up
    size_t space_used;
    _Alignas(16) unsigned char space[3072];
};

// An empty tree; one made from expressions. The second returns false if they are not understood.
// Both are freed by nft_tree_done.
void nft_tree_init(struct nft_tree *tree, const struct ruleset_names *names, uint8_t family);
bool nft_tree_build(struct nft_tree *tree, const struct ruleset_names *names, uint8_t family,
                    const struct nf_expr *exprs, size_t count);
void nft_tree_done(struct nft_tree *tree);

// --- For the files of the tree -------------------------------------------------------------------

// Zeroed memory of the tree; when it is out, the tree has failed and the same spare memory is
// given to all, so that callers need not look.
void *nft_tree_alloc(struct nft_tree *tree, size_t size);

struct nft_node *nft_node_new(struct nft_tree *tree, enum nft_node_kind kind,
                              const struct nft_type *type, unsigned bits);
struct nft_node *nft_node_value(struct nft_tree *tree, const struct nft_type *type, unsigned bits,
                                nft_number number);
struct nft_node *nft_node_binary(struct nft_tree *tree, enum nft_op op, struct nft_node *left,
                                 struct nft_node *right);
struct nft_node *nft_node_range(struct nft_tree *tree, struct nft_node *from, struct nft_node *to);
struct nft_node *nft_node_copy(struct nft_tree *tree, const struct nft_node *node);

// What an option's load, a look-up in a map is.
struct nft_node *nft_option_node(struct nft_tree *tree, const struct nf_exthdr *exthdr);
struct nft_node *nft_map_node(struct nft_tree *tree, const struct nf_lookup *lookup);
struct nft_node *nft_set_node(struct nft_tree *tree, const struct nf_set *set, const char *name);

// The bits that are set in a value of flags, as a list in a node of that kind (FLAGS), or as
// nested BINARY nodes of OR; a value of one bit or none stays a value.
struct nft_node *nft_node_flags(struct nft_tree *tree, struct nft_node *value);
struct nft_node *nft_node_ors(struct nft_tree *tree, struct nft_node *value);

// The number in these bytes, up to 16 of them (more: the tree fails).
nft_number nft_number_read(struct nft_tree *tree, const uint8_t *bytes, size_t length,
                           bool host_order);
// The same of bytes that are known to be few enough.
nft_number nft_number_from(const uint8_t *bytes, size_t length, bool host_order);
// A number of so many ones; the place of the lowest one (128 if there is none).
nft_number nft_number_ones(unsigned bits);
unsigned nft_number_lowest(nft_number number);
// True if the number is one run of ones, from bit *ret_low to below *ret_high.
bool nft_number_run(nft_number number, unsigned *ret_low, unsigned *ret_high);

// Gives a node a type: bytes become a value of the type.
struct nft_node *nft_node_typed(struct nft_tree *tree, struct nft_node *node,
                                const struct nft_type *type, unsigned bits, bool host_order);
struct nft_node *nft_node_typed_like(struct nft_tree *tree, struct nft_node *node,
                                     const struct nft_node *like);

struct nft_statement *nft_statement_new(struct nft_tree *tree, enum nft_statement_kind kind,
                                        const struct nf_expr *expr);

// What was loaded in a register; a concatenation where `length` bytes are read and the register
// has fewer (0: one register's). Each field is resolved by the context.
struct nft_node *nft_tree_read(struct nft_tree *tree, nf_register reg, uint32_t length);

// nft_tree_field.c: finds the header's field that a node of raw bytes is, removes what that
// implies.
void nft_field_resolve(struct nft_tree *tree, struct nft_node *node);
// The same for a whole tree. In a concatenation, masks of fields go.
struct nft_node *nft_node_resolve(struct nft_tree *tree, struct nft_node *node);
// If the mask cuts one or several whole fields out of the node: makes the node just those, and
// gives how far the value is to be shifted.
bool nft_field_trim(struct nft_tree *tree, struct nft_node *node, nft_number mask,
                    unsigned *ret_shift);
// How many bits of raw bytes the field at their beginning takes (NULL: none is known there).
const struct nft_field *nft_field_first(const struct nft_tree *tree, const struct nft_node *node);

// nft_tree_match.c, nft_tree_action.c: expressions that end a statement. False: not one of theirs.
bool nft_tree_match(struct nft_tree *tree, const struct nf_expr *expr);
bool nft_tree_action(struct nft_tree *tree, const struct nf_expr *expr);

// nft_tree_check.c: true if nft has words for all of it.
bool nft_tree_is_sayable(const struct nft_tree *tree);

// nft_dependency.c: removes the match that this field, option or protocol implies; remembers a
// match that later ones may imply; forgets all.
void nft_dependency_drop(struct nft_tree *tree, enum nft_base base);
void nft_dependency_of_field(struct nft_tree *tree, const struct nft_node *field);
void nft_dependency_of_option(struct nft_tree *tree, const struct nft_node *option);
void nft_dependency_of_key(struct nft_tree *tree, struct nft_statement *match);
void nft_dependency_keep(struct nft_tree *tree, struct nft_statement *match, enum nft_base base);
void nft_dependency_forget(struct nft_tree *tree);

// The number that a node's value is, or 0.
uint64_t nft_node_number(const struct nft_node *node);

#endif
