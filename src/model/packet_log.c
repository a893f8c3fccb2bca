// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_log.h"

#include <errno.h>
#include <stdlib.h>

_Static_assert(PACKET_LOG_MOST <= TABLE_PAGE_ROWS, "a snapshot has one page");

struct entry {
    struct traced_packet *traced;
    uint64_t netns;
    size_t bytes;
};

struct place {
    uint64_t netns;
    uint64_t version;
};

struct packet_log {
    struct entry entries[PACKET_LOG_MOST]; // a ring
    size_t first, count;
    size_t bytes;
    uint64_t dropped;
    struct place *places;
    size_t place_count;
};

struct packet_log *packet_log_new(void) {
    return calloc(1, sizeof(struct packet_log));
}

static struct entry *entry_at(const struct packet_log *log, size_t index) {
    const struct entry *entry = &log->entries[(log->first + index) % PACKET_LOG_MOST];
    return (struct entry *)(uintptr_t)entry;
}

void packet_log_free(struct packet_log *log) {
    if (!log)
        return;
    for (size_t i = 0; i < log->count; i++)
        traced_packet_unref(entry_at(log, i)->traced);
    free(log->places);
    free(log);
}

// --- Places --------------------------------------------------------------------------------------

static struct place *find_place(const struct packet_log *log, uint64_t netns) {
    for (size_t i = 0; i < log->place_count; i++) {
        if (log->places[i].netns == netns)
            return &log->places[i];
    }
    return NULL;
}

static int note_change(struct packet_log *log, uint64_t netns) {
    struct place *place = find_place(log, netns);
    if (!place) {
        void *grown = reallocarray(log->places, log->place_count + 1, sizeof(*log->places));
        if (!grown)
            return -ENOMEM;
        log->places = grown;
        place = &log->places[log->place_count++];
        *place = (struct place){.netns = netns};
    }
    place->version++;
    return 0;
}

uint64_t packet_log_version(const struct packet_log *log, uint64_t netns) {
    const struct place *place = find_place(log, netns);
    return place ? place->version : 0;
}

// --- Packets -------------------------------------------------------------------------------------

static void drop_oldest(struct packet_log *log) {
    struct entry *oldest = entry_at(log, 0);
    note_change(log, oldest->netns); // its place is there
    log->bytes -= oldest->bytes;
    traced_packet_unref(oldest->traced);
    log->first = (log->first + 1) % PACKET_LOG_MOST;
    log->count--;
    log->dropped++;
}

int packet_log_add(struct packet_log *log, struct traced_packet *traced, uint64_t netns) {
    size_t bytes = sizeof(*traced) + traced->arena.total;
    if (note_change(log, netns) < 0) {
        traced_packet_unref(traced);
        return -ENOMEM;
    }
    while (log->count == PACKET_LOG_MOST ||
           (log->count > 0 && log->bytes + bytes > PACKET_LOG_BYTES))
        drop_oldest(log);
    *entry_at(log, log->count++) = (struct entry){traced, netns, bytes};
    log->bytes += bytes;
    return 0;
}

size_t packet_log_count(const struct packet_log *log) {
    return log->count;
}

uint64_t packet_log_dropped(const struct packet_log *log) {
    return log->dropped;
}

// --- Snapshots -----------------------------------------------------------------------------------

// Rows are copies of what does not change; their texts are the packets', which are held.
struct snapshot {
    struct table_pages pages; // of one page, rows
    void *rows;
    struct traced_packet **held;
    uint64_t used[TABLE_PAGE_ROWS / 64];
};

static void free_snapshot(struct table_pages *pages) {
    struct snapshot *snapshot = (struct snapshot *)pages;
    for (size_t i = 0; i < snapshot->pages.rows; i++)
        traced_packet_unref(snapshot->held[i]);
    free(snapshot->held);
    free(snapshot->rows);
    free(snapshot);
}

static struct snapshot *make_snapshot(size_t room) {
    struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
    if (!snapshot)
        return NULL;
    snapshot->rows = calloc(room + 1, sizeof(struct packet));
    snapshot->held = calloc(room + 1, sizeof(struct traced_packet *));
    snapshot->pages = (struct table_pages){
        .pages = &snapshot->rows, .used = snapshot->used, .owner = snapshot, .free = free_snapshot};
    if (snapshot->rows && snapshot->held)
        return snapshot;
    free_snapshot(&snapshot->pages);
    return NULL;
}

static void add_row(struct snapshot *snapshot, struct traced_packet *traced) {
    size_t place = snapshot->pages.rows++;
    struct packet *rows = snapshot->rows;
    rows[place] = traced->packet;
    snapshot->held[place] = traced_packet_ref(traced);
    snapshot->used[place / 64] |= UINT64_C(1) << place % 64;
}

static size_t count_in(const struct packet_log *log, uint64_t netns) {
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++)
        count += entry_at(log, i)->netns == netns;
    return count;
}

struct table *packet_log_snapshot(const struct packet_log *log, uint64_t netns) {
    struct table *table = table_new(&packet_kind);
    struct snapshot *snapshot = table ? make_snapshot(count_in(log, netns)) : NULL;
    if (!snapshot) {
        table_unref(table);
        return NULL;
    }
    for (size_t i = 0; i < log->count; i++) {
        if (entry_at(log, i)->netns == netns)
            add_row(snapshot, entry_at(log, i)->traced);
    }
    table->pages = &snapshot->pages;
    table->count = snapshot->pages.rows;
    return table;
}
