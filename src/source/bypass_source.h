// SPDX-License-Identifier: GPL-2.0-or-later
// The source of bypasses: what takes packets past netfilter.
#ifndef SOURCE_BYPASS_SOURCE_H
#define SOURCE_BYPASS_SOURCE_H

#include "source/source.h"

extern const struct source bypass_source;

#endif
