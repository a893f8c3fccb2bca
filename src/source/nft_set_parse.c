// SPDX-License-Identifier: GPL-2.0-or-later
// Sets, maps and their elements, as net/netfilter/nf_tables_api.c of the kernel fills its messages.
#include <errno.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/nft_attrs.h"
#include "source/nft_parse.h"

// Newer than the headers: linux/netfilter/nf_tables.h of 6.16. What the set is made of, and how
// many elements it has.
#define SET_TYPE  (NFTA_SET_EXPRESSIONS + 1)
#define SET_COUNT (NFTA_SET_EXPRESSIONS + 2)

// What nft notes of a set and of an element (libnftnl/udata.h).
#define USERDATA_SET_COMMENT     7
#define USERDATA_ELEMENT_COMMENT 0

// One expression in an attribute of its own, or several in a list: as the kernel tells them of a
// set, of an element.
static int parse_exprs(const struct nlattr *one, const struct nlattr *list,
                       struct nft_parser *parser, const struct nf_expr **ret_exprs,
                       size_t *ret_count) {
    if (list || !one)
        return nft_exprs_parse(list, parser, ret_exprs, ret_count);
    struct nf_expr *expr = arena_alloc(parser->arena, sizeof(*expr));
    int r = expr ? nft_expr_parse(one, parser, expr) : -ENOMEM;
    *ret_exprs = expr;
    *ret_count = r == 0 ? 1 : 0;
    return r;
}

// --- Sets ----------------------------------------------------------------------------------------

// NFTA_SET_DESC_CONCAT: how long each field of a concatenation is.
static void read_fields(const struct nlattr *list, struct nf_set *set) {
    const struct nlattr *attr;
    struct nft_attrs field;
    size_t most = sizeof(set->field_lengths) / sizeof(set->field_lengths[0]);
    int left;
    ATTR_FOR_EACH_NESTED(attr, list, left) {
        nft_attrs_nested(&field, attr, NFTA_SET_FIELD_MAX);
        if (set->field_count < most)
            set->field_lengths[set->field_count++] = nft_attr_u32(&field, NFTA_SET_FIELD_LEN, 0);
    }
}

static void read_description(const struct nlattr *attr, struct nf_set *set) {
    struct nft_attrs desc;
    nft_attrs_nested(&desc, attr, NFTA_SET_DESC_MAX);
    set->size = nft_attr_u32(&desc, NFTA_SET_DESC_SIZE, 0);
    if (desc.at[NFTA_SET_DESC_CONCAT])
        read_fields(desc.at[NFTA_SET_DESC_CONCAT], set);
}

static int parse_set_parts(const struct nft_attrs *attrs, struct nft_parser *parser,
                           struct nf_set *set) {
    const struct nlattr *userdata = attrs->at[NFTA_SET_USERDATA];
    int r = nft_attr_text(attrs, NFTA_SET_NAME, parser->arena, &set->name);
    if (r == 0)
        r = nft_userdata_text(userdata, USERDATA_SET_COMMENT, parser->arena, &set->comment);
    if (r == 0)
        r = nft_attr_bytes(userdata, parser->arena, &set->userdata);
    if (r == 0)
        r = parse_exprs(attrs->at[NFTA_SET_EXPR], attrs->at[NFTA_SET_EXPRESSIONS], parser,
                        &set->exprs, &set->expr_count);
    return r;
}

int nft_set_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                  struct nf_set *ret_set) {
    struct nft_attrs attrs;
    uint8_t family;
    int r = nft_message_read(message, NFT_MSG_NEWSET, SET_COUNT, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_SET_NAME] || !attrs.at[NFTA_SET_TABLE])
        return -EBADMSG;
    struct nf_set set = {
        .table = nft_find_table(parser, family, attrs.at[NFTA_SET_TABLE]),
        .handle = nft_attr_u64(&attrs, NFTA_SET_HANDLE, 0),
        .id = nft_attr_u32(&attrs, NFTA_SET_ID, 0),
        .flags = nft_attr_u32(&attrs, NFTA_SET_FLAGS, 0),
        .key_type = nft_attr_u32(&attrs, NFTA_SET_KEY_TYPE, 0),
        .key_length = nft_attr_u32(&attrs, NFTA_SET_KEY_LEN, 0),
        .data_type = nft_attr_u32(&attrs, NFTA_SET_DATA_TYPE, 0),
        .data_length = nft_attr_u32(&attrs, NFTA_SET_DATA_LEN, 0),
        .object_type = nft_attr_u32(&attrs, NFTA_SET_OBJ_TYPE, 0),
        .policy = nft_attr_u32(&attrs, NFTA_SET_POLICY, NFT_SET_POL_PERFORMANCE),
        .timeout = nft_attr_u64(&attrs, NFTA_SET_TIMEOUT, 0),
        .count = nft_attr_u32(&attrs, SET_COUNT, 0),
        .has_count = attrs.at[SET_COUNT] != NULL,
        .gc_interval = nft_attr_u32(&attrs, NFTA_SET_GC_INTERVAL, 0),
    };
    if (!set.table)
        return -ENOMSG;
    read_description(attrs.at[NFTA_SET_DESC], &set);
    parser->table = set.table;
    r = parse_set_parts(&attrs, parser, &set);
    if (r == 0)
        *ret_set = set;
    return r;
}

