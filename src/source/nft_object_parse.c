// SPDX-License-Identifier: GPL-2.0-or-later
// Objects with a state and flowtables, as the kernel fills their messages (net/netfilter/
// nf_tables_api.c, nft_counter.c, nft_quota.c, nft_limit.c, nft_ct.c, nft_synproxy.c, nft_meta.c,
// nft_connlimit.c).
#include <errno.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/nft_attrs.h"
#include "source/nft_parse.h"

#define USERDATA_OBJECT_COMMENT 0 // libnftnl/udata.h

// CTA_TIMEOUT_*_*: the attribute of state n is n + 1 (linux/netfilter/nfnetlink_cttimeout.h).
static int parse_timeouts(const struct nlattr *list, struct arena *arena,
                          struct nf_object *object) {
    struct nft_attrs attrs;
    uint32_t timeouts[NFT_ATTRS] = {0};
    size_t count = 0;
    nft_attrs_nested(&attrs, list, NFT_ATTRS - 1);
    for (int type = 1; type < NFT_ATTRS; type++) {
        if (!attrs.at[type])
            continue;
        count = (size_t)type;
        timeouts[type - 1] = nft_attr_u32(&attrs, type, 0);
    }
    object->ct_timeout.timeouts = arena_copy(arena, timeouts, count * sizeof(timeouts[0]));
    object->ct_timeout.timeout_count = count;
    return object->ct_timeout.timeouts ? 0 : -ENOMEM;
}

static int parse_ct_helper(const struct nft_attrs *data, struct arena *arena,
                           struct nf_object *object) {
    object->ct_helper.l3proto = nft_attr_u16(data, NFTA_CT_HELPER_L3PROTO, 0);
    object->ct_helper.l4proto = nft_attr_u8(data, NFTA_CT_HELPER_L4PROTO, 0);
    return nft_attr_text(data, NFTA_CT_HELPER_NAME, arena, &object->ct_helper.name);
}

static int parse_ct_timeout(const struct nft_attrs *data, struct arena *arena,
                            struct nf_object *object) {
    object->ct_timeout.l3proto = nft_attr_u16(data, NFTA_CT_TIMEOUT_L3PROTO, 0);
    object->ct_timeout.l4proto = nft_attr_u8(data, NFTA_CT_TIMEOUT_L4PROTO, 0);
    return parse_timeouts(data->at[NFTA_CT_TIMEOUT_DATA], arena, object);
}

// Of all numbers of nf_tables only this timeout is in the host's byte order.
static void read_ct_expectation(const struct nft_attrs *data, struct nf_object *object) {
    const struct nlattr *timeout = data->at[NFTA_CT_EXPECT_TIMEOUT];
    object->ct_expectation.l3proto = nft_attr_u16(data, NFTA_CT_EXPECT_L3PROTO, 0);
    object->ct_expectation.l4proto = nft_attr_u8(data, NFTA_CT_EXPECT_L4PROTO, 0);
    object->ct_expectation.port = nft_attr_u16(data, NFTA_CT_EXPECT_DPORT, 0);
    object->ct_expectation.size = nft_attr_u8(data, NFTA_CT_EXPECT_SIZE, 0);
    if (timeout && nla_len(timeout) >= (int)sizeof(uint32_t))
        object->ct_expectation.timeout = nla_get_u32(timeout);
}

static void read_counter(const struct nft_attrs *data, struct nf_object *object) {
    object->counter = (struct nf_counter){
        .packets = nft_attr_u64(data, NFTA_COUNTER_PACKETS, 0),
        .bytes = nft_attr_u64(data, NFTA_COUNTER_BYTES, 0),
    };
}

static void read_quota(const struct nft_attrs *data, struct nf_object *object) {
    object->quota = (struct nf_quota){
        .bytes = nft_attr_u64(data, NFTA_QUOTA_BYTES, 0),
        .consumed = nft_attr_u64(data, NFTA_QUOTA_CONSUMED, 0),
        .flags = nft_attr_u32(data, NFTA_QUOTA_FLAGS, 0),
    };
}

static void read_connlimit(const struct nft_attrs *data, struct nf_object *object) {
    object->connlimit = (struct nf_connlimit){
        .count = nft_attr_u32(data, NFTA_CONNLIMIT_COUNT, 0),
        .flags = nft_attr_u32(data, NFTA_CONNLIMIT_FLAGS, 0),
    };
}

static void read_synproxy(const struct nft_attrs *data, struct nf_object *object) {
    object->synproxy = (struct nf_synproxy){
        .mss = nft_attr_u16(data, NFTA_SYNPROXY_MSS, 0),
        .wscale = nft_attr_u8(data, NFTA_SYNPROXY_WSCALE, 0),
        .flags = nft_attr_u32(data, NFTA_SYNPROXY_FLAGS, 0),
    };
}

