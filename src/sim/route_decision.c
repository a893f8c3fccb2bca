// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/route_decision.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/route_walk.h"

#define STEPS_MIN 16

// --- Steps ---------------------------------------------------------------------------------------

static struct route_step *add_step(struct route_walk *walk) {
    if (walk->step_count == walk->step_capacity) {
        size_t capacity = walk->step_capacity ? walk->step_capacity * 2 : STEPS_MIN;
        struct route_step *steps = reallocarray(walk->steps, capacity, sizeof(*steps));
        if (!steps)
            return NULL;
        walk->steps = steps;
        walk->step_capacity = capacity;
    }
    struct route_step *step = &walk->steps[walk->step_count++];
    return memset(step, 0, sizeof(*step));
}

static void add(struct route_walk *walk, const struct route_step *made, const char *format,
                va_list args) __attribute__((format(printf, 3, 0)));

static void add(struct route_walk *walk, const struct route_step *made, const char *format,
                va_list args) {
    if (walk->quiet)
        return;
    struct buffer words = BUFFER_INIT;
    buffer_vprintf(&words, format, args);
    const char *why = arena_strdup(&walk->decision->arena, buffer_text(&words));
    struct route_step *step = add_step(walk);
    if (step && why && !words.failed) {
        *step = *made;
        step->why = why;
    } else {
        walk->failed = true;
    }
    buffer_done(&words);
}

void route_walk_note(struct route_walk *walk, enum route_verdict verdict, const char *format, ...) {
    const struct route_step step = {.kind = ROUTE_STEP_NOTE, .verdict = verdict};
    va_list args;
    va_start(args, format);
    add(walk, &step, format, args);
    va_end(args);
}

void route_walk_rule(struct route_walk *walk, enum route_verdict verdict,
                     const struct routing_rule *rule, const char *format, ...) {
    const struct route_step step = {.kind = ROUTE_STEP_RULE, .verdict = verdict, .rule = rule};
    va_list args;
    va_start(args, format);
    add(walk, &step, format, args);
    va_end(args);
}

void route_walk_route(struct route_walk *walk, enum route_verdict verdict,
                      const struct route *route, const char *format, ...) {
    const struct route_step step = {.kind = ROUTE_STEP_ROUTE, .verdict = verdict, .route = route};
    va_list args;
    va_start(args, format);
    add(walk, &step, format, args);
    va_end(args);
}

// --- Names ---------------------------------------------------------------------------------------

const struct link *route_walk_link(const struct route_walk *walk, int32_t ifindex) {
    return walk->world->links && ifindex > 0 ? link_find(walk->world->links, ifindex) : NULL;
}

const char *route_walk_name(struct route_walk *walk, int32_t ifindex) {
    const struct link *link = route_walk_link(walk, ifindex);
    if (link && link->ifname)
        return link->ifname;
    const char *name = arena_printf(&walk->decision->arena, "#%d", ifindex);
    return name ? name : "";
}

const char *route_walk_address(struct route_walk *walk, const struct address *address) {
    struct buffer text = BUFFER_INIT;
    address_format(address, &text);
    const char *copy = arena_strdup(&walk->decision->arena, buffer_text(&text));
    buffer_done(&text);
    return copy ? copy : "";
}

static bool is_vrf(const struct link *link) {
    return link && link->info_kind && strcmp(link->info_kind, "vrf") == 0;
}

int32_t route_walk_vrf(const struct route_walk *walk, int32_t ifindex) {
    const struct link *link = route_walk_link(walk, ifindex);
    if (is_vrf(link))
        return ifindex;
    if (!link || !link->master.known)
        return 0;
    return is_vrf(route_walk_link(walk, (int32_t)link->master.value)) ? (int32_t)link->master.value
                                                                      : 0;
}

// --- The question --------------------------------------------------------------------------------

uint32_t route_kernel_version(const char *release) {
    unsigned major = 0, minor = 0, patch = 0;
    if (sscanf(release, "%u.%u.%u", &major, &minor, &patch) < 2 || major > 255 || minor > 255)
        return 0;
    return major << 16 | minor << 8 | (patch < 255 ? patch : 255);
}

