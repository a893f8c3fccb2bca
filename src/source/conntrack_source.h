// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of connection tracking as a whole, and of its expectations (ctnetlink).
#ifndef SOURCE_CONNTRACK_SOURCE_H
#define SOURCE_CONNTRACK_SOURCE_H

#include "source/source.h"

extern const struct source conntrack_source, expectation_source;

#endif
