// SPDX-License-Identifier: GPL-2.0-or-later
// A filter of traffic control that packets meet on their way into an interface or out of it:
// those of the qdiscs clsact and ingress (tc(8), linux/pkt_cls.h).
#ifndef MODEL_TC_FILTER_H
#define MODEL_TC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/value.h"

enum tc_side { TC_SIDE_INGRESS, TC_SIDE_EGRESS };

// What an action says of the packet's way (linux/pkt_cls.h TC_ACT_*). Jumps and chains to go to
// have numbers of their own above these.
enum tc_verdict {
    TC_VERDICT_OK = 0,
    TC_VERDICT_SHOT = 2,
    TC_VERDICT_STOLEN = 4,
    TC_VERDICT_QUEUED = 5,
    TC_VERDICT_REDIRECT = 7,
    TC_VERDICT_TRAP = 8,
};

struct tc_action {
    const char *kind;        // "gact", "mirred", "police" ...
    bool has_verdict;        // it is known
    int32_t verdict;         // enum tc_verdict, -1 for none
    struct maybe to_ifindex; // mirred: where to
    bool mirrors;            // mirred: a copy goes there; else the packet itself
    struct maybe program;    // bpf: its id
    const char *program_name;
};

struct tc_filter {
    int32_t ifindex;
    enum tc_side side;
    const char *kind; // "bpf", "flower", "u32" ...
    uint32_t chain, priority, handle;
    struct maybe program;     // bpf: its id
    const char *program_name; // bpf: as the filter has it; NULL: none
    bool direct_action;       // bpf: the program itself decides
    bool in_hardware;         // the device applies it
    const struct tc_action *actions;
    size_t action_count;
};

#endif
