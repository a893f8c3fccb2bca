// SPDX-License-Identifier: GPL-2.0-or-later
// Events of a trace become packets. The kernel gives each packet an id that a later one can have
// too: a packet begins with the event of the rule that chose it, and nothing else begins one. It
// ends when nothing more was heard of it for a while, or when another one begins with its id.
#ifndef MODEL_PACKET_ASSEMBLY_H
#define MODEL_PACKET_ASSEMBLY_H

#include <stdatomic.h>

#include "base/arena.h"
#include "model/packet.h"

#define PACKET_IDLE INT64_C(100000000) // nanoseconds after which a packet is over

// Where an event comes from.
enum packet_event_origin {
    PACKET_EVENT_OTHER,  // from the node's own rules
    PACKET_EVENT_CHOSEN, // from the rule that sets the trace bit
    PACKET_EVENT_OURS,   // from the other rules of netscope's table
};

// A packet that is whole, with what its texts stand in. Whoever gets it has one reference; the last
// that lets go of it frees it (NULL is nothing). From any thread.
struct traced_packet {
    struct packet packet;
    struct arena arena;
    atomic_uint references;
};
struct traced_packet *traced_packet_ref(struct traced_packet *packet);
void traced_packet_unref(struct traced_packet *packet);

// What an event alone does not say, in the words of the ruleset and the namespace: hook, number and
// text of the rule, names of interfaces. Returns 0 or -ENOMEM.
typedef int packet_describe(const struct trace_event *event, struct arena *arena,
                            struct packet_step *step, void *user_data);

// Takes over a packet. Returns 0 or -errno, which the call that led to it returns.
typedef int packet_sink(struct traced_packet *packet, void *user_data);

struct packet_assembly;

// Returns an empty assembly for one namespace, or NULL when memory is out.
struct packet_assembly *packet_assembly_new(packet_describe *describe, packet_sink *sink,
                                            void *user_data);
void packet_assembly_free(struct packet_assembly *assembly);

// Takes an event that was heard at that time (nanoseconds since 1970). Returns 0, -ENOMEM, or what
// the sink did.
int packet_assembly_add(struct packet_assembly *assembly, const struct trace_event *event,
                        enum packet_event_origin origin, int64_t time);

// The same for an event of a legacy table: it says no id, so it is of the last packet under way
// that looks like it; its verdict is the rule's, as whoever calls found it.
int packet_assembly_add_legacy(struct packet_assembly *assembly, const struct trace_event *event,
                               int64_t time);

// Events were lost: packets that are under way may miss steps.
void packet_assembly_lose(struct packet_assembly *assembly);

// Gives the sink packets that have been idle at that time, oldest first; all with INT64_MAX.
int packet_assembly_expire(struct packet_assembly *assembly, int64_t now);

// When the next packet will have been idle, INT64_MAX if none is under way.
int64_t packet_assembly_deadline(const struct packet_assembly *assembly);

#endif
