// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of connection tracking as a whole. Keys of counters are those of conntrack -S.
#include "model/conntrack.h"
#include "model/netns.h"

#define CHAIN_GOOD       2.0 // entries: what max flows make with the kernel's own choice of buckets
#define CHAIN_BEARABLE   8.0 // what its choice made before 5.15, when max was four times the buckets
#define NEARLY_FULL      0.9 // of max
#define ENTRIES_PER_FLOW 2

double conntrack_mean_chain(uint64_t flows, uint64_t buckets) {
    return (double)flows * ENTRIES_PER_FLOW / (double)buckets;
}

static struct maybe growth(struct maybe from, struct maybe to) {
    return from.known && to.known ? maybe_of(to.value - from.value) : (struct maybe){0};
}

struct conntrack_races conntrack_races_growth(const struct conntrack_races *from,
                                              const struct conntrack_races *to) {
    return (struct conntrack_races){growth(from->insert_failed, to->insert_failed),
                                    growth(from->clash_resolve, to->clash_resolve)};
}

// --- Health --------------------------------------------------------------------------------------

static void set_real(struct value *ret, double number) {
    ret->kind = VALUE_REAL;
    ret->real = number;
}

static void get_used(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    (void)field;
    if (conntrack->count.known && conntrack->max.known && conntrack->max.value > 0)
        set_real(ret, 100.0 * (double)conntrack->count.value / (double)conntrack->max.value);
}

// The table is shared: the flows of every namespace that was read are in it.
static uint64_t count_flows(const struct row_ref *ref) {
    const struct conntrack *own = ref->row;
    uint64_t count = own->count.value;
    for (size_t i = 0; ref->node && i < node_count(ref->node); i++) {
        const struct table *table = ref->node->netnses[i].tables[KIND_CONNTRACK];
        const struct conntrack *there = table && table->count > 0 ? table_row(table, 0) : NULL;
        if (there && there != own)
            count += there->count.value;
    }
    return count;
}

static void get_mean_chain(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    (void)field;
    if (conntrack->count.known && conntrack->buckets.known && conntrack->buckets.value > 0)
        set_real(ret, conntrack_mean_chain(count_flows(ref), conntrack->buckets.value));
}

static void get_full_chain(const struct row_ref *ref, const struct field *field,
                           struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    (void)field;
    if (conntrack->max.value > 0 && conntrack->buckets.value > 0)
        set_real(ret, conntrack_mean_chain(conntrack->max.value, conntrack->buckets.value));
}

static const char *judge_chain(double chain) {
    if (chain <= CHAIN_GOOD)
        return "enough buckets for max";
    return chain <= CHAIN_BEARABLE ? "few buckets for max: lookups are slower when it is full"
                                   : "too few buckets for max: lookups are slow when it is full";
}

static void get_verdict(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    uint64_t count = conntrack->count.value, max = conntrack->max.value;
    (void)field;
    if (!conntrack->count.known || !conntrack->max.known || conntrack->buckets.value == 0)
        return;
    if (max == 0)
        value_set_text(ret, "no limit");
    else if (count >= max)
        value_set_text(ret, "full: new flows are dropped");
    else if ((double)count >= NEARLY_FULL * (double)max)
        value_set_text(ret, "nearly full: new flows are dropped when it is");
    else
        value_set_text(ret, judge_chain(conntrack_mean_chain(max, conntrack->buckets.value)));
}

// --- Rates ---------------------------------------------------------------------------------------

// The rate of the counter at that place among the row's; of one that the kernel has not, there is
// none.
static void set_rate(const struct row_ref *ref, const struct kind *kind,
                     const struct maybe *counters, size_t counter, struct value *ret) {
    const struct node_netns *entry = ref->node ? node_find(ref->node, ref->netns->inode) : NULL;
    const struct history *history = entry ? entry->histories[kind_id(kind)] : NULL;
    double rate;
    if (counters[counter].known && history &&
        history_rate(history, kind->identity(ref->row), counter, &rate))
        set_real(ret, rate);
}

static void get_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    size_t offset = field->offset - offsetof(struct conntrack, total);
    set_rate(ref, &conntrack_kind, conntrack->total, offset / sizeof(struct maybe), ret);
}

static void get_cpu_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack_cpu *cpu = ref->row;
    size_t offset = field->offset - offsetof(struct conntrack_cpu, counters);
    set_rate(ref, &conntrack_cpu_kind, cpu->counters, offset / sizeof(struct maybe), ret);
}

// --- Records -------------------------------------------------------------------------------------

static void set_records(const struct field *field, const void *items, size_t count,
                        struct value *ret) {
    if (count == 0)
        return;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = items;
    ret->records.count = count;
}

static void get_cpus(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    set_records(field, conntrack->cpus, conntrack->cpu_count, ret);
}

static void get_timeouts(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct conntrack *conntrack = ref->row;
    set_records(field, conntrack->timeouts, conntrack->timeout_count, ret);
}

