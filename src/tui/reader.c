// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/conntrack.h"
#include "tui/reader_jobs.h"
#include "tui/reader_live.h"

#define DEBOUNCE          60   // milliseconds: changes come in swarms
#define REREAD_REST       9    // times as long as reading took, nothing is read again
#define DISCOVER_INTERVAL 2000 // milliseconds: processes that enter a namespace send no word
#define DISCOVER_REST     200  // and at least so many times as long as it took: 0.5% of a core
#define FIRST_ROWS        4096 // of a large table, to be shown while the others are read
#define POLL_INTERVAL     2000 // milliseconds between two readings of what tells of no change
#define POLL_REST         200  // and at least so many times as long as it took to find none

// A namespace's rows of one kind.
struct subject {
    uint64_t netns; // inode
    enum kind_id kind;
    bool begun; // its first rows were, or are being read
    bool read;  // was, or is being read, as a whole
    bool stale; // has changed since
    bool doubt; // may have changed without a word
};

static uint64_t now_of(const struct reader *reader) {
    return uv_now(reader->loop);
}

// --- Subjects ------------------------------------------------------------------------------------

static struct subject *find_subject(struct reader *reader, uint64_t netns, enum kind_id kind) {
    for (size_t i = 0; i < reader->subject_count; i++) {
        if (reader->subjects[i].netns == netns && reader->subjects[i].kind == kind)
            return &reader->subjects[i];
    }
    return NULL;
}

static void add_subject(struct reader *reader, uint64_t netns, enum kind_id kind) {
    void *grown = reallocarray(reader->subjects, reader->subject_count + 1, sizeof(struct subject));
    if (!grown)
        return; // not read, and wanted again with the next change
    reader->subjects = grown;
    reader->subjects[reader->subject_count++] = (struct subject){.netns = netns, .kind = kind};
}

static void drop_gone_subjects(struct reader *reader) {
    size_t kept = 0;
    for (size_t i = 0; i < reader->subject_count; i++) {
        if (node_find(reader->node, reader->subjects[i].netns))
            reader->subjects[kept++] = reader->subjects[i];
    }
    reader->subject_count = kept;
}

static bool is_shown(const struct reader *reader, uint64_t netns) {
    return reader->wish.netns == 0 || reader->wish.netns == netns;
}

static bool is_wished(const struct reader *reader, uint64_t netns, enum kind_id kind) {
    return is_shown(reader, netns) || reader->wish.others & KIND_BIT(kind);
}

static bool is_needed(const struct reader *reader, enum kind_id kind) {
    bool needed = kind == reader->wish.kind;
    for (size_t i = 0; i < reader->wish.need_count; i++)
        needed |= kind == reader->wish.needs[i];
    return needed;
}

static void add_subjects_of(struct reader *reader, enum kind_id kind) {
    if (!source_of(kind) || reader_is_live(kind))
        return;
    for (size_t i = 0; i < node_count(reader->node); i++) {
        uint64_t netns = reader->node->netnses[i].netns->inode;
        if (is_wished(reader, netns, kind) && !find_subject(reader, netns, kind))
            add_subject(reader, netns, kind);
    }
}

// Every subject that is wished for is known.
static void add_wished_subjects(struct reader *reader) {
    add_subjects_of(reader, reader->wish.kind);
    for (size_t i = 0; i < reader->wish.need_count; i++)
        add_subjects_of(reader, reader->wish.needs[i]);
}

// --- Reading -------------------------------------------------------------------------------------

static void begin_reading(struct reader *reader);

static bool may_read(const struct reader *reader, const struct subject *subject, bool again) {
    if (!is_needed(reader, subject->kind) || !is_wished(reader, subject->netns, subject->kind))
        return false;
    if (again)
        return subject->read && (subject->stale || subject->doubt) && !reader->paused;
    return !subject->read;
}

// How soon a subject is read: what is shown, what tells of it, the rest.
enum turn {
    TURN_SHOWN,
    TURN_NEEDED,
    TURN_OTHERS,
    TURN_COUNT,
};

static enum turn turn_of(const struct reader *reader, const struct subject *subject) {
    if (!is_shown(reader, subject->netns))
        return TURN_OTHERS;
    return subject->kind == reader->wish.kind ? TURN_SHOWN : TURN_NEEDED;
}

