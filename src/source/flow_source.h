// SPDX-License-Identifier: GPL-2.0-or-later
// The sources of flows and of their summaries (ctnetlink).
#ifndef SOURCE_FLOW_SOURCE_H
#define SOURCE_FLOW_SOURCE_H

#include "source/source.h"

extern const struct source flow_source, flow_summary_source;

#endif
