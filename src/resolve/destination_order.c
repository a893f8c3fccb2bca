// SPDX-License-Identifier: GPL-2.0-or-later
// What both follow are the ten rules of RFC 6724, 6. glibc (getaddrinfo.c) still has the tables of
// RFC 3484, and of IPv4 addresses compares how much they have in common with their source only in
// the source's own network. musl (lookup_name.c) has tables of its own, that are not configured,
// leaves IPv4 alone, and knows neither deprecated sources nor tunnels.
#include "resolve/destination_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SCOPE_LINK   2
#define SCOPE_SITE   5
#define SCOPE_GLOBAL 14
#define BITS         128

// An entry of a table, IPv4 as ::ffff:0:0/96.
struct entry {
    uint8_t prefix[16];
    unsigned length;
    uint32_t value;
};

struct entries {
    const struct entry *items;
    size_t count;
};

#define ENTRIES(items) \
    { (items), sizeof(items) / sizeof((items)[0]) }
#define V4MAPPED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

// --- Tables --------------------------------------------------------------------------------------

static const struct entry glibc_labels[] = {
    {{[15] = 1}, 128, 0},        {{0x20, 0x02}, 16, 2}, {{0}, 96, 3},
    {{V4MAPPED}, 96, 4},         {{0xfe, 0xc0}, 10, 5}, {{0xfc}, 7, 6},
    {{0x20, 0x01, 0, 0}, 32, 7}, {{0}, 0, 1},
};

static const struct entry glibc_precedences[] = {
    {{[15] = 1}, 128, 50}, {{0x20, 0x02}, 16, 30}, {{0}, 96, 20},
    {{V4MAPPED}, 96, 10},  {{0}, 0, 40},
};

static const struct entry glibc_scopes[] = {
    {{V4MAPPED, 169, 254}, 112, SCOPE_LINK},
    {{V4MAPPED, 127}, 104, SCOPE_LINK},
    {{V4MAPPED}, 96, SCOPE_GLOBAL},
};

static const struct entry musl_labels[] = {
    {{[15] = 1}, 128, 0},        {{V4MAPPED}, 96, 4}, {{0x20, 0x02}, 16, 2},
    {{0x20, 0x01, 0, 0}, 32, 5}, {{0xfc}, 7, 13},     {{0}, 0, 1},
};

static const struct entry musl_precedences[] = {
    {{[15] = 1}, 128, 50},       {{V4MAPPED}, 96, 35}, {{0x20, 0x02}, 16, 30},
    {{0x20, 0x01, 0, 0}, 32, 5}, {{0xfc}, 7, 3},       {{0}, 0, 40},
};

static const struct entry musl_scopes[] = {{{V4MAPPED}, 96, SCOPE_GLOBAL}};

static const struct entries defaults[][RESOLVER_GAI_TABLES] = {
    [DNS_RULES_GLIBC] =
        {
            [RESOLVER_GAI_LABEL] = ENTRIES(glibc_labels),
            [RESOLVER_GAI_PRECEDENCE] = ENTRIES(glibc_precedences),
            [RESOLVER_GAI_SCOPE] = ENTRIES(glibc_scopes),
        },
    [DNS_RULES_MUSL] =
        {
            [RESOLVER_GAI_LABEL] = ENTRIES(musl_labels),
            [RESOLVER_GAI_PRECEDENCE] = ENTRIES(musl_precedences),
            [RESOLVER_GAI_SCOPE] = ENTRIES(musl_scopes),
        },
};

// What has an address that no entry of gai.conf has.
static const uint32_t otherwise[RESOLVER_GAI_TABLES] = {
    [RESOLVER_GAI_LABEL] = 1, [RESOLVER_GAI_PRECEDENCE] = 40, [RESOLVER_GAI_SCOPE] = SCOPE_GLOBAL};

static void map_address(const struct address *address, uint8_t ret_bytes[16]) {
    static const uint8_t mapped[] = {V4MAPPED};
    if (address->family == ADDRESS_IPV4) {
        memcpy(ret_bytes, mapped, sizeof(mapped));
        memcpy(ret_bytes + sizeof(mapped), address->bytes, 4);
    } else {
        memcpy(ret_bytes, address->bytes, 16);
    }
}

