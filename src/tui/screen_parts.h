// SPDX-License-Identifier: GPL-2.0-or-later
// What the files of the screen share among them.
#ifndef TUI_SCREEN_PARTS_H
#define TUI_SCREEN_PARTS_H

#include "tui/screen.h"

// The lines that are always there; screen->layout has the others.
enum screen_row {
    ROW_TABS,
    ROW_PLACE,
};
#define SCREEN_FOOT_ROWS 2 // the status line and the keys

// --- screen.c ---

// True if the view is a log of which an older row is looked at: it stands still.
bool screen_is_held(struct screen *screen);

// Rebuilds the view, and says so if the selected row went.
void screen_build(struct screen *screen);

// Takes the filter of the view that is shown away.
void screen_drop_filter(struct screen *screen);

// Whether the rows are those of a place: nothing else was typed.
bool screen_is_at_place(const struct screen *screen);

// Names the namespace of that inode as the one that is shown.
void screen_set_netns(struct screen *screen, uint64_t inode);

// What is the same whatever is open. Returns false if the command is none of these.
bool screen_run_common(struct screen *screen, enum command command);

// How far a command of moving goes over so many lines; 0 if it is none.
ptrdiff_t screen_distance(enum command command, size_t height);

void screen_say_unknown(struct screen *screen);

// --- screen_places.c ---

void screen_show_panel(struct screen *screen, size_t panel);
void screen_show_view(struct screen *screen, size_t view);
void screen_toggle_all(struct screen *screen);

// Shows the view, and remembers where one was.
void screen_go_to_view(struct screen *screen, size_t view);
void screen_go_back(struct screen *screen);

// Goes where the row leads, other ways that lead somewhere skipped; to the place itself.
void screen_follow_target(struct screen *screen, const struct row_ref *ref, size_t skipped);

// Goes to what uses the row (NULL: there is none).
void screen_follow_users(struct screen *screen, const struct row_ref *ref);
void screen_go_to(struct screen *screen, const struct panel_place *place);

// Adds the labels of the panel's places that led to this one: "nat PREROUTING > nat KUBE-SERVICES".
// Without the first of them, as many as are skipped.
void screen_format_way(const struct screen *screen, size_t skipped, struct buffer *buffer);

// How many places are on it before the one that is shown.
size_t screen_way_length(const struct screen *screen);

// --- screen_side.c: the list beside the table ---

void screen_side_done(struct screen_side *side);

// Fills it anew from the node's tables.
void screen_side_fill(struct screen *screen);

// Goes to the next of its items that leads somewhere, or to the one before; to the next variant;
// shows it or not; to the item on that line of the screen.
void screen_side_move(struct screen *screen, bool forward);
void screen_side_turn(struct screen *screen);
void screen_side_toggle(struct screen *screen);
void screen_side_click(struct screen *screen, size_t y);

// Turns it to the variant that the selected row is about.
void screen_side_follow(struct screen *screen);

// How many columns it takes of a screen that has so many; 0: it is not shown.
size_t screen_side_width(const struct screen *screen, size_t columns);

// Does what a command means while the list stands in the table's place: to move in it, to leave it.
// Returns false if it means something else.
bool screen_side_run(struct screen *screen, enum command command);
void screen_side_draw(struct screen *screen, struct grid *grid);

// --- screen_table.c ---

void screen_input_table(struct screen *screen, const struct input *input);
void screen_sort_by_head(struct screen *screen, size_t x);

// Where rows of several namespaces stand together, the namespace is a column.
void screen_show_netns_column(struct screen *screen);

// --- screen_text.c: details, answers, help ---

void screen_open_detail(struct screen *screen);
void screen_open_help(struct screen *screen);
void screen_input_text(struct screen *screen, const struct input *input);
void screen_fill_lines(struct screen *screen);
void screen_draw_lines(struct screen *screen, struct grid *grid);
void screen_draw_line(const struct screen *screen, struct grid *grid, size_t y,
                      const struct line *line);

// --- screen_prompt.c ---

