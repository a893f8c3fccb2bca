// SPDX-License-Identifier: GPL-2.0-or-later
// Tables, chains and rules, as net/netfilter/nf_tables_api.c of the kernel fills its messages.
#include "source/nft_parse.h"

#include <errno.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>

#include "ruleset/ruleset_origin.h"
#include "source/attr.h"
#include "source/nft_attrs.h"

// What nft notes in NFTA_TABLE_USERDATA, of chains and rules too (libnftnl/udata.h): 0 is always
// the comment.
#define USERDATA_COMMENT 0

int nft_message_read(const struct nlmsghdr *message, int type, int last, struct nft_attrs *attrs,
                     uint8_t *ret_family) {
    const struct nfgenmsg *header = nlmsg_data(message);
    if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | type))
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    nft_attrs_read(attrs, nlmsg_attrdata(message, sizeof(*header)),
                   nlmsg_attrlen(message, sizeof(*header)), last);
    *ret_family = header->nfgen_family;
    return attrs->bad ? -EBADMSG : 0;
}

// Whether the attribute is this text. The kernel ends it with a NUL.
static bool is_named(const struct nlattr *attr, const char *name) {
    size_t length = (size_t)nla_len(attr);
    const char *text = nla_data(attr);
    return strncmp(text, name, length) == 0 && strnlen(text, length) == strlen(name);
}

struct nf_table *nft_find_table(const struct nft_parser *parser, uint8_t family,
                                const struct nlattr *name) {
    const struct ruleset *ruleset = parser->ruleset;
    for (size_t i = 0; name && ruleset && i < ruleset->table_count; i++) {
        struct nf_table *table = ruleset->tables[i];
        if (table->family == family && table->backend == NF_BACKEND_NFTABLES &&
            is_named(name, table->name))
            return table;
    }
    return NULL;
}

struct nf_table *nft_message_table(const struct nlmsghdr *message,
                                   const struct nft_parser *parser) {
    const struct nfgenmsg *header = nlmsg_data(message);
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return NULL;
    // All of them have it under one number: NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, NFTA_SET_TABLE ...
    // The last one counts, as it does for the parsers: what they make goes to that table's arena.
    const struct nlattr *attr, *name = NULL;
    int left;
    nlmsg_for_each_attr(attr, message, sizeof(*header), left) {
        if (nla_type(attr) == NFTA_CHAIN_TABLE)
            name = attr;
    }
    return nft_find_table(parser, header->nfgen_family, name);
}

int nft_generation_parse(const struct nlmsghdr *message, uint32_t *ret_generation) {
    struct nft_attrs attrs;
    uint8_t family;
    int r = nft_message_read(message, NFT_MSG_NEWGEN, NFTA_GEN_MAX, &attrs, &family);
    if (r < 0)
        return r;
    uint32_t generation = nft_attr_need_u32(&attrs, NFTA_GEN_ID);
    if (attrs.bad)
        return -EBADMSG;
    *ret_generation = generation;
    return 0;
}

// --- Tables --------------------------------------------------------------------------------------

int nft_table_parse(const struct nlmsghdr *message, struct nf_table *table) {
    struct nft_attrs attrs;
    int r = nft_message_read(message, NFT_MSG_NEWTABLE, NFTA_TABLE_OWNER, &attrs, &table->family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_TABLE_NAME])
        return -EBADMSG;
    table->backend = NF_BACKEND_NFTABLES;
    table->handle = nft_attr_u64(&attrs, NFTA_TABLE_HANDLE, 0);
    table->flags = nft_attr_u32(&attrs, NFTA_TABLE_FLAGS, 0);
    table->owner = nft_attr_u32(&attrs, NFTA_TABLE_OWNER, 0);
    table->use = nft_attr_u32(&attrs, NFTA_TABLE_USE, 0);
    r = nft_attr_text(&attrs, NFTA_TABLE_NAME, &table->arena, &table->name);
    if (r < 0)
        return r;
    return nft_userdata_text(attrs.at[NFTA_TABLE_USERDATA], USERDATA_COMMENT, &table->arena,
                             &table->comment);
}

// --- Chains --------------------------------------------------------------------------------------

static size_t count_nested(const struct nlattr *list) {
    const struct nlattr *attr;
    int left;
    size_t count = 0;
    ATTR_FOR_EACH_NESTED(attr, list, left)
    count++;
    return count;
}

int nft_devices_parse(const struct nlattr *list, struct arena *arena,
                      const char *const **ret_devices, size_t *ret_count) {
    const struct nlattr *attr;
    int left;
    size_t count = 0;
    const char **devices = arena_alloc(arena, (list ? count_nested(list) : 0) * sizeof(*devices));
    if (!devices)
        return -ENOMEM;
    if (list)
        ATTR_FOR_EACH_NESTED(attr, list, left) {
            devices[count] = arena_strndup(arena, nla_data(attr), (size_t)nla_len(attr));
            if (!devices[count++])
                return -ENOMEM;
        }
    *ret_devices = devices;
    *ret_count = count;
    return 0;
}

// NFTA_HOOK_DEVS has all of the devices, NFTA_HOOK_DEV the one where there is but one.
static int parse_hook_devices(const struct nft_attrs *hook, struct arena *arena,
                              struct nf_chain *chain) {
    if (hook->at[NFTA_HOOK_DEVS])
        return nft_devices_parse(hook->at[NFTA_HOOK_DEVS], arena, &chain->devices,
                                 &chain->device_count);
    if (!hook->at[NFTA_HOOK_DEV])
        return 0;
    const char *device = NULL;
    int r = nft_attr_text(hook, NFTA_HOOK_DEV, arena, &device);
    chain->devices = r == 0 ? arena_copy(arena, &device, sizeof(device)) : NULL;
    chain->device_count = chain->devices ? 1 : 0;
    return chain->devices ? 0 : -ENOMEM;
}

