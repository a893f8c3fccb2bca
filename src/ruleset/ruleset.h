// SPDX-License-Identifier: GPL-2.0-or-later
// The ruleset of one namespace as the kernel has it: nftables and the legacy tables of iptables in
// one model. It is built once, at one generation of the kernel's, never changed afterwards, and
// shared by counting references (from any thread). So are its tables, each with all that is in it:
// a ruleset has those tables of an older one that have not changed since. What is in a table points
// at other parts of the same table only.
#ifndef RULESET_RULESET_H
#define RULESET_RULESET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ruleset/nf_expr.h"
#include "ruleset/ruleset_names.h"

// linux/netfilter.h NFPROTO_*
enum nf_family {
    NF_FAMILY_UNSPEC = 0,
    NF_FAMILY_INET = 1,
    NF_FAMILY_IP = 2,
    NF_FAMILY_ARP = 3,
    NF_FAMILY_NETDEV = 5,
    NF_FAMILY_BRIDGE = 7,
    NF_FAMILY_IP6 = 10,
};

// linux/netfilter.h enum nf_inet_hooks; of family bridge the same numbers, of arp 0 to 2 are
// input, output, forward, of netdev 0 and 1 are ingress and egress.
enum nf_hook {
    NF_HOOK_PREROUTING = 0,
    NF_HOOK_INPUT = 1,
    NF_HOOK_FORWARD = 2,
    NF_HOOK_OUTPUT = 3,
    NF_HOOK_POSTROUTING = 4,
    NF_HOOK_INGRESS = 5,
};

// Which part of the kernel runs a table.
enum nf_backend {
    NF_BACKEND_NFTABLES,
    NF_BACKEND_LEGACY, // x_tables: iptables-legacy
};

// In whose language a table is written: nft's, or iptables-save's (tables of iptables-nft and
// legacy ones).
enum nf_syntax {
    NF_SYNTAX_NFT,
    NF_SYNTAX_IPTABLES,
};

// What was seen of a rule while it was parsed, and of all rules of a chain.
enum nf_traits {
    NF_TRAIT_FOREIGN = 1,  // it has what iptables-nft cannot have written
    NF_TRAIT_NAMES = 2,    // its text has names that change without a word of the kernel's: of
                           // interfaces by index, of sets of ipset
    NF_TRAIT_IPSETS = 4,   // sets of ipset are among them
    NF_TRAIT_CGROUPS = 8,  // paths of cgroups are
    NF_TRAIT_MANAGERS = 16 // and all bits from here on: who manages it, by its comment
                           // (ruleset_origin.h)
};

struct nf_rule {
    const struct nf_chain *chain;
    uint64_t handle; // of a legacy rule: its offset in the table's blob
    uint32_t number; // place in the chain, from 1
    uint32_t expr_count;
    const struct nf_expr *exprs;
    const char *comment;                    // nft's own, or that of a comment match; NULL: none
    uint32_t compat_protocol, compat_flags; // NFTA_RULE_COMPAT; 0: none
    uint32_t unknown_count;                 // of the expressions and extensions that are not known
    uint32_t traits;                        // enum nf_traits
    _Atomic(const char *) text; // made when it is first asked for (nf_rule_text); the table's
};

struct nf_chain {
    struct nf_table *table;
    const char *name;
    const char *comment; // NULL: none
    const char *type;    // "filter", "nat", "route" of a base chain; else NULL
    uint64_t handle;
    uint32_t flags; // NFT_CHAIN_*: 1 base, 2 hardware offload, 4 binding
    uint32_t use;   // who refers to it
    uint32_t hook;  // of a base chain: enum nf_hook, or its family's number
    int32_t priority;
    int32_t policy;             // enum nf_verdict_code, of a base chain
    const char *const *devices; // that a base chain of netdev or inet ingress is hooked to
    size_t device_count;
    struct nf_counter counter; // of a base chain's policy, if has_counter
    bool is_base;
    bool has_counter;
    const struct nf_rule *rules; // in order
    size_t rule_count;
    uint32_t traits; // those of its rules together
    bool rules_read; // false: the kernel did not give them
};

