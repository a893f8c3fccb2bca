// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of expectations into the model (linux/netfilter/nfnetlink_conntrack.h, CTA_EXPECT_*).
// Pure.
#ifndef SOURCE_EXPECTATION_PARSE_H
#define SOURCE_EXPECTATION_PARSE_H

#include <linux/netlink.h>

#include "base/arena.h"
#include "model/expectation.h"

// IPCTNL_MSG_EXP_NEW into a zeroed expectation; texts go into the arena. Returns 0, -EBADMSG (the
// message is malformed; it is of use if its flow has a family), -ENOMEM, or -ENOMSG.
int expectation_parse(const struct nlmsghdr *message, struct arena *arena,
                      struct expectation *ret_expectation);

#endif
