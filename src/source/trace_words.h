// SPDX-License-Identifier: GPL-2.0-or-later
// What the events of a trace mean in the words of their namespace: its rules and interfaces, as
// they were when last read.
#ifndef SOURCE_TRACE_WORDS_H
#define SOURCE_TRACE_WORDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/netns.h"
#include "model/packet.h"

struct trace_words;

// Reads the namespace's interfaces and rules. Returns 0 and the caller's, or -ENOMEM; what cannot
// be read is left out of the words. The namespace must live as long.
int trace_words_new(const struct netns *netns, struct trace_words **ret_words);
void trace_words_free(struct trace_words *words); // NULL is nothing

// True if the namespace's packets are tracked, so that asking for a packet's flow changes nothing.
bool trace_words_tracks(const struct trace_words *words);

// Finds out the verdict of an event of a legacy table: what its rule or policy says.
void trace_words_judge(const struct trace_words *words, struct trace_event *event);

// Adds hook, number and text of the rule and the interfaces' names to a step, in the arena. Returns
// 0 or -ENOMEM.
int trace_words_describe(struct trace_words *words, const struct trace_event *event,
                         struct arena *arena, struct packet_step *step);

#endif
