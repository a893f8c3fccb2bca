// SPDX-License-Identifier: GPL-2.0-or-later
// Parts of libnftables-json(5), one file for each: values, nodes, statements.
#ifndef RULESET_NFT_JSON_H
#define RULESET_NFT_JSON_H

#include "base/json_text.h"
#include "ruleset/nft_text.h"

struct nft_json {
    const struct ruleset_names *names;
    struct buffer *buffer;
    bool stateless;
    bool numeric;     // protocols by number: in ranges; and what has a given name, but in elements
    bool in_elements; // of a set
};

// An object that is being written: its members get their commas.
struct nft_json_object {
    struct buffer *buffer;
    bool is_empty;
};

// `{"name":{`, and the end of both.
struct nft_json_object nft_json_open(struct buffer *buffer, const char *name);
void nft_json_close(struct nft_json_object *object);
// The key of the next member; members whole.
void nft_json_key(struct nft_json_object *object, const char *key);
void nft_json_number(struct nft_json_object *object, const char *key, uint64_t number);
void nft_json_text(struct nft_json_object *object, const char *key, const char *text);
void nft_json_true(struct nft_json_object *object, const char *key);
// The words whose bits are set: nothing for none, a string for one (unless always_list), else a
// list.
void nft_json_flags(struct nft_json_object *object, const char *key, uint32_t flags,
                    const struct nft_symbol *words, bool always_list);

void nft_json_value(const struct nft_json *json, const struct nft_node *value);
void nft_json_node(const struct nft_json *json, const struct nft_node *node);
void nft_json_verdict(const struct nft_json *json, const struct nf_verdict *verdict);
void nft_json_statement(const struct nft_json *json, const struct nft_statement *statement);
// False: it is no expression that keeps state. The second: without the braces, as a member.
bool nft_json_state(const struct nft_json *json, const struct nf_expr *expr);
bool nft_json_state_member(const struct nft_json *json, const struct nf_expr *expr);

#endif
