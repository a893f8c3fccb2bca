// SPDX-License-Identifier: GPL-2.0-or-later
// What a panel says of itself. All the rest (rows, sorting, filter, columns, details, marks, help)
// is the same for every panel and is done here in tui/.
#ifndef TUI_PANEL_H
#define TUI_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "model/kind.h"
#include "model/node.h"
#include "tui/glyphs.h"
#include "tui/keys.h"
#include "tui/lines.h"

#define PANEL_FILTER_MAX 512
#define PANEL_LABEL_MAX  96

// A row, some rows, or just a namespace to go to.
struct panel_place {
    const char *panel; // its name
    const char *view;  // of the panel, by name; NULL: the one that it shows
    uint64_t netns;    // inode
    bool has_row;
    uint64_t identity; // of the row, in that namespace
    // Only rows that pass this filter, until one goes back; "": all. The label names them among the
    // places that led there: "nat KUBE-SERVICES".
    char filter[PANEL_FILTER_MAX];
    char label[PANEL_LABEL_MAX];
    const char *same; // keys of columns that say the same in all of them, joined by commas: they
                      // are left out; NULL: none
};

struct panel_tree_row {
    struct row_ref ref;
    unsigned depth; // 0: hangs on nothing
    // The rest is the view's:
    bool last;      // of those that hang on the same
    bool closed;    // what hangs on it is not shown
    uint64_t lines; // the depths above its own, a bit each, at which more comes further down
};
#define PANEL_TREE_DEPTH_MAX 63 // what hangs deeper is drawn there

// A part of the details: the fields whose keys are named, "port_*" being all that begin so. A field
// is in the first group that names it; what no group names comes at the end.
struct panel_group {
    const char *title;
    const char *keys; // joined by commas
};

// A graph of a counter's rate over the last minute, among the details.
struct panel_graph {
    const char *title;
    size_t counter;
};

// Where rows lead to: 'o' goes to the first of a view's targets that leads somewhere, 'O' to the
// next one, Enter on the line of the field in the details to that field's.
struct panel_target {
    const char *field; // the line of the details that leads there; NULL: none
    const char *title; // for help: "a pair's other end"
    bool (*find)(const struct row_ref *ref, struct panel_place *ret_place); // false: nowhere
    bool users; // what uses the row: COMMAND_USERS goes there
};

// Rows of one kind in one way to look at them: v and V go from one to the next.
struct panel_view {
    const char *name; // as in --panel routes/rules
    const char *title;
    uint32_t key; // that shows it, beside v and V; 0: none
    enum kind_id kind;
    const char *columns; // keys joined by commas; behind '?': only where there is plenty of room;
                         // behind '~': the first to go where it is narrow, or empty;
                         // behind '!': not cut to where its text is of little use
    const char *names;   // columns that name the addresses of others: COMMAND_NAMES; NULL: none
    const char *sort;    // as for --sort; NULL: the kind's usual order

    bool mixed;          // rows of all namespaces stand in one order, not by namespace first
    bool opens;          // Enter shows all of a row, even if it leads somewhere
    const char *nothing; // what stands in place of rows that nobody asked for; NULL: they are read
                         // by themselves

    // Rows are events, the newest last, which has the highest identity: it stays in sight as others
    // come, until somebody goes up; then all stands still, until he comes down again.
    bool log;

    // True for the kind's rows that the view is about. NULL: all.
    bool (*shows)(const void *row);

    const struct panel_group *groups;   // the last has no title; NULL: all fields are one
    const struct panel_graph *graphs;   // the last has no title; NULL: none
    const struct panel_target *targets; // the last has no find; NULL: rows lead nowhere

    // The rows of a namespace (0: of all) as a tree; the array is the caller's to free. Returns 0
    // or -ENOMEM. NULL: no tree.
    int (*tree)(const struct node *node, uint64_t netns, struct panel_tree_row **ret_rows,
                size_t *ret_count);
    const char *tree_field; // the column that is drawn as a tree
    bool tree_is_wide;      // rows of other namespaces are in it
    bool tree_first;        // it is one from the start
    unsigned tree_open;     // rows of a lesser depth are open at the start; 0: all are

