// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes around a question for a route. Pure.
#ifndef SOURCE_ROUTE_GET_PARSE_H
#define SOURCE_ROUTE_GET_PARSE_H

#include <stdbool.h>

#include <linux/netlink.h>
#include <netlink/msg.h>

#include "model/route_question.h"

// Makes the request of a question (RTM_GETROUTE): for the route as it stands in its table, or for
// what it comes to. NULL when memory is out.
struct nl_msg *route_get_request(const struct route_question *question, bool match);

// RTM_NEWADDRLABEL. Returns 0, -ENOMSG (the message is none) or -EBADMSG.
int route_label_parse(const struct nlmsghdr *message, struct route_label *ret_label);

#endif
