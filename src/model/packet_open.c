// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_open.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/packet_changes.h"
#include "ruleset/ruleset.h"

#define STEPS_MAX 65536 // more than any ruleset makes: a chain cannot loop

// --- Life ----------------------------------------------------------------------------------------

struct traced_packet *traced_packet_ref(struct traced_packet *packet) {
    atomic_fetch_add(&packet->references, 1);
    return packet;
}

void traced_packet_unref(struct traced_packet *packet) {
    if (!packet || atomic_fetch_sub(&packet->references, 1) > 1)
        return;
    arena_done(&packet->arena);
    free(packet);
}

struct open_packet *open_packet_new(const struct trace_event *event, uint64_t number,
                                    int64_t time) {
    struct open_packet *open = calloc(1, sizeof(*open));
    struct traced_packet *traced = calloc(1, sizeof(*traced));
    if (!open || !traced) {
        free(open);
        free(traced);
        return NULL;
    }
    traced->packet = (struct packet){.number = number,
                                     .time = time,
                                     .trace_id = event->id,
                                     .outcome = PACKET_UNKNOWN,
                                     .mark = event->mark};
    atomic_init(&traced->references, 1);
    open->traced = traced;
    open->mark = event->mark;
    open->heard = time;
    return open;
}

void open_packet_free(struct open_packet *open) {
    traced_packet_unref(open->traced);
    free(open->steps);
    free(open);
}

// --- Steps ---------------------------------------------------------------------------------------

static const char *verdict_word(int32_t code) {
    switch ((enum nf_verdict_code)code) {
    case NF_VERDICT_DROP:
        return "drop";
    case NF_VERDICT_ACCEPT:
        return "accept";
    case NF_VERDICT_STOLEN:
        return "stolen";
    case NF_VERDICT_QUEUE:
        return "queue";
    case NF_VERDICT_REPEAT:
        return "repeat";
    case NF_VERDICT_CONTINUE:
        return "continue";
    case NF_VERDICT_BREAK:
        return "break";
    case NF_VERDICT_JUMP:
        return "jump";
    case NF_VERDICT_GOTO:
        return "goto";
    case NF_VERDICT_RETURN:
        return "return";
    }
    return "unknown";
}

// Of a drop the upper bits are an error for the sender, of a queue its number (linux/netfilter.h,
// NF_VERDICT_MASK).
static int32_t verdict_code(const struct trace_event *event) {
    int32_t code = event->type == TRACE_POLICY ? (int32_t)event->policy.value : event->verdict;
    return code > 0 ? code & 0xff : code;
}

// The bits of a state (include/net/netfilter/nf_conntrack.h, as nft's "ct state" has them).
static const char *state_word(uint64_t bits) {
    static const struct {
        uint64_t bit;
        const char *word;
    } words[] = {{1, "invalid"}, {2, "established"}, {4, "related"}, {8, "new"}, {64, "untracked"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bits & words[i].bit)
            return words[i].word;
    }
    return NULL;
}

static enum packet_step_type step_type(const struct trace_event *event) {
    if (event->type == TRACE_POLICY)
        return PACKET_STEP_POLICY;
    return event->handle.known || event->type == TRACE_RULE ? PACKET_STEP_RULE : PACKET_STEP_RETURN;
}

static struct packet_step *add_step(struct open_packet *open) {
    size_t count = open->traced->packet.step_count;
    if (count == open->capacity) {
        size_t wanted = open->capacity ? open->capacity * 2 : 16;
        struct packet_step *grown = reallocarray(open->steps, wanted, sizeof(*grown));
        if (!grown)
            return NULL;
        open->steps = grown;
        open->capacity = wanted;
    }
    struct packet_step *step = &open->steps[count];
    *step = (struct packet_step){0};
    open->traced->packet.step_count++;
    return step;
}

static int fill_step(struct open_packet *open, const struct trace_event *event,
                     struct packet_step *step, int64_t time) {
    struct traced_packet *traced = open->traced;
    if (traced->packet.step_count == 1)
        open->begun = time;
    *step = (struct packet_step){
        .elapsed = (uint64_t)(time - open->begun),
        .type = (uint8_t)step_type(event),
        .family = event->family,
        .depth = (uint8_t)(open->depth > 0 ? open->depth - 1 : 0),
        .table = arena_strdup(&traced->arena, event->table),
        .chain = arena_strdup(&traced->arena, event->chain),
        .handle = event->handle,
        .number = event->number,
        .legacy = event->legacy,
        .verdict = verdict_word(verdict_code(event)),
        .target = event->target ? arena_strdup(&traced->arena, event->target) : NULL,
        .mark = event->mark,
        .ct_state = event->ct_state.known ? state_word(event->ct_state.value) : NULL,
    };
    return step->table && step->chain && (step->target || !event->target) ? 0 : -ENOMEM;
}

