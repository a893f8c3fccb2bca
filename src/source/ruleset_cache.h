// SPDX-License-Identifier: GPL-2.0-or-later
// One reading of a namespace's ruleset for all who ask at the same time: tables of several kinds
// are made of it, and have to be of one generation.
#ifndef SOURCE_RULESET_CACHE_H
#define SOURCE_RULESET_CACHE_H

#include "model/table.h"
#include "source/source.h"

// Returns 0 and a reference to the ruleset of the request's namespace, as ruleset_read without
// the elements of large named sets: one that somebody still holds, if it was read for a request of
// the same time, or moments ago and nothing has changed since; one that is being read; or one that
// is read now. -ENOMEM otherwise.
int ruleset_get(const struct source_request *request, struct ruleset **ret_ruleset,
                struct status *ret_status);

// The same if somebody holds it and it was read for a request of the same time; else NULL.
struct ruleset *ruleset_held(const struct source_request *request);

// Whether the kernel still has the tables, chains, sets and rules that were read into this ruleset
// of the namespace, as far as that can be seen quickly: by the generation of nftables, and as
// legacy_is_unchanged does. Counts are not looked at. For asking from time to time.
bool ruleset_is_current(const struct netns *netns, struct ruleset *ruleset);

// The newest ruleset of the namespace that somebody holds, whatever its age, or NULL.
struct ruleset *ruleset_newest(const struct netns *netns);

#endif
