// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/route_get.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "dump/output.h"
#include "model/json.h"
#include "sim/route_compare.h"
#include "sim/route_explain.h"
#include "source/node_read.h"
#include "source/route_get.h"

struct answering {
    const struct route_get_request *request;
    struct node *node;
    const struct netns *netns;
    struct route_asker *asker;
    struct arena arena; // of the labels
    struct route_world world;
    struct route_question question;
    struct route_decision decision;
    struct route_answer answer;
    struct buffer difference;
    bool same;
};

// --- What is known -------------------------------------------------------------------------------

static int find_netns(struct answering *a, struct error *err) {
    if (a->request->netns)
        return node_read_named(a->node, a->request->netns, &a->netns, err);
    for (size_t i = 0; i < node_count(a->node); i++) {
        if (a->node->netnses[i].netns->own)
            a->netns = a->node->netnses[i].netns;
    }
    return a->netns ? 0 : error_set(err, -ENOENT, "netscope's own namespace was not found");
}

static int read_world(struct answering *a, struct error *err) {
    static const enum kind_id needed[] = {KIND_ROUTES, KIND_ROUTING_RULES, KIND_INTERFACES,
                                          KIND_NEIGHBOURS};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        const struct table *table;
        int r = node_read_table(a->node, a->netns, needed[i], &table);
        if (r < 0)
            return error_set(err, r, "memory is out");
    }
    a->world = route_world_of(a->node, a->netns->inode);
    int r = route_asker_new(a->netns, &a->asker, err);
    // Without IPv6 there are no labels, and nothing that would need them.
    if (r == 0)
        route_asker_labels(a->asker, &a->arena, &a->world.labels, &a->world.label_count, NULL);
    return r;
}

static int32_t find_link(const char *name, void *user_data) {
    const struct route_world *world = user_data;
    return link_index_of(world->links, name);
}

static int find_answers(struct answering *a, struct error *err) {
    int r = route_question_read(a->request->words, find_link, &a->world, &a->question, err);
    if (r < 0)
        return r;
    if (!a->question.uid.known && !a->question.iif)
        a->question.uid = maybe_of(getuid());
    r = route_decide(&a->world, &a->question, &a->decision, err);
    if (r < 0)
        return r;
    r = route_asker_ask(a->asker, &a->question, &a->answer, err);
    if (r == 0)
        a->same = route_compare(&a->world, &a->decision, &a->answer, &a->difference);
    return r;
}

// --- Text ----------------------------------------------------------------------------------------

struct text {
    struct buffer *buffer;
    bool colour;
};

static const char *colour_of(enum route_tone tone) {
    switch (tone) {
    case ROUTE_TONE_HEAD:
        return "\033[1m";
    case ROUTE_TONE_PLAIN:
        return "";
    case ROUTE_TONE_FAINT:
        return "\033[2m";
    case ROUTE_TONE_GOOD:
        return "\033[32m";
    case ROUTE_TONE_BAD:
        return "\033[31m";
    }
    return "";
}

static void put_line(enum route_tone tone, const char *line, void *user_data) {
    const struct text *text = user_data;
    buffer_puts(text->buffer, text->colour ? colour_of(tone) : "");
    text_printable(line, strlen(line), text->buffer);
    buffer_puts(text->buffer, text->colour ? "\033[0m\n" : "\n");
}

