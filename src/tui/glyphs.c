// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/glyphs.h"

const struct glyphs glyphs_unicode = {
    .ascending = "▲",
    .descending = "▼",
    .cut = "…",
    .more_left = "‹",
    .more_right = "›",
    .branch = "├─ ",
    .last = "└─ ",
    .line = "│  ",
    .space = "   ",
    .closed = "▸ ",
    .mark = "●",
    .separator = " · ",
    .levels = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
    .fills = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
};

const struct glyphs glyphs_ascii = {
    .ascending = "^",
    .descending = "v",
    .cut = "~",
    .more_left = "<",
    .more_right = ">",
    .branch = "|- ",
    .last = "`- ",
    .line = "|  ",
    .space = "   ",
    .closed = "+ ",
    .mark = "*",
    .separator = " | ",
    .levels = {" ", "_", ".", "-", ":", "=", "+", "*", "#"},
    .fills = {" ", "-", "-", "-", "=", "=", "=", "=", "#"},
};
