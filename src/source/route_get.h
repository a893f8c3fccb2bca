// SPDX-License-Identifier: GPL-2.0-or-later
// Asking the kernel which route a packet takes. Blocks: on a worker or in --route-get only.
#ifndef SOURCE_ROUTE_GET_H
#define SOURCE_ROUTE_GET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "model/netns.h"
#include "model/route_question.h"

struct route_asker;

// Returns 0 and an asker in the namespace (NULL: where we are), or -errno.
int route_asker_new(const struct netns *netns, struct route_asker **ret_asker, struct error *err);
void route_asker_free(struct route_asker *asker);

// The ifindex of the namespace's interface of that name, 0 if there is none.
int32_t route_asker_link(const struct route_asker *asker, const char *name);

// Asks twice: for the route, and for what it comes to. That there is no route is an answer. Returns
// 0, and route_answer_done has to follow, or -errno.
int route_asker_ask(struct route_asker *asker, const struct route_question *question,
                    struct route_answer *ret_answer, struct error *err);

// Reads the address labels (RTM_GETADDRLABEL) into the arena. Returns 0 or -errno.
int route_asker_labels(struct route_asker *asker, struct arena *arena,
                       const struct route_label **ret_labels, size_t *ret_count, struct error *err);

#endif