static int parse_object_data(const struct nlattr *attr, struct arena *arena,
                             struct nf_object *object) {
    struct nft_attrs data;
    nft_attrs_nested(&data, attr, NFT_ATTRS - 1);
    switch (object->type) {
    case NFT_OBJECT_COUNTER:
        read_counter(&data, object);
        return 0;
    case NFT_OBJECT_QUOTA:
        read_quota(&data, object);
        return 0;
    case NFT_OBJECT_LIMIT:
        object->limit = nft_limit_of(&data);
        return 0;
    case NFT_OBJECT_CONNLIMIT:
        read_connlimit(&data, object);
        return 0;
    case NFT_OBJECT_SYNPROXY:
        read_synproxy(&data, object);
        return 0;
    case NFT_OBJECT_CT_HELPER:
        return parse_ct_helper(&data, arena, object);
    case NFT_OBJECT_CT_TIMEOUT:
        return parse_ct_timeout(&data, arena, object);
    case NFT_OBJECT_CT_EXPECT:
        read_ct_expectation(&data, object);
        return 0;
    case NFT_OBJECT_SECMARK:
        return nft_attr_text(&data, NFTA_SECMARK_CTX, arena, &object->secmark);
    default:
        return nft_attr_bytes(attr, arena, &object->raw);
    }
}

int nft_object_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                     struct nf_object *ret_object) {
    struct nft_attrs attrs;
    uint8_t family;
    int r = nft_message_read(message, NFT_MSG_NEWOBJ, NFTA_OBJ_USERDATA, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_OBJ_NAME] || !attrs.at[NFTA_OBJ_TABLE])
        return -EBADMSG;
    struct nf_object object = {
        .table = nft_find_table(parser, family, attrs.at[NFTA_OBJ_TABLE]),
        .handle = nft_attr_u64(&attrs, NFTA_OBJ_HANDLE, 0),
        .type = nft_attr_u32(&attrs, NFTA_OBJ_TYPE, NFT_OBJECT_UNSPEC),
        .use = nft_attr_u32(&attrs, NFTA_OBJ_USE, 0),
    };
    if (!object.table)
        return -ENOMSG;
    r = nft_attr_text(&attrs, NFTA_OBJ_NAME, parser->arena, &object.name);
    if (r == 0)
        r = nft_userdata_text(attrs.at[NFTA_OBJ_USERDATA], USERDATA_OBJECT_COMMENT, parser->arena,
                              &object.comment);
    if (r == 0)
        r = parse_object_data(attrs.at[NFTA_OBJ_DATA], parser->arena, &object);
    if (r == 0)
        *ret_object = object;
    return r;
}

int nft_flowtable_parse(const struct nlmsghdr *message, struct nft_parser *parser,
                        struct nf_flowtable *ret_flowtable) {
    struct nft_attrs attrs, hook;
    uint8_t family;
    int r = nft_message_read(message, NFT_MSG_NEWFLOWTABLE, NFTA_FLOWTABLE_MAX, &attrs, &family);
    if (r < 0)
        return r;
    if (!attrs.at[NFTA_FLOWTABLE_NAME] || !attrs.at[NFTA_FLOWTABLE_TABLE])
        return -EBADMSG;
    nft_attrs_nested(&hook, attrs.at[NFTA_FLOWTABLE_HOOK], NFTA_FLOWTABLE_HOOK_MAX);
    struct nf_flowtable flowtable = {
        .table = nft_find_table(parser, family, attrs.at[NFTA_FLOWTABLE_TABLE]),
        .handle = nft_attr_u64(&attrs, NFTA_FLOWTABLE_HANDLE, 0),
        .hook = nft_attr_u32(&hook, NFTA_FLOWTABLE_HOOK_NUM, 0),
        .priority = (int32_t)nft_attr_u32(&hook, NFTA_FLOWTABLE_HOOK_PRIORITY, 0),
        .flags = nft_attr_u32(&attrs, NFTA_FLOWTABLE_FLAGS, 0),
        .use = nft_attr_u32(&attrs, NFTA_FLOWTABLE_USE, 0),
    };
    if (!flowtable.table)
        return -ENOMSG;
    r = nft_attr_text(&attrs, NFTA_FLOWTABLE_NAME, parser->arena, &flowtable.name);
    if (r == 0)
        r = nft_devices_parse(hook.at[NFTA_FLOWTABLE_HOOK_DEVS], parser->arena, &flowtable.devices,
                              &flowtable.device_count);
    if (r == 0)
        *ret_flowtable = flowtable;
    return r;
}
