// SPDX-License-Identifier: GPL-2.0-or-later
// The list beside the table, which says where its rows are on the way.
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/screen_parts.h"

#define GAP 1 // a column between the list and the table

void screen_side_done(struct screen_side *side) {
    free(side->items);
    side->items = NULL;
    side->title = NULL;
    side->count = 0;
}

// The item that leads where the screen is stays selected, whatever stands before it now.
static void select_place(struct screen *screen) {
    struct screen_side *side = &screen->side;
    for (size_t i = 0; i < side->count; i++) {
        if (side->items[i].leads && screen->place_filter[0] &&
            strcmp(side->items[i].place.filter, screen->place_filter) == 0)
            side->selected = i;
    }
    if (side->selected >= side->count)
        side->selected = 0;
}

static uint64_t netns_of(const struct screen *screen) {
    return screen->all ? screen->side.netns : screen->netns;
}

void screen_side_fill(struct screen *screen) {
    struct screen_side *side = &screen->side;
    const struct panel_side *spec = screen_panel(screen)->side;
    screen_side_done(side);
    if (!spec || (screen->all && side->netns == 0) || !screen->node->namespaces)
        return;
    if (spec->fill(screen->node, netns_of(screen), side->variant, &side->title, &side->items,
                   &side->count) < 0)
        side->count = 0;
    select_place(screen);
}

// A table that says of each row where it is needs more.
static bool has_room_beside(const struct screen *screen, size_t columns) {
    size_t times = screen->all && screen->mode == MODE_TABLE ? 4 : 2;
    return columns >= screen_panel(screen)->side->width * times;
}

static size_t width_of(const struct panel_side_item *item, const char *note) {
    size_t width = text_width(note);
    return text_width(item->text) + (width > 0 ? width + GAP : 0);
}

// Without the gap behind it.
static size_t width_beside(const struct screen *screen, size_t columns) {
    size_t width = screen_panel(screen)->side->width, most = columns / 3;
    for (size_t i = 0; i < screen->side.count && width < most; i++) {
        const struct panel_side_item *item = &screen->side.items[i];
        size_t needed = width_of(item, item->note);
        if (needed > width)
            width = needed < most ? needed : most;
    }
    return width;
}

size_t screen_side_width(const struct screen *screen, size_t columns) {
    const struct panel_side *spec = screen_panel(screen)->side;
    if (!spec || screen->side.count == 0)
        return 0;
    if (!has_room_beside(screen, columns))
        return screen->side.alone && screen->mode == MODE_TABLE ? columns : 0;
    return screen->side.hidden ? 0 : width_beside(screen, columns) + GAP;
}

// --- Moving --------------------------------------------------------------------------------------

// From item to item it is one place: one step back leaves the list.
static void go_to_item(struct screen *screen) {
    const struct panel_side_item *item = &screen->side.items[screen->side.selected];
    bool from_item = false;
    for (size_t i = 0; i < screen->side.count; i++)
        from_item |= screen->side.items[i].leads &&
                     strcmp(screen->side.items[i].place.filter, screen->place_filter) == 0;
    struct panel_place place = item->place;
    screen_go_to(screen, &place);
    if (from_item && screen->place_count > 0)
        screen->place_count--;
}

static bool say_if(struct screen *screen, bool none) {
    if (none)
        screen_say(screen, STYLE_DIM, "there is no list beside these rows");
    return none;
}

// In all namespaces only rows that it is lit for have one.
static bool is_none(const struct screen *screen) {
    return screen->all && screen->side.netns == 0;
}

void screen_side_move(struct screen *screen, bool forward) {
    struct screen_side *side = &screen->side;
    if (say_if(screen, side->count == 0))
        return;
    size_t at = side->selected;
    for (size_t i = 0; i < side->count; i++) {
        at = forward ? (at + 1) % side->count : (at + side->count - 1) % side->count;
        if (side->items[at].leads)
            break;
    }
    if (!side->items[at].leads)
        return;
    side->selected = at;
    go_to_item(screen);
}

void screen_side_click(struct screen *screen, size_t y) {
    struct screen_side *side = &screen->side;
    if (y == screen->layout.head) {
        screen_side_turn(screen);
        return;
    }
    size_t at = side->top + y - screen->layout.body;
    if (at >= side->count || !side->items[at].leads)
        return;
    side->selected = at;
    go_to_item(screen);
}

void screen_side_turn(struct screen *screen) {
    if (!screen_panel(screen)->side) {
        screen_say_unknown(screen);
        return;
    }
    if (say_if(screen, is_none(screen)))
        return;
    screen->side.variant++;
    screen_side_fill(screen);
    if (screen->side.title)
        screen_say(screen, STYLE_DIM, "%s", screen->side.title);
}

void screen_side_toggle(struct screen *screen) {
    if (say_if(screen, is_none(screen)))
        return;
    if (has_room_beside(screen, screen->columns))
        screen->side.hidden = !screen->side.hidden;
    else
        screen->side.alone = !screen->side.alone;
}

bool screen_side_run(struct screen *screen, enum command command) {
    struct screen_side *side = &screen->side;
    ptrdiff_t rows = screen_distance(command, screen->layout.height);
    if (side->width == 0 || side->width < screen->columns)
        return false;
    if (rows != 0)
        screen_side_move(screen, rows > 0);
    else if (command == COMMAND_ENTER || command == COMMAND_DETAIL || command == COMMAND_ESCAPE)
        side->alone = false;
    else
        return false;
    return true;
}