struct nf_element {
    struct nf_data key;
    struct nf_data key_end;    // end of an interval that is said by its two ends; else none
    struct nf_data data;       // of a map
    struct nf_verdict verdict; // of a verdict map, if has_verdict
    const char *object;        // of a map of objects
    const char *comment;
    uint64_t timeout, expiration; // milliseconds; 0: none
    uint32_t flags;               // NFT_SET_ELEM_*: 1 end of an interval, 2 catch-all
    bool has_verdict;
    const struct nf_expr *exprs; // counter, limit ... of this element
    size_t expr_count;
};

struct nf_set {
    struct nf_table *table;
    const char *name;
    const char *comment;
    uint64_t handle;
    uint32_t id;
    uint32_t flags; // NFT_SET_*: 1 anonymous, 2 constant, 4 interval, 8 map, 0x10 timeout, 0x20
                    // eval, 0x40 objects, 0x80 concatenation, 0x100 expressions
    uint32_t key_type, key_length;   // nft's number of the type (by sixes of bits if concatenated)
    uint32_t data_type, data_length; // of a map; type 0xffffff00: verdicts
    uint32_t object_type;            // of a map of objects
    uint32_t policy;                 // enum nft_set_policies: 0 performance, 1 memory
    uint32_t size;                   // at most; 0: not said
    uint64_t timeout;                // milliseconds; 0: none
    uint32_t count;                  // of elements as the kernel counts them, if has_count
    bool has_count;
    uint32_t gc_interval;       // milliseconds
    uint32_t field_lengths[16]; // of a concatenation of intervals
    size_t field_count;
    struct nf_data userdata;     // nft's notes: byte orders, typeof (nft's own form)
    const struct nf_expr *exprs; // that each element gets
    size_t expr_count;
    const struct nf_element *elements;
    size_t element_count;
    bool elements_read; // false: not asked for
};

// linux/netfilter/nf_tables.h, NFT_OBJECT_*.
enum nf_object_type {
    NF_OBJECT_COUNTER = 1,
    NF_OBJECT_QUOTA,
    NF_OBJECT_CT_HELPER,
    NF_OBJECT_LIMIT,
    NF_OBJECT_CONNLIMIT,
    NF_OBJECT_TUNNEL,
    NF_OBJECT_CT_TIMEOUT,
    NF_OBJECT_SECMARK,
    NF_OBJECT_CT_EXPECTATION,
    NF_OBJECT_SYNPROXY,
};

struct nf_object {
    struct nf_table *table;
    const char *name;
    const char *comment;
    uint64_t handle;
    uint32_t type; // enum nf_object_type, or another that the kernel has
    uint32_t use;
    union {
        struct nf_counter counter;
        struct nf_quota quota;
        struct nf_limit limit;
        struct nf_connlimit connlimit;
        struct nf_synproxy synproxy;
        struct {
            const char *name;
            uint16_t l3proto;
            uint8_t l4proto;
        } ct_helper;
        struct {
            const uint32_t *timeouts; // seconds, by state; NULL
            size_t timeout_count;
            uint16_t l3proto;
            uint8_t l4proto;
        } ct_timeout;
        struct {
            uint16_t l3proto, port;
            uint8_t l4proto, size;
            uint32_t timeout; // milliseconds
        } ct_expectation;
        const char *secmark;
        struct nf_data raw; // of a type that is not known
    };
};

struct nf_flowtable {
    struct nf_table *table;
    const char *name;
    uint64_t handle;
    uint32_t hook;
    int32_t priority;
    uint32_t flags; // NFT_FLOWTABLE_*: 1 hardware offload, 2 counter
    uint32_t use;
    const char *const *devices;
    size_t device_count;
};

// To find chains and sets by their names without looking at each: places, in a table of hashes,
// that hold the number of one, from 1. Made by nf_table_index.
struct nf_name_index {
    const uint32_t *places;
    size_t size; // a power of two; 0: there is none
};

