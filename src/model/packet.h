// SPDX-License-Identifier: GPL-2.0-or-later
// Packets that were traced: what each looked like, and every step of its way through the chains, as
// the kernel told it (nftables' trace events).
#ifndef MODEL_PACKET_H
#define MODEL_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/kind.h"
#include "model/trace_event.h"

// What a step was.
enum packet_step_type {
    PACKET_STEP_RULE,   // a rule matched
    PACKET_STEP_RETURN, // a chain that was called ended without a verdict
    PACKET_STEP_POLICY, // a base chain ended: its policy
};

struct packet_step {
    uint64_t packet;  // its number
    uint32_t place;   // among the packet's steps, from 1
    uint64_t elapsed; // nanoseconds since the first step was heard
    uint8_t type;     // enum packet_step_type
    uint8_t family;   // of the table: enum nf_family
    uint8_t depth;    // how many chains called one another to come here
    const char *hook; // "prerouting"; NULL: not known
    const char *table;
    const char *chain;
    struct maybe handle;        // of the rule
    struct maybe number;        // its place in the chain, as the ruleset was when the packet came
    const char *rule;           // its text; NULL: the ruleset had no such rule
    const char *verdict;        // "accept", "jump"
    const char *target;         // chain, of jump and goto
    const char *const *changes; // what is other than before: "dst 10.96.0.10:53 -> 10.0.0.2:53"
    size_t change_count;
    size_t change_before; // how many of them, the first, had come before the rule did anything
    bool legacy;          // of a table of iptables-legacy
    struct maybe mark;
    const char *iif, *oif; // NULL: not told
    const char *ct_state;  // "new", where the kernel tells it
};

enum packet_outcome {
    PACKET_ACCEPTED, // by all that was seen
    PACKET_DROPPED,
    PACKET_QUEUED,  // to a program
    PACKET_STOLEN,  // the kernel kept it: a reject, a copy, a queue of fragments
    PACKET_UNKNOWN, // its last steps were not heard
};

struct packet {
    uint64_t number;            // since the trace began, from 1
    int64_t time;               // when it was first heard of: nanoseconds since 1970
    uint32_t trace_id;          // the kernel's: another packet can have the same later
    struct packet_header first; // as it was first seen
    struct packet_header last;  // as it was last seen
    const char *iif, *oif;      // NULL: not told
    struct maybe mark;
    const char *ct_state;
    struct maybe ct_id;
    uint8_t outcome;                    // enum packet_outcome
    bool incomplete;                    // events were lost while it was under way
    const char *reason;                 // what decided, in words: "policy of ip filter FORWARD"
    const struct packet_step *deciding; // NULL: none did
    const char *decision;               // where that was, with the rule's number and text; or NULL
    const char *changed;                // what the steps changed, in one text; NULL: nothing
    const struct packet_step *steps;
    size_t step_count;
    uint64_t journey; // packets of one number are one packet in several namespaces; 0: not joined
    uint32_t part;    // which of them it is, from 1
    bool guessed;     // that it belongs to the journey is a guess
};

extern const struct kind packet_kind, packet_step_kind;
extern const struct record_type packet_step_record;
extern const struct enum_names packet_outcome_names;

// Adds "ip nat PREROUTING rule 1: -j KUBE-SERVICES -> jump KUBE-SERVICES": what a step was, and
// what came of it; a rule that is not there any more by its handle, with a mark. Other people's
// bytes.
void packet_step_format(const struct packet_step *step, struct buffer *buffer);

// The first part of that: where the step was, "ip filter FORWARD policy".
void packet_place_format(const struct packet_step *step, struct buffer *buffer);

// True if the step was a rule that the ruleset no longer had, or had no more as it was.
bool packet_step_has_changed(const struct packet_step *step);

// Adds "10.0.0.1:4242 > 10.96.0.10:53 udp" with what matters of the rest: TCP's flags, ICMP's type.
void packet_header_format(const struct packet_header *header, struct buffer *buffer);

#endif
