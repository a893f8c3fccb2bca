// SPDX-License-Identifier: GPL-2.0-or-later
// All that is known of a row, in lines: its fields in the view's groups, and graphs.
#ifndef TUI_DETAIL_H
#define TUI_DETAIL_H

#include "tui/glyphs.h"
#include "tui/lines.h"
#include "tui/panel.h"

// Adds the lines of the row, whose texts are at most so many columns wide.
void detail_format(const struct panel_view *view, const struct row_ref *ref,
                   const struct glyphs *glyphs, size_t width, struct lines *lines);

// Adds the rates as a graph of one line, the highest being a full block.
void detail_format_graph(const double *rates, size_t count, const struct glyphs *glyphs,
                         struct buffer *buffer);

#endif