    // Adds what stands in the details of a row in place of its fields, in so many columns. Returns
    // 0 or -ENOMEM. An item of a line is where find_item goes from there (false: nowhere). NULL:
    // its fields.
    int (*describe)(const struct row_ref *ref, const struct glyphs *glyphs, size_t width,
                    struct lines *lines);
    bool (*find_item)(const struct row_ref *ref, size_t item, struct panel_place *ret_place);
    // Finds the row that such an item is about, where others are told, too. NULL: the row itself.
    bool (*find_part)(const struct row_ref *ref, size_t item, struct row_ref *ret_part);
};

// A question about what the kernel would do. Its subject is typed; nothing typed means the row that
// is selected, where that can be. Both answers are worked out on a worker.
struct panel_question {
    uint32_t key;
    const char *label;  // of the key, in help; the last has none
    const char *prompt; // "route to: "
    const char *syntax; // what can be typed, said while it is; NULL: the usual keys are
    const char *title;  // above the answer
    const char *help;   // what it does

    // Adds what would be typed for a row of that kind. NULL, or nothing added: it has to be typed.
    void (*subject)(enum kind_id kind, const struct row_ref *row, struct buffer *typed);

    // Makes what answers need and takes long to make, while one is still typing. The node is a
    // copy, as it is for the answer: tables that are missing may be read into it. NULL: there is
    // nothing.
    void (*prepare)(struct node *node, uint64_t netns);

    // Where the panel's activity is what answers: words that are added to what was typed, or all
    // that is asked, when there is nothing to type. NULL: none.
    const char *words, *typed;

    // Answers from the model: adds lines, long ones whole. Returns 0, or -errno and in err what is
    // wrong with what was typed. NULL: it begins the panel's activity.
    int (*answer)(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                  struct error *err);

    // Asks whoever really decides: its lines stand behind the answer when they come. Returns 0 or
    // -ENOMEM; that it could not be asked is a line as well. Stores true if it says something else
    // than the model, whose answer is still at hand. NULL: nobody is asked.
    int (*ask_kernel)(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                      bool *ret_differs);
};

// A list beside the table: where its rows are on the way. '[' and ']' go through those of its items
// that lead somewhere, which is what the table then shows.
struct panel_side_item {
    char text[PANEL_LABEL_MAX];
    char note[24];  // at the right; the text is cut where there is no room for both
    char brief[12]; // stands for the note, or "" for none, where the text would be cut for that
    uint8_t style;  // enum style
    bool leads;     // to place
    struct panel_place place;
};

// How an item stands to the row that is selected.
enum panel_light {
    PANEL_DARK,
    PANEL_PASSED, // the row is of something that went by there
    PANEL_ENDED,  // and came to its end
};

struct panel_side {
    const char *name; // for the line of keys: "Road"
    size_t width;     // columns that it takes, or as many as its items need, up to a third of the
                  // screen; where there are fewer than twice as many (four times, beside rows of
                  // all namespaces), it is shown in the table's place, if asked for
    // The title and the items in the variant of that number (they go around); the array is the
    // caller's to free. Where rows of all namespaces are shown, it is called for that of the row
    // that is selected, if a variant is about it. Returns 0 or -ENOMEM.
    int (*fill)(const struct node *node, uint64_t netns, unsigned variant, const char **ret_title,
                struct panel_side_item **ret_items, size_t *ret_count);

    const enum kind_id *counts; // whose counters stand in it; NULL: none

    // Stores how each of the items stands to a row of that kind. NULL: none ever does.
    void (*light)(enum kind_id kind, const struct row_ref *ref, const struct panel_side_item *items,
                  size_t count, uint8_t *ret_lights);
    // Finds the variant that is about a row of that kind. False: none is more than another.
    bool (*turn_to)(enum kind_id kind, const struct row_ref *ref, unsigned *ret_variant);
};

