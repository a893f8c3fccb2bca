// SPDX-License-Identifier: GPL-2.0-or-later
// A packet under way: its events become steps, and the steps a packet.
#ifndef MODEL_PACKET_OPEN_H
#define MODEL_PACKET_OPEN_H

#include "model/packet_assembly.h"

#define CALLS_MAX 32 // twice what the kernel allows (NFT_JUMP_STACK_SIZE)

// Who says what an event alone does not.
struct packet_describer {
    packet_describe *describe;
    void *user_data;
};

// A packet under way.
struct open_packet {
    struct open_packet *next; // of the assembly, by the time of their beginning
    struct traced_packet *traced;
    struct packet_step *steps; // grows
    size_t capacity;
    int64_t begun;                // the first step
    int64_t heard;                // the last event
    const char *calls[CALLS_MAX]; // chains that called one another, the base chain first
    size_t depth;                 // how many
    bool goes;                    // the last one was left by goto: the next takes its place
    size_t decided;               // place of the step that decided, from 1; 0: none yet
    bool has_ahead;               // an event that is no step told of the packet:
    struct trace_event ahead;     // the next step has it
    bool chosen_again;  // the last event was of a rule of netscope's that leads to the one
                        // that chooses
    bool in_chain;      // no base chain has let it go since
    uint64_t been;      // by which of netscope's chains it has gone on: a bit of each
    uint32_t former_id; // the kernel's, before it had another one; 0: none
    struct maybe mark;
};

// Begins a packet with the event that chose it. Returns NULL when memory is out.
struct open_packet *open_packet_new(const struct trace_event *event, uint64_t number, int64_t time);
void open_packet_free(struct open_packet *open);

// Takes what an event that is no step says of the packet. Returns 0, -ENOMEM, or what describe did.
int open_packet_see(struct open_packet *open, const struct trace_event *event,
                    const struct packet_describer *describer);

// Takes what an event of netscope's own rules says of the packet's flow.
void open_packet_note_flow(struct open_packet *open, const struct trace_event *event);

// Adds a step for an event that was heard at that time. Returns as open_packet_see.
int open_packet_add(struct open_packet *open, const struct trace_event *event, int64_t time,
                    const struct packet_describer *describer);

// Makes the packet whole, and frees what it was under way with. Returns 0 and the packet, which is
// the caller's, or -ENOMEM.
int open_packet_end(struct open_packet *open, struct traced_packet **ret_traced);

#endif
