// SPDX-License-Identifier: GPL-2.0-or-later
// Expectations: flows that a helper has read of in another flow's packets and that are yet to come
// (linux/netfilter/nfnetlink_conntrack.h, CTA_EXPECT_*).
#ifndef MODEL_EXPECTATION_H
#define MODEL_EXPECTATION_H

#include <stdint.h>

#include "model/flow.h"

struct expectation {
    struct flow flow;   // expected: the tuple of the original direction
    struct flow mask;   // ones where it has to be equal
    struct flow master; // the flow in which it was announced: the tuple of the original direction
    const char *helper;
    const char *function; // what sees the expected flow first: "nat-follow-master"
    struct maybe timeout; // seconds
    uint32_t id;
    uint32_t flags; // NF_CT_EXPECT_*
    uint32_t class; // of the helper's policies
    uint16_t zone;
};

extern const struct kind expectation_kind;

#endif
