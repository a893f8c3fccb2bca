// SPDX-License-Identifier: GPL-2.0-or-later
// The program as its user sees it: which panel, which namespace, what is open above it. Takes keys
// and data, draws into a grid, and asks for what it cannot do itself by effects. No terminal, no
// loop.
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/node.h"
#include "source/trace_live.h"
#include "tui/activity.h"
#include "tui/changes.h"
#include "tui/glyphs.h"
#include "tui/grid.h"
#include "tui/keys.h"
#include "tui/lines.h"
#include "tui/panel.h"
#include "tui/prompt.h"
#include "tui/trace_order.h"
#include "tui/view_file.h"
#include "tui/view_task.h"

#define SCREEN_MIN_COLUMNS 40
#define SCREEN_MIN_ROWS    8
#define SCREEN_PLACES      16 // that one can go back to
#define SCREEN_PANELS_MAX  9

#define INTERVAL_LEAST 0.1 // seconds
#define INTERVAL_MOST  60.0

enum screen_mode {
    MODE_TABLE,
    MODE_DETAIL,
    MODE_ANSWER, // to a question
    MODE_ACTIVITY,
    MODE_HELP,
    MODE_SORT,    // the menu of fields to sort by
    MODE_COLUMNS, // the menu of columns
};

enum screen_prompt {
    PROMPT_NONE,
    PROMPT_FILTER,
    PROMPT_SAVE,
    PROMPT_OVERWRITE, // y or n
    PROMPT_QUESTION,
    PROMPT_TRACE,
};

// What the loop has to do after a key.
struct screen_effects {
    bool quit;
    bool suspend;
    bool redraw;   // the terminal's contents are not to be trusted
    bool scope;    // other rows are to be read
    bool interval; // has changed
    bool pause;    // has changed
    bool copy;     // clipboard has what is to be copied
    bool save;     // file has what is to be written to the file of that name
    bool overwrite;
    bool prepare;    // the question is being typed: what its answer needs can be made
    bool ask;        // the question is to be answered
    bool build;      // the view's rows are to be worked out on a worker
    bool search;     // screen_search_on is to be called when there is time
    bool activities; // some are to be started, or told to end
    bool trace;      // trace.order is to begin
    bool trace_stop;
};

// Where things stand, from the top.
struct screen_layout {
    size_t views;         // the line with the panel's views; 0: not shown
    size_t summary;       // the first of the summary's lines
    size_t summary_count; // so many are shown
    size_t head;          // of the table, or the title of a text
    size_t body;
    size_t height; // of the body
    size_t gone;   // lines below it, for rows that went
};

// A question that was asked, and what is known of its answer.
struct screen_question {
    const struct panel_question *asked; // NULL: none
    uint64_t netns;                     // where
    char typed[PROMPT_MAX + 1];
    unsigned number;             // counts: an answer to another one comes too late
    bool working, waiting;       // for the answer; for the kernel's
    struct lines answer, kernel; // as they came, not wrapped
    bool differs;                // the kernel says something else
    struct error error;          // why there is no answer; code 0: there is
};

// A trace of packets, as the loop has told of it.
struct screen_trace {
    bool on;                       // from its beginning to its end
    bool stopping;                 // it was told to end
    bool told;                     // its user knows how it began
    struct trace_live_state state; // of the last one
    char typed[PROMPT_MAX + 1];    // what was typed for it; "": there was none
    char choice[PROMPT_MAX + 1];   // which packets, of that
    uint32_t rate;                 // of them a second
    bool replies;                  // and those that answer
    struct trace_order *order;     // for the loop to take; NULL: none
    struct error error;            // what is wrong in the line that is typed; code 0: nothing
    size_t offset;                 // where
};

// The list beside the table.
struct screen_side {
    bool hidden; // where it has room beside the table
    bool alone;  // where it has none: it stands in the table's place
    bool stale;  // counters that stand in it have changed
    unsigned variant;
    const char *title;
    struct panel_side_item *items;
    size_t count, selected, top;
    size_t width;        // as drawn; 0: not shown
    struct row_id shown; // the row that it is lit for
    uint64_t netns;      // of that row, where rows of all namespaces are shown; 0: none
};

struct screen_place {
    size_t panel, view;
    uint64_t netns;
    bool all;
    char filter[PANEL_FILTER_MAX]; // that belongs to the place; "": none
    char label[PANEL_LABEL_MAX];
    const char *same;             // as in struct panel_place
    char typed[PANEL_FILTER_MAX]; // the filter that was typed there instead; "": none
    struct row_id selected;       // there, so that it is again on the way back
    unsigned activity;            // the number of the one that was shown there; 0: none
};