// --- The way of the row that is selected ---------------------------------------------------------

// What the line that is selected is about, or the one above it that is about something; 0: none.
static size_t item_read(const struct lines *lines) {
    size_t i = lines->index < lines->count ? lines->index + 1 : lines->count;
    while (i > 0 && lines->items[i - 1].item == 0)
        i--;
    return i > 0 ? lines->items[i - 1].item : 0;
}

// The row that is selected, or is read of. Where rows of all namespaces are shown, that can be
// another one than the one that was opened.
static bool find_shown(struct screen *screen, struct row_ref *ret_ref) {
    const struct panel_view *spec = screen_view(screen)->spec;
    bool detail = screen->mode == MODE_DETAIL;
    const struct row_ref *ref =
        detail ? screen_detail_row(screen) : view_selected(screen_view(screen));
    size_t item = detail && screen->all && spec->find_part ? item_read(&screen->lines) : 0;
    if (ref && (item == 0 || !spec->find_part(ref, item, ret_ref)))
        *ret_ref = *ref;
    return ref;
}

// Once for each row: it can be turned away from that by hand.
static bool turn_to(struct screen *screen, const struct row_ref *ref, unsigned variant) {
    struct screen_side *side = &screen->side;
    struct row_id id = view_row_id(screen_view(screen), ref);
    if (id.netns == side->shown.netns && id.identity == side->shown.identity)
        return false;
    bool turns = variant != side->variant;
    side->shown = id;
    side->variant = variant;
    return turns;
}

void screen_side_follow(struct screen *screen) {
    const struct panel_side *spec = screen_panel(screen)->side;
    struct screen_side *side = &screen->side;
    struct row_ref ref;
    unsigned variant;
    bool lit = spec && spec->turn_to && find_shown(screen, &ref) &&
               spec->turn_to(screen_view(screen)->spec->kind, &ref, &variant);
    uint64_t netns = lit && screen->all ? ref.netns->inode : 0;
    bool changes = netns != side->netns;
    side->netns = netns;
    changes |= lit && turn_to(screen, &ref, variant);
    if (changes)
        screen_side_fill(screen);
}

// How each item stands to it; the array is the caller's to free. NULL: none is lit.
static uint8_t *find_lights(struct screen *screen) {
    const struct panel_side *spec = screen_panel(screen)->side;
    struct row_ref ref;
    uint8_t *lights = spec->light && find_shown(screen, &ref)
                          ? calloc(screen->side.count + 1, sizeof(*lights))
                          : NULL;
    if (lights)
        spec->light(screen_view(screen)->spec->kind, &ref, screen->side.items, screen->side.count,
                    lights);
    return lights;
}

// "from outside, forwarded · host"
static void format_title(const struct screen *screen, struct buffer *buffer) {
    const struct screen_side *side = &screen->side;
    const struct node_netns *entry = screen->all ? node_find(screen->node, side->netns) : NULL;
    buffer_puts(buffer, side->title ? side->title : "");
    if (!entry)
        return;
    buffer_puts(buffer, screen->glyphs->separator);
    screen_put_printable(entry->netns->name, buffer);
}

// --- Drawing -------------------------------------------------------------------------------------

// Where the screen is low, the selected item is in the middle.
static size_t first_shown(const struct screen_side *side, size_t height) {
    if (side->count <= height || side->selected < height / 2)
        return 0;
    size_t first = side->selected - height / 2;
    return first + height > side->count ? side->count - height : first;
}

static void draw_item(const struct screen *screen, struct grid *grid, size_t y, size_t index,
                      enum panel_light light) {
    static const uint8_t styles[] = {[PANEL_PASSED] = STYLE_GOOD, [PANEL_ENDED] = STYLE_BAD};
    const struct panel_side_item *item = &screen->side.items[index];
    size_t width = screen->side.width - GAP;
    const char *words = width_of(item, item->note) > width ? item->brief : item->note;
    size_t note = text_width(words);
    struct buffer text = BUFFER_INIT;
    uint8_t style = light == PANEL_DARK ? item->style : styles[light];
    screen_put_printable(item->text, &text);
    screen_put_cut(screen, grid, y, 0, width - (note > 0 ? note + GAP : 0), false, style,
                   buffer_text(&text));
    grid_put(grid, y, width - note, note, style, words);
    if (light != PANEL_DARK)
        grid_put(grid, y, 0, 1, style, light == PANEL_ENDED ? "x" : screen->glyphs->mark);
    if (index == screen->side.selected && item->leads)
        grid_add_style(grid, y, 0, width, STYLE_SELECTED);
    buffer_done(&text);
}

void screen_side_draw(struct screen *screen, struct grid *grid) {
    struct screen_side *side = &screen->side;
    size_t width = side->width - GAP, height = screen->layout.height + screen->layout.gone;
    side->top = first_shown(side, height);
    struct buffer title = BUFFER_INIT;
    format_title(screen, &title);
    grid_style(grid, screen->layout.head, 0, width, STYLE_HEAD);
    screen_put_cut(screen, grid, screen->layout.head, 0, width, false, STYLE_HEAD,
                   buffer_text(&title));
    buffer_done(&title);
    uint8_t *lights = find_lights(screen);
    for (size_t i = 0; i < height && side->top + i < side->count; i++)
        draw_item(screen, grid, screen->layout.body + i, side->top + i,
                  lights ? lights[side->top + i] : PANEL_DARK);
    free(lights);
}
