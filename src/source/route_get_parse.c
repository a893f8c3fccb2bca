// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/route_get_parse.h"

#include <errno.h>
#include <netinet/in.h>

#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "source/attr.h"
#include "source/netlink.h"

// --- The question --------------------------------------------------------------------------------

static int put_u32(struct nl_msg *request, int type, uint32_t number) {
    return number ? nla_put_u32(request, type, number) : 0;
}

static int put_port(struct nl_msg *request, int type, uint16_t port) {
    return port ? nla_put_u16(request, type, __builtin_bswap16(port)) : 0;
}

static int put_address(struct nl_msg *request, int type, const struct address *address) {
    size_t size = address_size(address);
    return size ? nla_put(request, type, (int)size, address->bytes) : 0;
}

static int put_question(struct nl_msg *request, const struct route_question *question) {
    int r = put_address(request, RTA_DST, &question->dst);
    r |= put_address(request, RTA_SRC, &question->from);
    r |= put_u32(request, RTA_IIF, (uint32_t)question->iif);
    r |= put_u32(request, RTA_OIF, (uint32_t)question->oif);
    r |= put_u32(request, RTA_MARK, question->mark);
    r |= put_port(request, RTA_SPORT, question->sport);
    r |= put_port(request, RTA_DPORT, question->dport);
    if (question->uid.known)
        r |= nla_put_u32(request, RTA_UID, (uint32_t)question->uid.value);
    if (question->proto.known)
        r |= nla_put_u8(request, RTA_IP_PROTO, (uint8_t)question->proto.value);
    return r;
}

struct nl_msg *route_get_request(const struct route_question *question, bool match) {
    bool ipv4 = question->dst.family == ADDRESS_IPV4;
    const struct rtmsg header = {
        .rtm_family = ipv4 ? AF_INET : AF_INET6,
        .rtm_dst_len = (uint8_t)(address_size(&question->dst) * 8),
        .rtm_src_len = (uint8_t)(address_size(&question->from) * 8),
        .rtm_tos = question->tos,
        // IPv6 always says which table it was.
        .rtm_flags = (ipv4 ? RTM_F_LOOKUP_TABLE : 0) | (match ? RTM_F_FIB_MATCH : 0),
    };
    struct nl_msg *request = netlink_request(RTM_GETROUTE, &header, sizeof(header));
    if (request && put_question(request, question) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

// --- Labels --------------------------------------------------------------------------------------

struct label_attrs {
    struct address address;
    uint32_t label;
};

static int take_prefix(const struct nlattr *attr, const struct attr_target *target) {
    struct label_attrs *attrs = target->row;
    attrs->address = address_from_bytes(nla_data(attr), (size_t)nla_len(attr));
    return attrs->address.family == ADDRESS_IPV6 ? 0 : -EBADMSG;
}

static const struct attr_rule label_rules[] = {
    [IFAL_ADDRESS] = ATTR_BY(take_prefix),
    [IFAL_LABEL] = ATTR(ATTR_PLAIN_U32, struct label_attrs, label),
};
static const struct attr_table label_table = ATTR_TABLE(label_rules);

int route_label_parse(const struct nlmsghdr *message, struct route_label *ret_label) {
    const struct ifaddrlblmsg *header = nlmsg_data(message);
    if (message->nlmsg_type != RTM_NEWADDRLABEL)
        return -ENOMSG;
    if ((size_t)nlmsg_datalen(message) < sizeof(*header) || header->ifal_prefixlen > 128)
        return -EBADMSG;
    struct label_attrs attrs = {.address.family = ADDRESS_IPV6};
    const struct attr_target target = {&attrs, NULL};
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &label_table, &target);
    if (r < 0)
        return r;
    *ret_label = (struct route_label){
        {attrs.address, header->ifal_prefixlen}, (int32_t)header->ifal_index, attrs.label};
    return 0;
}
