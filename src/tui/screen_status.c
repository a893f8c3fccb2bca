// SPDX-License-Identifier: GPL-2.0-or-later
// The status line: what was said last, or what could not be read.
#include <string.h>

#include "base/text.h"
#include "tui/screen_parts.h"

// How many of the shown tables have this very trouble, and whether one before this one had it.
static size_t count_same(const struct screen *screen, enum kind_id kind, size_t place,
                         bool *ret_told) {
    const struct status *status = &screen->node->netnses[place].tables[kind]->status;
    size_t same = 0;
    *ret_told = false;
    for (size_t i = 0; i < node_count(screen->node); i++) {
        const struct node_netns *entry = &screen->node->netnses[i];
        const struct table *table = entry->tables[kind];
        bool shown = screen->all || entry->netns->inode == screen->netns;
        if (!shown || !table || table->status.state != status->state ||
            strcmp(table->status.reason, status->reason) != 0)
            continue;
        same++;
        *ret_told |= i < place;
    }
    return same;
}

// "interfaces: needs CAP_NET_ADMIN (in 3 namespaces)"
static void format_status(const struct status *status, size_t same, struct buffer *buffer) {
    if (buffer->len > 0)
        buffer_puts(buffer, "; ");
    screen_put_printable(status->source, buffer);
    buffer_puts(buffer, status->state == STATUS_PARTIAL ? ": partial: " : ": ");
    screen_put_printable(
        status->reason[0] ? status->reason : status_state_names.names[status->state], buffer);
    if (same > 1)
        buffer_printf(buffer, " (in %zu namespaces)", same);
}

static bool is_trouble(const struct table *table) {
    return table && table->status.state != STATUS_OK && table->status.state != STATUS_GONE;
}

static void format_troubles(struct screen *screen, struct buffer *buffer) {
    const struct view *view = screen_view(screen);
    const struct node *node = screen->node;
    if (is_trouble(node->namespaces))
        format_status(&node->namespaces->status, 1, buffer);
    for (size_t i = 0; !view->panel->whole_node && i < node_count(node); i++) {
        bool told;
        bool shown = screen->all || node->netnses[i].netns->inode == screen->netns;
        if (!shown || !is_trouble(node->netnses[i].tables[view->spec->kind]))
            continue;
        size_t same = count_same(screen, view->spec->kind, i, &told);
        if (!told)
            format_status(&node->netnses[i].tables[view->spec->kind]->status, same, buffer);
    }
    if (screen->trouble) {
        buffer_puts(buffer, buffer->len > 0 ? "; " : "");
        screen_put_printable(screen->trouble, buffer);
    }
}

void screen_draw_status(struct screen *screen, struct grid *grid, size_t y) {
    struct buffer text = BUFFER_INIT;
    size_t clock = strlen(screen->changed_at);
    size_t width = grid->columns - (clock > 0 ? clock + 3 : 1);
    grid_style(grid, y, 0, grid->columns, STYLE_STATUS);
    format_troubles(screen, &text);
    if (screen->message.len > 0 && !(screen->message_yields && text.len > 0))
        screen_put_cut(screen, grid, y, 1, width, false, screen->message_style,
                       buffer_text(&screen->message));
    else
        screen_put_cut(screen, grid, y, 1, width, false, STYLE_BAD, buffer_text(&text));
    if (clock > 0 && clock + 1 < grid->columns)
        grid_put(grid, y, grid->columns - clock - 1, clock, STYLE_STATUS, screen->changed_at);
    buffer_done(&text);
}