// clang-format off
// What every processor counts, and all of them together.
#define COUNTERS(row, member) \
    FIELD_AS("found", row, member[CONNTRACK_FOUND], "FOUND", FIELD_COUNT, "lookups that found a flow, as far as the kernel counts them"), \
    FIELD_AS("invalid", row, member[CONNTRACK_INVALID], "INVALID", FIELD_COUNT, "packets that could not be tracked"), \
    FIELD_AS("insert", row, member[CONNTRACK_INSERT], "INSERT", FIELD_COUNT, "flows added, as far as the kernel counts them"), \
    FIELD_AS("insert_failed", row, member[CONNTRACK_INSERT_FAILED], "INSERT FAILED", FIELD_COUNT, "flows that could not be added"), \
    FIELD_AS("drop", row, member[CONNTRACK_DROP], "DROP", FIELD_COUNT, "packets dropped because their flow could not be added"), \
    FIELD_AS("early_drop", row, member[CONNTRACK_EARLY_DROP], "EARLY DROP", FIELD_COUNT, "flows dropped to make room for new ones"), \
    FIELD_AS("error", row, member[CONNTRACK_ERROR], "ERROR", FIELD_COUNT, "ICMP errors that could not be tracked"), \
    FIELD_AS("search_restart", row, member[CONNTRACK_SEARCH_RESTART], "RESTART", FIELD_COUNT, "lookups begun again because the table was resized"), \
    FIELD_AS("clash_resolve", row, member[CONNTRACK_CLASH_RESOLVE], "CLASH", FIELD_COUNT, "first packets of one flow that met and were told apart"), \
    FIELD_AS("chaintoolong", row, member[CONNTRACK_CHAINTOOLONG], "TOO LONG", FIELD_COUNT, "flows not added because their chain is too long"), \
    FIELD(row, expect_new, "EXPECT NEW", FIELD_COUNT, "flows that had been expected"), \
    FIELD(row, expect_create, "EXPECT CREATE", FIELD_COUNT, "expectations made"), \
    FIELD(row, expect_delete, "EXPECT DELETE", FIELD_COUNT, "expectations removed")

#define RATES(row, member, getter) \
    RATE("found_rate", row, member[CONNTRACK_FOUND], "FOUND/S", getter, "lookups a second that found a flow"), \
    RATE("invalid_rate", row, member[CONNTRACK_INVALID], "INVALID/S", getter, "packets a second that could not be tracked"), \
    RATE("insert_rate", row, member[CONNTRACK_INSERT], "INSERT/S", getter, "flows added a second"), \
    RATE("insert_failed_rate", row, member[CONNTRACK_INSERT_FAILED], "INSERT FAILED/S", getter, "flows a second that could not be added"), \
    RATE("drop_rate", row, member[CONNTRACK_DROP], "DROP/S", getter, "packets dropped a second because their flow could not be added"), \
    RATE("early_drop_rate", row, member[CONNTRACK_EARLY_DROP], "EARLY DROP/S", getter, "flows dropped a second to make room for new ones"), \
    RATE("error_rate", row, member[CONNTRACK_ERROR], "ERROR/S", getter, "ICMP errors a second that could not be tracked"), \
    RATE("search_restart_rate", row, member[CONNTRACK_SEARCH_RESTART], "RESTART/S", getter, "lookups begun again a second"), \
    RATE("clash_resolve_rate", row, member[CONNTRACK_CLASH_RESOLVE], "CLASH/S", getter, "first packets a second that met and were told apart"), \
    RATE("chaintoolong_rate", row, member[CONNTRACK_CHAINTOOLONG], "TOO LONG/S", getter, "flows not added a second because their chain is too long")
#define RATE(key, row, member, title, getter, help) \
    FIELD_WITH(key, row, member, title, FIELD_COUNT_RATE, getter, NULL, help)

static const struct field cpu_fields[] = {
    FIELD(struct conntrack_cpu, cpu, "CPU", FIELD_NUMBER, "number of the processor"),
    COUNTERS(struct conntrack_cpu, counters),
};

static const struct field cpu_row_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "name of the namespace"),
    FIELD(struct conntrack_cpu, cpu, "CPU", FIELD_NUMBER, "number of the processor"),
    COUNTERS(struct conntrack_cpu, counters),
    RATES(struct conntrack_cpu, counters, get_cpu_rate),
};

static const struct field timeout_fields[] = {
    FIELD(struct conntrack_timeout, name, "STATE", FIELD_TEXT, "protocol and state, as in net.netfilter.nf_conntrack_*"),
    FIELD(struct conntrack_timeout, seconds, "TIME", FIELD_DURATION, "how long a flow in it is kept without a packet"),
};

