// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim/route_explain.h"

#include <string.h>

#include "sim/route_compare.h"

struct lines {
    route_line_sink *sink;
    void *user_data;
    struct buffer line;
};

static void finish(struct lines *lines, enum route_tone tone) {
    lines->sink(tone, buffer_text(&lines->line), lines->user_data);
    buffer_clear(&lines->line);
}

static void add_address(struct lines *lines, const char *word, const struct address *address) {
    if (address->family == ADDRESS_NONE)
        return;
    buffer_puts(&lines->line, word);
    address_format(address, &lines->line);
}

static const char *name_of(const struct route_world *world, int32_t ifindex) {
    const struct link *link = world->links ? link_find(world->links, ifindex) : NULL;
    return link && link->ifname ? link->ifname : "?";
}

// --- The question --------------------------------------------------------------------------------

static void add_question(struct lines *lines, const struct route_world *world,
                         const struct route_question *question) {
    add_address(lines, "to ", &question->dst);
    add_address(lines, " from ", &question->from);
    if (question->iif)
        buffer_printf(&lines->line, " iif %s", name_of(world, question->iif));
    if (question->oif)
        buffer_printf(&lines->line, " oif %s", name_of(world, question->oif));
    if (question->mark)
        buffer_printf(&lines->line, " mark 0x%x", question->mark);
    if (question->uid.known)
        buffer_printf(&lines->line, " uid %u", (unsigned)question->uid.value);
    if (question->proto.known)
        buffer_printf(&lines->line, " ipproto %u", (unsigned)question->proto.value);
    if (question->sport)
        buffer_printf(&lines->line, " sport %u", question->sport);
    if (question->dport)
        buffer_printf(&lines->line, " dport %u", question->dport);
    if (question->tos)
        buffer_printf(&lines->line, " tos 0x%02x", question->tos);
    finish(lines, ROUTE_TONE_HEAD);
}

// --- Steps ---------------------------------------------------------------------------------------

static enum route_tone tone_of(const struct route_step *step) {
    switch (step->verdict) {
    case ROUTE_STEP_PASSED:
        return step->kind == ROUTE_STEP_NOTE ? ROUTE_TONE_PLAIN : ROUTE_TONE_FAINT;
    case ROUTE_STEP_TAKEN:
        return step->kind == ROUTE_STEP_ROUTE ? ROUTE_TONE_GOOD : ROUTE_TONE_PLAIN;
    case ROUTE_STEP_ENDED:
        return ROUTE_TONE_BAD;
    }
    return ROUTE_TONE_PLAIN;
}

static void add_step(struct lines *lines, const struct route_step *step) {
    switch (step->kind) {
    case ROUTE_STEP_NOTE:
        break;
    case ROUTE_STEP_RULE:
        buffer_puts(&lines->line, "rule ");
        route_format_rule(step->rule, &lines->line);
        buffer_puts(&lines->line, " - ");
        break;
    case ROUTE_STEP_ROUTE:
        buffer_puts(&lines->line, "  ");
        route_format_route(step->route, &lines->line);
        buffer_puts(&lines->line, " - ");
        break;
    }
    buffer_puts(&lines->line, step->why);
    finish(lines, tone_of(step));
}

// --- Ways ----------------------------------------------------------------------------------------

const char *route_neighbour_state(const struct neighbour *neighbour) {
    static const struct flag_name states[] = {
        {NEIGHBOUR_INCOMPLETE, "incomplete"}, {NEIGHBOUR_REACHABLE, "reachable"},
        {NEIGHBOUR_STALE, "stale"},           {NEIGHBOUR_DELAY, "delay"},
        {NEIGHBOUR_PROBE, "probe"},           {NEIGHBOUR_FAILED, "failed"},
        {NEIGHBOUR_NOARP, "noarp"},           {NEIGHBOUR_PERMANENT, "permanent"},
    };
    for (size_t i = 0; neighbour && i < sizeof(states) / sizeof(states[0]); i++) {
        if (neighbour->state & states[i].bit)
            return states[i].name;
    }
    return "none";
}

static void add_neighbour(struct lines *lines, const struct route_way *way) {
    if (way->next.family == ADDRESS_NONE)
        return;
    add_address(lines, "  neighbour ", &way->next);
    if (!way->neighbour) {
        buffer_puts(&lines->line, ": not known yet");
    } else {
        buffer_puts(&lines->line, ": ");
        if (way->neighbour->lladdr.length)
            lladdr_format(&way->neighbour->lladdr, &lines->line);
        buffer_printf(&lines->line, " %s", route_neighbour_state(way->neighbour));
    }
    finish(lines, way->neighbour && way->neighbour->state & NEIGHBOUR_FAILED ? ROUTE_TONE_BAD
                                                                             : ROUTE_TONE_PLAIN);
}

static void add_way(struct lines *lines, const struct route_way *way, bool alone) {
    buffer_puts(&lines->line, !way->usable ? "not" : alone ? "goes" : "may go");
    add_address(lines, " via ", &way->gateway);
    buffer_printf(&lines->line, " out of %s",
                  way->link && way->link->ifname ? way->link->ifname : "?");
    if (way->nexthop && !alone)
        buffer_printf(&lines->line, " weight %u", way->nexthop->weight);
    add_address(lines, " src ", &way->source);
    if (way->mtu)
        buffer_printf(&lines->line, " mtu %u (%s)", way->mtu, way->mtu_from);
    if (way->why)
        buffer_printf(&lines->line, " - %s%s", way->refused ? "the packet is thrown away: " : "",
                      way->why);
    finish(lines, way->usable ? ROUTE_TONE_GOOD : ROUTE_TONE_FAINT);
    if (way->usable)
        add_neighbour(lines, way);
}

void route_explain(const struct route_world *world, const struct route_decision *decision,
                   route_line_sink *sink, void *user_data) {
    struct lines lines = {sink, user_data, BUFFER_INIT};
    add_question(&lines, world, &decision->question);
    for (size_t i = 0; i < decision->step_count; i++)
        add_step(&lines, &decision->steps[i]);
    if (decision->error) {
        buffer_printf(&lines.line, "answer: %s", strerror(-decision->error));
        finish(&lines, ROUTE_TONE_BAD);
    }
    for (size_t i = 0; i < decision->way_count; i++)
        add_way(&lines, &decision->ways[i], decision->way_count == 1);
    buffer_done(&lines.line);
}

// --- The kernel ----------------------------------------------------------------------------------

static void add_reply(struct lines *lines, const char *word, const struct route_reply *reply) {
    buffer_puts(&lines->line, word);
    if (reply->route)
        route_format_route(reply->route, &lines->line);
    else
        buffer_puts(&lines->line, reply->words);
    finish(lines, ROUTE_TONE_PLAIN);
}

bool route_explain_answer(const struct route_world *world, const struct route_decision *decision,
                          const struct route_answer *answer, route_line_sink *sink,
                          void *user_data) {
    struct lines lines = {sink, user_data, BUFFER_INIT};
    struct buffer difference = BUFFER_INIT;
    bool same = route_compare(world, decision, answer, &difference);
    add_reply(&lines, "kernel: ", &answer->match);
    add_reply(&lines, "kernel, resolved: ", &answer->resolved);
    buffer_puts(&lines.line, same ? "the kernel says the same" : "DIFFERENT: ");
    buffer_puts(&lines.line, buffer_text(&difference));
    finish(&lines, same ? ROUTE_TONE_GOOD : ROUTE_TONE_BAD);
    buffer_done(&difference);
    buffer_done(&lines.line);
    return same;
}
