// SPDX-License-Identifier: GPL-2.0-or-later
// The counters of single rules, for those on the screen.
#ifndef SOURCE_RULESET_SAMPLE_H
#define SOURCE_RULESET_SAMPLE_H

#include "source/source.h"

// As struct source's sample: asks the kernel for the chains that these rules are in, and for no
// others.
int ruleset_sample_rules(const struct source_request *request, const uint64_t *identities,
                         size_t count, source_sample_sink *sink, void *user_data,
                         struct error *err);

#endif