// Adds the subjects that are to be read in that turn.
static void collect(struct reader *reader, struct read_job *job, bool again, enum turn turn) {
    for (size_t i = 0; i < reader->subject_count; i++) {
        struct subject *subject = &reader->subjects[i];
        if (!may_read(reader, subject, again) || turn_of(reader, subject) != turn)
            continue;
        const struct node_netns *entry = node_find(reader->node, subject->netns);
        if (!entry)
            continue;
        bool first = !again && !subject->begun && turn == TURN_SHOWN;
        job->items[job->count++] = (struct read_item){
            .netns = entry->netns,
            .kind = subject->kind,
            .again = again,
            .only_if_changed = again && !subject->stale,
            .before = again ? table_ref(entry->tables[subject->kind]) : NULL,
            .enough = first && source_of(subject->kind)->streams ? FIRST_ROWS : 0};
        subject->begun = true;
        subject->read = true;
        subject->stale = subject->doubt = false;
    }
}

// Counters of connection tracking come with each reading, and with them their rates.
static void note_conntrack(struct reader *reader, uint64_t netns, const struct table *table) {
    struct history *history = node_history(reader->node, netns, kind_id(table->kind));
    for (size_t i = 0; history && i < table->count; i++) {
        const struct conntrack *whole = table_row(table, i);
        const struct conntrack_cpu *cpu = table_row(table, i);
        const struct maybe *read = table->kind == &conntrack_kind ? whole->total : cpu->counters;
        uint64_t counters[HISTORY_COUNTERS] = {0};
        for (size_t counter = 0; counter < CONNTRACK_COUNTERS; counter++)
            counters[counter] = read[counter].value;
        history_add(history, table->kind->identity(whole), (int64_t)uv_hrtime(), counters);
    }
}

static void put_table(struct reader *reader, struct read_item *item) {
    struct subject *subject = find_subject(reader, item->netns->inode, item->kind);
    if (item->table == item->before) {
        table_unref(item->table);
    } else if (item->again && reader->paused && subject) {
        subject->stale = true;
        table_unref(item->table);
    } else {
        if (subject && read_item_is_begun(item))
            subject->read = false;
        if (item->kind == KIND_CONNTRACK || item->kind == KIND_CONNTRACK_CPUS)
            note_conntrack(reader, item->netns->inode, item->table);
        node_set_table(reader->node, item->netns->inode, item->table);
        reader->callbacks.compared(item->netns->inode, item->kind, &item->changes,
                                   reader->callbacks.user_data);
    }
    item->table = NULL;
}

// What the worker had no time for is wanted still.
static void want_again(struct reader *reader, const struct read_item *item) {
    struct subject *subject = find_subject(reader, item->netns->inode, item->kind);
    if (!subject)
        return;
    subject->read = item->again;
    subject->stale = item->again;
}

static void end_reading(struct read_job *job) {
    struct reader *reader = job->owner;
    bool again = false, in_vain = job->count > 0;
    for (size_t i = 0; i < job->count; i++) {
        again |= job->items[i].again;
        in_vain &= job->items[i].table == job->items[i].before;
        if (job->items[i].table)
            put_table(reader, &job->items[i]);
        else
            want_again(reader, &job->items[i]);
    }
    reader->reading = false;
    uv_update_time(reader->loop);
    if (again)
        reader->read_not_before = now_of(reader) + REREAD_REST * job->took / 1000000;
    uint64_t rest = in_vain ? POLL_REST * job->took / 1000000 : 0;
    if (reader->poll_not_before < now_of(reader) + rest)
        reader->poll_not_before = now_of(reader) + rest;
    read_job_free(job);
    if (reader->closing)
        return;
    reader->callbacks.changed(true, reader->callbacks.user_data);
    // The sooner the first reading of counters, the sooner there are rates.
    if (!reader->sampled)
        reader_set_interval(reader, reader->interval);
    begin_reading(reader);
}

static void read_later(uv_timer_t *timer) {
    begin_reading(timer->data);
}

static bool has_stale(const struct reader *reader) {
    for (size_t i = 0; i < reader->subject_count; i++) {
        if (may_read(reader, &reader->subjects[i], true))
            return true;
    }
    return false;
}

// Starts a worker on what is to be read: what was never read at once, what has changed when its
// time has come.
static void begin_reading(struct reader *reader) {
    if (reader->reading || reader->closing || !reader->node->namespaces)
        return;
    struct read_job *job = read_job_new(reader, reader->node->namespaces, reader->subject_count);
    if (!job)
        return;
    for (enum turn turn = 0; turn < TURN_COUNT && job->count == 0; turn++)
        collect(reader, job, false, turn);
    bool is_time = now_of(reader) >= reader->read_not_before, fresh = job->count == 0;
    for (enum turn turn = 0; turn < TURN_COUNT && fresh && is_time; turn++)
        collect(reader, job, true, turn);
    if (job->count > 0 && read_job_start(job, reader->loop, end_reading) == 0) {
        reader->reading = true;
        return;
    }
    read_job_free(job);
    if (!is_time && has_stale(reader))
        uv_timer_start(&reader->read_timer, read_later, reader->read_not_before - now_of(reader),
                       0);
}

