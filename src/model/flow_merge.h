// SPDX-License-Identifier: GPL-2.0-or-later
// What is told of a flow that is known already.
#ifndef MODEL_FLOW_MERGE_H
#define MODEL_FLOW_MERGE_H

#include "model/flow.h"

// What an event leaves out is as it was. Of what is behind pointers, flow_extra_copy sees to it.
void flow_keep_untold(struct flow *flow, const struct flow *older);

// True if nothing but times and counters differs.
bool flow_is_unchanged(const struct flow *flow, const struct flow *older);

#endif
