// SPDX-License-Identifier: GPL-2.0-or-later
// What is pushed down into the kernel never costs a row that the filter lets pass: any text as a
// filter of flows, over flows of every sort, beside the kernel's way of applying what was pushed.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "model/netns.h"
#include "model/node.h"
#include "query/filter_conditions.h"
#include "source/flow_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TUPLE(s, d, sp, dp) \
    { .src = {10, 0, 0, (s)}, .dst = {10, 0, 0, (d)}, .sport = (sp), .dport = (dp) }
#define ICMP_TUPLE(s, d, type, id) \
    { .src = {10, 0, 0, (s)}, .dst = {10, 0, 0, (d)}, .icmp_id = (id), .icmp_type = (type) }

static const struct flow_extra six = {
    .src = {ADDRESS_IPV6, {0xfd, [15] = 1}},
    .dst = {ADDRESS_IPV6, {0xfd, [15] = 2}},
    .reply_src = {ADDRESS_IPV6, {0xfd, [15] = 2}},
    .reply_dst = {ADDRESS_IPV6, {0xfd, [15] = 1}},
    .orig_zone = {.value = 5, .known = true},
};

static const struct flow flows[] = {
    {TUPLE(1, 2, 5000, 80), TUPLE(2, 1, 80, 5000), .status = 0xe, .mark = 1, .family = ADDRESS_IPV4,
     .protocol = IPPROTO_TCP, .state = FLOW_ESTABLISHED, .known = FLOW_HAS_PORTS},
    {TUPLE(1, 9, 5001, 53), TUPLE(3, 1, 53, 1024), .status = 0x38, .zone = 5,
     .family = ADDRESS_IPV4, .protocol = IPPROTO_UDP, .known = FLOW_HAS_PORTS},
    {ICMP_TUPLE(1, 2, 8, 80), ICMP_TUPLE(2, 1, 0, 80), .status = 0xa, .mark = 80,
     .family = ADDRESS_IPV4, .protocol = IPPROTO_ICMP, .known = FLOW_HAS_ICMP},
    {TUPLE(0, 0, 80, 80), TUPLE(0, 0, 80, 80), .extra = &six, .zone = 1, .family = ADDRESS_IPV6,
     .protocol = IPPROTO_TCP, .state = FLOW_SYN_SENT,
     .known = FLOW_HAS_PORTS | FLOW_HAS_SPLIT_ZONE},
    {ICMP_TUPLE(0, 0, 128, 1), ICMP_TUPLE(0, 0, 129, 1), .extra = &six, .family = ADDRESS_IPV6,
     .protocol = IPPROTO_ICMPV6, .known = FLOW_HAS_ICMP},
    {TUPLE(1, 2, 0, 0), TUPLE(2, 1, 0, 0), .family = ADDRESS_IPV4, .protocol = 253},
};

static bool gives_tuple(const struct flow_filter_tuple *wanted, uint8_t protocol,
                        const struct flow *flow, const struct flow_tuple *tuple) {
    uint32_t flags = wanted->flags;
    bool ports = flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
    bool icmp = flow->protocol == IPPROTO_ICMP, four = flow->family == ADDRESS_IPV4;
    return !((four && flags & 1 && memcmp(wanted->tuple.src, tuple->src, 4) != 0) ||
             (four && flags & 2 && memcmp(wanted->tuple.dst, tuple->dst, 4) != 0) ||
             (flags & 8 && protocol != flow->protocol) ||
             (ports && flags & 16 && wanted->tuple.sport != tuple->sport) ||
             (ports && flags & 32 && wanted->tuple.dport != tuple->dport) ||
             (icmp && flags & 64 && wanted->tuple.icmp_type != tuple->icmp_type) ||
             (icmp && flags & 128 && wanted->tuple.icmp_code != tuple->icmp_code) ||
             (icmp && flags & 256 && wanted->tuple.icmp_id != tuple->icmp_id));
}

// net/netfilter/nf_conntrack_netlink.c, ctnetlink_filter_match. A zone that is one direction's has
// its number, too.
static bool gives(const struct flow_filter *filter, const struct flow *flow) {
    bool six_flow = flow->family == ADDRESS_IPV6;
    return !((filter->family == AF_INET && six_flow) || (filter->family == AF_INET6 && !six_flow) ||
             (filter->has_mark && filter->mark != flow->mark) ||
             (filter->has_zone && filter->zone != flow->zone) ||
             (flow->status & filter->status_mask) != filter->status ||
             !gives_tuple(&filter->orig, filter->protocol, flow, &flow->orig) ||
             !gives_tuple(&filter->reply, filter->protocol, flow, &flow->reply));
}

static void try_filter(const struct filter *filter) {
    const struct netns netns = {.name = "here", .inode = 1};
    struct conditions conditions;
    struct flow_filter pushed;
    filter_conditions(filter, &conditions);
    flow_filter_of(&conditions, &pushed);
    for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
        const struct row_ref ref = {.netns = &netns, .row = &flows[i]};
        if (filter_match(filter, &ref) && !gives(&pushed, &flows[i]))
            abort();
    }
    struct nl_msg *request = nlmsg_alloc();
    if (!request || flow_filter_put(&pushed, request) < 0)
        abort();
    bool empty = nlmsg_datalen(nlmsg_hdr(request)) == 0;
    if (empty != (flow_filter_is_empty(&pushed) || (pushed.family != AF_UNSPEC && empty)))
        abort();
    nlmsg_free(request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct filter *filter;
    char *text = malloc(size + 1);
    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    if (filter_compile(&flow_kind, text, &filter, NULL, NULL) == 0) {
        try_filter(filter);
        filter_free(filter);
    }
    free(text);
    return 0;
}
