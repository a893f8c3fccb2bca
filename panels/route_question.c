// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/route_question.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sim/route_compare.h"
#include "sim/route_explain.h"
#include "source/route_get.h"
#include "tui/grid.h"

// --- The lines that both sides have, and that are compared
// ----------------------------------------

static void add(struct lines *lines, const char *label, struct buffer *text) {
    lines_add(lines, label, buffer_text(text), STYLE_NORMAL);
    buffer_clear(text);
}

// What is said of a route, or of the error that stands in its place. The table is left out of what
// is the node's own: the kernel keeps IPv4 tables local and main as one, and calls that one main.
static void add_outcome(struct lines *lines, const struct route *route, int error) {
    struct buffer text = BUFFER_INIT;
    // Kernels before 6.14 had a number of their own for what rp_filter refuses.
    if (error == -EXDEV)
        error = -EINVAL;
    buffer_puts(&text, error ? strerror(-error) : route ? "a route" : "none: straight to the link");
    add(lines, "Answer", &text);
    if (error || !route) {
        buffer_done(&text);
        return;
    }
    const struct prefix dst = route_destination(route);
    prefix_format(&dst, &text);
    add(lines, "Destination", &text);
    if (route->shared->type == ROUTE_UNICAST) {
        buffer_puts(&text, route->shared->table_name ? route->shared->table_name : "?");
        add(lines, "Table", &text);
    }
    buffer_printf(&text, "%u", route->shared->metric);
    add(lines, "Metric", &text);
    buffer_done(&text);
}

// --- From the model ------------------------------------------------------------------------------

static uint8_t style_of(enum route_tone tone) {
    switch (tone) {
    case ROUTE_TONE_HEAD:
    case ROUTE_TONE_PLAIN:
        return STYLE_NORMAL;
    case ROUTE_TONE_FAINT:
        return STYLE_DIM;
    case ROUTE_TONE_GOOD:
        return STYLE_GOOD;
    case ROUTE_TONE_BAD:
        return STYLE_BAD;
    }
    return STYLE_NORMAL;
}

static void add_line(enum route_tone tone, const char *text, void *user_data) {
    lines_add(user_data, "", text, style_of(tone));
}

static int32_t find_link(const char *name, void *user_data) {
    const struct route_world *world = user_data;
    for (size_t i = 0; world->links && i < world->links->count; i++) {
        const struct link *link = table_row(world->links, i);
        if (link->ifname && strcmp(link->ifname, name) == 0)
            return link->ifindex;
    }
    return 0;
}

// A sender that nobody named is who runs netscope: that is whom the kernel takes.
static void complete(struct route_question *question) {
    if (!question->uid.known && !question->iif)
        question->uid = maybe_of(getuid());
}

static int answer(const struct node *node, uint64_t netns, const struct row_ref *row,
                  const char *typed, struct lines *ret_lines, struct error *err) {
    (void)row;
    struct route_world world = route_world_of(node, netns);
    struct route_question question;
    struct route_decision decision;
    int r = route_question_parse(typed, find_link, &world, &question, err);
    if (r < 0)
        return r;
    complete(&question);
    r = route_decide(&world, &question, &decision, err);
    if (r < 0)
        return r;
    route_explain(&world, &decision, add_line, ret_lines);
    add_outcome(ret_lines, decision.route, decision.error);
    route_decision_done(&decision);
    return 0;
}

// --- From the kernel -----------------------------------------------------------------------------

static int32_t find_asked_link(const char *name, void *user_data) {
    return route_asker_link(user_data, name);
}

// That there is no such route in a table, while the packet goes to a link, is no error.
static void add_answer(struct lines *lines, const struct route_answer *given) {
    const struct route *resolved = given->resolved.route;
    add_outcome(lines, given->match.route, given->resolved.error);
    if (!resolved)
        return;
    struct buffer text = BUFFER_INIT;
    route_format_route(resolved, &text);
    add(lines, "That comes to", &text);
    buffer_done(&text);
}

static int ask(struct route_asker *asker, const char *typed, struct route_answer *ret_answer,
               struct error *err) {
    struct route_question question;
    int r = route_question_parse(typed, find_asked_link, asker, &question, err);
    if (r < 0)
        return r;
    complete(&question);
    return route_asker_ask(asker, &question, ret_answer, err);
}

static int ask_kernel(const struct netns *netns, const char *typed, struct lines *ret_lines) {
    struct route_asker *asker = NULL;
    struct route_answer given = {0};
    struct error err = {0};
    int r = route_asker_new(netns, &asker, &err);
    if (r == 0)
        r = ask(asker, typed, &given, &err);
    if (r == 0)
        add_answer(ret_lines, &given);
    else
        lines_add(ret_lines, "", err.text, STYLE_BAD);
    route_answer_done(&given);
    route_asker_free(asker);
    return r == -ENOMEM ? r : 0;
}

const struct panel_question route_questions[] = {
    {.key = 'w',
     .label = "w",
     .prompt = "route to: ",
     .title = "Which route?",
     .help = "which route a packet takes, and why: ADDR [from ADDR] [iif DEV | oif DEV] [mark N] "
             "[uid N] [ipproto P] [sport N] [dport N] [tos N]",
     .answer = answer,
     .ask_kernel = ask_kernel},
    {.label = NULL},
};
