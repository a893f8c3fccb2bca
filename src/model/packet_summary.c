// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/ruleset.h"

#define SECOND INT64_C(1000000000)
#define SLOTS  4096 // of each: a power of two, and far more than PACKET_SUMMARY_MOST

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

// --- Counting ------------------------------------------------------------------------------------

struct entry {
    char *value;
    char *rule; // of the last packet
    uint64_t hash;
    uint8_t outcome;
    uint64_t steps;
    uint64_t packets, bytes;
    int64_t first, last;
    // Of the last seconds, by the second's number.
    int64_t seconds[PACKET_RATE_SECONDS];
    uint32_t counts[PACKET_RATE_SECONDS];
};

struct entries {
    struct entry *slots[SLOTS];
    size_t count;
};

struct packet_counting {
    int64_t begin;
    uint64_t packets;
    struct entries by[PACKET_BY_COUNT];
};

struct packet_counting *packet_counting_new(int64_t begin) {
    struct packet_counting *counting = calloc(1, sizeof(*counting));
    if (counting)
        counting->begin = begin;
    return counting;
}

static void free_entry(struct entry *entry) {
    if (!entry)
        return;
    free(entry->value);
    free(entry->rule);
    free(entry);
}

void packet_counting_free(struct packet_counting *counting) {
    for (size_t by = 0; counting && by < PACKET_BY_COUNT; by++) {
        for (size_t i = 0; i < SLOTS; i++)
            free_entry(counting->by[by].slots[i]);
    }
    free(counting);
}

// FNV-1a, 64 bits.
static uint64_t hash_text(const char *text, uint8_t seed) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325) + seed;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static struct entry **find_slot(struct entries *entries, const char *value, uint8_t outcome) {
    uint64_t hash = hash_text(value, outcome);
    size_t slot = (size_t)(hash ^ hash >> 32) % SLOTS;
    while (entries->slots[slot] &&
           (entries->slots[slot]->hash != hash || entries->slots[slot]->outcome != outcome ||
            strcmp(entries->slots[slot]->value, value) != 0))
        slot = (slot + 1) % SLOTS;
    return &entries->slots[slot];
}

static struct entry *make_entry(const char *value, uint8_t outcome, int64_t time) {
    struct entry *entry = calloc(1, sizeof(*entry));
    char *copy = strdup(value);
    if (!entry || !copy) {
        free(entry);
        free(copy);
        return NULL;
    }
    *entry = (struct entry){.value = copy,
                            .hash = hash_text(value, outcome),
                            .outcome = outcome,
                            .first = time,
                            .last = time};
    return entry;
}

// Where there are too many, one of them stands for all further ones of an outcome.
static struct entry *find_entry(struct entries *entries, const char *value,
                                const struct packet *packet) {
    struct entry **slot = find_slot(entries, value, packet->outcome);
    if (!*slot && entries->count >= PACKET_SUMMARY_MOST) {
        value = "others";
        slot = find_slot(entries, value, packet->outcome);
    }
    if (*slot)
        return *slot;
    *slot = make_entry(value, packet->outcome, packet->time);
    entries->count += *slot != NULL;
    return *slot;
}

static int note_rule(struct entry *entry, const char *rule) {
    if (!rule || (entry->rule && strcmp(entry->rule, rule) == 0))
        return 0;
    char *copy = strdup(rule);
    if (!copy)
        return -ENOMEM;
    free(entry->rule);
    entry->rule = copy;
    return 0;
}

static void count(struct entry *entry, const struct packet *packet) {
    int64_t second = packet->time / SECOND;
    size_t place = (size_t)second % PACKET_RATE_SECONDS;
    if (entry->seconds[place] != second) {
        entry->seconds[place] = second;
        entry->counts[place] = 0;
    }
    entry->counts[place]++;
    entry->packets++;
    entry->bytes += packet->first.length;
    entry->first = packet->time < entry->first ? packet->time : entry->first;
    entry->last = packet->time > entry->last ? packet->time : entry->last;
}

