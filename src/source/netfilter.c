// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of netfilter's kinds. All are made of one reading of the ruleset (ruleset_cache.h).
#include "model/netfilter.h"

#include <errno.h>

#include <linux/netfilter/nfnetlink.h>

#include "source/netfilter_source.h"
#include "source/netlink.h"
#include "source/nft_changes.h"
#include "source/ruleset_cache.h"
#include "source/ruleset_sample.h"

static struct table *read_kind(const struct source_request *request, const struct kind *kind) {
    struct table *before = request->before;
    if (before && before->ruleset && ruleset_is_current(request->netns, before->ruleset))
        return table_ref(before);
    struct table *table = table_new(kind);
    struct ruleset *ruleset = NULL;
    if (!table)
        return NULL;
    int r = ruleset_get(request, &ruleset, &table->status);
    table->status.source = kind->name;
    if (r == 0)
        r = netfilter_add_rows(table, ruleset);
    ruleset_unref(ruleset);
    if (r == 0)
        return table;
    table_unref(table);
    return NULL;
}

#define READER(function, kind)                                            \
    static struct table *function(const struct source_request *request) { \
        return read_kind(request, &(kind));                               \
    }
READER(read_tables, nf_table_kind)
READER(read_hooks, nf_hook_kind)
READER(read_chains, nf_chain_kind)
READER(read_rules, nf_rule_kind)
READER(read_sets, nf_set_kind)
READER(read_objects, nf_object_kind)
READER(read_flowtables, nf_flowtable_kind)
READER(read_references, nf_reference_kind)
READER(read_services, nf_service_kind)

static const unsigned groups[] = {NFNLGRP_NFTABLES};

// What is the same for all of them. Nobody tells of legacy tables.
#define NETFILTER_SOURCE                                                     \
    .needs = "CAP_NET_ADMIN, and CAP_SYS_ADMIN to read in other namespaces", \
    .protocol = NETLINK_NETFILTER, .groups = groups, .group_count = 1, .polled = true

// clang-format off
const struct source nf_table_source = {
    .name = "tables", .kind = KIND_TABLES, .read = read_tables, .hear = nft_changes_hear, .forget = nft_changes_forget, NETFILTER_SOURCE};
const struct source nf_hook_source = {
    .name = "hooks", .kind = KIND_HOOKS, .read = read_hooks, .sample = ruleset_sample_policies,
    .samples_apart = true, NETFILTER_SOURCE};
const struct source nf_chain_source = {
    .name = "chains", .kind = KIND_CHAINS, .read = read_chains, .sample = ruleset_sample_policies,
    .samples_apart = true, NETFILTER_SOURCE};
const struct source nf_rule_source = {
    .name = "rules", .kind = KIND_RULES, .read = read_rules, .sample = ruleset_sample_rules,
    .samples_apart = true, NETFILTER_SOURCE};
const struct source nf_set_source = {
    .name = "sets", .kind = KIND_SETS, .read = read_sets, NETFILTER_SOURCE};
const struct source nf_object_source = {
    .name = "objects", .kind = KIND_OBJECTS, .read = read_objects, NETFILTER_SOURCE};
const struct source nf_flowtable_source = {
    .name = "flowtables", .kind = KIND_FLOWTABLES, .read = read_flowtables, NETFILTER_SOURCE};
const struct source nf_reference_source = {
    .name = "references", .kind = KIND_REFERENCES, .read = read_references, NETFILTER_SOURCE};
const struct source nf_service_source = {
    .name = "services", .kind = KIND_SERVICES, .read = read_services, NETFILTER_SOURCE};
// clang-format on