static int parse_base(const struct nft_attrs *attrs, struct arena *arena, struct nf_chain *chain) {
    struct nft_attrs hook, counters;
    nft_attrs_nested(&hook, attrs->at[NFTA_CHAIN_HOOK], NFTA_HOOK_MAX);
    nft_attrs_nested(&counters, attrs->at[NFTA_CHAIN_COUNTERS], NFTA_COUNTER_MAX);
    chain->is_base = true;
    chain->hook = nft_attr_need_u32(&hook, NFTA_HOOK_HOOKNUM);
    chain->priority = (int32_t)nft_attr_need_u32(&hook, NFTA_HOOK_PRIORITY);
    chain->policy = (int32_t)nft_attr_u32(attrs, NFTA_CHAIN_POLICY, NF_VERDICT_ACCEPT);
    chain->has_counter = attrs->at[NFTA_CHAIN_COUNTERS] != NULL;
    chain->counter.packets = nft_attr_u64(&counters, NFTA_COUNTER_PACKETS, 0);
    chain->counter.bytes = nft_attr_u64(&counters, NFTA_COUNTER_BYTES, 0);
    int r = nft_attr_text(attrs, NFTA_CHAIN_TYPE, arena, &chain->type);
    if (r == 0)
        r = parse_hook_devices(&hook, arena, chain);
    return r == 0 && hook.bad ? -EBADMSG : r;
}

int nft_chain_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                    struct nf_chain *ret_chain) {
    struct nft_attrs attrs;
    uint8_t family;
    int r = nft_message_read(message, NFT_MSG_NEWCHAIN, NFTA_CHAIN_USERDATA, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_CHAIN_NAME] || !attrs.at[NFTA_CHAIN_TABLE])
        return -EBADMSG;
    struct nf_chain chain = {
        .table = nft_find_table(parser, family, attrs.at[NFTA_CHAIN_TABLE]),
        .handle = nft_attr_u64(&attrs, NFTA_CHAIN_HANDLE, 0),
        .flags = nft_attr_u32(&attrs, NFTA_CHAIN_FLAGS, 0),
        .use = nft_attr_u32(&attrs, NFTA_CHAIN_USE, 0),
    };
    if (!chain.table)
        return -ENOMSG;
    r = nft_attr_text(&attrs, NFTA_CHAIN_NAME, parser->arena, &chain.name);
    if (r == 0)
        r = nft_userdata_text(attrs.at[NFTA_CHAIN_USERDATA], USERDATA_COMMENT, parser->arena,
                              &chain.comment);
    if (r == 0 && attrs.at[NFTA_CHAIN_HOOK])
        r = parse_base(&attrs, parser->arena, &chain);
    if (r == 0)
        *ret_chain = chain;
    return r;
}

// --- Rules ---------------------------------------------------------------------------------------

static const struct nf_chain *find_chain(const struct nft_attrs *attrs, uint8_t family,
                                         const struct nft_parser *parser,
                                         const struct nf_chain *near) {
    const struct nlattr *table_name = attrs->at[NFTA_RULE_TABLE],
                        *name = attrs->at[NFTA_RULE_CHAIN];
    if (near && near->table->family == family && is_named(name, near->name) &&
        is_named(table_name, near->table->name))
        return near;
    const struct nf_table *table = nft_find_table(parser, family, table_name);
    bool ended = memchr(nla_data(name), '\0', (size_t)nla_len(name)) != NULL;
    return table && ended ? nf_table_chain(table, nla_data(name)) : NULL;
}

static void read_compat(const struct nlattr *attr, struct nft_parser *parser) {
    struct nft_attrs compat;
    nft_attrs_nested(&compat, attr, NFTA_RULE_COMPAT_MAX);
    parser->compat_protocol = nft_attr_u32(&compat, NFTA_RULE_COMPAT_PROTO, 0);
    parser->compat_flags = nft_attr_u32(&compat, NFTA_RULE_COMPAT_FLAGS, 0);
}

static int parse_comment(const struct nft_attrs *attrs, struct nft_parser *parser) {
    parser->comment = NULL;
    return nft_userdata_text(attrs->at[NFTA_RULE_USERDATA], USERDATA_COMMENT, parser->arena,
                             &parser->comment);
}

int nft_rule_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                   const struct nf_chain *near, struct nf_rule *ret_rule) {
    struct nft_attrs attrs;
    uint8_t family;
    size_t expr_count;
    int r = nft_message_read(message, NFT_MSG_NEWRULE, NFTA_RULE_CHAIN_ID, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_RULE_TABLE] || !attrs.at[NFTA_RULE_CHAIN])
        return -EBADMSG;
    struct nf_rule rule = {.chain = find_chain(&attrs, family, parser, near),
                           .handle = nft_attr_u64(&attrs, NFTA_RULE_HANDLE, 0)};
    if (!rule.chain)
        return -ENOMSG;
    parser->table = rule.chain->table;
    parser->unknown_count = 0;
    read_compat(attrs.at[NFTA_RULE_COMPAT], parser);
    r = parse_comment(&attrs, parser);
    if (r == 0)
        r = nft_exprs_parse(attrs.at[NFTA_RULE_EXPRESSIONS], parser, &rule.exprs, &expr_count);
    if (r < 0)
        return r;
    rule.expr_count = (uint32_t)expr_count;
    rule.comment = parser->comment;
    rule.compat_protocol = parser->compat_protocol;
    rule.compat_flags = parser->compat_flags;
    rule.unknown_count = parser->unknown_count;
    rule.traits = nf_rule_traits(&rule);
    *ret_rule = rule;
    return 0;
}
