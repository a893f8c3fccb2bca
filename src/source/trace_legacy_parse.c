// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_legacy_parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/packet_parse.h"

#define PREFIX "TRACE: "

struct parts {
    const char *prefix;
    struct maybe mark, iif, oif;
    const struct nlattr *payload;
    uint8_t hook;
    bool has_hook;
};

static int take_header(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    struct nfulnl_msg_packet_hdr header;
    if (nla_len(attr) < (int)sizeof(header))
        return -EBADMSG;
    memcpy(&header, nla_data(attr), sizeof(header));
    parts->hook = header.hook;
    parts->has_hook = true;
    return 0;
}

static int take_payload(const struct nlattr *attr, const struct attr_target *target) {
    struct parts *parts = target->row;
    parts->payload = attr;
    return 0;
}

static const struct attr_rule rules[] = {
    [NFULA_PACKET_HDR] = ATTR_BY(take_header),
    [NFULA_MARK] = ATTR(ATTR_BE32, struct parts, mark),
    [NFULA_IFINDEX_INDEV] = ATTR(ATTR_BE32, struct parts, iif),
    [NFULA_IFINDEX_OUTDEV] = ATTR(ATTR_BE32, struct parts, oif),
    [NFULA_PAYLOAD] = ATTR_BY(take_payload),
    [NFULA_PREFIX] = ATTR(ATTR_TEXT, struct parts, prefix),
};
static const struct attr_table table = ATTR_TABLE(rules);

static int read_type(const char *word, size_t length, uint32_t *ret) {
    static const struct {
        const char *word;
        uint32_t type;
    } types[] = {{"rule", TRACE_RULE}, {"return", TRACE_RETURN}, {"policy", TRACE_POLICY}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strlen(types[i].word) == length && memcmp(types[i].word, word, length) == 0) {
            *ret = types[i].type;
            return 0;
        }
    }
    return -EBADMSG;
}

// A chain's name may have colons, what stands around it has none.
static int read_prefix(const char *prefix, struct arena *arena, struct trace_event *event) {
    const char *start = prefix + strlen(PREFIX), *table_end = strchr(start, ':');
    const char *number = strrchr(start, ':');
    if (!table_end || number <= table_end)
        return -EBADMSG;
    const char *type = memrchr(start, ':', (size_t)(number - start));
    if (!type || type <= table_end)
        return -EBADMSG;
    event->table = arena_strndup(arena, start, (size_t)(table_end - start));
    event->chain = arena_strndup(arena, table_end + 1, (size_t)(type - table_end - 1));
    event->number = maybe_of(strtoul(number + 1, NULL, 10));
    if (!event->table || !event->chain)
        return -ENOMEM;
    return read_type(type + 1, (size_t)(number - type - 1), &event->type);
}

static void put_packet(const struct parts *parts, struct trace_event *event) {
    const uint8_t *bytes = nla_data(parts->payload);
    size_t length = (size_t)nla_len(parts->payload);
    size_t network = length > 0 && bytes[0] >> 4 == 4 ? (size_t)(bytes[0] & 0xf) * 4 : 40;
    network = network < length ? network : length;
    event->has_header = true;
    packet_parse(bytes, length, bytes + network, length - network, &event->header);
}

int trace_legacy_parse(const struct nlmsghdr *message, struct arena *arena,
                       struct trace_event *ret_event) {
    struct parts parts = {0};
    if (message->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(struct nfgenmsg))
        return -EBADMSG;
    const struct nfgenmsg *header = nlmsg_data(message);
    const struct attr_target target = {&parts, arena};
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table, &target);
    if (r < 0)
        return r;
    if (!parts.prefix || strncmp(parts.prefix, PREFIX, strlen(PREFIX)) != 0)
        return -ENOMSG;
    struct trace_event event = {.family = header->nfgen_family, .legacy = true};
    r = read_prefix(parts.prefix, arena, &event);
    if (r < 0)
        return r;
    event.mark = parts.mark;
    event.iif = (uint32_t)parts.iif.value;
    event.oif = (uint32_t)parts.oif.value;
    event.hook = parts.has_hook ? maybe_of(parts.hook) : (struct maybe){0};
    if (parts.payload)
        put_packet(&parts, &event);
    *ret_event = event;
    return 0;
}