static void put_text(const struct answering *a, int fd, struct buffer *buffer) {
    struct text text = {buffer, isatty(fd)};
    route_explain(&a->world, &a->decision, put_line, &text);
    route_explain_answer(&a->world, &a->decision, &a->answer, put_line, &text);
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_key(struct buffer *buffer, const char *key) {
    char last = buffer->len ? buffer->data[buffer->len - 1] : '{';
    buffer_printf(buffer, "%s\"%s\":", last == '{' || last == '[' ? "" : ",", key);
}

static void put_member(struct buffer *buffer, const char *key, const char *text) {
    put_key(buffer, key);
    json_format_text(text, buffer);
}

static void put_address(struct buffer *buffer, const char *key, const struct address *address) {
    struct buffer text = BUFFER_INIT;
    address_format(address, &text);
    if (text.len)
        put_member(buffer, key, buffer_text(&text));
    buffer_done(&text);
}

static void put_number(struct buffer *buffer, const char *key, uint64_t number) {
    put_key(buffer, key);
    buffer_put_uint(buffer, number);
}

static void put_route(struct buffer *buffer, const struct route *route) {
    struct buffer text = BUFFER_INIT;
    const struct prefix dst = route_destination(route);
    prefix_format(&dst, &text);
    put_member(buffer, "type", route_type_name(route->shared->type));
    // A prefix is always one, also of full length.
    if (!strchr(buffer_text(&text), '/'))
        buffer_printf(&text, "/%u", dst.length);
    put_member(buffer, "dst", buffer_text(&text));
    put_number(buffer, "table", route->shared->table);
    put_number(buffer, "metric", route->shared->metric);
    buffer_clear(&text);
    route_format_route(route, &text);
    put_member(buffer, "text", buffer_text(&text));
    buffer_done(&text);
}

static void put_step(struct buffer *buffer, const struct route_step *step) {
    static const char *const verdicts[] = {
        [ROUTE_STEP_PASSED] = "passed", [ROUTE_STEP_TAKEN] = "taken", [ROUTE_STEP_ENDED] = "ended"};
    struct buffer text = BUFFER_INIT;
    buffer_puts(buffer, buffer->data[buffer->len - 1] == '[' ? "{" : ",{");
    if (step->kind == ROUTE_STEP_RULE) {
        route_format_rule(step->rule, &text);
        put_member(buffer, "rule", buffer_text(&text));
        put_number(buffer, "priority", step->rule->priority);
    } else if (step->kind == ROUTE_STEP_ROUTE) {
        put_key(buffer, "route");
        buffer_putc(buffer, '{');
        put_route(buffer, step->route);
        buffer_putc(buffer, '}');
    }
    put_member(buffer, "verdict", verdicts[step->verdict]);
    put_member(buffer, "why", step->why);
    buffer_putc(buffer, '}');
    buffer_done(&text);
}

static void put_way(struct buffer *buffer, const struct route_way *way) {
    buffer_puts(buffer, buffer->data[buffer->len - 1] == '[' ? "{" : ",{");
    put_key(buffer, "usable");
    buffer_puts(buffer, way->usable ? "true" : "false");
    if (way->refused)
        buffer_puts(buffer, ",\"refused\":true");
    put_address(buffer, "gateway", &way->gateway);
    if (way->link && way->link->ifname)
        put_member(buffer, "dev", way->link->ifname);
    if (way->nexthop)
        put_number(buffer, "weight", way->nexthop->weight);
    put_address(buffer, "prefsrc", &way->source);
    if (way->mtu) {
        put_number(buffer, "mtu", way->mtu);
        put_member(buffer, "mtu_from", way->mtu_from);
    }
    if (way->next.family != ADDRESS_NONE) {
        put_address(buffer, "neighbour", &way->next);
        put_member(buffer, "neighbour_state", route_neighbour_state(way->neighbour));
    }
    if (way->why)
        put_member(buffer, "why", way->why);
    buffer_putc(buffer, '}');
}

static void put_outcome(struct buffer *buffer, const char *key, int error, const char *words,
                        const struct route *route) {
    put_key(buffer, key);
    buffer_putc(buffer, '{');
    if (error) {
        put_key(buffer, "errno");
        buffer_printf(buffer, "%d", -error);
        put_member(buffer, "error", words);
    } else if (route) {
        put_route(buffer, route);
    }
    buffer_putc(buffer, '}');
}

static void put_json(const struct answering *a, struct buffer *buffer) {
    const struct route_decision *decision = &a->decision;
    buffer_putc(buffer, '{');
    put_address(buffer, "to", &a->question.dst);
    put_address(buffer, "from", &a->question.from);
    put_key(buffer, "steps");
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < decision->step_count; i++)
        put_step(buffer, &decision->steps[i]);
    buffer_putc(buffer, ']');
    put_outcome(buffer, "answer", decision->error, strerror(-decision->error), decision->route);
    put_key(buffer, "ways");
    buffer_putc(buffer, '[');
    for (size_t i = 0; i < decision->way_count; i++)
        put_way(buffer, &decision->ways[i]);
    buffer_putc(buffer, ']');
    put_outcome(buffer, "kernel", a->answer.match.error, a->answer.match.words,
                a->answer.match.route);
    put_outcome(buffer, "kernel_resolved", a->answer.resolved.error, a->answer.resolved.words,
                a->answer.resolved.route);
    put_key(buffer, "same");
    buffer_puts(buffer, a->same ? "true" : "false");
    if (!a->same)
        put_member(buffer, "difference", buffer_text(&a->difference));
    buffer_puts(buffer, "}\n");
}

// --- All of it -----------------------------------------------------------------------------------

static enum route_get_result result_of(const struct answering *a) {
    if (!a->same)
        return ROUTE_GET_DIFFERS;
    if (a->decision.error)
        return ROUTE_GET_NO_ROUTE;
    return a->decision.partial ? ROUTE_GET_PARTIAL : ROUTE_GET_SAME;
}

static int answer(struct answering *a, int fd, enum route_get_result *ret_result,
                  struct error *err) {
    int r = node_read_namespaces(a->node, err);
    if (r == 0)
        r = find_netns(a, err);
    if (r == 0)
        r = read_world(a, err);
    if (r == 0)
        r = find_answers(a, err);
    if (r < 0)
        return r;
    struct output output = OUTPUT_INIT(fd);
    if (a->request->json)
        put_json(a, &output.buffer);
    else
        put_text(a, fd, &output.buffer);
    *ret_result = result_of(a);
    r = output_done(&output);
    return r < 0 ? error_set_errno(err, r, "standard output") : 0;
}

int route_get_run(const struct route_get_request *request, int fd,
                  enum route_get_result *ret_result, struct error *err) {
    struct answering a = {.request = request, .node = node_new()};
    if (!a.node)
        return error_set(err, -ENOMEM, "memory is out");
    int r = answer(&a, fd, ret_result, err);
    buffer_done(&a.difference);
    route_answer_done(&a.answer);
    route_decision_done(&a.decision);
    route_asker_free(a.asker);
    arena_done(&a.arena);
    node_free(a.node);
    return r;
}
