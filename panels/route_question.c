// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/route_question.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "model/fdb.h"
#include "model/flow.h"
#include "model/nexthop.h"
#include "sim/route_compare.h"
#include "sim/route_explain.h"
#include "sim/route_trie.h"
#include "source/node_read.h"
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

// Reads what the panel does not show: the model then has all that the decision looks at. Without
// IPv6 there are no labels, and nothing that would need them.
static int read_world(struct node *node, uint64_t netns, struct arena *labels,
                      struct route_world *ret_world) {
    static const enum kind_id needed[] = {KIND_ROUTES, KIND_ROUTING_RULES, KIND_INTERFACES,
                                          KIND_NEIGHBOURS};
    const struct netns *at = node_find(node, netns)->netns;
    const struct table *table;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        int r = node_read_table(node, at, needed[i], &table);
        if (r < 0)
            return r;
    }
    *ret_world = route_world_of(node, netns);
    struct route_asker *asker;
    if (route_asker_new(at, &asker, NULL) < 0)
        return 0;
    route_asker_labels(asker, labels, &ret_world->labels, &ret_world->label_count, NULL);
    route_asker_free(asker);
    return 0;
}

static void prepare(struct node *node, uint64_t netns) {
    const struct table *routes = node_table(node, netns, KIND_ROUTES);
    if (routes && routes->status.state == STATUS_OK)
        route_trie_of(routes);
}

static int explain(struct route_world *world, const char *typed, struct lines *ret_lines,
                   struct error *err) {
    struct route_question question;
    struct route_decision decision;
    int r = route_question_parse(typed, find_link, world, &question, err);
    if (r < 0)
        return r;
    complete(&question);
    r = route_decide(world, &question, &decision, err);
    if (r < 0)
        return r;
    route_explain(world, &decision, add_line, ret_lines);
    add_outcome(ret_lines, decision.route, decision.error);
    route_decision_done(&decision);
    return 0;
}

static int answer(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                  struct error *err) {
    struct arena labels = ARENA_INIT;
    struct route_world world;
    int r = read_world(node, netns, &labels, &world);
    if (r == 0)
        r = explain(&world, typed, ret_lines, err);
    arena_done(&labels);
    return r;
}

// --- Of a row ------------------------------------------------------------------------------------

static void add_neighbour(const struct row_ref *row, struct buffer *typed) {
    const struct neighbour *neighbour = row->row;
    const struct link *link =
        link_find(node_table(row->node, row->netns->inode, KIND_INTERFACES), neighbour->ifindex);
    address_format(&neighbour->dst, typed);
    if (link && link->ifname)
        buffer_printf(typed, " oif %s", link->ifname);
}

// A default route says nothing of where to.
static void add_destination(const struct route *route, struct buffer *typed) {
    const struct prefix dst = route_destination(route);
    if (dst.length > 0)
        address_format(&dst.address, typed);
}

// Who answers: behind a translation of the destination.
static void add_receiver(const struct flow *flow, struct buffer *typed) {
    const struct address receiver = flow_address(flow, FLOW_REPLY_SRC);
    address_format(&receiver, typed);
}

static void add_subject(enum kind_id kind, const struct row_ref *row, struct buffer *typed) {
    if (kind == KIND_ROUTES)
        add_destination(row->row, typed);
    else if (kind == KIND_NEXTHOPS)
        address_format(&((const struct nexthop *)row->row)->way.gateway, typed);
    else if (kind == KIND_NEIGHBOURS)
        add_neighbour(row, typed);
    else if (kind == KIND_FDB)
        address_format(&((const struct fdb_entry *)row->row)->dst, typed);
    else if (kind == KIND_FLOWS)
        add_receiver(row->row, typed);
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
             "[uid N] [ipproto P] [sport N] [dport N] [tos N]; nothing typed: where the row leads",
     .subject = add_subject,
     .prepare = prepare,
     .answer = answer,
     .ask_kernel = ask_kernel},
    {.label = NULL},
};
