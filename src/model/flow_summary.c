// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/node.h"

#define SLOTS_LEAST 1024

// --- Counting ------------------------------------------------------------------------------------

// A value that flows have in common. All of it is compared as bytes: what does not matter is zero.
struct key {
    struct address address;
    uint8_t by;
    uint16_t port;
    uint8_t protocol, state;
    bool has_port;
    uint8_t unused;
};
_Static_assert(sizeof(struct key) == sizeof(struct address) + 7, "bytes that nobody writes");

struct entry {
    struct key key;
    bool used;
    uint64_t flows; // 0: all of them went
    uint64_t packets, bytes;
    uint64_t counted; // flows of which these are known
};

struct flow_counting {
    struct entry *entries;
    size_t size, count; // count: entries that are used
    uint64_t flows;
    bool failed; // memory was out: it does not say how many there are
};

struct flow_counting *flow_counting_new(void) {
    struct flow_counting *counting = calloc(1, sizeof(*counting));
    struct entry *entries = calloc(SLOTS_LEAST, sizeof(*entries));
    if (!counting || !entries) {
        free(counting);
        free(entries);
        return NULL;
    }
    counting->entries = entries;
    counting->size = SLOTS_LEAST;
    return counting;
}

void flow_counting_free(struct flow_counting *counting) {
    if (!counting)
        return;
    free(counting->entries);
    free(counting);
}

