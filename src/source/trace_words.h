// SPDX-License-Identifier: GPL-2.0-or-later
// What the events of a trace mean in the words of their namespace: its rules and interfaces. They
// are read again when they have changed; what an event from before may have meant is not guessed.
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

// Reads again if something has changed: netscope's own rules, as the trace begins. Returns 0 or
// -ENOMEM.
int trace_words_refresh(struct trace_words *words);

// True if the namespace's packets are tracked, so that asking for a packet's flow changes nothing.
bool trace_words_tracks(const struct trace_words *words);

// Finds out the verdict of an event of a legacy table: what its rule or policy says. Returns 0 or
// -ENOMEM.
int trace_words_judge(struct trace_words *words, struct trace_event *event);

// All events that waited were read: those to come are of the rules that there are now.
void trace_words_settle(struct trace_words *words);

// Adds hook, number and text of the rule and the interfaces' names to a step, in the arena. A rule
// that may have changed since the event has neither number nor text. Returns 0 or -ENOMEM.
int trace_words_describe(struct trace_words *words, const struct trace_event *event,
                         struct arena *arena, struct packet_step *step);

#endif
