// SPDX-License-Identifier: GPL-2.0-or-later
// ctnetlink messages into the model (linux/netfilter/nfnetlink_conntrack.h). Pure: bytes in,
// structs out; what is behind pointers goes into the arena. Every function returns 0, -EBADMSG (the
// message is malformed; what could be read was), -ENOMEM, or -ENOMSG (a message about something
// else, nothing was stored).
#ifndef SOURCE_FLOW_PARSE_H
#define SOURCE_FLOW_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/flow.h"
#include "model/flow_event.h"

// IPCTNL_MSG_CT_NEW, and of the end of a flow IPCTNL_MSG_CT_DELETE. The flow is zeroed before; on
// -EBADMSG it is of use if it has a family. ret_event, which tells what a message says beside those
// of a dump, may be NULL.
int flow_parse(const struct nlmsghdr *message, struct arena *arena, struct flow *ret_flow,
               enum flow_event *ret_event);

// The attributes of a tuple (CTA_TUPLE_*), length bytes of them, into the original direction of a
// flow that has its family.
int flow_tuple_parse(const void *attrs, size_t length, struct arena *arena, struct flow *flow);

// The family of an nfgenmsg: enum address_family.
uint8_t flow_family_parse(uint8_t nfgen_family);

#endif
