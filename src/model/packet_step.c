// SPDX-License-Identifier: GPL-2.0-or-later
// Steps of a traced packet: their fields, and in words.
#include "model/packet.h"
#include "ruleset/ruleset.h"

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const step_types[] = {
    [PACKET_STEP_RULE] = "rule", [PACKET_STEP_RETURN] = "return", [PACKET_STEP_POLICY] = "policy"};
static const struct enum_names step_type_names = NAMES(step_types);

// --- Fields --------------------------------------------------------------------------------------

static void get_family_name(const struct row_ref *ref, const struct field *field,
                            struct value *ret) {
    const struct packet_step *step = ref->row;
    const char *name = nf_family_name(step->family);
    (void)field;
    if (name)
        value_set_text(ret, name);
}

static void get_elapsed(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_step *step = ref->row;
    (void)field;
    ret->kind = VALUE_REAL;
    ret->real = (double)step->elapsed / 1e9;
}

static void get_changes(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct packet_step *step = ref->row;
    (void)field;
    if (step->change_count == 0)
        return;
    ret->kind = VALUE_TEXTS;
    ret->texts.items = step->changes;
    ret->texts.count = step->change_count;
}

// clang-format off
#define STEP_FIELDS \
    FIELD_BY("elapsed", "ELAPSED", FIELD_DURATION, get_elapsed, "time since the first step was heard"), \
    FIELD_OF_ENUM("type", struct packet_step, type, "TYPE", &step_type_names, "what happened: a rule matched, a chain returned, a policy held"), \
    FIELD(struct packet_step, hook, "HOOK", FIELD_TEXT, "hook of the base chain"), \
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family_name, "family of the table"), \
    FIELD(struct packet_step, legacy, "LEGACY", FIELD_BOOLEAN, "the table is one of iptables-legacy"), \
    FIELD(struct packet_step, table, "TABLE", FIELD_TEXT, "table"), \
    FIELD(struct packet_step, chain, "CHAIN", FIELD_TEXT, "chain"), \
    FIELD(struct packet_step, depth, "DEPTH", FIELD_NUMBER, "how many chains called one another to come here"), \
    FIELD(struct packet_step, handle, "HANDLE", FIELD_NUMBER, "handle of the rule"), \
    FIELD(struct packet_step, number, "NUMBER", FIELD_NUMBER, "place of the rule in its chain; none if the rules have changed since"), \
    FIELD(struct packet_step, rule, "RULE", FIELD_TEXT, "the rule; none if the rules have changed since"), \
    FIELD(struct packet_step, verdict, "VERDICT", FIELD_TEXT, "verdict: accept, drop, jump, goto, return, continue ..."), \
    FIELD(struct packet_step, target, "TARGET", FIELD_TEXT, "chain that is called"), \
    FIELD_BY("changes", "CHANGES", FIELD_LIST, get_changes, "what is other than at the step before"), \
    FIELD(struct packet_step, mark, "MARK", FIELD_NUMBER, "mark of the packet"), \
    FIELD(struct packet_step, iif, "IIF", FIELD_INTERFACE, "interface that it came in by"), \
    FIELD(struct packet_step, oif, "OIF", FIELD_INTERFACE, "interface that it leaves by"), \
    FIELD(struct packet_step, ct_state, "CT STATE", FIELD_TEXT, "state of its flow")

static const struct field step_fields[] = {STEP_FIELDS};

// As rows of their own.
static const struct field step_row_fields[] = {
    FIELD_BY("netns", "NAMESPACE", FIELD_NETNS, field_get_netns, "namespace that it was traced in"),
    FIELD(struct packet_step, packet, "PACKET", FIELD_NUMBER, "number of the packet in its namespace"),
    FIELD_AS("step", struct packet_step, place, "STEP", FIELD_NUMBER, "which of the packet's steps, from 1"),
    STEP_FIELDS,
};
// clang-format on

// --- In words ------------------------------------------------------------------------------------

static void format_step(const void *item, struct buffer *buffer) {
    const struct packet_step *step = item;
    buffer_printf(buffer, "%s/%s", step->table, step->chain);
    if (step->handle.known)
        buffer_printf(buffer, "#%llu", (unsigned long long)step->handle.value);
    buffer_printf(buffer, " %s", step->verdict);
    if (step->target)
        buffer_printf(buffer, " %s", step->target);
}

bool packet_step_has_changed(const struct packet_step *step) {
    return step->type == PACKET_STEP_RULE && !step->rule;
}

static void put_rule(const struct packet_step *step, struct buffer *buffer) {
    bool changed = packet_step_has_changed(step);
    if (changed && step->handle.known)
        buffer_printf(buffer, " handle %llu", (unsigned long long)step->handle.value);
    else
        buffer_printf(buffer, " rule %llu", (unsigned long long)step->number.value);
    buffer_puts(buffer, changed ? " (changed since)" : "");
    if (step->rule)
        buffer_printf(buffer, ": %s", step->rule);
}

void packet_place_format(const struct packet_step *step, struct buffer *buffer) {
    const char *family = nf_family_name(step->family);
    buffer_printf(buffer, "%s%s %s %s", step->legacy ? "legacy " : "", family ? family : "?",
                  step->table, step->chain);
    if (step->type == PACKET_STEP_POLICY)
        buffer_puts(buffer, " policy");
    if (step->type == PACKET_STEP_RULE || step->handle.known)
        put_rule(step, buffer);
}

void packet_step_format(const struct packet_step *step, struct buffer *buffer) {
    packet_place_format(step, buffer);
    buffer_printf(buffer, " -> %s", step->verdict);
    if (step->target)
        buffer_printf(buffer, " %s", step->target);
}

// --- The kind ------------------------------------------------------------------------------------

const struct record_type packet_step_record = {
    .name = "step",
    .fields = step_fields,
    .field_count = sizeof(step_fields) / sizeof(step_fields[0]),
    .size = sizeof(struct packet_step),
    .format = format_step,
};

// Steps of one packet are told apart by their place.
static uint64_t step_identity(const void *row) {
    const struct packet_step *step = row;
    return step->packet << 17 | step->place;
}

const struct kind packet_step_kind = {
    .name = "steps",
    .title = "Steps",
    .fields = step_row_fields,
    .field_count = sizeof(step_row_fields) / sizeof(step_row_fields[0]),
    .row_size = sizeof(struct packet_step),
    .columns = "packet,step,hook,family,table,chain,number,rule,verdict,target,changes",
    .sort = "packet",
    .identity = step_identity,
    .asked_with = "trace",
    .help = "steps of packets that were traced, with --steps",
};
