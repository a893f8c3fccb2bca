// SPDX-License-Identifier: GPL-2.0-or-later
// The newest packets of a trace, of all its namespaces together: so many and no more, whatever
// comes.
#ifndef MODEL_PACKET_LOG_H
#define MODEL_PACKET_LOG_H

#include "model/packet_assembly.h"
#include "model/table.h"

#define PACKET_LOG_MOST  2000               // packets that are kept
#define PACKET_LOG_BYTES (64 * 1024 * 1024) // that they may take: the oldest go earlier then

struct packet_log;

// Returns an empty log, or NULL when memory is out.
struct packet_log *packet_log_new(void);
void packet_log_free(struct packet_log *log); // NULL is nothing

// Takes over a packet of the namespace of that inode. Where there is no room, the oldest goes.
// Returns 0 or -ENOMEM (then the packet is let go of).
int packet_log_add(struct packet_log *log, struct traced_packet *traced, uint64_t netns);

// How many packets are kept; how many went for want of room.
size_t packet_log_count(const struct packet_log *log);
uint64_t packet_log_dropped(const struct packet_log *log);

// Counts what came or went in the namespace: a snapshot is as good as a newer one while it is the
// same.
uint64_t packet_log_version(const struct packet_log *log, uint64_t netns);

// Returns the namespace's packets as a table, older ones first, which shares them with the log and
// with other snapshots; or NULL when memory is out.
struct table *packet_log_snapshot(const struct packet_log *log, uint64_t netns);

#endif
