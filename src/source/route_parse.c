// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWROUTE. There may be a million of them that differ in their destination only: what they
// have in common is decoded once for each table and found again by its bytes.
#include "source/route_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#define PARTS_MAX  8 // stretches of attributes between those that are each route's own
#define SLOTS_MIN  64
#define LABEL_BITS 20

// --- What a message has of its own, and what it may share ----------------------------------------

// The bytes that a shared part is made of. Destination, type of service and expiry are not in it.
struct route_key {
    struct rtmsg header;
    struct rta_cacheinfo cache;
    const struct nlattr *dst;
    int32_t expires;
    struct {
        const void *bytes;
        size_t length;
    } parts[PARTS_MAX];
    size_t part_count;
    size_t length; // of all parts
    uint64_t hash;
};

// One more of the family's own: the destination of an MPLS route is a label.
static uint8_t family_of(uint8_t kernel) {
    switch (kernel) {
    case AF_INET:
        return ROUTE_IPV4;
    case AF_INET6:
        return ROUTE_IPV6;
    case AF_MPLS:
        return ROUTE_MPLS;
    default:
        return ROUTE_FAMILY_NONE;
    }
}

static int add_part(struct route_key *key, const void *start, const void *end) {
    size_t length = (size_t)((const char *)end - (const char *)start);
    if (length == 0)
        return 0;
    if (key->part_count == PARTS_MAX)
        return -EBADMSG;
    key->parts[key->part_count].bytes = start;
    key->parts[key->part_count++].length = length;
    key->length += length;
    return 0;
}

static void take_cacheinfo(struct route_key *key, const struct nlattr *attr) {
    memcpy(&key->cache, nla_data(attr), sizeof(key->cache));
    key->expires = key->cache.rta_expires;
    key->cache.rta_expires = 0;
}

static int split_attributes(struct route_key *key, const struct nlattr *attr, int length) {
    const struct nlattr *start = attr;
    const void *end = (const char *)attr + length; // the last attribute may lack its padding
    int r = 0;
    for (; r == 0 && nla_ok(attr, length); attr = nla_next(attr, &length)) {
        bool dst = nla_type(attr) == RTA_DST;
        bool cache = nla_type(attr) == RTA_CACHEINFO && nla_len(attr) >= (int)sizeof(key->cache);
        if (!dst && !cache)
            continue;
        if (dst)
            key->dst = attr;
        else
            take_cacheinfo(key, attr);
        r = add_part(key, start, attr);
        start = (const void *)((const char *)attr + nla_total_size(nla_len(attr)));
    }
    if (r < 0 || length > 0)
        return -EBADMSG;
    return (const void *)start < end ? add_part(key, start, end) : 0;
}

