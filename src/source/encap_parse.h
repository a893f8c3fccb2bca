// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes of rtnetlink to a lightweight tunnel. Pure: no I/O.
#ifndef SOURCE_ENCAP_PARSE_H
#define SOURCE_ENCAP_PARSE_H

#include <stdint.h>

#include <netlink/attr.h>

#include "base/arena.h"
#include "model/encap.h"
#include "source/route_context.h"

// RTA_ENCAP of that type (LWTUNNEL_ENCAP_*) into a zeroed row. Returns 0, -ENOMEM, or -EBADMSG if
// something was too short (the rest is read all the same, and the row is whole).
int encap_parse(uint16_t type, const struct nlattr *attr, const struct route_context *context,
                struct arena *arena, struct encap *ret_encap);

// The labels of an MPLS label stack: "100/200", outermost first; NULL when memory is out.
const char *mpls_labels_text(const struct nlattr *attr, struct arena *arena);

#endif
