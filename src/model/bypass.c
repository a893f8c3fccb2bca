// SPDX-License-Identifier: GPL-2.0-or-later
// The rows and fields of bypasses.
#include "model/bypass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "model/netfilter.h"
#include "ruleset/nf_text.h"

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

// --- Rows ----------------------------------------------------------------------------------------

struct bypass *bypass_add(struct table *table, enum bypass_type type, enum road_point station,
                          const void *bytes, size_t size) {
    const uint8_t place[] = {(uint8_t)type, (uint8_t)station};
    struct bypass *row = table_add(table);
    if (!row)
        return NULL;
    row->type = (uint8_t)type;
    row->station = (uint8_t)station;
    row->active = true;
    row->identity = hash_add(hash_add(HASH_START, place, sizeof(place)), bytes, size);
    return row;
}

const char *bypass_keep_text(struct table *table, struct buffer *text) {
    const char *copy = text->failed ? NULL : arena_strdup(&table->arena, buffer_text(text));
    buffer_done(text);
    return copy;
}

int bypass_set_device(struct table *table, struct bypass *row, int32_t ifindex, const char *name) {
    const char *copy = name ? arena_strdup(&table->arena, name) : NULL;
    row->ifindex = ifindex;
    row->devices = copy ? arena_copy(&table->arena, &copy, sizeof(copy)) : NULL;
    row->device_count = row->devices ? 1 : 0;
    return row->devices || !name ? 0 : -ENOMEM;
}

// What is nowhere comes last.
static int place_of(const struct bypass *bypass) {
    return bypass->station == ROAD_NOWHERE ? ROAD_POINT_COUNT : bypass->station;
}

// Of what stands at a hook of netfilter, which it calls by priority.
static bool is_called(const struct bypass *bypass) {
    return bypass->table || bypass->type == BYPASS_PROGRAM;
}

