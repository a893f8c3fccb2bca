// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NANOSECONDS 1e9

struct sample {
    int64_t time;
    uint64_t counters[HISTORY_COUNTERS];
};

// The samples of one row, in a ring.
struct series {
    uint64_t identity;
    size_t count;  // at most HISTORY_SAMPLES
    size_t newest; // where the last one stands
    struct sample samples[HISTORY_SAMPLES];
};

// In order of identity: rows are few (those on the screen) and looked up far more often than added.
struct history {
    struct series **series;
    size_t count;
    size_t capacity;
};

struct history *history_new(void) {
    return calloc(1, sizeof(struct history));
}

void history_free(struct history *history) {
    if (!history)
        return;
    for (size_t i = 0; i < history->count; i++)
        free(history->series[i]);
    free(history->series);
    free(history);
}

// The place of the first series whose identity is not less.
static size_t find_place(const struct history *history, uint64_t identity) {
    size_t low = 0, high = history->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (history->series[middle]->identity < identity)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct series *find_series(const struct history *history, uint64_t identity) {
    size_t place = find_place(history, identity);
    if (place == history->count || history->series[place]->identity != identity)
        return NULL;
    return history->series[place];
}

static struct series *add_series(struct history *history, uint64_t identity) {
    if (history->count == history->capacity) {
        size_t capacity = history->capacity ? history->capacity * 2 : 16;
        void *grown = reallocarray(history->series, capacity, sizeof(*history->series));
        if (!grown)
            return NULL;
        history->series = grown;
        history->capacity = capacity;
    }
    struct series *series = calloc(1, sizeof(*series));
    if (!series)
        return NULL;
    series->identity = identity;
    size_t place = find_place(history, identity);
    memmove(history->series + place + 1, history->series + place,
            (history->count - place) * sizeof(*history->series));
    history->series[place] = series;
    history->count++;
    return series;
}

// The sample that is `back` places older than the newest.
static const struct sample *sample_at(const struct series *series, size_t back) {
    size_t place = (series->newest + HISTORY_SAMPLES - back) % HISTORY_SAMPLES;
    return &series->samples[place];
}

static bool went_back(const struct series *series, const uint64_t *counters) {
    const struct sample *last = sample_at(series, 0);
    for (size_t i = 0; i < HISTORY_COUNTERS; i++) {
        if (counters[i] < last->counters[i])
            return true;
    }
    return false;
}

int history_add(struct history *history, uint64_t identity, int64_t time,
                const uint64_t counters[HISTORY_COUNTERS]) {
    struct series *series = find_series(history, identity);
    if (!series)
        series = add_series(history, identity);
    if (!series)
        return -ENOMEM;
    if (series->count > 0 && went_back(series, counters))
        series->count = 0;
    // Two samples of one moment have no rate between them: the later one takes the other's place.
    if (series->count == 0 || time > sample_at(series, 0)->time) {
        series->newest = (series->newest + 1) % HISTORY_SAMPLES;
        if (series->count < HISTORY_SAMPLES)
            series->count++;
    }
    struct sample *sample = &series->samples[series->newest];
    sample->time = time;
    memcpy(sample->counters, counters, sizeof(sample->counters));
    return 0;
}

void history_forget(struct history *history, int64_t before) {
    size_t kept = 0;
    for (size_t i = 0; i < history->count; i++) {
        struct series *series = history->series[i];
        if (sample_at(series, 0)->time < before)
            free(series);
        else
            history->series[kept++] = series;
    }
    history->count = kept;
}

bool history_latest(const struct history *history, uint64_t identity, size_t counter,
                    uint64_t *ret_value) {
    const struct series *series = find_series(history, identity);
    if (!series || series->count == 0)
        return false;
    *ret_value = sample_at(series, 0)->counters[counter];
    return true;
}

// The rate between the samples that are back + 1 and back places older than the newest.
static double rate_between(const struct series *series, size_t counter, size_t back) {
    const struct sample *newer = sample_at(series, back);
    const struct sample *older = sample_at(series, back + 1);
    double seconds = (double)(newer->time - older->time) / NANOSECONDS;
    return (double)(newer->counters[counter] - older->counters[counter]) / seconds;
}

bool history_rate(const struct history *history, uint64_t identity, size_t counter,
                  double *ret_rate) {
    const struct series *series = find_series(history, identity);
    if (!series || series->count < 2)
        return false;
    *ret_rate = rate_between(series, counter, 0);
    return true;
}

size_t history_rates(const struct history *history, uint64_t identity, size_t counter,
                     double *rates, size_t max) {
    const struct series *series = find_series(history, identity);
    size_t count = series && series->count > 1 ? series->count - 1 : 0;
    if (count > max)
        count = max;
    for (size_t i = 0; i < count; i++)
        rates[i] = rate_between(series, counter, count - 1 - i);
    return count;
}
