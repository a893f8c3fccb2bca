// SPDX-License-Identifier: GPL-2.0-or-later
// What to dump, made ready: which kinds, which of their fields, which rows, in which order.
#ifndef DUMP_PLAN_H
#define DUMP_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/kind.h"
#include "query/filter.h"
#include "query/sort.h"

enum dump_format {
    DUMP_TEXT,
    DUMP_JSON,
    DUMP_NDJSON,
};

// As people ask for it.
struct dump_request {
    enum kind_id kinds[KIND_COUNT];
    size_t kind_count;
    enum dump_format format;
    const char *filter; // query/filter.h; NULL: every row
    const char *fields; // keys joined by commas, or "all"; NULL: every one in JSON, the kind's
                        // columns in text
    const char *sort;   // query/sort.h; NULL: as they are read
    bool no_header;
    const char *netns; // a name, PID or path; NULL: netscope's own
    bool all_netns;
    bool names;     // say whose addresses are, where a kind can (struct kind, names_from)
    bool netfilter; // all of netfilter's kinds were asked for as one
    bool probe;     // of resolvers: ask each server whether it answers
    bool counters;  // of it as text: counts as iptables-save -c writes them
    bool follow;    // of flows as DUMP_NDJSON: events as they happen, and not what is there
};

struct dump_kind {
    const struct kind *kind;
    const struct field **fields;
    size_t field_count;
    struct filter *filter; // NULL: none
    struct sort sort;      // of no keys: none
};

struct dump_plan {
    const struct dump_request *request;
    struct dump_kind kinds[KIND_COUNT];
    size_t kind_count;
};

// Returns 0 and a plan that refers to the request, for dump_plan_done; -EINVAL (err says what is
// wrong with the request, and *ret_filter_offset where in the filter, SIZE_MAX if it is not that);
// or -ENOMEM.
int dump_plan_init(const struct dump_request *request, struct dump_plan *ret_plan,
                   size_t *ret_filter_offset, struct error *err);
void dump_plan_done(struct dump_plan *plan);

#endif
