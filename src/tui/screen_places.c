// SPDX-License-Identifier: GPL-2.0-or-later
// Going places: panels, their views, namespaces, and where a row leads.
#include <stdio.h>
#include <string.h>

#include "tui/screen_parts.h"

static struct screen_place place_of(const struct screen *screen) {
    return (struct screen_place){.panel = screen->panel,
                                 .view = screen->current_views[screen->panel],
                                 .netns = screen->netns,
                                 .all = screen->all};
}

static void copy_text(char *to, size_t size, const char *text) {
    snprintf(to, size, "%s", text);
}

static void remember_place(struct screen *screen) {
    if (screen->place_count == SCREEN_PLACES)
        memmove(screen->places, screen->places + 1,
                (--screen->place_count) * sizeof(screen->places[0]));
    struct screen_place *place = &screen->places[screen->place_count++];
    struct view *view = screen_view(screen);
    const struct row_ref *ref = view_selected(view);
    *place = place_of(screen);
    copy_text(place->filter, sizeof(place->filter), screen->place_filter);
    copy_text(place->label, sizeof(place->label), screen->place_label);
    place->same = screen->place_same;
    if (view->filter && !screen_is_at_place(screen) &&
        strlen(view->filter_text) < sizeof(place->typed))
        copy_text(place->typed, sizeof(place->typed), view->filter_text);
    if (ref)
        place->selected = view_row_id(view, ref);
    if (screen->mode == MODE_ACTIVITY)
        place->activity = screen->activity;
}

// What a place shows is what passes its filter, or the one that was typed there.
static void set_place_filter(struct screen *screen, const struct screen_place *place) {
    struct view *view = screen_view(screen);
    const char *filter = place->typed[0] ? place->typed : place->filter;
    if (filter[0] || screen->place_filter[0])
        view_set_filter(view, filter, NULL, NULL);
    copy_text(screen->place_filter, sizeof(screen->place_filter), place->filter);
    copy_text(screen->place_label, sizeof(screen->place_label), place->label);
    screen->place_same = place->same;
}

static void show_place(struct screen *screen, const struct screen_place *place) {
    struct view *before = screen_view(screen);
    screen->panel = place->panel;
    screen->current_views[place->panel] = place->view;
    screen->all = place->all;
    screen->mode = MODE_TABLE;
    if (screen_view(screen) != before)
        view_let_go(before);
    screen_set_netns(screen, place->netns);
    set_place_filter(screen, place);
    screen->effects.scope = true;
    screen_update_activities(screen);
    screen_show_netns_column(screen);
    screen_build(screen);
}

// The panel of that name with its view of that name; what is not named stays as it is.
static struct screen_place find_place(const struct screen *screen, const char *panel,
                                      const char *view) {
    struct screen_place place = place_of(screen);
    for (size_t i = 0; panel && i < screen->panel_count; i++) {
        if (strcmp(screen->panels[i]->name, panel) == 0)
            place.panel = i;
    }
    const struct panel *found = screen->panels[place.panel];
    const struct panel_view *named = view ? panel_find_view(found, view) : NULL;
    place.view = named ? (size_t)(named - found->views) : screen->current_views[place.panel];
    return place;
}

void screen_show(struct screen *screen, const char *panel, const char *view, uint64_t netns,
                 bool all) {
    struct screen_place place = find_place(screen, panel, view);
    place.netns = netns;
    place.all = all;
    show_place(screen, &place);
}

void screen_show_panel(struct screen *screen, size_t panel) {
    if (panel >= screen->panel_count) {
        screen_say(screen, STYLE_WARNING, "there are panels 1 to %zu", screen->panel_count);
        return;
    }
    struct screen_place place = place_of(screen);
    place.panel = panel;
    place.view = screen->current_views[panel];
    show_place(screen, &place);
}

