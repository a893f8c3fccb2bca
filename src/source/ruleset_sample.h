// SPDX-License-Identifier: GPL-2.0-or-later
// The counters of single rules, and of the policies of base chains, for those on the screen.
#ifndef SOURCE_RULESET_SAMPLE_H
#define SOURCE_RULESET_SAMPLE_H

#include "source/source.h"

// As struct source's sample: asks nftables for the chains that these rules are in, and for no
// others; of legacy tables for all of the table, since the kernel has no other question there.
int ruleset_sample_rules(const struct source_request *request, const uint64_t *identities,
                         size_t count, source_sample_sink *sink, void *user_data,
                         struct error *err);

// The same for the policies of base chains, by the identities of hooks and chains.
int ruleset_sample_policies(const struct source_request *request, const uint64_t *identities,
                            size_t count, source_sample_sink *sink, void *user_data,
                            struct error *err);

#endif