// Where a base chain begins. Each line of a legacy table tells of the packet: there it is the names
// of its chains.
static bool begins_chain(const struct trace_event *event) {
    static const char *const builtin[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT",
                                          "POSTROUTING"};
    if (!event->legacy)
        return event->has_header;
    for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++) {
        if (strcmp(event->chain, builtin[i]) == 0)
            return true;
    }
    return false;
}

// The end of a chain that was called is not always told: an event of one that is among the callers
// says so.
static int follow_calls(struct open_packet *open, const struct trace_event *event) {
    bool begins = begins_chain(event);
    size_t depth = begins ? 0 : open->depth;
    while (depth > 0 && strcmp(open->calls[depth - 1], event->chain) != 0)
        depth--;
    if (depth == 0) {
        depth = begins ? 0 : open->depth;
        if (open->goes && depth > 0)
            depth--;
        if (depth == CALLS_MAX)
            depth--;
        open->calls[depth] = arena_strdup(&open->traced->arena, event->chain);
        if (!open->calls[depth])
            return -ENOMEM;
        depth++;
    }
    open->depth = depth;
    open->goes = event->type == TRACE_RULE && event->verdict == NF_VERDICT_GOTO;
    return 0;
}

static void take_outcome(struct open_packet *open, const struct trace_event *event) {
    struct packet *packet = &open->traced->packet;
    int32_t code = verdict_code(event);
    bool decided = event->type == TRACE_POLICY || code >= 0;
    if (!decided || event->type == TRACE_RETURN)
        return;
    open->decided = packet->step_count;
    switch (code) {
    case NF_VERDICT_DROP:
        packet->outcome = PACKET_DROPPED;
        break;
    case NF_VERDICT_QUEUE:
        packet->outcome = PACKET_QUEUED;
        break;
    case NF_VERDICT_STOLEN:
        packet->outcome = PACKET_STOLEN;
        break;
    default:
        packet->outcome = PACKET_ACCEPTED;
    }
}

// nftables tells of the header where a chain begins, of the mark behind each rule; a legacy table
// tells both in front of it.
static size_t count_before(const struct open_packet *open, const struct trace_event *event,
                           const struct packet_step *step) {
    bool marked = open->mark.value != event->mark.value;
    return step->change_count - (marked && !event->legacy ? 1 : 0);
}

static int take_header(struct open_packet *open, const struct trace_event *event,
                       struct packet_step *step) {
    struct packet *packet = &open->traced->packet;
    int r = 0;
    if (event->has_header && packet->first.src.family == ADDRESS_NONE &&
        packet->first.ethertype == 0)
        packet->first = packet->last = event->header;
    const struct packet_header *now = event->has_header ? &event->header : &packet->last;
    if (step)
        r = packet_changes(&packet->last, now, &open->mark, &event->mark, &open->traced->arena,
                           &step->changes, &step->change_count);
    if (step && r == 0)
        step->change_before = count_before(open, event, step);
    packet->last = *now;
    open->mark = event->mark;
    return r;
}

void open_packet_note_flow(struct open_packet *open, const struct trace_event *event) {
    struct packet *packet = &open->traced->packet;
    const char *state = event->ct_state.known ? state_word(event->ct_state.value) : NULL;
    if (event->ct_id.known)
        packet->ct_id = event->ct_id;
    if (state)
        packet->ct_state = state;
}

static void take_rest(struct open_packet *open, const struct trace_event *event,
                      const struct packet_step *step) {
    struct packet *packet = &open->traced->packet;
    if (!packet->iif)
        packet->iif = step->iif;
    if (step->oif)
        packet->oif = step->oif;
    open_packet_note_flow(open, event);
}

// Where the first rules of a chain do not match, its first event is of no rule, and tells of the
// packet in place of the first step.
static struct trace_event with_ahead(struct open_packet *open, const struct trace_event *event) {
    struct trace_event whole = *event;
    if (open->has_ahead && !event->has_header) {
        whole.has_header = open->ahead.has_header;
        whole.header = open->ahead.header;
        whole.iif = open->ahead.iif;
        whole.oif = open->ahead.oif;
        whole.ct_id = open->ahead.ct_id;
        whole.ct_state = open->ahead.ct_state;
    }
    open->has_ahead = false;
    return whole;
}

