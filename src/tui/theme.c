// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/theme.h"

#include "tui/grid.h"

#define DEFAULT       (-1)
#define PAIR_SELECTED (STYLE_COUNT + 1)

struct look {
    short foreground, background;
    attr_t attributes;
};

// clang-format off
static const struct look looks_256[STYLE_COUNT] = {
    [STYLE_NORMAL]      = {DEFAULT, DEFAULT, A_NORMAL},
    [STYLE_DIM]         = {244, DEFAULT, A_NORMAL},
    [STYLE_TITLE]       = {74, DEFAULT, A_BOLD},
    [STYLE_TAB]         = {252, 236, A_NORMAL},
    [STYLE_TAB_CURRENT] = {231, 24, A_BOLD},
    [STYLE_HEAD]        = {16, 109, A_NORMAL},
    [STYLE_HEAD_SORTED] = {16, 109, A_BOLD},
    [STYLE_GOOD]        = {71, DEFAULT, A_NORMAL},
    [STYLE_WARNING]     = {172, DEFAULT, A_BOLD},
    [STYLE_BAD]         = {160, DEFAULT, A_BOLD},
    [STYLE_MARKED]      = {172, DEFAULT, A_BOLD},
    [STYLE_STATUS]      = {DEFAULT, DEFAULT, A_NORMAL},
    [STYLE_KEY]         = {74, DEFAULT, A_BOLD},
};
static const struct look looks_16[STYLE_COUNT] = {
    [STYLE_NORMAL]      = {DEFAULT, DEFAULT, A_NORMAL},
    [STYLE_DIM]         = {DEFAULT, DEFAULT, A_DIM},
    [STYLE_TITLE]       = {COLOR_CYAN, DEFAULT, A_BOLD},
    [STYLE_TAB]         = {COLOR_WHITE, COLOR_BLUE, A_NORMAL},
    [STYLE_TAB_CURRENT] = {COLOR_WHITE, COLOR_BLUE, A_BOLD},
    [STYLE_HEAD]        = {COLOR_BLACK, COLOR_CYAN, A_NORMAL},
    [STYLE_HEAD_SORTED] = {COLOR_BLACK, COLOR_CYAN, A_BOLD},
    [STYLE_GOOD]        = {COLOR_GREEN, DEFAULT, A_NORMAL},
    [STYLE_WARNING]     = {COLOR_YELLOW, DEFAULT, A_BOLD},
    [STYLE_BAD]         = {COLOR_RED, DEFAULT, A_BOLD},
    [STYLE_MARKED]      = {COLOR_YELLOW, DEFAULT, A_BOLD},
    [STYLE_STATUS]      = {DEFAULT, DEFAULT, A_NORMAL},
    [STYLE_KEY]         = {COLOR_CYAN, DEFAULT, A_BOLD},
};
static const attr_t attributes_mono[STYLE_COUNT] = {
    [STYLE_DIM]         = A_DIM,
    [STYLE_TITLE]       = A_BOLD,
    [STYLE_TAB]         = A_REVERSE,
    [STYLE_TAB_CURRENT] = A_REVERSE | A_BOLD,
    [STYLE_HEAD]        = A_REVERSE,
    [STYLE_HEAD_SORTED] = A_REVERSE | A_BOLD,
    [STYLE_WARNING]     = A_BOLD,
    [STYLE_BAD]         = A_BOLD,
    [STYLE_MARKED]      = A_BOLD,
    [STYLE_KEY]         = A_BOLD,
};
// clang-format on

static const struct look *looks; // NULL: no colours

void theme_init(bool no_color) {
    looks = NULL;
    if (no_color || !has_colors() || start_color() == ERR || COLORS < 8 ||
        COLOR_PAIRS <= PAIR_SELECTED || use_default_colors() == ERR)
        return;
    looks = COLORS >= 256 ? looks_256 : looks_16;
    for (short i = 0; i < STYLE_COUNT; i++)
        init_pair((short)(i + 1), looks[i].foreground, looks[i].background);
    if (COLORS >= 256)
        init_pair(PAIR_SELECTED, 231, 24);
    else
        init_pair(PAIR_SELECTED, COLOR_WHITE, COLOR_BLUE);
}

attr_t theme_attributes(uint8_t style, short *ret_pair) {
    uint8_t base = style & ~STYLE_SELECTED;
    bool selected = style & STYLE_SELECTED;
    *ret_pair = 0;
    if (!looks)
        return attributes_mono[base] ^ (selected ? A_REVERSE : A_NORMAL);
    if (selected) {
        *ret_pair = PAIR_SELECTED;
        return looks[base].attributes & A_BOLD;
    }
    *ret_pair = (short)(base + 1);
    return looks[base].attributes;
}