struct nf_table {
    struct ruleset_names *names; // as they were when it was read: a reference; NULL: none are known
    uint8_t family;              // enum nf_family
    enum nf_backend backend;
    enum nf_syntax syntax;
    const char *name;
    const char *comment;
    const char *manager; // who manages it, by its names and comments: "kube-proxy"; NULL: not known
    uint64_t handle;
    uint32_t flags; // NFT_TABLE_F_*: 1 dormant, 2 owner, 4 persist
    uint32_t owner; // port id of the process that owns it, with that flag
    uint32_t use;
    uint32_t traits;         // of all its rules and sets together
    struct nf_chain *chains; // changed only while the ruleset is built
    struct nf_set *sets;     // the same
    const struct nf_object *objects;
    const struct nf_flowtable *flowtables;
    size_t chain_count, set_count, object_count, flowtable_count;
    struct nf_name_index chain_index, set_index;
    struct {
        uint32_t size, entries; // of the kernel's block
        uint64_t digest;        // of all in it but counters (legacy_parse.h)
    } legacy;                   // of a legacy table: tells it from one that took its place
    struct arena arena;         // of all that is in it
    struct arena texts;         // of its rules, which come later, from any thread
    atomic_flag texts_lock;
    atomic_uint references;
};

enum nf_presence { NF_PRESENCE_NO, NF_PRESENCE_YES, NF_PRESENCE_UNKNOWN };

struct ruleset {
    struct ruleset_names *names; // a reference; NULL: none are known
    uint32_t generation;         // of nftables, when it was read
    struct nf_table **tables;    // as the kernel gives them, legacy ones behind: a reference each
    size_t table_count, table_capacity;
    bool has_legacy_arp;               // arptables-legacy has tables, which are not read
    enum nf_presence legacy_bridge;    // the same of ebtables-legacy
    bool is_whole;                     // nothing of nftables changed while it was read
    _Atomic int64_t digest_not_before; // when the digests may be compared (legacy.c)
    atomic_uint references;
    void (*forget)(struct ruleset *ruleset); // called before it is freed; NULL: nobody minds
};

// Returns an empty ruleset with one reference, the caller's, or NULL when memory is out.
struct ruleset *ruleset_new(void);

// One more reference; one less, and the last frees it (NULL is nothing).
struct ruleset *ruleset_ref(struct ruleset *ruleset);
void ruleset_unref(struct ruleset *ruleset);

// The same for who has none: NULL if the last one has gone. Only under a lock that `forget` takes.
struct ruleset *ruleset_ref_alive(struct ruleset *ruleset);

// Adds a table at the end; its reference is taken over, also where this fails (NULL: memory was out
// before). Returns 0 or -ENOMEM.
int ruleset_add_table(struct ruleset *ruleset, struct nf_table *table);

// Returns an empty table with one reference, the caller's, or NULL when memory is out.
struct nf_table *nf_table_new(void);

// One more reference; one less, and the last frees it (NULL is nothing).
struct nf_table *nf_table_ref(struct nf_table *table);
void nf_table_unref(struct nf_table *table);

// Makes the indexes of a table whose chains and sets are all there. Returns 0 or -ENOMEM.
int nf_table_index(struct nf_table *table);

// The part of that name, or NULL. Without an index each is looked at.
const struct nf_table *ruleset_table(const struct ruleset *ruleset, uint8_t family,
                                     enum nf_backend backend, const char *name);
const struct nf_chain *nf_table_chain(const struct nf_table *table, const char *name);

// True if it is one of those that a trace of netscope's makes for itself: their names begin so.
#define NF_TRACE_TABLE "netscope-"
bool nf_table_is_of_trace(const struct nf_table *table);
const struct nf_set *nf_table_set(const struct nf_table *table, const char *name);

// "ip", "inet" ... ; "prerouting", "ingress" ... of a chain's family and hook. NULL: no such.
const char *nf_family_name(uint8_t family);
const char *nf_hook_name(uint8_t family, uint32_t hook);

#endif