// Eight bytes at a time; the constant is that of 64-bit Fibonacci hashing.
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length) {
    const char *next = bytes;
    uint64_t word;
    for (; length >= sizeof(word); length -= sizeof(word), next += sizeof(word)) {
        memcpy(&word, next, sizeof(word));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, next, length);
    hash = (hash ^ word ^ length) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static int make_key(const struct nlmsghdr *message, struct route_key *key) {
    memcpy(&key->header, nlmsg_data(message), sizeof(key->header));
    key->header.rtm_dst_len = 0;
    key->header.rtm_tos = 0;
    int r = split_attributes(key, nlmsg_attrdata(message, sizeof(key->header)),
                             nlmsg_attrlen(message, sizeof(key->header)));
    key->hash = hash_bytes(0, &key->header, sizeof(key->header));
    key->hash = hash_bytes(key->hash, &key->cache, sizeof(key->cache));
    for (size_t i = 0; i < key->part_count; i++)
        key->hash = hash_bytes(key->hash, key->parts[i].bytes, key->parts[i].length);
    return r;
}

// --- Decoding the shared part --------------------------------------------------------------------

struct decoding {
    struct route_raw_way way; // of the message itself, not of its list; first: route_way_take_*
    struct route_shared shared;
    const struct route_context *context;
    const struct nlattr *multipath, *src;
};

static const struct attr_rule metric_rules[] = {
    [RTAX_LOCK] = ATTR(ATTR_PLAIN_U32, struct route_shared, metrics.locked),
    [RTAX_MTU] = ATTR(ATTR_U32, struct route_shared, metrics.mtu),
    [RTAX_WINDOW] = ATTR(ATTR_U32, struct route_shared, metrics.window),
    [RTAX_RTT] = ATTR(ATTR_U32, struct route_shared, metrics.rtt),
    [RTAX_RTTVAR] = ATTR(ATTR_U32, struct route_shared, metrics.rttvar),
    [RTAX_SSTHRESH] = ATTR(ATTR_U32, struct route_shared, metrics.ssthresh),
    [RTAX_CWND] = ATTR(ATTR_U32, struct route_shared, metrics.cwnd),
    [RTAX_ADVMSS] = ATTR(ATTR_U32, struct route_shared, metrics.advmss),
    [RTAX_REORDERING] = ATTR(ATTR_U32, struct route_shared, metrics.reordering),
    [RTAX_HOPLIMIT] = ATTR(ATTR_U32, struct route_shared, metrics.hoplimit),
    [RTAX_INITCWND] = ATTR(ATTR_U32, struct route_shared, metrics.initcwnd),
    [RTAX_FEATURES] = ATTR(ATTR_U32, struct route_shared, metrics.features),
    [RTAX_RTO_MIN] = ATTR(ATTR_U32, struct route_shared, metrics.rto_min),
    [RTAX_INITRWND] = ATTR(ATTR_U32, struct route_shared, metrics.initrwnd),
    [RTAX_QUICKACK] = ATTR(ATTR_U32, struct route_shared, metrics.quickack),
    [RTAX_CC_ALGO] = ATTR(ATTR_TEXT, struct route_shared, metrics.congctl),
    [RTAX_FASTOPEN_NO_COOKIE] = ATTR(ATTR_U32, struct route_shared, metrics.fastopen_no_cookie),
};
static const struct attr_table metric_table = ATTR_TABLE(metric_rules);

// The kernel keeps the estimates of TCP's clocks as eighths and quarters, and no hop limit as -1.
static int take_metrics(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    const struct attr_target here = {&decoding->shared, target->arena};
    int r = attr_read_nested(attr, &metric_table, &here);
    decoding->shared.metrics.rtt.value /= 8;
    decoding->shared.metrics.rttvar.value /= 4;
    if (decoding->shared.metrics.hoplimit.value == UINT32_MAX)
        decoding->shared.metrics.hoplimit = (struct maybe){0};
    return r;
}

static int take_multipath(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    decoding->multipath = attr;
    return 0;
}

static int take_src(const struct nlattr *attr, const struct attr_target *target) {
    struct decoding *decoding = target->row;
    decoding->src = attr;
    return 0;
}

static const struct attr_rule route_rules[] = {
    [RTA_SRC] = ATTR_BY(take_src),
    [RTA_OIF] = ATTR(ATTR_PLAIN_U32, struct decoding, way.ifindex),
    [RTA_GATEWAY] = ATTR(ATTR_ADDRESS, struct decoding, way.nexthop.gateway),
    [RTA_PRIORITY] = ATTR(ATTR_PLAIN_U32, struct decoding, shared.metric),
    [RTA_PREFSRC] = ATTR(ATTR_ADDRESS, struct decoding, shared.prefsrc),
    [RTA_METRICS] = ATTR_BY(take_metrics),
    [RTA_MULTIPATH] = ATTR_BY(take_multipath),
    [RTA_FLOW] = ATTR(ATTR_PLAIN_U32, struct decoding, shared.realms),
    [RTA_TABLE] = ATTR(ATTR_PLAIN_U32, struct decoding, shared.table),
    [RTA_MARK] = ATTR(ATTR_U32, struct decoding, shared.mark),
    [RTA_VIA] = ATTR_BY(route_way_take_via),
    [RTA_NEWDST] = ATTR_BY(route_way_take_labels),
    [RTA_PREF] = ATTR(ATTR_U8, struct decoding, shared.pref),
    [RTA_ENCAP_TYPE] = ATTR(ATTR_U16, struct decoding, way.encap_type),
    [RTA_ENCAP] = ATTR_BY(route_way_take_encap),
    [RTA_UID] = ATTR(ATTR_U32, struct decoding, shared.uid),
    [RTA_TTL_PROPAGATE] = ATTR(ATTR_U8, struct decoding, shared.ttl_propagate),
    [RTA_NH_ID] = ATTR(ATTR_U32, struct decoding, shared.nexthop_id),
};
static const struct attr_table route_table = ATTR_TABLE(route_rules);

static const struct attr_rule way_rules[] = {
    [RTA_GATEWAY] = ATTR(ATTR_ADDRESS, struct route_raw_way, nexthop.gateway),
    [RTA_FLOW] = ATTR(ATTR_PLAIN_U32, struct route_raw_way, nexthop.realms),
    [RTA_VIA] = ATTR_BY(route_way_take_via),
    [RTA_NEWDST] = ATTR_BY(route_way_take_labels),
    [RTA_ENCAP_TYPE] = ATTR(ATTR_U16, struct route_raw_way, encap_type),
    [RTA_ENCAP] = ATTR_BY(route_way_take_encap),
};
static const struct attr_table way_table = ATTR_TABLE(way_rules);

// Room for so many ways; what is not used of it is little.
struct ways {
    struct route_nexthop *nexthops;
    struct encap *encaps;
    size_t count, encap_count;
};

static int ways_init(struct ways *ways, size_t count, struct arena *arena) {
    *ways = (struct ways){
        .nexthops = arena_alloc(arena, count * sizeof(*ways->nexthops)),
        .encaps = arena_alloc(arena, count * sizeof(*ways->encaps)),
    };
    return ways->nexthops && ways->encaps ? 0 : -ENOMEM;
}

static int add_way(struct ways *ways, struct route_raw_way *way,
                   const struct route_context *context, struct arena *arena) {
    int r = route_way_finish(way, context, arena, &ways->encaps[ways->encap_count]);
    if (r == -ENOMEM)
        return r;
    ways->encap_count += way->nexthop.encap != NULL;
    ways->nexthops[ways->count++] = way->nexthop;
    return r;
}

static void set_ways(struct route_shared *shared, const struct ways *ways) {
    shared->nexthops = ways->nexthops;
    shared->nexthop_count = ways->count;
    shared->encaps = ways->encaps;
    shared->encap_count = ways->encap_count;
}

// struct rtnexthop and its attributes, padded, one behind the other.
static const struct rtnexthop *next_hop(const struct rtnexthop *hop, size_t *left) {
    size_t size = RTNH_ALIGN(hop->rtnh_len);
    *left = size < *left ? *left - size : 0;
    return (const void *)((const char *)hop + size);
}

static bool hop_ok(const struct rtnexthop *hop, size_t left) {
    return left >= sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) && hop->rtnh_len <= left;
}

