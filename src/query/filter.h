// SPDX-License-Identifier: GPL-2.0-or-later
// Filters: the language behind --filter and '/', described for people in netscope(5).
//
//     expression  = conjunction { "or" conjunction }
//     conjunction = negation { [ "and" ] negation }
//     negation    = { "not" | "!" } ( "(" expression ")" | term | word )
//     term        = field ( "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" ) value
//
// A value or word ends at white space or at a ')' that closes nothing inside it; quotes (either
// kind, backslash before a quote or a backslash) take in everything.
#ifndef QUERY_FILTER_H
#define QUERY_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/kind.h"

#define FILTER_MAX_TEXT 4096 // bytes of an expression

struct filter;

// Makes a filter for rows of the kind; a text of nothing but white space lets every row through.
// Returns 0 and the caller's filter, or -EINVAL (err says what is wrong, *ret_error_offset at which
// byte of the text; both may be NULL) or -ENOMEM.
int filter_compile(const struct kind *kind, const char *text, struct filter **ret_filter,
                   size_t *ret_error_offset, struct error *err);

// True if the row, of the filter's kind, passes. One thread at a time for one filter.
bool filter_match(const struct filter *filter, const struct row_ref *ref);

// From now on rows are the node's, and until the filter is freed structs that rows have pointers to
// (FIELD_BEHIND) stay as they are and where they are, and namespaces keep their names: what was
// found in one is not looked for again.
void filter_remember(struct filter *filter, const struct node *node);

// True if a row can pass at one time and not at another, though its table is the same.
bool filter_reads_rates(const struct filter *filter);

// Frees the filter; NULL is nothing.
void filter_free(struct filter *filter);

#endif
