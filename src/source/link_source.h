// SPDX-License-Identifier: GPL-2.0-or-later
// The source of interfaces (rtnetlink(7)).
#ifndef SOURCE_LINK_SOURCE_H
#define SOURCE_LINK_SOURCE_H

#include "source/source.h"

extern const struct source link_source;

#endif
