// SPDX-License-Identifier: GPL-2.0-or-later
// --dump=flows --follow: a line for each flow that comes, changes or goes, as it happens.
#ifndef DUMP_FOLLOW_H
#define DUMP_FOLLOW_H

#include "dump/statuses.h"
#include "dump/writer.h"

// Writes the events of these namespaces with the writer, which is at the kind of flows, until
// SIGINT, SIGTERM or SIGHUP comes (a second one ends the program) or the reader of the output
// leaves. What was lost is said between the lines, and in the statuses. Returns 0, or -errno:
// -EPIPE when the reader has left.
int follow_flows(struct writer *writer, const struct node *node, const struct netns *const *netnses,
                 size_t count, struct dump_statuses *statuses);

#endif
