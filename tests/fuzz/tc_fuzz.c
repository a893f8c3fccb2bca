// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages about traffic control, as the kernel would send them or not: the parsers, and
// the bypasses that filters are. The seeds are a real kernel's, one for each sort of filter and
// action.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/bypass.h"
#include "source/netlink.h"
#include "source/tc_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct arena arena;
    struct tc_filter filter; // the last
    bool has_filter;
};

static int parse_all(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct tc_qdisc qdisc;
    if (tc_filter_parse(message, &reading->arena, &reading->filter) == 0)
        reading->has_filter = true;
    tc_qdisc_parse(message, &qdisc);
    return 0;
}

static void read_fields(const struct table *table) {
    const struct netns netns = {.name = "fuzz", .inode = 1};
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < table->count; i++) {
        const struct row_ref ref = {.netns = &netns, .row = table_row(table, i)};
        for (size_t f = 0; f < bypass_kind.field_count; f++) {
            struct value value;
            field_read(&bypass_kind.fields[f], &ref, &value);
            value_format(&value, &text);
        }
    }
    buffer_done(&text);
}

static void use(const struct tc_filter *filter) {
    const struct bypass_facts facts = {.filters = filter, .filter_count = 1};
    struct table *table = table_new(&bypass_kind);
    if (!table || bypass_add_rows(table, &facts) < 0)
        abort();
    read_fields(table);
    table_unref(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {.arena = ARENA_INIT};
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, parse_all, &reading, &answer, &err);
    for (int side = TC_SIDE_INGRESS; reading.has_filter && side <= TC_SIDE_EGRESS; side++) {
        reading.filter.side = (enum tc_side)side;
        use(&reading.filter);
    }
    free(bytes);
    arena_done(&reading.arena);
    return 0;
}