// How many bits two addresses have in common from their beginning on.
static unsigned common_bits(const uint8_t *a, const uint8_t *b, unsigned length) {
    unsigned bits = 0;
    while (bits < length && !((a[bits / 8] ^ b[bits / 8]) & 0x80 >> bits % 8))
        bits++;
    return bits;
}

static bool contains(const uint8_t *prefix, unsigned length, const uint8_t *address) {
    return common_bits(prefix, address, length) == length;
}

// By the most specific line of gai.conf, the first of several; false: it has none.
static bool find_configured(const struct resolver *resolver, enum resolver_gai_table table,
                            const uint8_t address[16], uint32_t *ret_value) {
    bool any = false;
    unsigned best = 0, least = table == RESOLVER_GAI_SCOPE ? BITS - 32 : 0;
    for (size_t i = 0; i < resolver->gai_count; i++) {
        const struct resolver_gai *line = &resolver->gai[i];
        uint8_t prefix[16];
        if (line->table != table)
            continue;
        if (!any)
            *ret_value = otherwise[table];
        any = true;
        map_address(&line->prefix.address, prefix);
        unsigned length =
            line->prefix.length + (line->prefix.address.family == ADDRESS_IPV4 ? 96 : 0);
        if (length < least || length + 1 <= best || !contains(prefix, length, address))
            continue;
        best = length + 1;
        *ret_value = line->value;
    }
    return any;
}

struct ordering {
    const struct resolver *resolver;
    enum dns_rules rules;
};

static uint32_t look_up(const struct ordering *ordering, enum resolver_gai_table table,
                        const struct address *address) {
    const struct entries *entries = &defaults[ordering->rules][table];
    uint8_t bytes[16];
    uint32_t value;
    map_address(address, bytes);
    if (ordering->rules == DNS_RULES_GLIBC &&
        find_configured(ordering->resolver, table, bytes, &value))
        return value;
    for (size_t i = 0; i < entries->count; i++) {
        if (contains(entries->items[i].prefix, entries->items[i].length, bytes))
            return entries->items[i].value;
    }
    return otherwise[table];
}

static uint32_t scope_of(const struct ordering *ordering, const struct address *address) {
    static const uint8_t loopback[16] = {[15] = 1}, link_local[] = {0xfe, 0x80},
                         site_local[] = {0xfe, 0xc0};
    if (address->family == ADDRESS_IPV4)
        return look_up(ordering, RESOLVER_GAI_SCOPE, address);
    if (address->bytes[0] == 0xff)
        return address->bytes[1] & 0xf;
    if (contains(link_local, 10, address->bytes) || contains(loopback, BITS, address->bytes))
        return SCOPE_LINK;
    return contains(site_local, 10, address->bytes) ? SCOPE_SITE : SCOPE_GLOBAL;
}

// --- Rules ---------------------------------------------------------------------------------------

// What a destination is worth by each rule, in their order; more is better.
enum rule {
    RULE_REACHABLE,
    RULE_SCOPE_MATCHES,
    RULE_NOT_DEPRECATED,
    RULE_HOME,
    RULE_LABEL_MATCHES,
    RULE_PRECEDENCE,
    RULE_NATIVE,
    RULE_SMALL_SCOPE,
    RULE_PREFIX,
    RULES,
};

static const char *const reasons[RULES] = {
    [RULE_REACHABLE] = "it can be reached",
    [RULE_SCOPE_MATCHES] = "its scope is that of its source",
    [RULE_NOT_DEPRECATED] = "its source is not deprecated",
    [RULE_HOME] = "its source is a home address",
    [RULE_LABEL_MATCHES] = "its label is that of its source",
    [RULE_PRECEDENCE] = "it has more precedence",
    [RULE_NATIVE] = "its source is of an interface that is no tunnel",
    [RULE_SMALL_SCOPE] = "its scope is smaller",
    [RULE_PREFIX] = "it has more in common with its source",
};

struct worth {
    uint32_t by[RULES];
    size_t came; // which it was
};

static bool is_reachable(const struct dns_destination *destination) {
    return destination->source.family != ADDRESS_NONE;
}

// Of IPv4 glibc counts it inside the source's own network only: if no interface has the source
// (0.0.0.0), it is alone there.
static uint32_t prefix_of(const struct ordering *ordering,
                          const struct dns_destination *destination) {
    uint8_t address[16], source[16];
    map_address(&destination->address, address);
    map_address(&destination->source, source);
    unsigned common = common_bits(address, source, BITS);
    unsigned network = 96 + (destination->ifindex != 0 ? destination->source_length : 32u);
    bool is_apart = destination->address.family == ADDRESS_IPV4 && common < network;
    return ordering->rules == DNS_RULES_GLIBC && is_apart ? 0 : common;
}

