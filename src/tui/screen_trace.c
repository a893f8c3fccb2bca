// SPDX-License-Identifier: GPL-2.0-or-later
// The trace of packets: what is typed for it, how it stands.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/screen_parts.h"

// --- What is typed -------------------------------------------------------------------------------

void screen_begin_trace(struct screen *screen) {
    screen->trace.error.code = 0;
    screen_begin_prompt(screen, PROMPT_TRACE);
}

// The packets are what one wants to see next.
static void show_packets(struct screen *screen) {
    const struct panel *panel = screen_panel(screen);
    size_t view = 0;
    while (view < panel->view_count && panel->views[view].kind != KIND_PACKETS)
        view++;
    if (view < panel->view_count)
        screen_go_to_view(screen, view);
}

bool screen_start_trace(struct screen *screen, const char *typed) {
    struct screen_trace *trace = &screen->trace;
    struct trace_order *order;
    trace->offset = SIZE_MAX;
    if (!screen->all && screen->netns == 0) {
        error_set(&trace->error, -EAGAIN, "the namespaces are still being looked for");
        return false;
    }
    if (trace_order_parse(typed, &order, &trace->offset, &trace->error) < 0)
        return false;
    trace_order_free(trace->order);
    trace->order = order;
    trace->told = false;
    trace->rate = order->rate;
    trace->replies = order->replies;
    snprintf(trace->typed, sizeof(trace->typed), "%s", typed);
    snprintf(trace->choice, sizeof(trace->choice), "%s", order->choice);
    prompt_history_add(&screen->traces, typed);
    screen->effects.trace = true;
    show_packets(screen);
    return true;
}

void screen_stop_trace(struct screen *screen) {
    if (!screen->trace.on) {
        screen_say(screen, STYLE_DIM, "nothing is traced: t begins");
        return;
    }
    screen->trace.stopping = screen->effects.trace_stop = true;
}

// --- How it stands -------------------------------------------------------------------------------

static void put_namespaces(struct buffer *text, size_t count) {
    buffer_printf(text, "%zu namespace%s", count, count == 1 ? "" : "s");
}

static void put_refusals(struct buffer *text, const struct trace_live_state *state) {
    buffer_puts(text, "not in ");
    put_namespaces(text, state->refused);
    buffer_puts(text, ": ");
    screen_put_printable(state->why.text, text);
}

// Said once of each, when it has begun or could not.
static void tell_beginning(struct screen *screen) {
    const struct trace_live_state *state = &screen->trace.state;
    struct buffer text = BUFFER_INIT;
    screen->trace.told = true;
    if (state->traced > 0) {
        buffer_puts(&text, "tracing in ");
        put_namespaces(&text, state->traced);
        buffer_puts(&text, state->refused > 0 ? ", " : ": x ends it");
    }
    if (state->refused > 0)
        put_refusals(&text, state);
    enum style style = state->traced == 0 ? STYLE_BAD : state->refused ? STYLE_WARNING : STYLE_DIM;
    if (text.len > 0)
        screen_say(screen, style, "%s", buffer_text(&text));
    buffer_done(&text);
}

static void tell_end(struct screen *screen) {
    const struct screen_trace *trace = &screen->trace;
    if (trace->state.refused == 0 && trace->state.why.code != 0)
        screen_say(screen, STYLE_BAD, "%s", trace->state.why.text);
    else if (trace->state.gone > 0 && !trace->stopping)
        screen_say(screen, STYLE_WARNING, "the trace has ended: what was traced is gone");
    else
        screen_say(screen, STYLE_DIM, "the trace has ended, and its rules are gone");
}

void screen_take_trace(struct screen *screen, const struct trace_live_state *state, bool on,
                       const struct error *error) {
    struct screen_trace *trace = &screen->trace;
    bool was_on = trace->on;
    trace->state = *state;
    trace->on = on;
    if (error->code != 0 && !on && !trace->told) {
        trace->told = true;
        screen_say(screen, STYLE_BAD, "not tracing: %s", error->text);
    } else if (!trace->told && state->phase != TRACE_STARTING) {
        tell_beginning(screen);
    } else if (was_on && !on) {
        tell_end(screen);
    }
    trace->stopping = trace->stopping && on;
}

static const char *phase_word(const struct screen_trace *trace) {
    if (trace->stopping)
        return "ending";
    switch (trace->state.phase) {
    case TRACE_STARTING:
        return "beginning";
    case TRACE_RUNNING:
        return "running";
    case TRACE_ENDED:
        return "ended";
    }
    return "";
}

// Not every kernel says how many.
static void put_losses(struct buffer *text, const struct trace_live_state *state) {
    buffer_puts(text, "; ");
    if (state->lost > 0)
        buffer_printf(text, "%llu ", (unsigned long long)state->lost);
    buffer_puts(text, "events were lost: some packets are incomplete");
}

static void put_counts(struct buffer *text, const struct trace_live_state *state) {
    buffer_printf(text, "%llu seen", (unsigned long long)state->seen);
    if (state->kept < state->seen)
        buffer_printf(text, ", the newest %zu kept", state->kept);
    if (state->losses > 0)
        put_losses(text, state);
    if (state->gone > 0) {
        buffer_puts(text, "; ");
        put_namespaces(text, state->gone);
        buffer_puts(text, " vanished");
    }
}

void screen_format_trace(const struct screen *screen, struct lines *lines) {
    const struct screen_trace *trace = &screen->trace;
    const struct trace_live_state *state = &trace->state;
    struct buffer text = BUFFER_INIT;
    if (!trace->typed[0])
        return;
    buffer_puts(&text, phase_word(trace));
    if (state->traced > 0) {
        buffer_puts(&text, " in ");
        put_namespaces(&text, state->traced);
    }
    buffer_printf(&text, ", %u/s%s: ", trace->rate, trace->replies ? "" : ", no replies");
    screen_put_printable(trace->choice, &text);
    lines_add(lines, "Trace", buffer_text(&text), trace->on ? STYLE_GOOD : STYLE_DIM);
    buffer_clear(&text);
    put_counts(&text, state);
    lines_add(lines, "Packets", buffer_text(&text),
              state->losses > 0 ? STYLE_WARNING : STYLE_NORMAL);
    buffer_clear(&text);
    if (state->refused > 0) {
        put_refusals(&text, state);
        lines_add(lines, "Not traced", buffer_text(&text), STYLE_BAD);
    }
    buffer_done(&text);
}