static size_t count_hops(const struct nlattr *attr) {
    size_t left = (size_t)nla_len(attr), count = 0;
    for (const struct rtnexthop *hop = nla_data(attr); hop_ok(hop, left);
         hop = next_hop(hop, &left))
        count++;
    return count;
}

static int decode_hop(const struct rtnexthop *hop, struct ways *ways,
                      const struct route_context *context, struct arena *arena) {
    struct route_raw_way way = {
        .nexthop = {.weight = hop->rtnh_hops + 1U, .flags = hop->rtnh_flags},
        .ifindex = (uint32_t)hop->rtnh_ifindex,
    };
    const struct attr_target target = {&way, arena};
    int r = attr_read((const void *)(hop + 1), (int)(hop->rtnh_len - sizeof(*hop)), &way_table,
                      &target);
    if (r == -ENOMEM)
        return r;
    int added = add_way(ways, &way, context, arena);
    return added < 0 ? added : r;
}

static int decode_multipath(struct decoding *decoding, struct arena *arena) {
    size_t left = (size_t)nla_len(decoding->multipath);
    struct ways ways;
    int r = ways_init(&ways, count_hops(decoding->multipath), arena);
    const struct rtnexthop *hop = nla_data(decoding->multipath);
    for (; r != -ENOMEM && hop_ok(hop, left); hop = next_hop(hop, &left)) {
        int hop_r = decode_hop(hop, &ways, decoding->context, arena);
        r = hop_r < 0 ? hop_r : r;
    }
    decoding->shared.multipath = true;
    set_ways(&decoding->shared, &ways);
    return r == 0 && left > 0 ? -EBADMSG : r;
}

static bool has_way(const struct route_raw_way *way) {
    return way->ifindex != 0 || way->nexthop.gateway.family != ADDRESS_NONE || way->encap ||
           way->nexthop.labels;
}

static int decode_ways(struct decoding *decoding, struct arena *arena) {
    struct ways ways;
    if (decoding->multipath)
        return decode_multipath(decoding, arena);
    if (!has_way(&decoding->way))
        return 0;
    int r = ways_init(&ways, 1, arena);
    if (r < 0)
        return r;
    // The kernel tells the flags of the only way as the route's; the rest of its bits are RTM_F_*.
    decoding->way.nexthop.weight = 1;
    decoding->way.nexthop.flags = decoding->shared.flags & 0xff;
    r = add_way(&ways, &decoding->way, decoding->context, arena);
    set_ways(&decoding->shared, &ways);
    return r;
}

