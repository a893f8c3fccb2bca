// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/cell.h"

#define COLUMN_MAX  44 // a longer cell is cut, unless there is room to spare
#define COLUMN_MIN  9  // text is not squeezed below that
#define ADDRESS_MIN 15 // a whole IPv4 address
#define WHOLE_MIN   32 // nor what is of little use in part: two IPv4 addresses with their ports
#define FIRST_MIN   14 // nor the first column, which says what the row is
#define COLUMNS_GAP 1

// --- Which ---------------------------------------------------------------------------------------

static size_t shown_count(const struct columns *columns) {
    size_t count = 0;
    while (count < columns->count && columns->items[count].shown)
        count++;
    return count;
}

static void move_to(struct columns *columns, size_t from, size_t to) {
    struct column moved = columns->items[from];
    if (from < to)
        memmove(columns->items + from, columns->items + from + 1, (to - from) * sizeof(moved));
    else
        memmove(columns->items + to + 1, columns->items + to, (from - to) * sizeof(moved));
    columns->items[to] = moved;
}

static void show_key(struct columns *columns, const char *key, size_t len, char sign) {
    size_t place = shown_count(columns);
    for (size_t i = place; i < columns->count; i++) {
        const char *own = columns->items[i].field->key;
        if (strncmp(own, key, len) != 0 || own[len] != '\0')
            continue;
        columns->items[i].shown = true;
        columns->items[i].optional = sign == '?';
        columns->items[i].minor = sign == '~';
        columns->items[i].whole = sign == '!';
        move_to(columns, i, place);
        return;
    }
}

int columns_init(struct columns *columns, const struct kind *kind, const char *shown) {
    struct column *items = calloc(kind->field_count, sizeof(*items));
    if (!items)
        return -ENOMEM;
    *columns = (struct columns){.items = items, .count = kind->field_count};
    for (size_t i = 0; i < kind->field_count; i++)
        items[i].field = &kind->fields[i];
    while (*shown != '\0') {
        size_t sign = strspn(shown, "?~!") > 0, len = strcspn(shown, ",");
        show_key(columns, shown + sign, len - sign, *shown);
        shown += len + (shown[len] == ',');
    }
    return 0;
}

void columns_done(struct columns *columns) {
    free(columns->items);
    *columns = (struct columns){0};
}

struct column *columns_find(const struct columns *columns, const struct field *field) {
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->items[i].field == field)
            return &columns->items[i];
    }
    return NULL;
}

size_t columns_move(struct columns *columns, size_t place, bool right) {
    size_t shown = shown_count(columns);
    if (place >= shown || (right ? place + 1 >= shown : place == 0))
        return place;
    size_t to = right ? place + 1 : place - 1;
    move_to(columns, place, to);
    return to;
}

size_t columns_toggle(struct columns *columns, size_t place) {
    size_t shown = shown_count(columns);
    if (place >= columns->count || (place < shown && shown == 1))
        return place;
    columns->items[place].shown = place >= shown;
    columns->items[place].optional = columns->items[place].minor = false;
    size_t to = place < shown ? shown - 1 : shown;
    move_to(columns, place, to);
    return to;
}

void columns_show_front(struct columns *columns, const struct field *field, bool second) {
    struct column *column = columns_find(columns, field);
    size_t place = (size_t)(column - columns->items);
    column->shown = true;
    column->optional = column->minor = false;
    move_to(columns, place, second && columns->count > 1 ? 1 : 0);
}

void columns_hide(struct columns *columns, const struct field *field) {
    const struct column *column = columns_find(columns, field);
    if (column->shown)
        columns_toggle(columns, (size_t)(column - columns->items));
}

// --- How wide ------------------------------------------------------------------------------------

void columns_widen(struct columns *columns, const struct field *field, const char *cell) {
    struct column *column = columns_find(columns, field);
    size_t width = text_width(cell);
    if (!column)
        return;
    if (column->width < width)
        column->width = width;
    column->filled |= strcmp(cell, CELL_EMPTY) != 0;
}

// Columns that change each second are as wide as they can get, so that nothing jumps.
static size_t steady_width(const struct field *field) {
    return field_is_rate(field) ? 6 : 0;
}

static size_t wanted_width(const struct column *column, const struct field *sorted) {
    size_t width = text_width(column->field->title) + (column->field == sorted);
    if (width < steady_width(column->field))
        width = steady_width(column->field);
    if (width < column->width)
        width = column->width;
    return width < COLUMN_MAX ? width : COLUMN_MAX;
}

// Half an address is none. In a narrow window others are there beside what should be whole.
static size_t least_of(const struct column *column, size_t width) {
    if (column->whole)
        return width * 2 / 5 < WHOLE_MIN ? width * 2 / 5 : WHOLE_MIN;
    return column->field->type == FIELD_ADDRESS ? ADDRESS_MIN : COLUMN_MIN;
}

