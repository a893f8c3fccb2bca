// SPDX-License-Identifier: GPL-2.0-or-later
// The source of flows (ctnetlink).
#ifndef SOURCE_FLOW_SOURCE_H
#define SOURCE_FLOW_SOURCE_H

#include "source/source.h"

extern const struct source flow_source;

#endif