void screen_show_view(struct screen *screen, size_t view) {
    if (screen_panel(screen)->view_count == 1) {
        screen_say(screen, STYLE_DIM, "this panel has one view");
        return;
    }
    struct screen_place place = place_of(screen);
    place.view = view % screen_panel(screen)->view_count;
    screen->side.alone = false; // its rows are what is asked for
    show_place(screen, &place);
}

void screen_go_to_view(struct screen *screen, size_t view) {
    if (view == screen->current_views[screen->panel])
        return;
    remember_place(screen);
    screen_show_view(screen, view);
}

void screen_toggle_all(struct screen *screen) {
    if (screen_panel(screen)->whole_node) {
        screen_say(screen, STYLE_DIM, "these are the namespaces: a is for the other panels");
        return;
    }
    remember_place(screen);
    struct screen_place place = place_of(screen);
    place.all = !place.all;
    show_place(screen, &place);
}

void screen_go_back(struct screen *screen) {
    if (screen->place_count == 0) {
        screen_say(screen, STYLE_DIM, "nowhere to go back to");
        return;
    }
    struct screen_place place = screen->places[--screen->place_count];
    if (!place.all && !node_find(screen->node, place.netns)) {
        screen_say(screen, STYLE_WARNING, "that namespace is gone");
        return;
    }
    show_place(screen, &place);
    if (place.selected.netns)
        view_select_row(screen_view(screen), place.selected);
    const struct activity *activity = activities_find(&screen->activities, place.activity);
    if (activity)
        screen_show_activity(screen, activity);
}

static void show_rows(struct screen *screen, const struct panel_place *to, bool all) {
    struct screen_place place = find_place(screen, to->panel, to->view);
    place.netns = to->netns;
    place.all = all;
    copy_text(place.filter, sizeof(place.filter), to->filter);
    copy_text(place.label, sizeof(place.label), to->label);
    place.same = to->same;
    show_place(screen, &place);
}

static bool is_on_way(const struct screen *screen, size_t place) {
    return screen->places[place].panel == screen->panel && screen->places[place].label[0];
}

size_t screen_way_length(const struct screen *screen) {
    size_t length = 0;
    for (size_t i = 0; i < screen->place_count; i++)
        length += is_on_way(screen, i);
    return length;
}

void screen_format_way(const struct screen *screen, size_t skipped, struct buffer *buffer) {
    if (skipped > 0)
        buffer_printf(buffer, "%s > ", screen->glyphs->cut);
    for (size_t i = 0; i < screen->place_count; i++) {
        if (!is_on_way(screen, i) || (skipped > 0 && skipped--))
            continue;
        screen_put_printable(screen->places[i].label, buffer);
        buffer_puts(buffer, " > ");
    }
    screen_put_printable(screen->place_label, buffer);
}

void screen_go_to(struct screen *screen, const struct panel_place *to) {
    bool all = screen->all && to->has_row;
    remember_place(screen);
    show_rows(screen, to, all);
    struct view *view = screen_view(screen);
    if (!to->has_row) {
        view_select(view, 0);
        view->has_selection = false;
        return;
    }
    struct row_id id = {to->netns, to->identity};
    // Rows that are not read yet may be of the place.
    if (!view_select_row(view, id) && view->filter && !to->filter[0]) {
        screen_drop_filter(screen);
        view_select_row(view, id);
    }
}

void screen_follow_target(struct screen *screen, const struct row_ref *ref, size_t skipped) {
    struct panel_place place;
    if (ref && panel_find_target(screen_view(screen)->spec, ref, skipped, &place))
        screen_go_to(screen, &place);
    else
        screen_say(screen, STYLE_DIM,
                   skipped > 0 ? "this leads to no other place" : "this leads nowhere");
}

void screen_follow_users(struct screen *screen, const struct row_ref *ref) {
    const struct panel_target *target = screen_view(screen)->spec->targets;
    struct panel_place place;
    while (target && target->find && !target->users)
        target++;
    if (ref && target && target->find && target->find(ref, &place))
        screen_go_to(screen, &place);
    else
        screen_say(screen, STYLE_DIM, "no rule uses this");
}