struct screen {
    const struct panel *const *panels;
    size_t panel_count;
    struct node *node; // not the screen's own
    const struct glyphs *glyphs;
    struct view *views;                      // those of each panel together
    size_t view_count;                       // of all
    size_t first_views[SCREEN_PANELS_MAX];   // where those of the panel begin
    size_t current_views[SCREEN_PANELS_MAX]; // which of the panel's is shown

    size_t panel;
    uint64_t netns; // inode of the namespace that is shown; 0: not known yet
    char netns_name[256];
    bool all; // of all namespaces
    bool paused;
    double interval;
    struct screen_place places[SCREEN_PLACES];
    size_t place_count;
    char place_filter[PANEL_FILTER_MAX]; // of the place that is shown; "": none
    char place_label[PANEL_LABEL_MAX];
    const char *place_same; // columns that are left out there; NULL: none
    struct screen_side side;

    enum screen_mode mode;
    struct change_log changes;
    struct lines summary;
    struct lines lines; // MODE_DETAIL, MODE_ANSWER, MODE_ACTIVITY, MODE_HELP
    struct screen_question question;
    struct screen_trace trace;
    struct activities activities;
    unsigned activity; // the number of the one that is shown, or was last
    int64_t now;       // microseconds of the monotonic clock, as it is drawn
    struct row_id detail_row;
    struct row_ref detail_ref;        // that row, as last looked up,
    const struct table *detail_table; // in that table
    size_t menu_index, menu_top;
    enum screen_mode help_from; // where help goes back to

    enum screen_prompt prompting;
    struct prompt prompt;
    struct prompt_history filters, files, subjects, traces; // subjects: of questions
    size_t filter_offset; // of what is wrong in the filter that is typed; SIZE_MAX: nothing
    struct error filter_error;

    struct buffer message; // said until the next key
    uint8_t message_style;
    bool message_yields; // nobody asked for it: what is wrong with the data goes first
    const char *trouble; // of the reader, not of a table; NULL: none
    char changed_at[16]; // clock of the last change: "03:12:55"

    size_t columns; // as last drawn
    size_t width;   // of these, the table's
    struct screen_layout layout;

    struct screen_effects effects;
    struct buffer clipboard, file;
    struct view_file *file_rows; // what is in the file in place of that: many rows; NULL: none
    char file_name[PROMPT_MAX + 1];
};

// Makes a screen that shows this node, which is empty yet. Returns 0 or -ENOMEM.
int screen_init(struct screen *screen, const struct panel *const *panels, struct node *node,
                const struct glyphs *glyphs);
void screen_done(struct screen *screen);

// Shows the panel of that name and its view of that name (NULL: as it is), the namespace of that
// inode, all namespaces or one.
void screen_show(struct screen *screen, const char *panel, const char *view, uint64_t netns,
                 bool all);

// The node's tables have changed.
void screen_update(struct screen *screen);

// What a worker has found for a view.
void screen_take_rows(struct screen *screen, struct view *view, struct view_task *task);

// Takes a key. What it asks for is in effects, which the caller clears.
void screen_input(struct screen *screen, const struct input *input);

// Goes on with looking for a row, which any key ends.
void screen_search_on(struct screen *screen);

// Draws all of it.
void screen_draw(struct screen *screen, struct grid *grid);

// Says something in the status line until the next key.
void screen_say(struct screen *screen, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Asks whether the file that is there already shall be written over.
void screen_ask_overwrite(struct screen *screen);

// The answer to the question of that number: takes the lines out of `lines`; or why there is none,
// if err has a code. Returns true if the kernel is to be asked as well.
bool screen_take_answer(struct screen *screen, unsigned number, struct lines *lines,
                        const struct error *err);

// The kernel's lines for the question of that number: takes them out of `lines`.
void screen_take_kernel(struct screen *screen, unsigned number, struct lines *lines, bool differs);

// How the trace stands; `error` says why the last one did not begin.
void screen_take_trace(struct screen *screen, const struct trace_live_state *state, bool on,
                       const struct error *error);

// An activity's thread is through.
void screen_end_activity(struct screen *screen, const struct activity *activity);

// The panel that is shown, and its view.
const struct panel *screen_panel(const struct screen *screen);
struct view *screen_view(struct screen *screen);

// The detail's row, or NULL if it is not there; the inode for view_build (0: all).
const struct row_ref *screen_detail_row(struct screen *screen);
uint64_t screen_scope(const struct screen *screen);

#endif
