// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWNEIGHTBL (linux/neighbour.h).
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"
#include "source/neighbour_parse.h"

static int take_config(const struct nlattr *attr, const struct attr_target *target) {
    struct neighbour_table *table = target->row;
    struct ndt_config config;
    if (nla_len(attr) < (int)sizeof(config))
        return -EBADMSG;
    memcpy(&config, nla_data(attr), sizeof(config));
    table->key_length = maybe_of(config.ndtc_key_len);
    table->entry_size = maybe_of(config.ndtc_entry_size);
    table->entries = maybe_of(config.ndtc_entries);
    table->last_flush = maybe_of(config.ndtc_last_flush);
    table->hash_mask = maybe_of(config.ndtc_hash_mask);
    table->proxy_qlen = maybe_of(config.ndtc_proxy_qlen);
    return 0;
}

// The kernel's struct grows at its end: kernels before 4.3 do not count table_fulls.
static int take_stats(const struct nlattr *attr, const struct attr_target *target) {
    struct neighbour_table *table = target->row;
    struct ndt_stats stats = {0};
    size_t length = (size_t)nla_len(attr);
    if (length < offsetof(struct ndt_stats, ndts_table_fulls))
        return -EBADMSG;
    memcpy(&stats, nla_data(attr), length < sizeof(stats) ? length : sizeof(stats));
    table->allocs = maybe_of(stats.ndts_allocs);
    table->destroys = maybe_of(stats.ndts_destroys);
    table->hash_grows = maybe_of(stats.ndts_hash_grows);
    table->res_failed = maybe_of(stats.ndts_res_failed);
    table->lookups = maybe_of(stats.ndts_lookups);
    table->hits = maybe_of(stats.ndts_hits);
    table->rcv_probes_mcast = maybe_of(stats.ndts_rcv_probes_mcast);
    table->rcv_probes_ucast = maybe_of(stats.ndts_rcv_probes_ucast);
    table->periodic_gc_runs = maybe_of(stats.ndts_periodic_gc_runs);
    table->forced_gc_runs = maybe_of(stats.ndts_forced_gc_runs);
    if (length >= sizeof(stats))
        table->table_fulls = maybe_of(stats.ndts_table_fulls);
    return 0;
}

static const struct attr_rule default_rules[] = {
    [NDTPA_BASE_REACHABLE_TIME] = ATTR(ATTR_U64, struct neighbour_table, base_reachable),
    [NDTPA_REACHABLE_TIME] = ATTR(ATTR_U64, struct neighbour_table, reachable),
    [NDTPA_RETRANS_TIME] = ATTR(ATTR_U64, struct neighbour_table, retrans),
    [NDTPA_GC_STALETIME] = ATTR(ATTR_U64, struct neighbour_table, gc_stale),
    [NDTPA_DELAY_PROBE_TIME] = ATTR(ATTR_U64, struct neighbour_table, delay_probe),
    [NDTPA_APP_PROBES] = ATTR(ATTR_U32, struct neighbour_table, app_probes),
    [NDTPA_UCAST_PROBES] = ATTR(ATTR_U32, struct neighbour_table, ucast_probes),
    [NDTPA_MCAST_PROBES] = ATTR(ATTR_U32, struct neighbour_table, mcast_probes),
    [NDTPA_QUEUE_LENBYTES] = ATTR(ATTR_U32, struct neighbour_table, queue_bytes),
};
static const struct attr_table defaults = ATTR_TABLE(default_rules);

static int take_defaults(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &defaults, target);
}

static const struct attr_rule rules[] = {
    [NDTA_NAME] = ATTR(ATTR_TEXT, struct neighbour_table, name),
    [NDTA_THRESH1] = ATTR(ATTR_U32, struct neighbour_table, gc_thresh1),
    [NDTA_THRESH2] = ATTR(ATTR_U32, struct neighbour_table, gc_thresh2),
    [NDTA_THRESH3] = ATTR(ATTR_U32, struct neighbour_table, gc_thresh3),
    [NDTA_CONFIG] = ATTR_BY(take_config),
    [NDTA_PARMS] = ATTR_BY(take_defaults),
    [NDTA_STATS] = ATTR_BY(take_stats),
    [NDTA_GC_INTERVAL] = ATTR(ATTR_U64, struct neighbour_table, gc_interval),
};
static const struct attr_table table_rules = ATTR_TABLE(rules);

int neighbour_table_parse(const struct nlmsghdr *message, struct arena *arena,
                          struct neighbour_table *table) {
    const struct ndtmsg *header = nlmsg_data(message);
    struct neighbour_table read = {0};
    const struct attr_target target = {&read, arena};
    if (message->nlmsg_type != RTM_NEWNEIGHTBL)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    if (header->ndtm_family != AF_INET && header->ndtm_family != AF_INET6)
        return -ENOMSG;
    read.family = header->ndtm_family == AF_INET ? ADDRESS_IPV4 : ADDRESS_IPV6;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &table_rules, &target);
    if (r < 0)
        return r;
    // What has no configuration are an interface's own settings.
    if (!read.entries.known)
        return -ENOMSG;
    *table = read;
    return 0;
}
