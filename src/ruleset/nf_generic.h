// SPDX-License-Identifier: GPL-2.0-or-later
// Expressions as they are, one by one, with names and numbers and without a meaning: for what has
// no words in any tool's language.
#ifndef RULESET_NF_GENERIC_H
#define RULESET_NF_GENERIC_H

#include <stddef.h>

#include "base/buffer.h"
#include "ruleset/nf_expr.h"

// "[ meta key 16 => reg 1 ] [ cmp op 0 reg 1 06 ]", separated by spaces.
void nf_exprs_format(const struct nf_expr *exprs, size_t count, struct buffer *buffer);
void nf_expr_format(const struct nf_expr *expr, struct buffer *buffer);

// A JSON array: [{"raw": "[ meta key 16 => reg 1 ]"}, ...].
void nf_exprs_json(const struct nf_expr *exprs, size_t count, struct buffer *buffer);

#endif
