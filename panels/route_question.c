// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/route_question.h"

#include <errno.h>
#include <unistd.h>

#include "model/fdb.h"
#include "model/flow.h"
#include "model/nexthop.h"
#include "sim/route_explain.h"
#include "sim/route_trie.h"
#include "source/node_read.h"
#include "source/route_get.h"
#include "tui/grid.h"

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
    return link_index_of(world->links, name);
}

static void prepare(struct node *node, uint64_t netns) {
    const struct table *routes = node_table(node, netns, KIND_ROUTES);
    if (routes && routes->status.state == STATUS_OK)
        route_trie_of(routes);
}

// A decision and what it was made from.
struct deciding {
    struct route_world world;
    struct arena labels;
    struct route_decision decision;
};

static void deciding_done(struct deciding *deciding) {
    route_decision_done(&deciding->decision);
    arena_done(&deciding->labels);
}

// Reads what the panel does not show: the model then has all that the decision looks at.
static int read_world(struct node *node, uint64_t netns, struct route_world *ret_world) {
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
    return 0;
}

// Only IPv6 has labels. Without them the decision takes the usual ones.
static void read_labels(const struct netns *netns, struct deciding *deciding) {
    struct route_asker *asker;
    if (route_asker_new(netns, &asker, NULL) < 0)
        return;
    route_asker_labels(asker, &deciding->labels, &deciding->world.labels,
                       &deciding->world.label_count, NULL);
    route_asker_free(asker);
}

// A sender that nobody named is who runs netscope: that is whom the kernel takes.
static void complete(struct route_question *question) {
    if (!question->uid.known && !question->iif)
        question->uid = maybe_of(getuid());
}

static int decide(struct node *node, uint64_t netns, const char *typed,
                  struct deciding *ret_deciding, struct error *err) {
    struct deciding deciding = {.labels = ARENA_INIT};
    struct route_question question;
    int r = read_world(node, netns, &deciding.world);
    if (r == 0)
        r = route_question_parse(typed, find_link, &deciding.world, &question, err);
    if (r < 0)
        return r;
    complete(&question);
    if (question.dst.family == ADDRESS_IPV6)
        read_labels(node_find(node, netns)->netns, &deciding);
    r = route_decide(&deciding.world, &question, &deciding.decision, err);
    if (r < 0)
        arena_done(&deciding.labels);
    else
        *ret_deciding = deciding;
    return r;
}

static int answer(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                  struct error *err) {
    struct deciding deciding;
    int r = decide(node, netns, typed, &deciding, err);
    if (r < 0)
        return r;
    route_explain(&deciding.world, &deciding.decision, add_line, ret_lines);
    deciding_done(&deciding);
    return 0;
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

static int ask(const struct netns *netns, const struct route_question *question,
               struct route_answer *ret_answer, struct error *err) {
    struct route_asker *asker;
    int r = route_asker_new(netns, &asker, err);
    if (r < 0)
        return r;
    r = route_asker_ask(asker, question, ret_answer, err);
    route_asker_free(asker);
    return r;
}

// The decision is made again, for it is soon had, and compared in whatever the kernel tells.
static int ask_kernel(struct node *node, uint64_t netns, const char *typed, struct lines *ret_lines,
                      bool *ret_differs) {
    struct deciding deciding;
    struct route_answer given;
    struct error err = {0};
    int r = decide(node, netns, typed, &deciding, &err);
    if (r < 0)
        return r;
    r = ask(node_find(node, netns)->netns, &deciding.decision.question, &given, &err);
    if (r == 0) {
        *ret_differs =
            !route_explain_answer(&deciding.world, &deciding.decision, &given, add_line, ret_lines);
        route_answer_done(&given);
    } else {
        lines_add(ret_lines, "", err.text, STYLE_BAD);
    }
    deciding_done(&deciding);
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