static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "name of the namespace"),
    FIELD(struct conntrack, count, "FLOWS", FIELD_COUNT, "flows in the namespace, by the kernel's own count"),
    FIELD(struct conntrack, max, "MAX", FIELD_COUNT, "flows that there can be; 0 for no limit"),
    FIELD_BY("used", "USED %", FIELD_NUMBER, get_used, "flows in percent of max"),
    FIELD(struct conntrack, buckets, "BUCKETS", FIELD_COUNT, "size of the hash table that all namespaces share"),
    FIELD_BY("mean_chain", "CHAIN", FIELD_NUMBER, get_mean_chain, "entries a bucket, of the namespaces that were read; a flow has two"),
    FIELD_BY("full_chain", "FULL CHAIN", FIELD_NUMBER, get_full_chain, "entries a bucket if this namespace had max flows"),
    FIELD_BY("verdict", "VERDICT", FIELD_TEXT, get_verdict, "what to make of count, max and buckets"),
    FIELD(struct conntrack, expectations, "EXPECTED", FIELD_COUNT, "expectations of helpers"),
    FIELD(struct conntrack, expect_max, "EXPECT MAX", FIELD_COUNT, "expectations that there can be"),
    FIELD(struct conntrack, accounting, "ACCT", FIELD_BOOLEAN, "whether new flows count packets and bytes"),
    FIELD(struct conntrack, timestamps, "TIMESTAMP", FIELD_BOOLEAN, "whether new flows note when they began"),
    FIELD(struct conntrack, events, "EVENTS", FIELD_NUMBER, "whether flows tell of changes: 0 no, 1 yes, 2 while somebody listens"),
    FIELD(struct conntrack, checksum, "CHECKSUM", FIELD_BOOLEAN, "whether packets with wrong checksums are invalid"),
    FIELD(struct conntrack, log_invalid, "LOG INVALID", FIELD_NUMBER, "protocol of which invalid packets are logged; 255 for all, 0 for none"),
    FIELD(struct conntrack, tcp_loose, "TCP LOOSE", FIELD_BOOLEAN, "whether TCP connections are picked up in their middle"),
    FIELD(struct conntrack, tcp_be_liberal, "LIBERAL", FIELD_BOOLEAN, "whether TCP packets outside the window are valid"),
    FIELD(struct conntrack, tcp_ignore_invalid_rst, "IGNORE RST", FIELD_BOOLEAN, "whether RST packets outside the window are passed on"),
    FIELD(struct conntrack, tcp_max_retrans, "MAX RETRANS", FIELD_COUNT, "retransmissions without an answer before the timeout is shortened"),
    COUNTERS(struct conntrack, total),
    RATES(struct conntrack, total, get_rate),
    FIELD_RECORDS_BY("cpus", "CPUS", get_cpus, &conntrack_cpu_type, "the same counters processor by processor"),
    FIELD_RECORDS_BY("timeouts", "TIMEOUTS", get_timeouts, &conntrack_timeout_type, "how long flows are kept, by state"),
};
// clang-format on

static void format_cpu(const void *item, struct buffer *buffer) {
    const struct conntrack_cpu *cpu = item;
    buffer_printf(buffer, "cpu%u", cpu->cpu);
}

const struct record_type conntrack_cpu_type = {
    .name = "cpu",
    .fields = cpu_fields,
    .field_count = sizeof(cpu_fields) / sizeof(cpu_fields[0]),
    .size = sizeof(struct conntrack_cpu),
    .format = format_cpu,
};

static void format_timeout(const void *item, struct buffer *buffer) {
    const struct conntrack_timeout *timeout = item;
    buffer_printf(buffer, "%s=%llu", timeout->name, (unsigned long long)timeout->seconds);
}

const struct record_type conntrack_timeout_type = {
    .name = "timeout",
    .fields = timeout_fields,
    .field_count = sizeof(timeout_fields) / sizeof(timeout_fields[0]),
    .size = sizeof(struct conntrack_timeout),
    .format = format_timeout,
};

// One row a namespace.
static uint64_t identity(const void *row) {
    (void)row;
    return 1;
}

const struct kind conntrack_kind = {
    .name = "conntrack",
    .title = "Connection tracking",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct conntrack),
    .columns = "netns,count,max,used,buckets,mean_chain,verdict,expectations,accounting,timestamps,"
               "insert_failed,drop,early_drop,invalid",
    .sort = "-count",
    .identity = identity,
    .help = "connection tracking of namespaces: fill, settings, counters",
};

static uint64_t cpu_identity(const void *row) {
    const struct conntrack_cpu *cpu = row;
    return cpu->cpu + UINT64_C(1);
}

const struct kind conntrack_cpu_kind = {
    .name = "conntrack_cpus",
    .title = "Processors",
    .fields = cpu_row_fields,
    .field_count = sizeof(cpu_row_fields) / sizeof(cpu_row_fields[0]),
    .row_size = sizeof(struct conntrack_cpu),
    .columns = "netns,cpu,found,invalid,insert,insert_failed,drop,early_drop,error,search_restart,"
               "clash_resolve,chaintoolong",
    .sort = "cpu",
    .identity = cpu_identity,
    .help = "what each processor counted of connection tracking",
};