static size_t hash_of(const struct key *key) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    const uint8_t *bytes = (const uint8_t *)key;
    for (size_t i = 0; i < sizeof(*key); i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

static struct entry *find_entry(struct entry *entries, size_t size, const struct key *key) {
    size_t slot = hash_of(key) & (size - 1);
    while (entries[slot].used && memcmp(&entries[slot].key, key, sizeof(*key)) != 0)
        slot = (slot + 1) & (size - 1);
    return &entries[slot];
}

static size_t count_living(const struct flow_counting *counting) {
    size_t count = 0;
    for (size_t i = 0; i < counting->size; i++)
        count += counting->entries[i].flows > 0;
    return count;
}

// Leaves those out of which all flows went: there may be room enough then.
static int make_room(struct flow_counting *counting) {
    size_t living = count_living(counting);
    size_t size = living >= counting->size / 2 ? counting->size * 2 : counting->size;
    struct entry *entries = calloc(size, sizeof(*entries));
    if (!entries)
        return -ENOMEM;
    for (size_t i = 0; i < counting->size; i++) {
        const struct entry *entry = &counting->entries[i];
        if (entry->flows > 0)
            *find_entry(entries, size, &entry->key) = *entry;
    }
    free(counting->entries);
    counting->entries = entries;
    counting->size = size;
    counting->count = living;
    return 0;
}

static void make_key(const struct flow *flow, enum flow_summary_by by, struct key *ret) {
    memset(ret, 0, sizeof(*ret));
    ret->by = (uint8_t)by;
    switch (by) {
    case FLOW_BY_NETNS:
    case FLOW_BY_COUNT:
        break;
    case FLOW_BY_STATE:
        ret->state = flow->state;
        break;
    case FLOW_BY_PROTOCOL:
        ret->protocol = flow->protocol;
        break;
    case FLOW_BY_SRC:
        ret->address = flow_address(flow, FLOW_SRC);
        break;
    case FLOW_BY_DST:
        ret->address = flow_address(flow, FLOW_DST);
        break;
    case FLOW_BY_SERVICE:
        ret->address = flow_address(flow, FLOW_DST);
        ret->protocol = flow->protocol;
        ret->has_port = flow->known & FLOW_HAS_PORTS;
        ret->port = ret->has_port ? flow->orig.dport : 0;
        break;
    }
}

static int add(struct flow_counting *counting, const struct flow *flow, const struct key *key) {
    if (counting->count >= counting->size / 4 * 3 && make_room(counting) < 0)
        return -ENOMEM;
    struct entry *entry = find_entry(counting->entries, counting->size, key);
    counting->count += !entry->used;
    entry->used = true;
    entry->key = *key;
    entry->flows++;
    if (flow->known & FLOW_HAS_COUNTERS) {
        entry->counted++;
        entry->packets += flow->packets + flow->reply_packets;
        entry->bytes += flow->bytes + flow->reply_bytes;
    }
    return 0;
}

static void subtract(struct flow_counting *counting, const struct flow *flow,
                     const struct key *key) {
    struct entry *entry = find_entry(counting->entries, counting->size, key);
    if (entry->flows == 0)
        return;
    entry->flows--;
    if (flow->known & FLOW_HAS_COUNTERS) {
        entry->counted--;
        entry->packets -= flow->packets + flow->reply_packets;
        entry->bytes -= flow->bytes + flow->reply_bytes;
    }
}

// A protocol without states counts for none of them.
static bool is_counted(const struct flow *flow, enum flow_summary_by by) {
    return by != FLOW_BY_STATE || flow->state != FLOW_STATELESS;
}

int flow_counting_add(struct flow_counting *counting, const struct flow *flow) {
    int r = 0;
    counting->flows++;
    for (enum flow_summary_by by = 0; r == 0 && by < FLOW_BY_COUNT; by++) {
        struct key key;
        if (!is_counted(flow, by))
            continue;
        make_key(flow, by, &key);
        r = add(counting, flow, &key);
    }
    counting->failed |= r < 0;
    return r;
}

void flow_counting_remove(struct flow_counting *counting, const struct flow *flow) {
    counting->flows--;
    for (enum flow_summary_by by = 0; by < FLOW_BY_COUNT; by++) {
        struct key key;
        if (!is_counted(flow, by))
            continue;
        make_key(flow, by, &key);
        subtract(counting, flow, &key);
    }
}

// --- Rows ----------------------------------------------------------------------------------------

static void format_word(const struct enum_names *names, uint8_t number, struct buffer *text) {
    if (number < names->count && names->names[number])
        buffer_puts(text, names->names[number]);
    else
        buffer_printf(text, "unknown(%u)", number);
}

// "tcp 10.0.0.1:80", "udp [fd00::1]:53", "icmp 10.0.0.1"
static void format_service(const struct key *key, struct buffer *text) {
    format_word(&flow_protocol_names, key->protocol, text);
    buffer_putc(text, ' ');
    address_format_end(&key->address, key->has_port, key->port, text);
}

static void format_key(const struct key *key, const char *netns, struct buffer *text) {
    switch ((enum flow_summary_by)key->by) {
    case FLOW_BY_NETNS:
        buffer_puts(text, netns);
        break;
    case FLOW_BY_STATE:
        format_word(&flow_state_names, key->state, text);
        break;
    case FLOW_BY_PROTOCOL:
        format_word(&flow_protocol_names, key->protocol, text);
        break;
    case FLOW_BY_SRC:
    case FLOW_BY_DST:
        address_format(&key->address, text);
        break;
    case FLOW_BY_SERVICE:
        format_service(key, text);
        break;
    case FLOW_BY_COUNT:
        break;
    }
}

static int add_row(const struct flow_counting *counting, const struct entry *entry,
                   const char *netns, struct table *table) {
    struct flow_summary *row = table_add(table);
    struct buffer text = BUFFER_INIT;
    if (!row)
        return -ENOMEM;
    format_key(&entry->key, netns, &text);
    row->by = entry->key.by;
    row->value = arena_strdup(&table->arena, buffer_text(&text));
    row->flows = entry->flows;
    row->all_flows = counting->flows;
    if (entry->counted > 0) {
        row->packets = maybe_of(entry->packets);
        row->bytes = maybe_of(entry->bytes);
    }
    buffer_done(&text);
    return row->value ? 0 : -ENOMEM;
}

int flow_counting_fill(const struct flow_counting *counting, const char *netns,
                       struct table *table) {
    int r = counting->failed ? -ENOMEM : table_reserve(table, counting->count);
    for (size_t i = 0; r == 0 && i < counting->size; i++) {
        if (counting->entries[i].flows > 0)
            r = add_row(counting, &counting->entries[i], netns, table);
    }
    return r;
}

// --- Fields --------------------------------------------------------------------------------------

static const char *const by_words[] = {
    [FLOW_BY_NETNS] = "namespace", [FLOW_BY_STATE] = "state",     [FLOW_BY_PROTOCOL] = "protocol",
    [FLOW_BY_SRC] = "source",      [FLOW_BY_DST] = "destination", [FLOW_BY_SERVICE] = "service",
};
const struct enum_names flow_summary_by_names = {by_words, sizeof(by_words) / sizeof(by_words[0])};

// The flows of all namespaces that were read.
static uint64_t count_node(const struct node *node) {
    uint64_t count = 0;
    for (size_t i = 0; node && i < node_count(node); i++) {
        const struct table *table = node->netnses[i].tables[KIND_FLOW_SUMMARIES];
        const struct flow_summary *any = table && table->count > 0 ? table_row(table, 0) : NULL;
        count += any ? any->all_flows : 0;
    }
    return count;
}

static void get_share(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct flow_summary *summary = ref->row;
    uint64_t all = summary->by == FLOW_BY_NETNS ? count_node(ref->node) : 0;
    (void)field;
    if (all == 0) // of what is no namespace, or is dumped alone
        all = summary->all_flows;
    if (all == 0)
        return;
    ret->kind = VALUE_REAL;
    ret->real = 100.0 * (double)summary->flows / (double)all;
}

// clang-format off
static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "name of the namespace"),
    FIELD_OF_ENUM("by", struct flow_summary, by, "BY", &flow_summary_by_names, "what the flows have in common"),
    FIELD(struct flow_summary, value, "VALUE", FIELD_TEXT, "which one they have; of a service: protocol, destination and port"),
    FIELD(struct flow_summary, flows, "FLOWS", FIELD_COUNT, "how many flows"),
    FIELD_BY("share", "SHARE %", FIELD_NUMBER, get_share, "of the namespace's flows, in percent; of a namespace: of all flows that were read"),
    FIELD(struct flow_summary, packets, "PACKETS", FIELD_COUNT, "their packets, both ways, where accounting is on"),
    FIELD(struct flow_summary, bytes, "BYTES", FIELD_BYTES, "their bytes, both ways"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct flow_summary *summary = row;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + summary->by; // FNV-1a
    for (const char *at = summary->value; *at; at++)
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
    return hash;
}

const struct kind flow_summary_kind = {
    .name = "flow_summaries",
    .title = "Summaries of flows",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct flow_summary),
    .columns = "by,value,flows,share,packets,bytes",
    .sort = "by,-flows,value",
    .identity = identity,
    .compares_netnses = true,
    .help = "how many flows have a state, a protocol, an end or a service in common",
};
