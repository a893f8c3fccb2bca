// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/trace_feed.h"

#include <errno.h>
#include <stdlib.h>

#include "model/packet_summary.h"

void trace_feed_init(struct trace_feed *feed, uv_loop_t *loop, struct node *node,
                     void (*changed)(void *user_data), void *user_data) {
    *feed =
        (struct trace_feed){.loop = loop, .node = node, .changed = changed, .user_data = user_data};
}

bool trace_feed_is_on(const struct trace_feed *feed) {
    return feed->live;
}

// --- What comes ----------------------------------------------------------------------------------

static void begin_next(struct trace_feed *feed);

static void free_poll(uv_handle_t *handle) {
    free(handle);
}

static void close_poll(struct trace_feed *feed) {
    if (feed->poll && !uv_is_closing((uv_handle_t *)feed->poll))
        uv_close((uv_handle_t *)feed->poll, free_poll);
    feed->poll = NULL;
}

static void release(struct trace_feed *feed) {
    close_poll(feed);
    trace_live_free(feed->live);
    trace_order_free(feed->order);
    feed->live = NULL;
    feed->order = NULL;
}

static void take_table(uint64_t netns, struct table *table, void *user_data) {
    struct trace_feed *feed = user_data;
    node_set_table(feed->node, netns, table);
}

// One that has ended can be let go of without waiting.
static void take_news(uv_poll_t *poll, int status, int events) {
    struct trace_feed *feed = poll->data;
    (void)status;
    (void)events;
    trace_live_take(feed->live, take_table, feed, &feed->state);
    if (feed->state.phase == TRACE_ENDED) {
        release(feed);
        if (feed->next)
            begin_next(feed);
    } else if (feed->next) {
        feed->state = (struct trace_live_state){.phase = TRACE_STARTING}; // the next one's
    }
    feed->changed(feed->user_data);
}

// --- Beginning -----------------------------------------------------------------------------------

static bool is_wanted(const struct trace_order *order, uint64_t netns, const struct netns *at) {
    if (!trace_concerns(&order->packets, at))
        return false;
    return netns == 0 || order->names_netnses || at->inode == netns;
}

static int choose_namespaces(struct trace_feed *feed, uint64_t netns) {
    size_t count = node_count(feed->node);
    free(feed->inodes);
    feed->inode_count = 0;
    feed->inodes = calloc(count + 1, sizeof(*feed->inodes));
    if (!feed->inodes)
        return error_set(&feed->error, -ENOMEM, "memory is out");
    for (size_t i = 0; i < count; i++) {
        const struct netns *at = feed->node->netnses[i].netns;
        if (is_wanted(feed->order, netns, at))
            feed->inodes[feed->inode_count++] = at->inode;
    }
    return feed->inode_count > 0
               ? 0
               : error_set(&feed->error, -ENOENT, "there is no namespace that the filter names");
}

// What an earlier trace has left behind is not mixed with what comes now.
static void clear_tables(struct trace_feed *feed) {
    static const struct kind *const left[] = {&packet_kind, &packet_summary_kind};
    for (size_t i = 0; i < node_count(feed->node); i++) {
        uint64_t inode = feed->node->netnses[i].netns->inode;
        for (size_t k = 0; k < sizeof(left) / sizeof(left[0]); k++) {
            struct table *empty = table_new(left[k]);
            if (empty)
                node_set_table(feed->node, inode, empty);
        }
    }
}

static void poll_news(struct trace_feed *feed) {
    if (feed->poll && feed->paused)
        uv_poll_stop(feed->poll);
    else if (feed->poll)
        uv_poll_start(feed->poll, UV_READABLE, take_news);
}

static int begin_poll(struct trace_feed *feed) {
    feed->poll = calloc(1, sizeof(*feed->poll));
    if (!feed->poll)
        return -ENOMEM;
    int r = uv_poll_init(feed->loop, feed->poll, trace_live_fd(feed->live));
    if (r < 0) {
        free(feed->poll); // it is no handle of the loop's
        feed->poll = NULL;
        return r;
    }
    feed->poll->data = feed;
    poll_news(feed);
    return 0;
}

static int begin(struct trace_feed *feed, uint64_t netns) {
    const struct trace_options options = {.filter = &feed->order->packets,
                                          .rate = feed->order->rate,
                                          .replies = feed->order->replies,
                                          .force = feed->order->force,
                                          .hooks = feed->order->hooks};
    int r = choose_namespaces(feed, netns);
    if (r == 0)
        r = trace_live_new(&options, feed->node->namespaces, feed->inodes, feed->inode_count,
                           &feed->live, &feed->error);
    if (r < 0)
        return r;
    clear_tables(feed);
    r = begin_poll(feed);
    return r < 0 ? error_set_errno(&feed->error, r, "the trace") : 0;
}

static void begin_next(struct trace_feed *feed) {
    feed->order = feed->next;
    feed->next = NULL;
    feed->state = (struct trace_live_state){.phase = TRACE_STARTING};
    feed->error = (struct error){0};
    if (begin(feed, feed->next_netns) < 0) {
        feed->state.phase = TRACE_ENDED;
        release(feed);
    }
}

static void end(struct trace_feed *feed) {
    // That it has ended is to be heard, and what came last is shown.
    trace_feed_set_paused(feed, false);
    trace_live_stop(feed->live);
}

void trace_feed_start(struct trace_feed *feed, struct trace_order *order, uint64_t netns) {
    trace_order_free(feed->next);
    feed->next = order;
    feed->next_netns = netns;
    feed->state = (struct trace_live_state){.phase = TRACE_STARTING};
    if (feed->live)
        end(feed);
    else
        begin_next(feed);
    feed->changed(feed->user_data);
}

void trace_feed_stop(struct trace_feed *feed) {
    trace_order_free(feed->next);
    feed->next = NULL;
    if (feed->live)
        end(feed);
}

// --- Changes around it ---------------------------------------------------------------------------

void trace_feed_update(struct trace_feed *feed) {
    size_t kept = 0, before = feed->inode_count;
    if (!feed->live)
        return;
    for (size_t i = 0; i < before; i++) {
        if (node_find(feed->node, feed->inodes[i]))
            feed->inodes[kept++] = feed->inodes[i];
    }
    feed->inode_count = kept;
    if (kept < before)
        trace_live_keep(feed->live, feed->inodes, kept);
}

void trace_feed_set_paused(struct trace_feed *feed, bool paused) {
    feed->paused = paused;
    poll_news(feed);
}

void trace_feed_close(struct trace_feed *feed) {
    close_poll(feed);
    if (feed->live)
        trace_live_stop(feed->live);
}

void trace_feed_done(struct trace_feed *feed) {
    release(feed);
    trace_order_free(feed->next);
    free(feed->inodes);
    *feed = (struct trace_feed){0};
}