// What the others do is done in the order in which they were found.
static int compare_rows(const void *a, const void *b) {
    const struct bypass *left = a, *right = b;
    if (left->station != right->station)
        return place_of(left) < place_of(right) ? -1 : 1;
    if (is_called(left) && is_called(right) && left->prio != right->prio)
        return left->prio < right->prio ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static void order_rows(struct table *table) {
    struct bypass *rows = table->rows;
    for (size_t i = 0; i < table->count; i++)
        rows[i].order = (uint32_t)i;
    if (table->count > 1)
        qsort(rows, table->count, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < table->count; i++)
        rows[i].order = (uint32_t)i + 1;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    return text ? hash_add(hash, text, strlen(text) + 1) : hash_add(hash, "", 1);
}

static uint64_t digest_rows(const struct table *table, const struct bypass_whole *whole) {
    uint64_t hash = hash_add(HASH_START, whole, sizeof(*whole));
    for (size_t i = 0; i < table->count; i++) {
        const struct bypass *row = table_row(table, i);
        hash = hash_add(hash, &row->identity, sizeof(row->identity));
        hash = hash_text(hash, row->name);
        hash = hash_text(hash, row->mode);
        for (size_t k = 0; k < row->device_count; k++)
            hash = hash_text(hash, row->devices[k]);
        hash = hash_text(hash, row->effect);
        hash = hash_text(hash, row->evidence);
    }
    return hash;
}

// Rows that rules have no part in.
static int add_rows_of_interfaces(struct table *table, const struct bypass_facts *facts) {
    struct bypass_whole *whole = arena_alloc(&table->arena, sizeof(*whole));
    if (!whole)
        return -ENOMEM;
    whole->unread = facts->unread;
    int r = bypass_add_programs(table, facts);
    if (r == 0)
        r = bypass_add_bpf(table, facts);
    if (r == 0)
        r = bypass_add_bridges(table, facts, whole);
    whole->digest = digest_rows(table, whole);
    table->whole = whole;
    return r;
}

int bypass_add_rows(struct table *table, const struct bypass_facts *facts) {
    table->ruleset = facts->ruleset ? ruleset_ref(facts->ruleset) : NULL;
    int r = add_rows_of_interfaces(table, facts);
    if (r == 0 && facts->ruleset)
        r = bypass_add_rules(table, facts->ruleset);
    order_rows(table);
    return r;
}

bool bypass_is_unchanged(const struct table *table, const struct bypass_facts *facts) {
    const struct bypass_whole *old = table->whole, *new;
    struct table *again = table_new(&bypass_kind);
    bool same = again && add_rows_of_interfaces(again, facts) == 0;
    new = same ? again->whole : NULL;
    same = old && new && old->digest == new->digest;
    table_unref(again);
    return same;
}

// --- Fields --------------------------------------------------------------------------------------

static const char *const stations[ROAD_POINT_COUNT] = {
    [ROAD_NOWHERE] = "nowhere",
    [ROAD_AT_XDP] = "xdp",
    [ROAD_AT_TC_INGRESS] = "tc-ingress",
    [ROAD_AT_INGRESS] = "ingress",
    [ROAD_AT_BRIDGE] = "bridge",
    [ROAD_AT_PREROUTING] = "prerouting",
    [ROAD_AT_INPUT] = "input",
    [ROAD_AT_CGROUP_INGRESS] = "cgroup-ingress",
    [ROAD_AT_FORWARD] = "forward",
    [ROAD_AT_SOCKET] = "socket",
    [ROAD_AT_OUTPUT] = "output",
    [ROAD_AT_POSTROUTING] = "postrouting",
    [ROAD_AT_CGROUP_EGRESS] = "cgroup-egress",
    [ROAD_AT_EGRESS] = "egress",
    [ROAD_AT_TC_EGRESS] = "tc-egress",
};
static const struct enum_names station_names = NAMES(stations);

const char *bypass_station_name(enum road_point station) {
    return stations[station];
}

static const char *const types[] = {
    [BYPASS_XDP] = "xdp",
    [BYPASS_TC] = "tc",
    [BYPASS_TC_FILTER] = "tc-filter",
    [BYPASS_TCX] = "tcx",
    [BYPASS_NETKIT] = "netkit",
    [BYPASS_FLOWTABLE] = "flowtable",
    [BYPASS_FLOW_ADD] = "flow-add",
    [BYPASS_NOTRACK] = "notrack",
    [BYPASS_BRIDGE] = "bridge",
    [BYPASS_TAGGED] = "tagged",
    [BYPASS_BACKENDS] = "backends",
    [BYPASS_PROGRAM] = "netfilter",
    [BYPASS_CGROUP] = "cgroup",
};
static const struct enum_names type_names = NAMES(types);

static void get_prio(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct bypass *bypass = ref->row;
    (void)field;
    if (!bypass->has_prio)
        return;
    ret->kind = VALUE_INT;
    ret->sint = bypass->prio;
}

static void get_devices(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct bypass *bypass = ref->row;
    (void)field;
    netfilter_set_texts(ret, bypass->devices, bypass->device_count);
}

static void get_rule(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct bypass *bypass = ref->row;
    (void)field;
    if (bypass->rule)
        value_set_text(ret, nf_rule_text(bypass->rule));
}

#define ROW struct bypass

// clang-format off
static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it is in"),
    FIELD(ROW, order, "ORDER", FIELD_NUMBER, "order in which packets meet them, from 1"),
    FIELD_OF_ENUM("station", ROW, station, "STATION", &station_names, "where on a packet's road it is"),
    FIELD_OF_ENUM("type", ROW, type, "TYPE", &type_names, "what it is"),
    FIELD(ROW, name, "NAME", FIELD_TEXT, "name of the BPF program, the flowtable or the bridge; a filter with its actions; table and chain of a rule; tables"),
    FIELD(ROW, id, "ID", FIELD_NUMBER, "id of the BPF program"),
    FIELD(ROW, mode, "MODE", FIELD_TEXT, "driver, generic or offload of XDP; direct-action or classifier of tc; hardware or software of a flowtable; family of a program at a hook; what of its processes a control group's program sees"),
    FIELD_BY("dev", "DEVICES", FIELD_LIST, get_devices, "interfaces whose packets it is about"),
    FIELD(ROW, cgroup, "CGROUP", FIELD_TEXT, "control group whose processes' packets it is about"),
    FIELD_BY("prio", "PRIORITY", FIELD_NUMBER, get_prio, "order among the filters of tc, or among the chains of the hook"),
    FIELD_OF_ENUM_BEHIND("family", ROW, table, family, "FAMILY", &nf_family_names, "family of the table that it is in"),
    FIELD_BEHIND("table", ROW, table, name, "TABLE", FIELD_TEXT, "table that it is in"),
    FIELD_OF_ENUM_BEHIND("backend", ROW, table, backend, "BACKEND", &nf_backend_names, "which part of the kernel has the table"),
    FIELD_BEHIND("chain", ROW, chain, name, "CHAIN", FIELD_TEXT, "chain that the rule is in"),
    FIELD_BEHIND("handle", ROW, rule, handle, "HANDLE", FIELD_NUMBER, "number that the kernel gave the rule"),
    FIELD_BY("rule", "RULE", FIELD_TEXT, get_rule, "the rule in its table's language"),
    FIELD_BEHIND("base", ROW, base, name, "BASE", FIELD_TEXT, "base chain from which the rule is called"),
    FIELD(ROW, active, "ACTIVE", FIELD_BOOLEAN, "it does something, as things are now"),
    FIELD(ROW, effect, "EFFECT", FIELD_TEXT, "what it does to packets, in words"),
    FIELD(ROW, evidence, "EVIDENCE", FIELD_TEXT, "where that was read"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct bypass *bypass = row;
    return bypass->identity;
}

const struct kind bypass_kind = {
    .name = "bypasses",
    .title = "Bypasses",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct bypass),
    .columns = "station,type,name,id,mode,dev,rule,effect,evidence",
    .sort = "order",
    .identity = identity,
    .help = "what takes packets past netfilter, or past a part of it",
};
