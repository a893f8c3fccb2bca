// SPDX-License-Identifier: GPL-2.0-or-later
// Counters as they were over the last minute, for rates and for graphs. Kept by a row's identity,
// so that it survives the replacement of tables.
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_COUNTERS 10
#define HISTORY_SAMPLES  61 // a minute of seconds needs both ends

struct history;

// Returns an empty history, or NULL when memory is out.
struct history *history_new(void);
void history_free(struct history *history);

// Adds a sample of a row's counters at a time (nanoseconds of a monotonic clock, not before the
// row's last one). A counter that went back (the interface was made anew) starts the row again.
// Returns 0 or -ENOMEM.
int history_add(struct history *history, uint64_t identity, int64_t time,
                const uint64_t counters[HISTORY_COUNTERS]);

// Forgets rows that had no sample since that time.
void history_forget(struct history *history, int64_t before);

// The newest value of a counter. Returns false if there is none.
bool history_latest(const struct history *history, uint64_t identity, size_t counter,
                    uint64_t *ret_value);

// The counter's rate, per second, between the two newest samples. Returns false if there are not
// two.
bool history_rate(const struct history *history, uint64_t identity, size_t counter,
                  double *ret_rate);

// The counter's rates between neighbouring samples, oldest first, into rates[max]. Returns how
// many.
size_t history_rates(const struct history *history, uint64_t identity, size_t counter,
                     double *rates, size_t max);

#endif