struct route_world route_world_of(const struct node *node, uint64_t netns) {
    return (struct route_world){
        .routes = node_table(node, netns, KIND_ROUTES),
        .rules = node_table(node, netns, KIND_ROUTING_RULES),
        .links = node_table(node, netns, KIND_INTERFACES),
        .neighbours = node_table(node, netns, KIND_NEIGHBOURS),
        .kernel = route_kernel_version(node->kernel),
    };
}

static int check_question(const struct route_question *question, struct error *err) {
    if (question->dst.family != ADDRESS_IPV4 && question->dst.family != ADDRESS_IPV6)
        return error_set(err, -EINVAL, "the destination is missing");
    if (question->from.family != ADDRESS_NONE && question->from.family != question->dst.family)
        return error_set(err, -EINVAL, "source and destination are of different families");
    return 0;
}

static bool is_zero(const struct address *address) {
    static const uint8_t zero[16];
    return memcmp(address->bytes, zero, sizeof(zero)) == 0;
}

// What the kernel puts where RTM_GETROUTE says nothing: UDP for IPv4, no protocol for IPv6; nobody
// as the sender of an IPv6 packet that came in, root always as that of an IPv4 one.
static void begin(struct route_walk *walk, const struct route_question *question) {
    bool ipv4 = question->dst.family == ADDRESS_IPV4;
    bool said = question->uid.known && !(ipv4 && question->iif);
    uint32_t unsaid = question->iif && !ipv4 ? ROUTE_UID_NONE : 0;
    struct route_flow *flow = &walk->flow;
    *flow = (struct route_flow){
        .dst = question->dst,
        .src = question->from,
        .iif = question->iif ? question->iif : ROUTE_LOOPBACK,
        .oif = question->iif ? 0 : question->oif,
        .mark = question->mark,
        .uid = said ? (uint32_t)question->uid.value : unsaid,
        .proto = question->proto.known ? (uint8_t)question->proto.value
                 : ipv4                ? 17
                                       : 0,
        .sport = question->sport,
        .dport = question->dport,
        .tos = question->tos,
    };
    flow->src.family = question->dst.family;
    walk->has_source = !is_zero(&flow->src);
}

static void check_table(struct route_walk *walk, const struct table *table, const char *what) {
    if (table && table->status.state == STATUS_OK)
        return;
    walk->decision->partial = true;
    if (!table)
        route_walk_note(walk, ROUTE_STEP_PASSED, "%s were not read: taken for none", what);
    else
        route_walk_note(walk, ROUTE_STEP_PASSED, "%s could not all be read: %s", what,
                        table->status.reason);
}

static void check_world(struct route_walk *walk) {
    check_table(walk, walk->world->routes, "routes");
    check_table(walk, walk->world->rules, "policy rules");
    check_table(walk, walk->world->links, "interfaces");
    check_table(walk, walk->world->neighbours, "neighbours");
}

static void conclude(struct route_walk *walk, const struct route_found *found) {
    struct route_decision *decision = walk->decision;
    decision->error = found->error;
    decision->type = found->type;
    decision->rule = found->rule;
    decision->route = found->route;
    if (found->error == 0)
        route_ways_find(walk);
    decision->steps = arena_copy(&decision->arena, walk->steps ? (const void *)walk->steps : "",
                                 walk->step_count * sizeof(*walk->steps));
    decision->step_count = walk->step_count;
    walk->failed |= !decision->steps;
    free(walk->steps);
}

int route_decide(const struct route_world *world, const struct route_question *question,
                 struct route_decision *ret_decision, struct error *err) {
    int r = check_question(question, err);
    if (r < 0)
        return r;
    struct route_decision decision = {.question = *question};
    struct route_walk walk = {.world = world, .decision = &decision};
    begin(&walk, question);
    check_world(&walk);
    struct route_found found =
        question->dst.family == ADDRESS_IPV4 ? route_path4(&walk) : route_path6(&walk);
    conclude(&walk, &found);
    if (walk.failed) {
        arena_done(&decision.arena);
        return error_set(err, -ENOMEM, "memory is out");
    }
    *ret_decision = decision;
    return 0;
}

void route_decision_done(struct route_decision *decision) {
    arena_done(&decision->arena);
}

const struct route_way *route_decision_way(const struct route_decision *decision) {
    for (size_t i = 0; i < decision->way_count; i++) {
        if (decision->ways[i].usable)
            return &decision->ways[i];
    }
    return NULL;
}