static void read_soon(struct reader *reader) {
    if (!uv_is_active((uv_handle_t *)&reader->read_timer))
        uv_timer_start(&reader->read_timer, read_later, DEBOUNCE, 0);
}

// --- Namespaces ----------------------------------------------------------------------------------

static void begin_discovery(struct reader *reader);

static void discover_later(uv_timer_t *timer) {
    begin_discovery(timer->data);
}

// Makes what is shown stale: an end of a pair may be known now, or no longer.
static void doubt_shown(struct reader *reader) {
    for (size_t i = 0; i < reader->subject_count; i++) {
        if (is_shown(reader, reader->subjects[i].netns))
            reader->subjects[i].stale = true;
    }
}

static void take_namespaces(struct reader *reader, struct discover_job *job) {
    bool first = !reader->node->namespaces;
    bool same = !first && discover_is_same(reader->node->namespaces, job->namespaces);
    bool same_set = !first && discover_is_same_set(reader->node->namespaces, job->namespaces);
    if (same || (reader->paused && !first))
        return;
    memcpy(reader->node->hostname, job->hostname, sizeof(job->hostname));
    memcpy(reader->node->kernel, job->kernel, sizeof(job->kernel));
    reader->node->time = job->time;
    if (node_set_namespaces(reader->node, job->namespaces) < 0)
        return;
    job->namespaces = NULL;
    drop_gone_subjects(reader);
    add_wished_subjects(reader);
    reader_live_update(reader);
    if (!same_set)
        doubt_shown(reader);
    if (first && reader->name)
        reader->callbacks.named(job->named, &job->named_error, reader->callbacks.user_data);
    if (!reader->closing)
        reader->callbacks.changed(true, reader->callbacks.user_data);
}

static void take_change(const struct watch_change *change, void *user_data) {
    struct reader *reader = user_data;
    if (change->namespaces) {
        reader->discover_again = true;
        return;
    }
    struct subject *subject = find_subject(reader, change->netns_inode, change->source->kind);
    if (subject)
        subject->stale = true;
}

static void read_watch(uv_poll_t *poll, int status, int events) {
    struct reader *reader = poll->data;
    (void)status;
    (void)events;
    watch_read(reader->watch, take_change, reader);
    if (reader->discover_again && !reader->discovering)
        uv_timer_start(&reader->discover_timer, discover_later, DEBOUNCE, 0);
    read_soon(reader);
}

// The watch is not read while a worker updates it: this thread would wait for its lock.
static void poll_watch(struct reader *reader) {
    if (!reader->watch_poll.data &&
        uv_poll_init(reader->loop, &reader->watch_poll, watch_fd(reader->watch)) == 0)
        reader->watch_poll.data = reader;
    if (reader->watch_poll.data)
        uv_poll_start(&reader->watch_poll, UV_READABLE, read_watch);
}

static void end_discovery(struct discover_job *job) {
    struct reader *reader = job->owner;
    uint64_t took = job->took / 1000000;
    reader->discovering = false;
    reader->watch = job->watch;
    if (!reader->closing) {
        reader->trouble = job->error;
        if (job->namespaces)
            take_namespaces(reader, job);
    }
    // A name that is not found ends it all.
    if (!reader->closing) {
        if (reader->watch)
            poll_watch(reader);
        uint64_t rest = reader->discover_again ? REREAD_REST * took : DISCOVER_REST * took;
        uint64_t least = reader->discover_again ? DEBOUNCE : DISCOVER_INTERVAL;
        uv_timer_start(&reader->discover_timer, discover_later, rest > least ? rest : least, 0);
        begin_reading(reader);
    }
    discover_job_free(job);
}

static void begin_discovery(struct reader *reader) {
    if (reader->discovering || reader->closing)
        return;
    bool first = !reader->node->namespaces;
    struct discover_job *job = discover_job_new(reader, reader->watch, first ? reader->name : NULL);
    if (!job || discover_job_start(job, reader->loop, end_discovery) < 0) {
        discover_job_free(job);
        uv_timer_start(&reader->discover_timer, discover_later, DISCOVER_INTERVAL, 0);
        return;
    }
    reader->discovering = true;
    reader->discover_again = false;
    if (reader->watch_poll.data)
        uv_poll_stop(&reader->watch_poll);
}

// --- Counters ------------------------------------------------------------------------------------

static void forget_samples(struct reader *reader, int64_t before) {
    for (size_t i = 0; i < node_count(reader->node); i++) {
        for (size_t kind = 0; kind < KIND_COUNT; kind++) {
            if (source_of(kind) && source_of(kind)->sample &&
                reader->node->netnses[i].histories[kind])
                history_forget(reader->node->netnses[i].histories[kind], before);
        }
    }
}