void screen_begin_prompt(struct screen *screen, enum screen_prompt what);
void screen_input_prompt(struct screen *screen, uint32_t key);
void screen_draw_prompt(struct screen *screen, struct grid *grid, size_t y);

// What is wrong in the line, or NULL; draws that.
const struct error *screen_prompt_error(const struct screen *screen);
void screen_draw_prompt_error(const struct screen *screen, struct grid *grid, size_t y);

// --- screen_question.c ---

// The question of that key, or NULL.
const struct panel_question *screen_find_question(const struct screen *screen, uint32_t key);

// Begins to ask it: what is typed next is its subject.
void screen_begin_question(struct screen *screen, const struct panel_question *question);

// Answers it. Returns false if it cannot (error has why).
bool screen_ask(struct screen *screen, const char *typed);

// Fills lines with the answer, and the kernel's own behind it.
void screen_format_answer(struct screen *screen, size_t width, struct lines *lines);

// --- screen_trace.c ---

// Asks which packets are to be traced; begins with what is typed. Returns false if that cannot be
// (error has why). Stops the trace.
void screen_begin_trace(struct screen *screen);
bool screen_start_trace(struct screen *screen, const char *typed);
void screen_stop_trace(struct screen *screen);

// Adds how the trace stands to the lines above the table.
void screen_format_trace(const struct screen *screen, struct lines *lines);

// --- screen_activity.c ---

// The activity that is shown, or NULL.
struct activity *screen_activity(const struct screen *screen);
void screen_show_activity(struct screen *screen, const struct activity *activity);

// Begins what answers the question, and shows it. Returns false if it cannot (words in err).
bool screen_begin_activity(struct screen *screen, const struct panel_question *question,
                           uint64_t netns, const char *typed, struct error *err);

// Shows the one that the selected row came from. Returns false if it came from none.
bool screen_open_activity(struct screen *screen);

// Takes a key over its lines. Returns false if it means nothing special there.
bool screen_input_activity(struct screen *screen, uint32_t key);

void screen_format_activity(struct screen *screen, size_t width, struct lines *lines);
void screen_format_activity_head(const struct screen *screen, struct buffer *buffer);

// The node has changed.
void screen_update_activities(struct screen *screen);

// --- screen_menu.c: the menus of fields to sort by and of columns ---

void screen_menu_open(struct screen *screen, enum screen_mode mode);
void screen_menu_command(struct screen *screen, enum command command);
void screen_menu_select(struct screen *screen, size_t line);
void screen_menu_draw(struct screen *screen, struct grid *grid);

// --- screen_save.c ---

// Fills the clipboard with the row that is selected, or those that are marked, as JSON. Returns how
// many.
size_t screen_copy(struct screen *screen);

// Fills `file` with what is shown: as JSON if the name ends so.
void screen_format_file(struct screen *screen, const char *name);

// --- screen_tabs.c ---

void screen_draw_tabs(const struct screen *screen, struct grid *grid);
void screen_draw_views(const struct screen *screen, struct grid *grid, size_t y);

// --- Drawing ---

// The panel whose tab, the view whose name, the column whose head is at this place. False if none
// is.
bool screen_find_tab(const struct screen *screen, size_t x, size_t *ret_panel);
bool screen_find_view(const struct screen *screen, size_t x, size_t *ret_view);
bool screen_find_head(struct screen *screen, size_t x, const struct field **ret_field);

// How many rows of the view went in the last seconds.
size_t screen_count_gone(struct screen *screen);
void screen_draw_table(struct screen *screen, struct grid *grid);
void screen_draw_status(struct screen *screen, struct grid *grid, size_t y);

// Writes the text, cut with a sign if it does not fit, right-aligned if asked for.
void screen_put_cut(const struct screen *screen, struct grid *grid, size_t y, size_t x,
                    size_t width, bool right, uint8_t style, const char *text);

// Adds other people's text as a terminal may see it.
void screen_put_printable(const char *text, struct buffer *buffer);

#endif
