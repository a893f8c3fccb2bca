// SPDX-License-Identifier: GPL-2.0-or-later
// A kind with a field of every type, and a few rows of it, for the tests of what works on any kind:
// filters, sorting, the writers of text and JSON, and the fuzz target of the filter language.
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "model/kind.h"
#include "model/netns.h"

enum sample_flag { SAMPLE_UP = 1, SAMPLE_RUNNING = 2, SAMPLE_LOWER_UP = 4 };

struct sample_record {
    struct address local;
    uint8_t prefixlen;
    const char *label;
};

struct sample {
    const char *name;
    uint64_t bytes;
    struct maybe count;
    int32_t number;
    struct maybe lifetime;
    const char *since;
    struct maybe on;
    struct maybe state;
    uint32_t flags;
    struct address address;
    struct prefix prefix;
    struct lladdr mac;
    const char *alias;
    const char *const *tags;
    size_t tag_count;
    const struct sample_record *records;
    size_t record_count;
};

static const char *const sample_state_words[] = {"unknown", "down", NULL, "up"};
static const struct enum_names sample_state_names = {sample_state_words, 4};

static const struct flag_name sample_flag_names[] = {
    {SAMPLE_UP, "UP"}, {SAMPLE_RUNNING, "RUNNING"}, {SAMPLE_LOWER_UP, "LOWER_UP"}, {0, NULL}};

static inline void sample_format_record(const void *item, struct buffer *buffer) {
    const struct sample_record *record = item;
    address_format(&record->local, buffer);
    buffer_printf(buffer, "/%u", record->prefixlen);
}

static const struct field sample_record_fields[] = {
    FIELD(struct sample_record, local, "LOCAL", FIELD_ADDRESS, "the address"),
    FIELD(struct sample_record, prefixlen, "LENGTH", FIELD_NUMBER, "its length"),
    FIELD(struct sample_record, label, "LABEL", FIELD_TEXT, "its label"),
};
static const struct record_type sample_record_type = {
    "record", sample_record_fields, 3, sizeof(struct sample_record), sample_format_record};

static inline void sample_get_tags(const struct row_ref *ref, const struct field *field,
                                   struct value *ret) {
    const struct sample *sample = ref->row;
    (void)field;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = sample->tags;
    ret->texts.count = sample->tag_count;
}

static inline void sample_get_records(const struct row_ref *ref, const struct field *field,
                                      struct value *ret) {
    const struct sample *sample = ref->row;
    ret->kind = VALUE_RECORDS;
    ret->records.type = field->names;
    ret->records.items = sample->records;
    ret->records.count = sample->record_count;
}

static inline void sample_get_rate(const struct row_ref *ref, const struct field *field,
                                   struct value *ret) {
    const struct sample *sample = ref->row;
    (void)field;
    ret->kind = VALUE_REAL;
    ret->real = (double)sample->bytes / 4;
}

static const struct field sample_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "its namespace"),
    FIELD(struct sample, name, "NAME", FIELD_INTERFACE, "its name"),
    FIELD(struct sample, bytes, "BYTES", FIELD_BYTES, "how large it is"),
    FIELD(struct sample, count, "COUNT", FIELD_COUNT, "how many"),
    FIELD(struct sample, number, "NUMBER", FIELD_NUMBER, "a number of either sign"),
    FIELD(struct sample, lifetime, "LIFETIME", FIELD_DURATION, "how long it lasts"),
    FIELD(struct sample, since, "SINCE", FIELD_TIME, "when it began"),
    FIELD(struct sample, on, "ON", FIELD_BOOLEAN, "whether it is on"),
    FIELD_OF_ENUM("state", struct sample, state, "STATE", &sample_state_names, "its state"),
    FIELD_OF_FLAGS("flags", struct sample, flags, "FLAGS", sample_flag_names, "its flags"),
    FIELD(struct sample, address, "ADDRESS", FIELD_ADDRESS, "its address"),
    FIELD(struct sample, prefix, "PREFIX", FIELD_PREFIX, "its prefix"),
    FIELD(struct sample, mac, "MAC", FIELD_LLADDR, "its link-layer address"),
    FIELD(struct sample, alias, "ALIAS", FIELD_TEXT, "what people call it"),
    FIELD_BY("tags", "TAGS", FIELD_LIST, sample_get_tags, "its tags"),
    FIELD_RECORDS_BY("records", "RECORDS", sample_get_records, &sample_record_type, "its records"),
    FIELD_BY("rate", "RATE", FIELD_BYTES_RATE, sample_get_rate, "bytes a second"),
};

static const struct kind sample_kind = {
    .name = "samples",
    .title = "Samples",
    .fields = sample_fields,
    .field_count = sizeof(sample_fields) / sizeof(sample_fields[0]),
    .row_size = sizeof(struct sample),
    .columns = "name,bytes,state",
    .sort = "name",
    .help = "rows for tests",
};

// 10.244.1.5/24, fd00::1/64, 192.0.2.7/32
static const struct sample_record sample_records[] = {
    {{ADDRESS_IPV4, {10, 244, 1, 5}}, 24, "eth0:1"},
    {{ADDRESS_IPV6, {0xfd, [15] = 1}}, 64, NULL},
    {{ADDRESS_IPV4, {192, 0, 2, 7}}, 32, NULL},
};
static const char *const sample_tags[] = {"blue", "green field"};

// The first has everything; the second little; the third is there to differ.
static const struct sample samples[] = {
    {
        .name = "eth2",
        .bytes = 1500,
        .count = {5, true},
        .number = -3,
        .lifetime = {300, true},
        .since = "2026-11-23T03:00:00Z",
        .on = {1, true},
        .state = {3, true},
        .flags = SAMPLE_UP | SAMPLE_RUNNING,
        .address = {ADDRESS_IPV4, {10, 244, 1, 5}},
        .prefix = {{ADDRESS_IPV4, {10, 244, 1, 0}}, 24},
        .mac = {6, {2, 0x42, 0xac, 0x11, 0, 2}},
        .alias = "Uplink to (core) and more",
        .tags = sample_tags,
        .tag_count = 2,
        .records = sample_records,
        .record_count = 2,
    },
    {.name = "eth10", .bytes = 10000000000, .mac = {4, {10, 9, 8, 7}}},
    {
        .name = "lo",
        .bytes = 65536,
        .count = {10, true},
        .number = 7,
        .on = {0, true},
        .state = {1, true},
        .address = {ADDRESS_IPV6, {0xfd, [15] = 9}},
        .prefix = {{ADDRESS_IPV6, {0xfd}}, 8},
        .records = sample_records + 2,
        .record_count = 1,
    },
};
#define SAMPLE_COUNT (sizeof(samples) / sizeof(samples[0]))

static const struct netns sample_netns = {.name = "default/web-1", .inode = 4026531840};

static inline struct row_ref sample_ref(size_t i) {
    return (struct row_ref){.netns = &sample_netns, .row = &samples[i]};
}

#endif
