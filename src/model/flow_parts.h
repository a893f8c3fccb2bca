// SPDX-License-Identifier: GPL-2.0-or-later
// What the texts about a flow say in words: rows are sorted by these instead (FIELD_IN_WORDS).
#ifndef MODEL_FLOW_PARTS_H
#define MODEL_FLOW_PARTS_H

#include "model/field.h"

extern const struct field flow_translation_parts[], flow_return_parts[];

#endif
