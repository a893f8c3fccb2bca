// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_rules.h"

#include <endian.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>

#include "source/nft_batch.h"
#include "source/trace_match.h"

#define BEHIND_CONNTRACK (NF_IP_PRI_CONNTRACK + 1)
#define FIRST_OF_ALL     INT32_MIN
#define DEVICES_AT_ONCE  128 // of one chain: the kernel takes fewer than 256 (NFT_NETDEVICE_MAX)

struct writing {
    const struct trace_rules *rules;
    struct nft_batch batch;
};

static bool concerns(const struct packet_alternative *alternative, const char *netns) {
    for (size_t i = 0; i < alternative->count; i++) {
        const struct packet_test *test = &alternative->tests[i];
        if (test->selector == PACKET_NETNS &&
            (strcmp(test->text, netns) == 0) != (test->op == PACKET_EQ))
            return false;
    }
    return true;
}

bool trace_rules_concern(const struct packet_filter *filter, const char *netns) {
    for (size_t i = 0; i < filter->count; i++) {
        if (concerns(&filter->alternatives[i], netns))
            return true;
    }
    return false;
}

// --- Rules ---------------------------------------------------------------------------------------

static struct nl_msg *begin_rule(struct writing *w, const char *chain, struct nlattr **ret_exprs) {
    struct nl_msg *message = nft_batch_message(&w->batch, NFT_MSG_NEWRULE);
    if (!message)
        return NULL;
    nla_put_string(message, NFTA_RULE_TABLE, w->rules->table);
    nla_put_string(message, NFTA_RULE_CHAIN, chain);
    *ret_exprs = nft_exprs_begin(message);
    return message;
}

static void end_rule(struct writing *w, struct nl_msg *message, struct nlattr *exprs) {
    nft_exprs_end(message, exprs);
    nft_batch_add(&w->batch, message);
}

// One of trace_match_put and its like.
typedef void put_match(struct nl_msg *message, const struct trace_match *match);

static void write_rule(struct writing *w, const char *chain, const struct trace_match *match,
                       put_match *put) {
    struct nlattr *exprs;
    struct nl_msg *message = begin_rule(w, chain, &exprs);
    if (!message)
        return;
    put(message, match);
    nft_put_goto(message, TRACE_CHAIN_CHOSEN);
    end_rule(w, message, exprs);
}

static void write_alternative(struct writing *w, const char *chain,
                              const struct packet_alternative *alternative, put_match *put) {
    struct trace_match match = {.alternative = alternative,
                                .of_frames = w->batch.family != NFPROTO_INET};
    const uint8_t *protocol = trace_match_protocols(alternative);
    do {
        const uint8_t *family = trace_match_families(alternative);
        match.protocol = *protocol;
        do {
            match.family = *family;
            write_rule(w, chain, &match, put);
        } while (*family && *++family);
    } while (*protocol && *++protocol);
}

static void write_chosen(struct writing *w) {
    struct nlattr *exprs;
    struct nl_msg *message = begin_rule(w, TRACE_CHAIN_CHOSEN, &exprs);
    if (!message)
        return;
    nft_put_limit(message, w->rules->rate);
    nft_put_nftrace(message);
    end_rule(w, message, exprs);
}

// --- Chains --------------------------------------------------------------------------------------

// Where a chain is.
struct place {
    const char *chain;
    int hook; // NO_HOOK: only where others lead to it
    int32_t priority;
    const struct if_nameindex *devices; // of the hook ingress
    size_t device_count;
};
#define NO_HOOK (-1)

static void put_devices(struct nl_msg *message, const struct place *place) {
    if (place->device_count == 0)
        return;
    struct nlattr *nest = nla_nest_start(message, NFTA_HOOK_DEVS);
    for (size_t i = 0; i < place->device_count; i++)
        nla_put_string(message, NFTA_DEVICE_NAME, place->devices[i].if_name);
    nla_nest_end(message, nest);
}

static void put_hook(struct nl_msg *message, const struct place *place) {
    nla_put_string(message, NFTA_CHAIN_TYPE, "filter");
    nla_put_u32(message, NFTA_CHAIN_POLICY, htobe32(NF_ACCEPT));
    struct nlattr *nest = nla_nest_start(message, NFTA_CHAIN_HOOK);
    nla_put_u32(message, NFTA_HOOK_HOOKNUM, htobe32((uint32_t)place->hook));
    nla_put_u32(message, NFTA_HOOK_PRIORITY, htobe32((uint32_t)place->priority));
    put_devices(message, place);
    nla_nest_end(message, nest);
}

static void write_chain(struct writing *w, const struct place *place) {
    struct nl_msg *message = nft_batch_message(&w->batch, NFT_MSG_NEWCHAIN);
    if (!message)
        return;
    nla_put_string(message, NFTA_CHAIN_TABLE, w->rules->table);
    nla_put_string(message, NFTA_CHAIN_NAME, place->chain);
    if (place->hook != NO_HOOK)
        put_hook(message, place);
    nft_batch_add(&w->batch, message);
}

// The device that packets leave by is known after the routing decision only.
enum when_oif { OIF_UNKNOWN, OIF_KNOWN, OIF_ONLY };