static void judge(const struct ordering *ordering, const struct dns_destination *destination,
                  struct worth *worth) {
    const struct address *address = &destination->address, *source = &destination->source;
    bool is_glibc = ordering->rules == DNS_RULES_GLIBC, reachable = is_reachable(destination);
    uint32_t scope = scope_of(ordering, address);
    uint32_t label = look_up(ordering, RESOLVER_GAI_LABEL, address);
    worth->by[RULE_REACHABLE] = reachable;
    worth->by[RULE_SCOPE_MATCHES] = reachable && scope == scope_of(ordering, source);
    worth->by[RULE_NOT_DEPRECATED] = is_glibc && reachable && !destination->deprecated;
    worth->by[RULE_HOME] = is_glibc && reachable && destination->home;
    worth->by[RULE_LABEL_MATCHES] =
        reachable && label == look_up(ordering, RESOLVER_GAI_LABEL, source);
    worth->by[RULE_PRECEDENCE] = look_up(ordering, RESOLVER_GAI_PRECEDENCE, address);
    worth->by[RULE_NATIVE] = is_glibc && destination->ifindex != 0 && !destination->tunnel;
    worth->by[RULE_SMALL_SCOPE] = UINT32_MAX - scope;
    worth->by[RULE_PREFIX] = reachable ? prefix_of(ordering, destination) : 0;
}

// The rule that tells them apart; RULES: none does. What addresses of two families have in common
// with their sources says nothing, but musl compares it.
static enum rule find_difference(const struct ordering *ordering, const struct worth *a,
                                 const struct worth *b, bool one_family) {
    enum rule rule = 0;
    while (rule < RULES && a->by[rule] == b->by[rule])
        rule++;
    if (rule == RULE_PREFIX && !one_family && ordering->rules == DNS_RULES_GLIBC)
        return RULES;
    return rule;
}

static enum rule compare(const struct ordering *ordering, const struct dns_destination *all,
                         const struct worth *a, const struct worth *b) {
    bool one_family = all[a->came].address.family == all[b->came].address.family;
    return find_difference(ordering, a, b, one_family);
}

// By insertion: they are few, and those that are alike keep their order.
static void sort(const struct ordering *ordering, const struct dns_destination *all,
                 struct worth *worths, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct worth moved = worths[i];
        size_t at = i;
        for (; at > 0; at--) {
            enum rule rule = compare(ordering, all, &moved, &worths[at - 1]);
            if (rule == RULES || moved.by[rule] < worths[at - 1].by[rule])
                break;
            worths[at] = worths[at - 1];
        }
        worths[at] = moved;
    }
}

static void put(const struct ordering *ordering, const struct worth *worths,
                const struct dns_destination *all, struct dns_destination *ret, size_t count) {
    for (size_t i = 0; i < count; i++) {
        ret[i] = all[worths[i].came];
        ret[i].why = NULL;
        if (i + 1 == count)
            continue;
        enum rule rule = compare(ordering, all, &worths[i], &worths[i + 1]);
        ret[i].why = rule < RULES ? reasons[rule] : "it came first";
    }
}

// musl looks no further where all are of IPv4.
static bool is_left(enum dns_rules rules, const struct dns_destination *destinations,
                    size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (destinations[i].address.family != ADDRESS_IPV4)
            return false;
    }
    return rules == DNS_RULES_MUSL;
}

int destinations_order(const struct resolver *resolver, enum dns_rules rules,
                       struct dns_destination *destinations, size_t count) {
    const struct ordering ordering = {resolver, rules};
    struct worth *worths = calloc(count + 1, sizeof(*worths));
    struct dns_destination *all = calloc(count + 1, sizeof(*all));
    if (!worths || !all) {
        free(worths);
        free(all);
        return -ENOMEM;
    }
    bool left = is_left(rules, destinations, count);
    for (size_t i = 0; i < count; i++) {
        all[i] = destinations[i];
        worths[i].came = i;
        if (!left)
            judge(&ordering, &all[i], &worths[i]);
    }
    sort(&ordering, all, worths, count);
    put(&ordering, worths, all, destinations, count);
    free(worths);
    free(all);
    return 0;
}