static int decode_src(struct decoding *decoding, uint8_t length) {
    struct prefix *src = &decoding->shared.src;
    if (length == 0)
        return 0;
    if (length > 128 || (decoding->src && nla_len(decoding->src) < 16))
        return -EBADMSG;
    src->length = length;
    src->address.family = ADDRESS_IPV6;
    if (decoding->src)
        memcpy(src->address.bytes, nla_data(decoding->src), sizeof(src->address.bytes));
    return 0;
}

static void fill_header(struct route_shared *shared, const struct rtmsg *header) {
    shared->family = family_of(header->rtm_family);
    shared->table = header->rtm_table;
    shared->type = header->rtm_type;
    shared->protocol = header->rtm_protocol;
    shared->scope = header->rtm_scope;
    shared->flags = header->rtm_flags;
}

static void fill_cache(struct route_shared *shared, const struct rta_cacheinfo *cache) {
    shared->error = (int32_t)cache->rta_error;
    if (!(shared->flags & ROUTE_CLONED))
        return;
    shared->references = maybe_of(cache->rta_clntref);
    shared->use = maybe_of(cache->rta_used);
    shared->last_use = maybe_of(cache->rta_lastuse);
}

static int fill_words(struct route_shared *shared, const struct route_context *context,
                      struct arena *arena) {
    const struct route_names *names = context->names;
    const struct route_rank *rank = route_context_find_rank(context, shared->family, shared->table);
    shared->table_name = route_name_text(&names->tables, shared->table, arena);
    shared->protocol_name = route_name_text(&names->protocols, shared->protocol, arena);
    shared->scope_name = route_name_text(&names->scopes, shared->scope, arena);
    if (shared->realms != 0 &&
        !(shared->realms_text = route_realms_text(names, shared->realms, arena)))
        return -ENOMEM;
    if (rank) {
        shared->rank = maybe_of(rank->rank);
        shared->rule = maybe_of(rank->priority);
    }
    return shared->table_name && shared->protocol_name && shared->scope_name ? 0 : -ENOMEM;
}

// Two routes to one destination differ in something of this as long as they live; states and
// metrics change.
static uint64_t identify(const struct route_shared *shared) {
    const uint32_t numbers[] = {
        shared->table,
        shared->metric,
        shared->family,
        shared->type,
        shared->scope,
        shared->protocol,
        shared->flags & ROUTE_CLONED,
        (uint32_t)shared->nexthop_id.value,
        shared->src.length,
    };
    uint64_t hash = hash_bytes(1, numbers, sizeof(numbers));
    hash = hash_bytes(hash, &shared->prefsrc, sizeof(shared->prefsrc));
    hash = hash_bytes(hash, &shared->src.address, sizeof(shared->src.address));
    for (size_t i = 0; i < shared->nexthop_count; i++) {
        const struct route_nexthop *nexthop = &shared->nexthops[i];
        hash = hash_bytes(hash, &nexthop->ifindex, sizeof(nexthop->ifindex));
        hash = hash_bytes(hash, &nexthop->gateway, sizeof(nexthop->gateway));
    }
    return hash;
}

static int decode(const struct nlmsghdr *message, const struct route_key *key,
                  const struct route_shares *shares, const struct route_shared **ret_shared) {
    struct arena *arena = shares->arena;
    struct decoding decoding = {.context = shares->context};
    const struct attr_target target = {&decoding, arena};
    fill_header(&decoding.shared, &key->header);
    fill_cache(&decoding.shared, &key->cache);
    int r = attr_read(nlmsg_attrdata(message, sizeof(key->header)),
                      nlmsg_attrlen(message, sizeof(key->header)), &route_table, &target);
    int ways_r = r == -ENOMEM ? r : decode_ways(&decoding, arena);
    if (ways_r == -ENOMEM || fill_words(&decoding.shared, shares->context, arena) < 0)
        return -ENOMEM;
    int src_r = decode_src(&decoding, key->header.rtm_src_len);
    decoding.shared.identity = identify(&decoding.shared);
    *ret_shared = arena_copy(arena, &decoding.shared, sizeof(decoding.shared));
    if (!*ret_shared)
        return -ENOMEM;
    return r < 0 ? r : ways_r < 0 ? ways_r : src_r;
}

// --- Shares --------------------------------------------------------------------------------------

struct route_share {
    const struct route_shared *shared; // NULL: the slot is empty
    const char *bytes;                 // the key's parts, one behind the other
    uint64_t hash;
    struct rtmsg header;
    struct rta_cacheinfo cache;
    size_t length;
    int result; // what decoding returned
};

void route_shares_begin(struct route_shares *shares, struct arena *arena) {
    shares->arena = arena;
    if (shares->count > 0)
        memset(shares->slots, 0, shares->capacity * sizeof(*shares->slots));
    shares->count = 0;
}