static void write_entry(struct writing *w, const struct place *place, enum when_oif when,
                        bool reverse) {
    const struct packet_filter *filter = w->rules->filter;
    write_chain(w, place);
    for (size_t i = 0; i < filter->count; i++) {
        const struct packet_alternative *alternative = &filter->alternatives[i];
        bool asks_oif = trace_match_asks(alternative, PACKET_OIF);
        if (!concerns(alternative, w->rules->netns))
            continue;
        if (asks_oif ? when != OIF_UNKNOWN : when != OIF_ONLY)
            write_alternative(w, place->chain, alternative, trace_match_put);
        if (reverse && when != OIF_ONLY && trace_match_tells_flow(alternative))
            write_alternative(w, place->chain, alternative, trace_match_put_reverse);
    }
}

// Where packets enter: from a device and from a program. The bridge's hooks have the same numbers.
static void write_entries(struct writing *w, bool reverse) {
    static const struct {
        struct place place;
        enum when_oif when;
    } entries[] = {
        {{.chain = "prerouting", .hook = NF_INET_PRE_ROUTING, .priority = FIRST_OF_ALL},
         OIF_UNKNOWN},
        {{.chain = "forward", .hook = NF_INET_FORWARD, .priority = FIRST_OF_ALL}, OIF_ONLY},
        {{.chain = "output", .hook = NF_INET_LOCAL_OUT, .priority = FIRST_OF_ALL}, OIF_KNOWN},
    };
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        write_entry(w, &entries[i].place, entries[i].when, reverse);
}

static void write_reply_entry(struct writing *w, const char *chain, int hook) {
    const struct packet_filter *filter = w->rules->filter;
    write_chain(w, &(struct place){.chain = chain, .hook = hook, .priority = BEHIND_CONNTRACK});
    for (size_t i = 0; i < filter->count; i++) {
        const struct packet_alternative *alternative = &filter->alternatives[i];
        if (concerns(alternative, w->rules->netns) && trace_match_tells_flow(alternative))
            write_alternative(w, chain, alternative, trace_match_put_reply);
    }
}

static size_t count_devices(const struct if_nameindex *devices) {
    size_t count = 0;
    while (count < DEVICES_AT_ONCE && devices[count].if_index != 0)
        count++;
    return count;
}

// As many chains as the interfaces take.
static void write_ingress(struct writing *w) {
    struct place place = {.hook = NF_NETDEV_INGRESS, .priority = FIRST_OF_ALL};
    const struct if_nameindex *devices = w->rules->devices;
    size_t count;
    for (unsigned number = 1; (count = count_devices(devices)) > 0; number++) {
        char name[32];
        snprintf(name, sizeof(name), "ingress%u", number);
        place.chain = name;
        place.devices = devices;
        place.device_count = count;
        write_entry(w, &place, OIF_UNKNOWN, w->rules->replies);
        devices += count;
    }
}

static void write_inet(struct writing *w) {
    write_entries(w, false);
    if (w->rules->replies && w->rules->tracked) {
        write_reply_entry(w, TRACE_REPLY_PREFIX "prerouting", NF_INET_PRE_ROUTING);
        write_reply_entry(w, TRACE_REPLY_PREFIX "output", NF_INET_LOCAL_OUT);
    }
}

int trace_rules_fill_table(const struct trace_rules *rules, uint8_t family, struct netlink *netlink,
                           struct error *err) {
    struct writing w = {.rules = rules, .batch = nft_batch_begin(netlink, family)};
    write_chain(&w, &(struct place){.chain = TRACE_CHAIN_CHOSEN, .hook = NO_HOOK});
    if (family == NFPROTO_INET)
        write_inet(&w);
    else if (family == NFPROTO_BRIDGE)
        write_entries(&w, rules->replies);
    else
        write_ingress(&w);
    write_chosen(&w);
    return nft_batch_send(&w.batch, netlink, err);
}

// --- Table ---------------------------------------------------------------------------------------

int trace_rules_make_table(const struct trace_rules *rules, uint8_t family, struct netlink *netlink,
                           struct error *err) {
    struct nft_batch batch = nft_batch_begin(netlink, family);
    struct nl_msg *message = nft_batch_message(&batch, NFT_MSG_NEWTABLE);
    if (message) {
        nlmsg_hdr(message)->nlmsg_flags |= NLM_F_EXCL;
        nla_put_string(message, NFTA_TABLE_NAME, rules->table);
        if (rules->owned)
            nla_put_u32(message, NFTA_TABLE_FLAGS, htobe32(NFT_TABLE_F_OWNER));
        nft_batch_add(&batch, message);
    }
    return nft_batch_send(&batch, netlink, err);
}

struct buffer trace_rules_removal(const char *table, uint8_t family,
                                  const struct netlink *netlink) {
    struct nft_batch batch = nft_batch_begin(netlink, family);
    struct nl_msg *message = nft_batch_message(&batch, NFT_MSG_DELTABLE);
    if (message) {
        nla_put_string(message, NFTA_TABLE_NAME, table);
        nft_batch_add(&batch, message);
    }
    nft_batch_end(&batch);
    return batch.bytes;
}