// --- What they have in common --------------------------------------------------------------------

// A table is named where it is another than the step before's.
static void put_step(const struct packet_step *step, const struct packet_step *before,
                     struct buffer *path) {
    const char *family = nf_family_name(step->family);
    bool same = before && before->family == step->family && before->legacy == step->legacy &&
                strcmp(before->table, step->table) == 0;
    if (before)
        buffer_puts(path, " > ");
    if (!same)
        buffer_printf(path, "%s%s %s ", step->legacy ? "legacy " : "", family ? family : "?",
                      step->table);
    buffer_puts(path, step->chain);
    if (step->type == PACKET_STEP_POLICY)
        buffer_puts(path, " policy");
    else if (step->handle.known)
        buffer_printf(path, "#%llu", (unsigned long long)step->handle.value);
    else if (step->number.known)
        buffer_printf(path, ":%llu", (unsigned long long)step->number.value);
    else
        buffer_puts(path, " return");
}

static void put_path(const struct packet *packet, struct buffer *path) {
    for (size_t i = 0; i < packet->step_count; i++)
        put_step(&packet->steps[i], i > 0 ? &packet->steps[i - 1] : NULL, path);
    if (packet->step_count == 0)
        buffer_puts(path, "no rule");
}

static int count_by(struct packet_counting *counting, enum packet_summary_by by,
                    const struct packet *packet) {
    struct buffer value = BUFFER_INIT;
    switch (by) {
    case PACKET_BY_RULE:
        buffer_puts(&value, packet->reason ? packet->reason : "no rule");
        break;
    case PACKET_BY_PATH:
        put_path(packet, &value);
        break;
    case PACKET_BY_COUNT:
        break;
    }
    struct entry *entry =
        value.failed ? NULL : find_entry(&counting->by[by], buffer_text(&value), packet);
    buffer_done(&value);
    if (!entry)
        return -ENOMEM;
    entry->steps = packet->step_count;
    count(entry, packet);
    return note_rule(entry, packet->deciding ? packet->deciding->rule : NULL);
}

int packet_counting_add(struct packet_counting *counting, const struct packet *packet) {
    int r = 0;
    counting->packets++;
    for (enum packet_summary_by by = 0; by < PACKET_BY_COUNT && r == 0; by++)
        r = count_by(counting, by, packet);
    return r;
}

// --- Rows ----------------------------------------------------------------------------------------

// The seconds that are over, at most so many, and the one that has begun.
static double rate_of(const struct entry *entry, int64_t begin, int64_t now) {
    int64_t second = now / SECOND, since = second - PACKET_RATE_SECONDS + 1;
    uint64_t packets = 0;
    for (size_t i = 0; i < PACKET_RATE_SECONDS; i++)
        packets += entry->seconds[i] >= since && entry->seconds[i] <= second ? entry->counts[i] : 0;
    int64_t from = since * SECOND > begin ? since * SECOND : begin;
    double seconds = (double)(now - from) / (double)SECOND;
    return (double)packets / (seconds > 1 ? seconds : 1);
}

static double mean_of(const struct entry *entry, int64_t begin, int64_t now) {
    double seconds = (double)(now - begin) / (double)SECOND;
    return (double)entry->packets / (seconds > 1 ? seconds : 1);
}

static int add_row(const struct packet_counting *counting, const struct entry *entry,
                   enum packet_summary_by by, int64_t now, struct table *table) {
    struct packet_summary *row = table_add(table);
    if (!row)
        return -ENOMEM;
    *row = (struct packet_summary){
        .by = (uint8_t)by,
        .value = arena_strdup(&table->arena, entry->value),
        .rule = arena_strdup(&table->arena, entry->rule),
        .outcome = entry->outcome,
        .steps = entry->steps,
        .packets = entry->packets,
        .all_packets = counting->packets,
        .bytes = entry->bytes,
        .first = entry->first,
        .last = entry->last,
        .mean = mean_of(entry, counting->begin, now),
        .rate = rate_of(entry, counting->begin, now),
    };
    return row->value && (row->rule || !entry->rule) ? 0 : -ENOMEM;
}

