// SPDX-License-Identifier: GPL-2.0-or-later
// The part of the reader that has kinds kept by events instead of reading them
// (source/flow_live.h).
#ifndef TUI_READER_LIVE_H
#define TUI_READER_LIVE_H

#include "tui/reader.h"

// True if rows of the kind are kept so.
bool reader_is_live(enum kind_id kind);

// What is wished for, the namespaces or the pause have changed. A namespace once shown is kept, so
// that coming back to it finds it as it is.
void reader_live_update(struct reader *reader);

// Asks for the counters of the rows in `wanted`.
void reader_live_sample(struct reader *reader);

void reader_live_close(struct reader *reader);
void reader_live_done(struct reader *reader);

#endif