void route_shares_done(struct route_shares *shares) {
    free(shares->slots);
    *shares = (struct route_shares){0};
}

static bool has_parts(const struct route_share *share, const struct route_key *key) {
    const char *bytes = share->bytes;
    for (size_t i = 0; i < key->part_count; i++) {
        if (memcmp(bytes, key->parts[i].bytes, key->parts[i].length) != 0)
            return false;
        bytes += key->parts[i].length;
    }
    return true;
}

static bool is_share(const struct route_share *share, const struct route_key *key) {
    return share->hash == key->hash && share->length == key->length &&
           memcmp(&share->header, &key->header, sizeof(key->header)) == 0 &&
           memcmp(&share->cache, &key->cache, sizeof(key->cache)) == 0 && has_parts(share, key);
}

static struct route_share *find_slot(const struct route_shares *shares,
                                     const struct route_key *key) {
    size_t at = key->hash & (shares->capacity - 1);
    while (shares->slots[at].shared && !is_share(&shares->slots[at], key))
        at = (at + 1) & (shares->capacity - 1);
    return &shares->slots[at];
}

// No more than half full.
static int make_room(struct route_shares *shares) {
    if (shares->count * 2 < shares->capacity)
        return 0;
    size_t capacity = shares->capacity ? shares->capacity * 2 : SLOTS_MIN;
    struct route_share *slots = calloc(capacity, sizeof(*slots));
    if (!slots)
        return -ENOMEM;
    for (size_t i = 0; i < shares->capacity; i++) {
        size_t at = shares->slots[i].hash & (capacity - 1);
        if (!shares->slots[i].shared)
            continue;
        while (slots[at].shared)
            at = (at + 1) & (capacity - 1);
        slots[at] = shares->slots[i];
    }
    free(shares->slots);
    shares->slots = slots;
    shares->capacity = capacity;
    return 0;
}

static int add_share(const struct nlmsghdr *message, const struct route_key *key,
                     struct route_shares *shares, struct route_share *share) {
    const struct route_shared *shared = NULL;
    char *bytes = arena_alloc(shares->arena, key->length);
    if (!bytes)
        return -ENOMEM;
    char *next = bytes;
    for (size_t i = 0; i < key->part_count; i++)
        next = mempcpy(next, key->parts[i].bytes, key->parts[i].length);
    int r = decode(message, key, shares, &shared);
    if (r == -ENOMEM)
        return r;
    *share = (struct route_share){.shared = shared,
                                  .bytes = bytes,
                                  .hash = key->hash,
                                  .header = key->header,
                                  .cache = key->cache,
                                  .length = key->length,
                                  .result = r};
    shares->count++;
    return 0;
}

// --- The row -------------------------------------------------------------------------------------

static int fill_label(const struct nlattr *attr, struct route *route) {
    uint32_t entry;
    if (!attr || nla_len(attr) < (int)sizeof(entry))
        return -EBADMSG;
    memcpy(&entry, nla_data(attr), sizeof(entry));
    entry = htonl(ntohl(entry) >> (32 - LABEL_BITS));
    memcpy(route->dst, &entry, sizeof(entry));
    return 0;
}

static int fill_dst(const struct route_key *key, uint8_t family, struct route *route) {
    size_t size = family == ROUTE_IPV4 ? 4 : 16;
    if (family == ROUTE_MPLS)
        return fill_label(key->dst, route);
    if (route->dst_len > size * 8 || (key->dst && (size_t)nla_len(key->dst) < size)) {
        route->dst_len = 0;
        return -EBADMSG;
    }
    if (key->dst)
        memcpy(route->dst, nla_data(key->dst), size);
    return 0;
}

int route_parse(const struct nlmsghdr *message, struct route_shares *shares,
                struct route *ret_route) {
    const struct rtmsg *header = nlmsg_data(message);
    struct route_key key = {0};
    if (message->nlmsg_type != RTM_NEWROUTE)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    uint8_t family = family_of(header->rtm_family);
    if (family == ROUTE_FAMILY_NONE)
        return -ENOMSG;
    int r = make_key(message, &key);
    if (r < 0)
        return r;
    if (make_room(shares) < 0)
        return -ENOMEM;
    struct route_share *share = find_slot(shares, &key);
    if (!share->shared)
        r = add_share(message, &key, shares, share);
    if (r < 0)
        return r;
    ret_route->shared = share->shared;
    ret_route->dst_len = header->rtm_dst_len;
    ret_route->tos = header->rtm_tos;
    ret_route->expires = key.expires;
    r = fill_dst(&key, family, ret_route);
    return r < 0 ? r : share->result;
}
