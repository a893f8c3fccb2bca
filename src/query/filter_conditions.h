// SPDX-License-Identifier: GPL-2.0-or-later
// What a filter says of every row that passes.
#ifndef QUERY_FILTER_CONDITIONS_H
#define QUERY_FILTER_CONDITIONS_H

#include "model/condition.h"
#include "query/filter.h"

// Stores conditions that every row meets which passes the filter: those of its conjunctions, and
// what all alternatives have in common. They are good as long as the filter is there.
void filter_conditions(const struct filter *filter, struct conditions *ret_conditions);

#endif
