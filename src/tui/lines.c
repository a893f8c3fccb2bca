// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "tui/grid.h"

#define LINES_INDENT 4  // of what does not fit into a wide line
#define NARROW       30 // columns of text, fewer of which are not worth having labels apart

void lines_clear(struct lines *lines) {
    arena_done(&lines->arena);
    lines->count = 0;
}

void lines_done(struct lines *lines) {
    lines_clear(lines);
    free(lines->items);
    *lines = (struct lines){0};
}

struct line *lines_add(struct lines *lines, const char *label, const char *text, uint8_t style) {
    if (lines->count == lines->capacity) {
        size_t capacity = lines->capacity ? lines->capacity * 2 : 64;
        void *grown = reallocarray(lines->items, capacity, sizeof(*lines->items));
        if (!grown)
            return NULL;
        lines->items = grown;
        lines->capacity = capacity;
    }
    struct line line = {.label = arena_strdup(&lines->arena, label),
                        .text = arena_strdup(&lines->arena, text),
                        .style = style};
    if (!line.label || !line.text)
        return NULL;
    lines->items[lines->count] = line;
    return &lines->items[lines->count++];
}

struct line *lines_add_heading(struct lines *lines, const char *label) {
    struct line *line = lines_add(lines, label, "", STYLE_NORMAL);
    if (line)
        line->is_heading = true;
    return line;
}

// The bytes that go into a line: up to the last gap or comma that fits.
static size_t find_break(const char *text, size_t width) {
    size_t taken, fit = text_fit(text, width, &taken), end = fit;
    if (text[fit] == '\0')
        return fit;
    while (end > 0 && text[end] != ' ' && text[end - 1] != ',')
        end--;
    return end > 0 ? end : fit > 0 ? fit : strlen(text);
}

// Adds a part of a text behind so many blanks.
static bool add_piece(struct lines *lines, const char *label, size_t indent, const char *text,
                      size_t len, uint8_t style) {
    struct buffer piece = BUFFER_INIT;
    buffer_fill(&piece, ' ', indent);
    buffer_add(&piece, text, len);
    bool added = !piece.failed && lines_add(lines, label, buffer_text(&piece), style);
    buffer_done(&piece);
    return added;
}

struct line *lines_add_wrapped(struct lines *lines, const char *label, const char *text,
                               uint8_t style, size_t width) {
    return lines_add_indented(lines, label, 0, text, style, width, false);
}

bool lines_are_narrow(size_t width) {
    return width < NARROW;
}

size_t lines_width_behind_sign(size_t width) {
    return width > LINES_SIGN ? width - LINES_SIGN : 1;
}

static struct line *add_narrow(struct lines *lines, const char *label, size_t indent,
                               const char *text, uint8_t style, size_t width) {
    struct buffer both = BUFFER_INIT;
    buffer_fill(&both, ' ', indent);
    buffer_printf(&both, "%s%s%s", label, *label ? ": " : "  ", text);
    struct line *line =
        both.failed ? NULL : lines_add_wide(lines, buffer_text(&both), style, width);
    buffer_done(&both);
    return line;
}

struct line *lines_add_indented(struct lines *lines, const char *label, size_t indent,
                                const char *text, uint8_t style, size_t width, bool leads) {
    size_t first = lines->count;
    bool narrow = lines_are_narrow(width);
    width = leads ? lines_width_behind_sign(width) : width;
    if (narrow)
        return add_narrow(lines, label, indent, text, style, width);
    width = width > indent ? width - indent : 1;
    do {
        size_t len = find_break(text, width);
        bool goes_on = lines->count > first;
        if (!add_piece(lines, goes_on ? "" : label, indent, text, len, style))
            return NULL;
        lines->items[lines->count - 1].goes_on = goes_on;
        text += len;
        text += strspn(text, " ");
    } while (*text != '\0');
    return &lines->items[first];
}

void lines_wrap(const struct lines *from, size_t width, struct lines *to) {
    for (size_t i = 0; i < from->count; i++) {
        const struct line *line = &from->items[i];
        if (line->is_heading)
            lines_add_heading(to, line->label);
        else
            lines_add_wrapped(to, line->label, line->text, line->style, width);
    }
}

// What does not fit stands below, further to the right.
struct line *lines_add_wide(struct lines *lines, const char *text, uint8_t style, size_t columns) {
    size_t first = lines->count, width = columns + LINES_LABEL - LINES_START;
    size_t indent = strspn(text, " ") + LINES_INDENT;
    const char *at = text;
    if (indent > width / 2)
        indent = 0;
    do {
        size_t gap = at == text ? 0 : indent, len = find_break(at, width - gap);
        struct buffer piece = BUFFER_INIT;
        buffer_fill(&piece, ' ', gap);
        buffer_add(&piece, at, len);
        struct line *line = lines_add(lines, "", buffer_text(&piece), style);
        buffer_done(&piece);
        if (!line)
            return NULL;
        line->is_wide = true;
        line->goes_on = at > text;
        at += len;
        at += strspn(at, " ");
    } while (*at != '\0');
    return &lines->items[first];
}

struct line *lines_add_bar(struct lines *lines, const char *label, double share, const char *text,
                           uint8_t style) {
    struct line *line = lines_add(lines, label, text, style);
    if (line) {
        line->has_bar = true;
        line->share = share < 0 ? 0 : share > 1 ? 1 : share;
    }
    return line;
}

static void scroll(struct lines *lines) {
    size_t most = lines->count > lines->height ? lines->count - lines->height : 0;
    if (lines->top > most)
        lines->top = most;
    if (lines->index < lines->top)
        lines->top = lines->index;
    if (lines->index >= lines->top + lines->height)
        lines->top = lines->index - lines->height + 1;
    // What stands above the first line that can be read is worth seeing too.
    if (lines->index <= 1 && lines->height > 1)
        lines->top = 0;
}

// A page is turned: the line keeps its place on the screen.
static void turn(struct lines *lines, ptrdiff_t count) {
    size_t most = lines->count > lines->height ? lines->count - lines->height : 0;
    if (count < 0)
        lines->top = lines->top < (size_t)-count ? 0 : lines->top - (size_t)-count;
    else
        lines->top = most - lines->top < (size_t)count ? most : lines->top + (size_t)count;
}

void lines_move(struct lines *lines, ptrdiff_t count) {
    if (count > 1 || count < -1)
        turn(lines, count);
    if (count < 0 && lines->index < (size_t)-count)
        lines->index = 0;
    else
        lines->index += (size_t)count;
    if (lines->index >= lines->count)
        lines->index = lines->count > 0 ? lines->count - 1 : 0;
    scroll(lines);
}

void lines_set_height(struct lines *lines, size_t height) {
    lines->height = height > 0 ? height : 1;
    lines_move(lines, 0);
}
