// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/reader_live.h"

#include <stdlib.h>

#define LIVE_KINDS \
    (KIND_BIT(KIND_FLOWS) | KIND_BIT(KIND_FLOW_SUMMARIES) | KIND_BIT(KIND_FLOW_EVENTS))

bool reader_is_live(enum kind_id kind) {
    return LIVE_KINDS & KIND_BIT(kind);
}

// --- What comes ----------------------------------------------------------------------------------

static void take_table(uint64_t netns, struct table *table, void *user_data) {
    struct reader *reader = user_data;
    node_set_table(reader->node, netns, table);
}

static void take_counters(uint64_t netns, uint64_t identity, int64_t time,
                          const uint64_t counters[HISTORY_COUNTERS], void *user_data) {
    struct reader *reader = user_data;
    struct history *history = node_history(reader->node, netns, KIND_FLOWS);
    if (history)
        history_add(history, identity, time, counters);
}

static void forget_counters(struct reader *reader) {
    double kept = READER_HISTORY_SECONDS * (reader->interval > 1 ? reader->interval : 1) + 5;
    int64_t before = (int64_t)uv_hrtime() - (int64_t)(kept * 1e9);
    for (size_t i = 0; i < node_count(reader->node); i++) {
        if (reader->node->netnses[i].histories[KIND_FLOWS])
            history_forget(reader->node->netnses[i].histories[KIND_FLOWS], before);
    }
}

static void take_news(uv_poll_t *poll, int status, int events) {
    struct reader *reader = poll->data;
    const struct flow_live_sink sink = {take_table, take_counters, reader};
    (void)status;
    (void)events;
    flow_live_take(reader->live, &sink);
    forget_counters(reader);
    reader->callbacks.changed(true, reader->callbacks.user_data);
}

// --- What is kept --------------------------------------------------------------------------------

static bool is_kept(const struct reader *reader, uint64_t netns) {
    for (size_t i = 0; i < reader->live_count; i++) {
        if (reader->live_netnses[i] == netns)
            return true;
    }
    return false;
}

static bool keep(struct reader *reader, uint64_t netns) {
    void *grown =
        reallocarray(reader->live_netnses, reader->live_count + 1, sizeof(*reader->live_netnses));
    if (!grown)
        return false;
    reader->live_netnses = grown;
    reader->live_netnses[reader->live_count++] = netns;
    return true;
}

// Of those that are gone no socket stays open.
static bool drop_gone(struct reader *reader) {
    size_t kept = 0, before = reader->live_count;
    for (size_t i = 0; i < before; i++) {
        if (node_find(reader->node, reader->live_netnses[i]))
            reader->live_netnses[kept++] = reader->live_netnses[i];
    }
    reader->live_count = kept;
    return kept < before;
}

static bool keep_shown(struct reader *reader) {
    bool more = false;
    for (size_t i = 0; i < node_count(reader->node); i++) {
        uint64_t netns = reader->node->netnses[i].netns->inode;
        bool shown = reader->wish.netns == 0 || reader->wish.netns == netns;
        if (shown && !is_kept(reader, netns))
            more |= keep(reader, netns);
    }
    return more;
}

static bool start(struct reader *reader) {
    if (reader->live)
        return true;
    struct error err = {0};
    if (flow_live_new(&reader->live, &err) < 0) {
        reader->trouble = err;
        return false;
    }
    if (uv_poll_init(reader->loop, &reader->live_poll, flow_live_fd(reader->live)) == 0)
        reader->live_poll.data = reader;
    return reader->live_poll.data;
}

void reader_live_update(struct reader *reader) {
    if (reader->closing || !reader->node->namespaces)
        return;
    bool changed = drop_gone(reader);
    if (reader_is_live(reader->wish.kind) && start(reader))
        changed |= keep_shown(reader);
    if (!reader->live || !reader->live_poll.data)
        return;
    uint32_t shown = KIND_BIT(reader->wish.kind) & LIVE_KINDS;
    if (changed || shown != reader->live_kinds)
        flow_live_set(reader->live, reader->node->namespaces, reader->live_netnses,
                      reader->live_count, shown);
    reader->live_kinds = shown;
    // What is not to change waits there, the newest of it alone.
    if (reader->paused)
        uv_poll_stop(&reader->live_poll);
    else
        uv_poll_start(&reader->live_poll, UV_READABLE, take_news);
}

void reader_live_sample(struct reader *reader) {
    if (reader->wish.kind != KIND_FLOWS)
        return;
    struct flow_live_look *looks = calloc(reader->wanted.count + 1, sizeof(*looks));
    if (!looks || !reader->live) {
        free(looks);
        return;
    }
    for (size_t i = 0; i < reader->wanted.count; i++)
        looks[i] =
            (struct flow_live_look){reader->wanted.rows[i].netns, reader->wanted.rows[i].identity};
    flow_live_look_at(reader->live, looks, reader->wanted.count);
    free(looks);
}

void reader_live_close(struct reader *reader) {
    if (reader->live_poll.data)
        uv_close((uv_handle_t *)&reader->live_poll, NULL);
}

void reader_live_done(struct reader *reader) {
    flow_live_free(reader->live);
    free(reader->live_netnses);
}