static int add_step_of(struct open_packet *open, const struct trace_event *event, int64_t time,
                       const struct packet_describer *describer) {
    struct packet *packet = &open->traced->packet;
    struct packet_step *step = packet->step_count < STEPS_MAX ? add_step(open) : NULL;
    if (!step)
        return -ENOMEM;
    int r = fill_step(open, event, step, time);
    if (r == 0)
        r = take_header(open, event, step);
    if (r == 0)
        r = describer->describe(event, &open->traced->arena, step, describer->user_data);
    if (r < 0)
        return r;
    // A chain that was called has the hook of the base chain that it was called from.
    if (!step->hook && open->depth > 1 && packet->step_count > 1)
        step->hook = step[-1].hook;
    take_rest(open, event, step);
    take_outcome(open, event);
    return 0;
}

int open_packet_add(struct open_packet *open, const struct trace_event *event, int64_t time,
                    const struct packet_describer *describer) {
    int r = follow_calls(open, event);
    open->heard = time;
    if (r < 0)
        return r;
    if (event->type == TRACE_RULE && !event->handle.known && !event->legacy) {
        open->ahead = *event;
        open->has_ahead = true;
        return 0;
    }
    const struct trace_event whole = with_ahead(open, event);
    return add_step_of(open, &whole, time, describer);
}

// Of a packet that meets no rule, this is all that tells its interfaces.
int open_packet_see(struct open_packet *open, const struct trace_event *event,
                    const struct packet_describer *describer) {
    struct packet_step step = {0};
    int r = take_header(open, event, NULL);
    if (r == 0)
        r = describer->describe(event, &open->traced->arena, &step, describer->user_data);
    if (r == 0)
        take_rest(open, event, &step);
    return r;
}

// --- The end -------------------------------------------------------------------------------------

// "ip filter FORWARD handle 7", "policy of legacy ip filter FORWARD".
static const char *reason_of(struct traced_packet *traced, const struct packet_step *step) {
    const char *family = nf_family_name(step->family);
    bool policy = step->type == PACKET_STEP_POLICY;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%s%s%s %s %s", policy ? "policy of " : "", step->legacy ? "legacy " : "",
                  family ? family : "?", step->table, step->chain);
    if (!policy && step->handle.known)
        buffer_printf(&text, " handle %llu", (unsigned long long)step->handle.value);
    else if (!policy)
        buffer_printf(&text, " rule %llu", (unsigned long long)step->number.value);
    const char *reason = arena_strdup(&traced->arena, buffer_text(&text));
    buffer_done(&text);
    return reason;
}

static const char *decision_of(struct traced_packet *traced, const struct packet_step *step) {
    struct buffer text = BUFFER_INIT;
    packet_place_format(step, &text);
    const char *decision = arena_strdup(&traced->arena, buffer_text(&text));
    buffer_done(&text);
    return decision;
}

static int tell_changes(struct traced_packet *traced) {
    struct packet *packet = &traced->packet;
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < packet->step_count; i++) {
        for (size_t j = 0; j < packet->steps[i].change_count; j++)
            buffer_printf(&text, "%s%s", text.len ? ", " : "", packet->steps[i].changes[j]);
    }
    bool any = text.len > 0;
    packet->changed = any ? arena_strdup(&traced->arena, buffer_text(&text)) : NULL;
    buffer_done(&text);
    return packet->changed || !any ? 0 : -ENOMEM;
}

static void number_steps(struct open_packet *open) {
    for (uint32_t i = 0; i < open->traced->packet.step_count; i++) {
        open->steps[i].packet = open->traced->packet.number;
        open->steps[i].place = i + 1;
    }
}

// The steps stand still then: one can be pointed at.
static int finish(struct open_packet *open) {
    struct traced_packet *traced = open->traced;
    struct packet *packet = &traced->packet;
    number_steps(open);
    packet->steps =
        arena_copy(&traced->arena, open->steps, packet->step_count * sizeof(*open->steps));
    if (!packet->steps && packet->step_count > 0)
        return -ENOMEM;
    if (packet->outcome == PACKET_ACCEPTED || packet->outcome == PACKET_UNKNOWN)
        packet->outcome = packet->incomplete ? PACKET_UNKNOWN : PACKET_ACCEPTED;
    if (tell_changes(traced) < 0)
        return -ENOMEM;
    if (open->decided == 0)
        return 0;
    packet->deciding = &packet->steps[open->decided - 1];
    packet->reason = reason_of(traced, packet->deciding);
    packet->decision = decision_of(traced, packet->deciding);
    return packet->reason && packet->decision ? 0 : -ENOMEM;
}

int open_packet_end(struct open_packet *open, struct traced_packet **ret_traced) {
    int r = finish(open);
    if (r == 0) {
        *ret_traced = open->traced;
        open->traced = NULL;
    }
    open_packet_free(open);
    return r;
}
