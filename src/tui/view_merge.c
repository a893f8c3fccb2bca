// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/view_merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORTH_IT 8 // of so many rows one may be new: else it is quicker to begin anew

// --- Whether it can be done ----------------------------------------------------------------------

static bool is_newer(const struct rows_part *after, const struct rows_part *before) {
    return after->first == before->first && after->table->pages && before->table->pages &&
           after->table->pages->owner == before->table->pages->owner;
}

static bool can_merge(const struct view_task *task, const struct view *view) {
    if (view->built != view->query || view->names != task->names || view->tree_rows || task->tree ||
        !view->order || task->rows.part_count != view->rows.part_count ||
        task->rows.part_count == 0)
        return false;
    for (size_t i = 0; i < task->rows.part_count; i++) {
        if (!is_newer(&task->rows.parts[i], &view->rows.parts[i]))
            return false;
    }
    return true;
}

int view_merge_prepare(struct view_task *task, const struct view *view) {
    if (!can_merge(task, view))
        return 0;
    uint32_t *order = malloc((view->count + 1) * sizeof(*order));
    int r = order ? rows_copy(&view->rows, &task->before) : -ENOMEM;
    if (r < 0) {
        free(order);
        return r;
    }
    memcpy(order, view->order, view->count * sizeof(*order));
    task->before_order = order;
    task->before_count = (uint32_t)view->count;
    task->selected_number = UINT32_MAX;
    if (view->has_selection && view->index < view->count)
        task->selected_number = order[view->index];
    return 0;
}

// --- What came -----------------------------------------------------------------------------------

struct numbers {
    uint32_t *items;
    uint32_t count, capacity;
};

static int add_number(struct numbers *numbers, uint32_t number) {
    if (numbers->count == numbers->capacity) {
        uint32_t capacity = numbers->capacity ? numbers->capacity * 2 : 256;
        void *grown = reallocarray(numbers->items, capacity, sizeof(*numbers->items));
        if (!grown)
            return -ENOMEM;
        numbers->items = grown;
        numbers->capacity = capacity;
    }
    numbers->items[numbers->count++] = number;
    return 0;
}

static uint64_t used_word(const struct table *table, size_t word) {
    return word * 64 < table->count ? table->pages->used[word] : 0;
}

// Adds the rows of a part that came and pass the filter.
static int find_new(const struct view_task *task, size_t part, const struct filter *filter,
                    struct numbers *came) {
    const struct table *after = task->rows.parts[part].table;
    const struct table *before = task->before.parts[part].table;
    int r = 0;
    for (size_t word = 0; word * 64 < after->count; word++) {
        uint64_t new = used_word(after, word) & ~used_word(before, word);
        for (; r == 0 && new != 0; new &= new - 1) {
            uint32_t number = task->rows.parts[part].first + (uint32_t)(word * 64) +
                              (uint32_t)__builtin_ctzll(new);
            struct row_ref ref = rows_at(&task->rows, number);
            if (!filter || filter_match(filter, &ref))
                r = add_number(came, number);
        }
    }
    return r;
}

static int find_all_new(const struct view_task *task, struct numbers *came) {
    struct filter *filter = task->filter_text ? view_task_filter_apart(task) : NULL;
    int r = task->filter_text && !filter ? -ENOMEM : 0;
    for (size_t i = 0; r == 0 && i < task->rows.part_count; i++)
        r = find_new(task, i, filter, came);
    filter_free(filter);
    return r;
}

// --- Putting both together -----------------------------------------------------------------------

static bool has_gone(const struct view_task *task) {
    for (size_t part = 0; part < task->rows.part_count; part++) {
        const struct table *after = task->rows.parts[part].table;
        const struct table *before = task->before.parts[part].table;
        for (size_t word = 0; word * 64 < before->count; word++) {
            if (used_word(before, word) & ~used_word(after, word))
                return true;
        }
    }
    return false;
}

// Leaves out what went.
static void drop_gone(struct view_task *task) {
    uint32_t kept = 0;
    if (!has_gone(task))
        return;
    for (uint32_t i = 0; i < task->before_count; i++) {
        if (rows_has(&task->rows, task->before_order[i]))
            task->before_order[kept++] = task->before_order[i];
    }
    task->before_count = kept;
}

// As sort_numbers has it: rows that are equal stand by their numbers.
static bool stands_before(const struct view_task *task, uint32_t a, uint32_t b) {
    struct row_ref left = rows_at(&task->rows, a), right = rows_at(&task->rows, b);
    int order = sort_compare(&task->sort, &left, &right);
    return order < 0 || (order == 0 && a < b);
}

// How many of the rows from `first` on stand before the number.
static uint32_t find_place(const struct view_task *task, uint32_t first, uint32_t number) {
    uint32_t low = first, high = task->before_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (stands_before(task, task->before_order[middle], number))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void copy_numbers(struct view_task *task, uint32_t first, uint32_t end) {
    memcpy(task->order + task->count, task->before_order + first,
           (end - first) * sizeof(*task->order));
    task->count += end - first;
}

static int compare_numbers(const void *a, const void *b) {
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int put_together(struct view_task *task, struct numbers *came) {
    uint32_t first = 0;
    qsort(came->items, came->count, sizeof(*came->items), compare_numbers);
    int r = sort_numbers(&task->sort, &task->rows, came->items, came->count, &task->cancelled);
    for (uint32_t i = 0; r == 0 && i < came->count; i++) {
        uint32_t end = find_place(task, first, came->items[i]);
        copy_numbers(task, first, end);
        task->order[task->count++] = came->items[i];
        first = end;
    }
    if (r == 0)
        copy_numbers(task, first, task->before_count);
    return r;
}

// --- The selected row ----------------------------------------------------------------------------

static bool is_selected(const struct view_task *task, uint32_t number) {
    struct row_ref ref = rows_at(&task->rows, number);
    return ref.netns->inode == task->selected.netns &&
           task->kind->identity(ref.row) == task->selected.identity;
}

// A row that has changed is a new one of the same identity.
static uint32_t find_selected(const struct view_task *task, const struct numbers *came) {
    uint32_t number = task->selected_number;
    if (number != UINT32_MAX && rows_has(&task->rows, number) && is_selected(task, number))
        return number;
    for (uint32_t i = 0; i < came->count; i++) {
        if (is_selected(task, came->items[i]))
            return came->items[i];
    }
    return UINT32_MAX;
}

static uint32_t find_index(const struct view_task *task, uint32_t number) {
    uint32_t index = 0;
    while (index < task->count && task->order[index] != number)
        index++;
    return index < task->count ? index : UINT32_MAX;
}

// --- All -----------------------------------------------------------------------------------------

static void begin_anew(struct view_task *task) {
    free(task->before_order);
    task->before_order = NULL;
    task->parts = 1;
    view_task_filter(task, 0);
    view_task_finish(task);
}

void view_merge(struct view_task *task) {
    struct numbers came = {0};
    int r = find_all_new(task, &came);
    if (r == 0 && came.count > task->before_count / WORTH_IT + 64) {
        free(came.items);
        begin_anew(task);
        return;
    }
    drop_gone(task);
    if (r == 0)
        r = put_together(task, &came);
    task->total = (uint32_t)rows_count(&task->rows);
    task->index = find_index(task, find_selected(task, &came));
    task->result = atomic_load(&task->cancelled) ? -ECANCELED : r;
    free(came.items);
}
