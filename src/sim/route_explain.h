// SPDX-License-Identifier: GPL-2.0-or-later
// A decision in words, line by line, for a terminal and for text output alike.
#ifndef SIM_ROUTE_EXPLAIN_H
#define SIM_ROUTE_EXPLAIN_H

#include <stdbool.h>

#include "base/buffer.h"
#include "model/route_question.h"
#include "sim/route_decision.h"

enum route_tone {
    ROUTE_TONE_HEAD,
    ROUTE_TONE_PLAIN,
    ROUTE_TONE_FAINT, // what was passed over
    ROUTE_TONE_GOOD,  // what was taken
    ROUTE_TONE_BAD,   // an error, or a difference from what the kernel says
};

// Takes one line, which may hold other people's bytes and is gone afterwards.
typedef void route_line_sink(enum route_tone tone, const char *text, void *user_data);

// The steps, the result and the ways.
void route_explain(const struct route_world *world, const struct route_decision *decision,
                   route_line_sink *sink, void *user_data);

// The kernel's answer, and in what it differs; false if it does.
bool route_explain_answer(const struct route_world *world, const struct route_decision *decision,
                          const struct route_answer *answer, route_line_sink *sink,
                          void *user_data);

// Adds a rule, a route, as ip(8) writes them.
void route_format_rule(const struct routing_rule *rule, struct buffer *buffer);
void route_format_route(const struct route *route, struct buffer *buffer);

// The state of a neighbour in words: "reachable"; "none" for NULL.
const char *route_neighbour_state(const struct neighbour *neighbour);

#endif
