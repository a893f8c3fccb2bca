// SPDX-License-Identifier: GPL-2.0-or-later
// The characters that are drawn beside text: box drawing and blocks where the locale has UTF-8,
// ASCII where it does not.
#ifndef TUI_GLYPHS_H
#define TUI_GLYPHS_H

#define GLYPHS_LEVELS 9 // of a graph: from nothing to full

struct glyphs {
    const char *ascending, *descending;       // in the head of the sorted column
    const char *cut;                          // at the end of text that did not fit
    const char *more_left, *more_right;       // columns that are off the screen
    const char *branch, *last, *line, *space; // of a tree
    const char *closed;                       // of a tree: more hangs on the row
    const char *mark;
    const char *separator;
    const char *levels[GLYPHS_LEVELS]; // upwards
    const char *fills[GLYPHS_LEVELS];  // to the right: of a bar
};

extern const struct glyphs glyphs_unicode, glyphs_ascii;

#endif
