// SPDX-License-Identifier: GPL-2.0-or-later
// The source of resolvers: resolver.c.
#ifndef SOURCE_RESOLVER_SOURCE_H
#define SOURCE_RESOLVER_SOURCE_H

#include "source/source.h"

extern const struct source resolver_source;

// The same, with a query to each server: one that does not answer is a problem. It takes up to two
// seconds.
extern const struct source resolver_probing_source;

#endif