static void end_sampling(struct sample_job *job) {
    struct reader *reader = job->owner;
    reader->sampling = false;
    for (size_t i = 0; !reader->closing && !reader->paused && i < job->sample_count; i++) {
        const struct sample *sample = &job->samples[i];
        struct history *history = node_history(reader->node, sample->netns, sample->kind);
        if (history)
            history_add(history, sample->identity, sample->time, sample->counters);
    }
    if (!reader->closing && job->sample_count > 0) {
        double kept = READER_HISTORY_SECONDS * (reader->interval > 1 ? reader->interval : 1) + 5;
        forget_samples(reader, job->samples[0].time - (int64_t)(kept * 1e9));
        if (!reader->paused)
            reader->callbacks.changed(false, reader->callbacks.user_data);
    }
    sample_job_free(job);
}

// What the kernel sends no word of is read again from time to time while it is looked at.
static void poll_silent(struct reader *reader) {
    uint64_t now = now_of(reader);
    if (reader->paused || reader->closing || now < reader->poll_not_before)
        return;
    reader->poll_not_before = now + POLL_INTERVAL;
    for (size_t i = 0; i < reader->subject_count; i++) {
        struct subject *subject = &reader->subjects[i];
        const struct source *source = source_of(subject->kind);
        if (!is_shown(reader, subject->netns))
            continue;
        subject->stale |= source->group_count == 0;
        subject->doubt |= source->polled;
    }
    begin_reading(reader);
}

static void sample(uv_timer_t *timer) {
    struct reader *reader = timer->data;
    poll_silent(reader);
    const struct source *source = source_of(reader->wish.kind);
    bool live = reader_is_live(reader->wish.kind);
    if (reader->sampling || reader->paused || reader->closing || !reader->node->namespaces)
        return;
    reader->wanted.count = 0;
    reader->wanted.whole_netns = reader->wanted.also_netns = 0;
    reader->callbacks.want(&reader->wanted, source && (source->sample || live),
                           reader->callbacks.user_data);
    if (live) {
        reader->sampled = true;
        reader_live_sample(reader);
        return;
    }
    struct sample_job *job =
        sample_job_new(reader, reader->node, reader->wish.kind, &reader->wanted);
    if (!job || job->group_count == 0 || sample_job_start(job, reader->loop, end_sampling) < 0) {
        sample_job_free(job);
        return;
    }
    reader->sampling = reader->sampled = true;
}

void reader_set_interval(struct reader *reader, double seconds) {
    uint64_t milliseconds = (uint64_t)(seconds * 1000);
    reader->interval = seconds;
    uv_timer_start(&reader->sample_timer, sample, 0, milliseconds);
}

// --- The whole -----------------------------------------------------------------------------------

void reader_set_wish(struct reader *reader, const struct reader_wish *wish) {
    bool other = wish->kind != reader->wish.kind || wish->netns != reader->wish.netns;
    reader->wish = *wish;
    add_wished_subjects(reader);
    reader_live_update(reader);
    begin_reading(reader);
    if (other)
        reader_set_interval(reader, reader->interval);
}

void reader_set_paused(struct reader *reader, bool paused) {
    reader->paused = paused;
    reader_live_update(reader);
    if (!paused) {
        reader->discover_again = true;
        begin_discovery(reader);
        begin_reading(reader);
    }
}

int reader_open(struct reader *reader, uv_loop_t *loop, struct node *node, const char *name,
                const struct reader_callbacks *callbacks, struct error *err) {
    *reader = (struct reader){
        .loop = loop, .node = node, .name = name, .callbacks = *callbacks, .interval = 1};
    int r = uv_timer_init(loop, &reader->discover_timer);
    if (r == 0)
        r = uv_timer_init(loop, &reader->read_timer);
    if (r == 0)
        r = uv_timer_init(loop, &reader->sample_timer);
    if (r < 0)
        return error_set_errno(err, r, "timers");
    reader->discover_timer.data = reader->read_timer.data = reader->sample_timer.data = reader;
    begin_discovery(reader);
    return 0;
}

void reader_close(struct reader *reader) {
    reader->closing = true;
    reader_live_close(reader);
    uv_close((uv_handle_t *)&reader->discover_timer, NULL);
    uv_close((uv_handle_t *)&reader->read_timer, NULL);
    uv_close((uv_handle_t *)&reader->sample_timer, NULL);
    if (reader->watch_poll.data)
        uv_close((uv_handle_t *)&reader->watch_poll, NULL);
}

void reader_done(struct reader *reader) {
    watch_free(reader->watch);
    reader_live_done(reader);
    free(reader->subjects);
    free(reader->wanted.rows);
}