// --- Elements ------------------------------------------------------------------------------------

// The data of a map: plain, or a verdict.
static int parse_element_data(const struct nlattr *attr, struct nft_parser *parser,
                              struct nf_element *element) {
    struct nft_attrs data;
    nft_attrs_nested(&data, attr, NFTA_DATA_MAX);
    if (!data.at[NFTA_DATA_VERDICT])
        return nft_data_parse(attr, parser, &element->data);
    element->has_verdict = true;
    return nft_verdict_parse(attr, parser, &element->verdict);
}

static int parse_element_parts(const struct nft_attrs *attrs, struct nft_parser *parser,
                               struct nf_element *element) {
    int r = nft_data_parse(attrs->at[NFTA_SET_ELEM_KEY], parser, &element->key);
    if (r == 0)
        r = nft_data_parse(attrs->at[NFTA_SET_ELEM_KEY_END], parser, &element->key_end);
    if (r == 0 && attrs->at[NFTA_SET_ELEM_DATA])
        r = parse_element_data(attrs->at[NFTA_SET_ELEM_DATA], parser, element);
    if (r == 0)
        r = nft_attr_text(attrs, NFTA_SET_ELEM_OBJREF, parser->arena, &element->object);
    if (r == 0)
        r = nft_userdata_text(attrs->at[NFTA_SET_ELEM_USERDATA], USERDATA_ELEMENT_COMMENT,
                              parser->arena, &element->comment);
    if (r == 0)
        r = parse_exprs(attrs->at[NFTA_SET_ELEM_EXPR], attrs->at[NFTA_SET_ELEM_EXPRESSIONS], parser,
                        &element->exprs, &element->expr_count);
    return r;
}

static int parse_element(const struct nlattr *attr, struct nft_parser *parser,
                         struct nf_element *ret_element) {
    struct nft_attrs attrs;
    nft_attrs_nested(&attrs, attr, NFTA_SET_ELEM_EXPRESSIONS);
    struct nf_element element = {
        .flags = nft_attr_u32(&attrs, NFTA_SET_ELEM_FLAGS, 0),
        .timeout = nft_attr_u64(&attrs, NFTA_SET_ELEM_TIMEOUT, 0),
        .expiration = nft_attr_u64(&attrs, NFTA_SET_ELEM_EXPIRATION, 0),
    };
    if (!attrs.at[NFTA_SET_ELEM_KEY] && !(element.flags & NFT_SET_ELEM_CATCHALL))
        return -EBADMSG;
    int r = parse_element_parts(&attrs, parser, &element);
    if (r == 0 && attrs.bad)
        r = -EBADMSG;
    if (r == 0)
        *ret_element = element;
    return r;
}

int nft_elements_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                       nft_element_sink *take, void *user_data) {
    struct nft_attrs attrs;
    const struct nlattr *attr;
    uint8_t family;
    int left;
    int r = nft_message_read(message, NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_LIST_MAX, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS])
        return 0;
    parser->table = nft_find_table(parser, family, attrs.at[NFTA_SET_ELEM_LIST_TABLE]);
    ATTR_FOR_EACH_NESTED(attr, attrs.at[NFTA_SET_ELEM_LIST_ELEMENTS], left) {
        struct nf_element element = {0};
        r = parse_element(attr, parser, &element);
        if (r == 0)
            r = take(&element, user_data);
        if (r != 0)
            return r;
    }
    return 0;
}