int packet_counting_fill(const struct packet_counting *counting, int64_t now, struct table *table) {
    int r = 0;
    for (enum packet_summary_by by = 0; by < PACKET_BY_COUNT; by++) {
        for (size_t i = 0; i < SLOTS && r == 0; i++) {
            if (counting->by[by].slots[i])
                r = add_row(counting, counting->by[by].slots[i], by, now, table);
        }
    }
    return r;
}

// --- Fields --------------------------------------------------------------------------------------

static const char *const by_words[] = {[PACKET_BY_RULE] = "rule", [PACKET_BY_PATH] = "path"};
const struct enum_names packet_summary_by_names = NAMES(by_words);

static const struct packet_summary *summary_of(const struct row_ref *ref) {
    return ref->row;
}

static void set_real(struct value *ret, double number) {
    ret->kind = VALUE_REAL;
    ret->real = number;
}

static void get_share(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_summary *summary = summary_of(ref);
    (void)field;
    if (summary->all_packets > 0)
        set_real(ret, 100.0 * (double)summary->packets / (double)summary->all_packets);
}

static void get_steps(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_summary *summary = summary_of(ref);
    (void)field;
    if (summary->by != PACKET_BY_PATH)
        return;
    ret->kind = VALUE_UINT;
    ret->uint = summary->steps;
}

static void get_mean(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_real(ret, summary_of(ref)->mean);
}

static void get_rate(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    set_real(ret, summary_of(ref)->rate);
}

static void get_first(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_time(ret, summary_of(ref)->first);
}

static void get_last(const struct row_ref *ref, const struct field *field, struct value *ret) {
    (void)field;
    value_set_time(ret, summary_of(ref)->last);
}

// clang-format off
static const struct field fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that they were traced in"),
    FIELD_OF_ENUM("by", struct packet_summary, by, "COUNTED BY", &packet_summary_by_names, "what the packets have in common: the rule that decided, or their whole path"),
    FIELD(struct packet_summary, value, "BY", FIELD_TEXT, "the rule or policy; of a path: each rule by its chain and handle"),
    FIELD(struct packet_summary, rule, "RULE", FIELD_TEXT, "text of the rule that decided, as it was for the last of them"),
    FIELD_OF_ENUM("outcome", struct packet_summary, outcome, "OUTCOME", &packet_outcome_names, "what became of them"),
    FIELD(struct packet_summary, packets, "PACKETS", FIELD_COUNT, "how many packets"),
    FIELD_BY("share", "SHARE %", FIELD_NUMBER, get_share, "of the packets traced in the namespace, in percent"),
    FIELD(struct packet_summary, bytes, "BYTES", FIELD_BYTES, "their bytes"),
    FIELD_BY("mean", "MEAN/S", FIELD_NUMBER, get_mean, "packets a second since the trace began"),
    FIELD_BY("packets_rate", "PKT/S", FIELD_COUNT_RATE, get_rate, "packets a second in the last ten seconds"),
    FIELD_BY("steps", "STEPS", FIELD_COUNT, get_steps, "of a path: how many rules and policies"),
    FIELD_BY("first", "FIRST", FIELD_TIME, get_first, "when the first of them came"),
    FIELD_BY("last", "LAST", FIELD_TIME, get_last, "when the last of them came"),
};
// clang-format on

static uint64_t identity(const void *row) {
    const struct packet_summary *summary = row;
    return hash_text(summary->value, (uint8_t)(summary->by << 4 | summary->outcome));
}

const struct kind packet_summary_kind = {
    .name = "packet_summaries",
    .title = "Summaries of packets",
    .fields = fields,
    .field_count = sizeof(fields) / sizeof(fields[0]),
    .row_size = sizeof(struct packet_summary),
    .columns = "by,packets,share,mean,outcome,value,rule",
    .sort = "by,-packets,value",
    .identity = identity,
    .asked_with = "trace",
    .help = "which rules decided on traced packets, and which ways they took",
};
