// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/kind.h"

#include <string.h>

#include "base/text.h"
#include "model/bypass.h"
#include "model/conntrack.h"
#include "model/dns.h"
#include "model/expectation.h"
#include "model/fdb.h"
#include "model/flow.h"
#include "model/flow_event.h"
#include "model/flow_summary.h"
#include "model/link.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"
#include "model/netfilter.h"
#include "model/netns.h"
#include "model/nexthop.h"
#include "model/packet.h"
#include "model/packet_summary.h"
#include "model/resolver.h"
#include "model/route.h"
#include "model/routing_rule.h"

// clang-format off
const struct kind *const kinds[KIND_COUNT] = {
    [KIND_NAMESPACES] = &netns_kind,
    [KIND_INTERFACES] = &link_kind,
    [KIND_ROUTES] = &route_kind,
    [KIND_ROUTING_RULES] = &routing_rule_kind,
    [KIND_NEXTHOPS] = &nexthop_kind,
    [KIND_NEIGHBOURS] = &neighbour_kind,
    [KIND_FDB] = &fdb_kind,
    [KIND_NEIGHBOUR_TABLES] = &neighbour_table_kind,
    [KIND_FLOWS] = &flow_kind,
    [KIND_FLOW_SUMMARIES] = &flow_summary_kind,
    [KIND_FLOW_EVENTS] = &flow_event_kind,
    [KIND_EXPECTATIONS] = &expectation_kind,
    [KIND_CONNTRACK] = &conntrack_kind,
    [KIND_CONNTRACK_CPUS] = &conntrack_cpu_kind,
    [KIND_RESOLVER] = &resolver_kind,
    [KIND_TABLES] = &nf_table_kind,
    [KIND_HOOKS] = &nf_hook_kind,
    [KIND_CHAINS] = &nf_chain_kind,
    [KIND_RULES] = &nf_rule_kind,
    [KIND_SETS] = &nf_set_kind,
    [KIND_ELEMENTS] = &nf_element_kind,
    [KIND_OBJECTS] = &nf_object_kind,
    [KIND_FLOWTABLES] = &nf_flowtable_kind,
    [KIND_REFERENCES] = &nf_reference_kind,
    [KIND_SERVICES] = &nf_service_kind,
    [KIND_BYPASSES] = &bypass_kind,
    [KIND_ANSWERS] = &dns_answer_kind,
    [KIND_QUERIES] = &dns_query_kind,
    [KIND_PACKETS] = &packet_kind,
    [KIND_PACKET_SUMMARIES] = &packet_summary_kind,
    [KIND_STEPS] = &packet_step_kind,
};
// clang-format on

_Static_assert(KIND_COUNT <= 32, "KIND_BIT has room for so many");

const struct kind *kind_find(const char *name) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    }
    return NULL;
}

enum kind_id kind_id(const struct kind *kind) {
    size_t i = 0;
    while (i < KIND_COUNT && kinds[i] != kind)
        i++;
    return (enum kind_id)i;
}

static const struct field *find_in(const struct field *fields, size_t count, const char *key,
                                   size_t len) {
    for (size_t i = 0; i < count; i++) {
        if (strncmp(fields[i].key, key, len) == 0 && fields[i].key[len] == '\0')
            return &fields[i];
    }
    return NULL;
}

const struct field *kind_find_field(const struct kind *kind, const char *key,
                                    const struct field **ret_inner) {
    size_t len = strcspn(key, ".");
    const struct field *field = find_in(kind->fields, kind->field_count, key, len);
    const struct field *inner = NULL;
    if (field && key[len] == '.') {
        if (field->type != FIELD_RECORDS || !ret_inner)
            return NULL;
        const struct record_type *type = field->names;
        const char *inner_key = key + len + 1;
        inner = find_in(type->fields, type->field_count, inner_key, strlen(inner_key));
        if (!inner)
            return NULL;
    }
    if (field && ret_inner)
        *ret_inner = inner;
    return field;
}

const char *kind_suggest_field(const struct kind *kind, const char *key) {
    const char *nearest = NULL;
    size_t least = strlen(key) / 2 + 1;
    for (size_t i = 0; i < kind->field_count; i++) {
        size_t distance = text_distance(key, kind->fields[i].key);
        if (distance < least) {
            least = distance;
            nearest = kind->fields[i].key;
        }
    }
    return nearest;
}
