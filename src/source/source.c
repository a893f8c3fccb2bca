// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/source.h"

#include <errno.h>

#include "source/bypass_source.h"
#include "source/conntrack_source.h"
#include "source/flow_source.h"
#include "source/link_source.h"
#include "source/neighbour_source.h"
#include "source/netfilter_source.h"
#include "source/resolver_source.h"
#include "source/route_source.h"

// clang-format off
const struct source *const sources[] = {
    &link_source,
    &route_source,
    &routing_rule_source,
    &nexthop_source,
    &neighbour_source,
    &fdb_source,
    &neighbour_table_source,
    &flow_source,
    &flow_summary_source,
    &expectation_source,
    &conntrack_source,
    &conntrack_cpu_source,
    &resolver_source,
    &nf_table_source,
    &nf_hook_source,
    &nf_chain_source,
    &nf_rule_source,
    &nf_set_source,
    &nf_element_source,
    &nf_object_source,
    &nf_flowtable_source,
    &nf_reference_source,
    &nf_service_source,
    &bypass_source,
    NULL,
};
// clang-format on

const struct source *source_of(enum kind_id kind) {
    for (size_t i = 0; sources[i]; i++) {
        if (sources[i]->kind == kind)
            return sources[i];
    }
    return NULL;
}

static int hand_over(const struct source_sink *sink, struct table **table) {
    struct table *next = table_new((*table)->kind);
    if (!next || table_reserve(next, sink->rows) < 0) {
        table_unref(next);
        return -ENOMEM;
    }
    next->status = (*table)->status;
    struct table *part = *table;
    *table = next;
    return sink->take(part, sink->user_data);
}

int source_row_done(const struct source_request *request, struct table **table) {
    size_t count = (*table)->count;
    if (request->sink)
        return count >= request->sink->rows ? hand_over(request->sink, table) : 0;
    return request->enough > 0 && count >= request->enough ? SOURCE_ENOUGH : 0;
}