// Of the column at that place, of all that share so much width.
static size_t least_width(const struct column_place *places, size_t i, size_t width) {
    size_t least = i == 0 ? FIRST_MIN : least_of(places[i].column, width);
    if (cell_is_right_aligned(places[i].column->field) || places[i].width < least)
        return places[i].width;
    return least;
}

static size_t total_width(const struct column_place *places, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += places[i].width + (i > 0 ? COLUMNS_GAP : 0);
    return total;
}

// Takes from the widest that can spare something until all fit or none can.
static void squeeze(struct column_place *places, size_t count, size_t width) {
    while (total_width(places, count) > width) {
        struct column_place *widest = NULL;
        for (size_t i = 0; i < count; i++) {
            if (places[i].width > least_width(places, i, width) &&
                (!widest || places[i].width > widest->width))
                widest = &places[i];
        }
        if (!widest)
            return;
        widest->width--;
    }
}

static size_t lacking(const struct column_place *place) {
    return place->column->width > place->width ? place->column->width - place->width : 0;
}

// Gives what is left to the column that lacks most, until there is no more or none lacks any.
static void stretch(struct column_place *places, size_t count, size_t width) {
    for (size_t taken = total_width(places, count); taken < width; taken++) {
        struct column_place *neediest = &places[0];
        for (size_t i = 1; i < count; i++) {
            if (lacking(&places[i]) > lacking(neediest))
                neediest = &places[i];
        }
        if (lacking(neediest) == 0)
            return;
        neediest->width++;
    }
}

// The shown columns that are not scrolled away, with or without the optional ones.
static size_t collect(const struct columns *columns, const struct field *sorted,
                      const bool *left_out, struct column_place *places, size_t max) {
    size_t count = 0, shown = shown_count(columns);
    for (size_t i = 0; i < shown && count < max; i++) {
        if ((i > 0 && i <= columns->first) || left_out[i])
            continue;
        struct column *column = &columns->items[i];
        places[count++] =
            (struct column_place){.column = column, .width = wanted_width(column, sorted)};
    }
    return count;
}

static bool have_least(const struct column_place *places, size_t count, size_t width) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += least_width(places, i, width) + (i > 0 ? COLUMNS_GAP : 0);
    return total <= width;
}

static bool have_wanted(const struct column_place *places, size_t count, size_t width) {
    return total_width(places, count) <= width;
}

static bool is_same(const struct columns *columns, const struct field *field) {
    for (const char *key = columns->same; key && *key;) {
        size_t len = strcspn(key, ",");
        if (strncmp(field->key, key, len) == 0 && field->key[len] == '\0')
            return true;
        key += len + (key[len] == ',');
    }
    return false;
}

struct choosing {
    const struct columns *columns;
    const struct field *sorted;
    size_t width;
    bool *left_out; // by place
    struct column_place *places;
    size_t max, count;
};

// Leaves columns out, the last first, until the others have the room they need.
static void leave_out(struct choosing *c, bool (*can_go)(const struct column *),
                      bool (*have_room)(const struct column_place *, size_t, size_t)) {
    c->count = collect(c->columns, c->sorted, c->left_out, c->places, c->max);
    for (size_t i = shown_count(c->columns); i > 0; i--) {
        if (have_room(c->places, c->count, c->width))
            return;
        if (!can_go(&c->columns->items[i - 1]))
            continue;
        c->left_out[i - 1] = true;
        c->count = collect(c->columns, c->sorted, c->left_out, c->places, c->max);
    }
}

static bool is_minor_and_empty(const struct column *column) {
    return column->minor && !column->filled;
}

static bool is_optional(const struct column *column) {
    return column->optional;
}

static bool is_minor(const struct column *column) {
    return column->minor;
}

// So that the others have the room they want, or else the least they need.
static void choose(struct choosing *c) {
    for (size_t i = 0; i < shown_count(c->columns); i++)
        c->left_out[i] = is_same(c->columns, c->columns->items[i].field);
    leave_out(c, is_minor_and_empty, have_wanted);
    leave_out(c, is_optional, have_wanted);
    leave_out(c, is_minor, have_least);
}

size_t columns_layout(const struct columns *columns, const struct field *sorted, size_t width,
                      struct column_place *places, size_t max, size_t *ret_hidden) {
    struct choosing c = {columns, sorted, width, .places = places, .max = max};
    *ret_hidden = 0;
    c.left_out = calloc(columns->count + 1, sizeof(*c.left_out));
    if (!c.left_out)
        return 0;
    choose(&c);
    free(c.left_out);
    size_t count = c.count;
    squeeze(places, count, width);
    if (count > 0)
        stretch(places, count, width);
    size_t x = 0, placed = 0;
    while (placed < count && (placed == 0 || x + places[placed].width <= width)) {
        places[placed].x = x;
        x += places[placed].width + COLUMNS_GAP;
        placed++;
    }
    *ret_hidden = count - placed;
    return placed;
}
