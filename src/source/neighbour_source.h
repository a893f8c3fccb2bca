// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of neighbours, of their tables, and of forwarding databases.
#ifndef SOURCE_NEIGHBOUR_SOURCE_H
#define SOURCE_NEIGHBOUR_SOURCE_H

#include "source/source.h"

extern const struct source neighbour_source;
extern const struct source fdb_source;
extern const struct source neighbour_table_source;

#endif
