// SPDX-License-Identifier: GPL-2.0-or-later
// An activity on the screen: beginning it, its lines, its keys.
#include <errno.h>
#include <string.h>

#include "tui/screen_parts.h"

struct activity *screen_activity(const struct screen *screen) {
    return activities_find(&screen->activities, screen->activity);
}

void screen_show_activity(struct screen *screen, const struct activity *activity) {
    if (screen->activity != activity->number)
        screen->lines.index = screen->lines.top = 0;
    screen->activity = activity->number;
    screen->mode = MODE_ACTIVITY;
    screen->effects.scope = true; // what it needs is read
}

bool screen_begin_activity(struct screen *screen, const struct panel_question *question,
                           uint64_t netns, const char *typed, struct error *err) {
    struct activity *activity;
    if (activities_begin(&screen->activities, screen_panel(screen)->activity, question->title,
                         screen->node, netns, typed, &activity, err) < 0)
        return false;
    screen->effects.activities = true;
    screen_show_activity(screen, activity);
    return true;
}

bool screen_open_activity(struct screen *screen) {
    struct view *view = screen_view(screen);
    const struct panel_activity *spec = view->panel->activity;
    const struct row_ref *ref = view_selected(view);
    const struct activity *activity =
        spec && ref ? activities_of_row(&screen->activities, spec, view->spec->kind, ref) : NULL;
    if (!activity)
        return false;
    view_select(view, view->index);
    screen_show_activity(screen, activity);
    return true;
}

// --- Other words ---------------------------------------------------------------------------------

static bool begins(const char *word, size_t len, const char *prefix) {
    size_t prefix_len = strlen(prefix);
    return len >= prefix_len && memcmp(word, prefix, prefix_len) == 0;
}

// The same word, perhaps with a value of its own: "+watch=0.2".
static bool is_same(const char *word, size_t len, const char *other) {
    return begins(word, len, other) && (len == strlen(other) || word[strlen(other)] == '=');
}

// What was typed, without the words of that sort, and with the word if it was not among them.
static void retype(const char *typed, const struct panel_word *word, struct buffer *buffer) {
    bool had = false;
    for (const char *at = typed; *at;) {
        size_t len = strcspn(at, " ");
        if (word->word && begins(at, len, word->sort))
            had |= is_same(at, len, word->word);
        else if (len > 0)
            buffer_printf(buffer, "%s%.*s", buffer->len > 0 ? " " : "", (int)len, at);
        at += len;
        at += strspn(at, " ");
    }
    if (word->word && !had)
        buffer_printf(buffer, " %s", word->word);
}

static void begin_otherwise(struct screen *screen, const struct activity *activity,
                            const struct panel_word *word) {
    const struct panel_question question = {.title = activity->title};
    struct buffer typed = BUFFER_INIT;
    struct error err = {0};
    retype(activity->typed, word, &typed);
    if (!screen_begin_activity(screen, &question, activity->netns, buffer_text(&typed), &err))
        screen_say(screen, STYLE_BAD, "%s", err.text);
    buffer_done(&typed);
}

static const struct panel_word *find_word(const struct activity *activity, uint32_t key) {
    const struct panel_word *word = activity->spec->words;
    while (word->label && word->key != key)
        word++;
    return word->label ? word : NULL;
}

// --- Keys ----------------------------------------------------------------------------------------

static void stop(struct screen *screen, struct activity *activity) {
    activity->stopping = true;
    screen->effects.activities = true;
}

static void follow(struct screen *screen, const struct activity *activity, size_t skipped) {
    const struct lines *lines = &screen->lines;
    size_t leads = lines->index < lines->count ? lines->items[lines->index].leads : 0;
    struct panel_place place;
    if (leads == 0)
        screen_say(screen, STYLE_DIM, "this line leads nowhere");
    else if (activity->spec->find(activity->state, screen->node, leads - 1, skipped, &place))
        screen_go_to(screen, &place);
    else
        screen_say(screen, STYLE_DIM,
                   skipped > 0 ? "this leads to no other place"
                               : "nothing of this node is known by that address");
}

bool screen_input_activity(struct screen *screen, uint32_t key) {
    struct activity *activity = screen_activity(screen);
    const struct panel_word *word = activity ? find_word(activity, key) : NULL;
    enum command command = keys_find(text_keys, key);
    if (word)
        begin_otherwise(screen, activity, word);
    else if (activity && key == INPUT_ESCAPE && activity->stage != ACTIVITY_ENDED)
        stop(screen, activity);
    else if (activity && command == COMMAND_DETAIL)
        follow(screen, activity, 0);
    else if (activity && (command == COMMAND_TARGET || command == COMMAND_NEXT_TARGET))
        follow(screen, activity, command == COMMAND_NEXT_TARGET);
    else
        return false;
    return true;
}

// --- What is seen --------------------------------------------------------------------------------

void screen_format_activity(struct screen *screen, size_t width, struct lines *lines) {
    const struct activity *activity = screen_activity(screen);
    const struct panel_sight sight = {
        .node = screen->node, .glyphs = screen->glyphs, .width = width, .now = screen->now};
    if (activity && activity->spec->format(activity->state, &sight, lines) < 0)
        lines_add(lines, "", "out of memory", STYLE_BAD);
}

void screen_format_activity_head(const struct screen *screen, struct buffer *buffer) {
    const struct activity *activity = screen_activity(screen);
    const char *separator = screen->glyphs->separator;
    if (!activity)
        return;
    buffer_printf(buffer, "%s ", activity->title);
    screen_put_printable(activity->typed, buffer);
    buffer_puts(buffer, " in ");
    screen_put_printable(activity->where, buffer);
    if (activity->stage != ACTIVITY_ENDED)
        buffer_printf(buffer, "%s%s", separator,
                      activity->stopping ? "ending ..." : "under way: Esc ends it");
    else if (activity->stopping)
        buffer_printf(buffer, "%sended before it was through", separator);
}

void screen_end_activity(struct screen *screen, const struct activity *activity) {
    screen->activities.changed = true;
    if (activity->number != screen->activity)
        screen_say(screen, STYLE_DIM, "%s %s: ended", activity->title, activity->typed);
}

// Rows of activities are brought up to date; those in namespaces that are gone end.
void screen_update_activities(struct screen *screen) {
    const struct panel_activity *spec = screen_panel(screen)->activity;
    const struct activity *gone = activities_stop_gone(&screen->activities, screen->node);
    if (gone) {
        screen->effects.activities = true;
        screen_say(screen, STYLE_WARNING, "namespace %s is gone: %s %s ends", gone->where,
                   gone->title, gone->typed);
    }
    if (spec && screen->node->namespaces)
        activities_remember(&screen->activities, spec, screen->node);
}
