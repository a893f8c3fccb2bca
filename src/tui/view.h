// SPDX-License-Identifier: GPL-2.0-or-later
// The rows of a panel as they stand on the screen: filtered, in order, one of them selected, some
// marked. Selection and marks belong to a row's identity and not to its place. Pure.
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/rows.h"
#include "query/filter.h"
#include "query/sort.h"
#include "tui/columns.h"
#include "tui/panel.h"
#include "tui/row_set.h"

struct view {
    const struct panel *panel;
    const struct panel_view *spec;
    const struct kind *kind;
    struct columns columns;

    struct filter *filter; // NULL: every row
    char *filter_text;     // what it was made of
    struct filter *search; // the last one that was valid: what n and N look for
    bool searching;        // it goes on,
    bool search_backwards;
    size_t searched; // when it has looked at so many rows
    struct sort sort;
    bool is_sort_chosen; // by the user: else rows of all namespaces stand by namespace first
    bool tree;
    unsigned tree_open;    // rows of a lesser depth are open,
    struct row_set turned; // but for these, which are the other way round
    bool names_hidden;     // COMMAND_NAMES
    bool follow;

    unsigned query; // counts changes of what is asked for: filter, order, namespace
    unsigned built; // the query that what is shown is about
    unsigned names; // when it was worked out: see view_task
    bool pending;   // what is shown is not yet what is asked for
    uint64_t scope; // the namespace that is asked for; 0: all
    bool is_built_as_tree;

    // What is shown: rows of `rows` in the order of these numbers, or a tree.
    struct rows rows;
    struct table *namespaces; // in which they are
    uint32_t *order;
    struct panel_tree_row *tree_rows; // NULL: no tree
    size_t count;
    size_t total;                // before the filter
    bool loaded;                 // the tables that are shown were read, all or some
    struct row_ref selected_ref; // as last asked for

    bool has_selection; // nobody has moved yet: the first row is the one
    struct row_id selected;
    size_t index; // of the selected row, less than count unless that is 0
    size_t top;   // first row on the screen
    size_t height;

    struct row_set marks;
};

// Returns 0 and a view without rows, or -ENOMEM.
int view_init(struct view *view, const struct panel *panel, const struct panel_view *spec);
void view_done(struct view *view);

// Takes the rows from the node at once: those of the namespace, or of all (0). Returns true if the
// selected row is not there any more; then its neighbour is selected. For many rows: view_task.h.
bool view_build(struct view *view, const struct node *node, uint64_t netns);

// Lets go of rows that others keep memory for as long as they are shown (snapshots): the view is
// not.
void view_let_go(struct view *view);

// Of a log: true if the newest row is selected, so that newer ones take its place; how many newer
// ones the node has.
bool view_is_at_end(const struct view *view);
uint64_t view_count_newer(const struct view *view, const struct node *node);

// Filters by an expression ("" takes the filter away); takes effect with the next view_build. An
// invalid one leaves the view as it is and returns -EINVAL (ret_offset, err as filter_compile).
int view_set_filter(struct view *view, const char *text, size_t *ret_offset, struct error *err);

// Sorts by a field, from the next view_build on.
void view_set_sort(struct view *view, const struct field *field, bool descending);

// Selects by place: a row further down or up (bounded), or this row.
void view_move(struct view *view, ptrdiff_t rows);
void view_select(struct view *view, size_t index);

// Selects by identity. Returns false if no such row is there (it is selected as soon as it comes).
bool view_select_row(struct view *view, struct row_id id);

// Selects the next (or the previous) row that matches the last filter, around the end. Returns
// false if none does among the rows that it has looked at: as many as a key can wait for. Then the
// view is `searching` until view_search_on, which goes on, has looked at all.
bool view_search(struct view *view, bool backwards);
bool view_search_on(struct view *view);

// Opens the row of a tree that is selected, or closes it; opens all, or closes all below the roots.
// From the next view_build on.
void view_fold(struct view *view);
void view_fold_all(struct view *view);

// The row of that identity, if it is there.
bool view_find_row(const struct view *view, struct row_id id, struct row_ref *ret_ref);

// How many rows the screen has room for.
void view_set_height(struct view *view, size_t height);

// The row at a place that exists.
struct row_ref view_row(const struct view *view, size_t index);

// The selected row (good until the next call), or NULL if there are no rows.
const struct row_ref *view_selected(struct view *view);

// Where rows are sorted by a rate and are too many to have one each: puts those on the screen in
// order, which are sampled.
void view_sort_screen(struct view *view);

// True if rows can pass, or change places, though no table has changed.
bool view_depends_on_rates(const struct view *view);

// The field that says what a row is: the first of the view's columns.
const struct field *view_name_field(const struct view *view);

struct row_id view_row_id(const struct view *view, const struct row_ref *ref);

#endif
