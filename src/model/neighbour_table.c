// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/neighbour_table.h"

static const struct neighbour_table *find_family(const struct table *table, uint8_t family) {
    for (size_t i = 0; table && i < table->count; i++) {
        const struct neighbour_table *row = table_row(table, i);
        if (row->family == family)
            return row;
    }
    return NULL;
}

struct maybe neighbour_table_gc_entries(const struct node *node, uint8_t family) {
    uint64_t count = 0;
    for (size_t i = 0; i < node_count(node); i++) {
        const struct table *table = node->netnses[i].tables[KIND_NEIGHBOUR_TABLES];
        const struct neighbour_table *row = find_family(table, family);
        // A namespace that has gone has no entries left.
        if (table && table->status.state == STATUS_GONE)
            continue;
        if (!row || table->status.state != STATUS_OK)
            return (struct maybe){0};
        count += row->own_gc_entries;
    }
    return maybe_of(count);
}

// --- Fields --------------------------------------------------------------------------------------

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct neighbour_table *table = ref->row;
    (void)field;
    value_set_text(ret, table->family == ADDRESS_IPV4 ? "inet" : "inet6");
}

static void get_gc_entries(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct neighbour_table *table = ref->row;
    struct maybe count = neighbour_table_gc_entries(ref->node, table->family);
    (void)field;
    if (!count.known)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = count.value;
}

// clang-format off
#define TABLE(member, title, type, help) FIELD(struct neighbour_table, member, title, type, help)

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that was asked"),
    TABLE(name, "TABLE", FIELD_TEXT, "arp_cache (IPv4) or ndisc_cache (IPv6)"),
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family, "inet or inet6"),
    FIELD_BY("gc_entries", "GC ENTRIES", FIELD_COUNT, get_gc_entries, "entries of all namespaces that count against the thresholds"),
    TABLE(gc_thresh1, "THRESH1", FIELD_COUNT, "fewer entries are never collected; the node's"),
    TABLE(gc_thresh2, "THRESH2", FIELD_COUNT, "more are collected when they are 5 seconds old; the node's"),
    TABLE(gc_thresh3, "THRESH3", FIELD_COUNT, "more cannot be: new neighbours are refused; the node's"),
    TABLE(entries, "ENTRIES", FIELD_COUNT, "entries of all namespaces, those that are never collected among them"),
    TABLE(own_entries, "OWN ENTRIES", FIELD_COUNT, "entries of this namespace"),
    TABLE(own_gc_entries, "OWN GC ENTRIES", FIELD_COUNT, "entries of this namespace that count against the thresholds"),
    TABLE(own_proxies, "OWN PROXIES", FIELD_COUNT, "addresses that this namespace answers for, beside the entries"),
    TABLE(table_fulls, "TABLE FULLS", FIELD_COUNT, "neighbours that were refused because the table was full; the node's"),
    TABLE(res_failed, "FAILED", FIELD_COUNT, "addresses that nobody answered for; the node's"),
    TABLE(forced_gc_runs, "FORCED GC", FIELD_COUNT, "collections because the table was filling up; the node's"),
    TABLE(periodic_gc_runs, "PERIODIC GC", FIELD_COUNT, "collections because it was time; the node's"),
    TABLE(allocs, "ALLOCS", FIELD_COUNT, "entries made; the node's"),
    TABLE(destroys, "DESTROYS", FIELD_COUNT, "entries freed; the node's"),
    TABLE(hash_grows, "HASH GROWS", FIELD_COUNT, "how often the hash grew; the node's"),
    TABLE(lookups, "LOOKUPS", FIELD_COUNT, "searches; the node's"),
    TABLE(hits, "HITS", FIELD_COUNT, "searches that found something; the node's"),
    TABLE(rcv_probes_mcast, "MCAST PROBES", FIELD_COUNT, "requests to a group or broadcast that came; the node's"),
    TABLE(rcv_probes_ucast, "UCAST PROBES", FIELD_COUNT, "requests to this node alone that came; the node's"),
    TABLE(gc_interval, "GC INTERVAL", FIELD_NUMBER, "milliseconds between collections"),
    TABLE(last_flush, "LAST FLUSH", FIELD_NUMBER, "milliseconds since the last collection"),
    TABLE(proxy_qlen, "PROXY QUEUE", FIELD_COUNT, "requests that wait to be answered for others"),
    TABLE(hash_mask, "HASH MASK", FIELD_NUMBER, "buckets of the hash, less one"),
    TABLE(key_length, "KEY LENGTH", FIELD_BYTES, "size of an address"),
    TABLE(entry_size, "ENTRY SIZE", FIELD_BYTES, "size of an entry"),
    TABLE(base_reachable, "BASE REACHABLE", FIELD_NUMBER, "milliseconds that an answer holds, on average, as new interfaces have it"),
    TABLE(reachable, "REACHABLE", FIELD_NUMBER, "milliseconds that it holds at present: half to one and a half times as long"),
    TABLE(retrans, "RETRANS", FIELD_NUMBER, "milliseconds between probes"),
    TABLE(gc_stale, "GC STALE", FIELD_NUMBER, "milliseconds unused until an entry may be collected"),
    TABLE(delay_probe, "DELAY PROBE", FIELD_NUMBER, "milliseconds from the first use of a stale entry to a probe"),
    TABLE(app_probes, "APP PROBES", FIELD_COUNT, "probes by a user's daemon"),
    TABLE(ucast_probes, "UCAST PROBES MAX", FIELD_COUNT, "probes to the known link-layer address"),
    TABLE(mcast_probes, "MCAST PROBES MAX", FIELD_COUNT, "probes to all"),
    TABLE(queue_bytes, "QUEUE BYTES", FIELD_BYTES, "packets that may wait for an answer"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct neighbour_table *table = row;
    return table->family;
}

const struct kind neighbour_table_kind = {
    .name = "neighbour_tables",
    .title = "Tables of neighbours",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct neighbour_table),
    .columns = "netns,name,gc_entries,gc_thresh1,gc_thresh2,gc_thresh3,own_gc_entries,table_fulls,"
               "res_failed",
    .sort = "name",
    .identity = identity,
    .looks_at = KIND_BIT(KIND_NEIGHBOUR_TABLES),
    .help = "how full the kernel's tables of neighbours are",
};