// What an activity begins with; it refers to the table of namespaces.
struct panel_start {
    struct table *namespaces;
    const struct netns *netns;
    const char *typed; // as long as the activity
    unsigned number;   // in this session
};

struct panel_run {
    int stop;                      // readable once it is to end
    void (*news)(void *user_data); // there is something new to see
    void *user_data;
};

struct panel_sight {
    const struct node *node;
    const struct glyphs *glyphs;
    size_t width; // columns of a line's text
    int64_t now;  // microseconds of the monotonic clock
};

// A key that asks the same otherwise: the word is added to what was typed, in place of those that
// begin as `sort`, or taken away. Without a word the same is asked again.
struct panel_word {
    uint32_t key;
    const char *label; // of the key; the last has none
    const char *word, *sort;
    const char *hint; // one word, for the line of keys
    const char *help;
};

// What a panel does for a while on a thread of its own, while it is looked at: a lookup, a watch.
// All but `run` are called on the loop's thread; what they share with it, the panel guards.
struct panel_activity {
    const struct panel_word *words;
    enum kind_id kind;         // of the rows that tell what came of it
    const enum kind_id *needs; // what is read while its lines are shown,
    size_t need_count;
    uint32_t needs_others; // and of this (KIND_BIT) also what other namespaces have

    // Makes one of what was typed. Returns 0 and what the other functions are given; -EINVAL or
    // another -errno (words in err).
    int (*open)(const struct panel_start *start, void **ret_state, struct error *err);
    void (*free)(void *state); // it does not run any more

    // Does it; returns when it is through, or soon after it was told to end.
    void (*run)(void *state, const struct panel_run *run);

    // Adds the lines of what there is to see. Returns 0 or -ENOMEM.
    int (*format)(void *state, const struct panel_sight *sight, struct lines *lines);

    // Where a line leads whose `leads` says so, counted from 0, after so many other places.
    bool (*find)(void *state, const struct node *node, size_t lead, size_t skipped,
                 struct panel_place *ret_place);

    // Puts the rows of those in a namespace, the latest last, into its tables.
    void (*remember)(void *const *states, size_t count, struct node *node, uint64_t netns);

    // The number of the one that a row came from; false: of none.
    bool (*find_row)(enum kind_id kind, const void *row, unsigned *ret_number);
};

struct panel {
    const char *name;
    const char *title;
    const struct panel_view *views; // at least one
    size_t view_count;
    const enum kind_id *needs; // what is read beside the kind of the view that is shown
    size_t need_count;
    bool whole_node;                // rows are the node's, and not those of one namespace
    bool needs_others;              // rows name rows of other namespaces: these are read as well
    const struct key_binding *keys; // its own, before those that all have; NULL: none
    const struct panel_side *side;  // what stands beside the table; NULL: nothing
    const struct panel_question *questions; // NULL: none
    const struct panel_activity *activity;  // what its questions begin; NULL: they are answered

    // Adds lines that stand above the table, always in sight: how full something is. Of the
    // namespace, or of all (0). Called whenever data has changed. Returns 0 or -ENOMEM. NULL: none.
    int (*summary)(const struct node *node, uint64_t netns, struct lines *lines);
};

// The view of that name, or of that key, or NULL.
const struct panel_view *panel_find_view(const struct panel *panel, const char *name);
const struct panel_view *panel_find_view_of_key(const struct panel *panel, uint32_t key);

// True if all keys of a binding mean something else in this panel.
bool panel_takes_keys(const struct panel *panel, const struct key_binding *binding);

// Finds a target of the row: the first that leads somewhere after so many others that do.
bool panel_find_target(const struct panel_view *view, const struct row_ref *ref, size_t skipped,
                       struct panel_place *ret_place);

#endif
