// SPDX-License-Identifier: GPL-2.0-or-later
// netscope --dump=dns --name NAME: asks the DNS from inside a namespace, and writes what came of
// it.
#ifndef DUMP_DNS_H
#define DUMP_DNS_H

#include "base/error.h"
#include "dump/plan.h"
#include "resolve/dns_plan.h"

// How it went, for the exit status: the worst of all names, of which each is as good as its best
// answer.
enum dns_dump_result {
    DNS_DUMP_ANSWER,
    DNS_DUMP_NEGATIVE, // there is no such name, or no such record
    DNS_DUMP_NO_REPLY, // or none but an error, or, where it was to be validated, a bogus one
};

// Writes the answers, the queries and the resolver, whichever the plan names, to the descriptor.
// Returns 0; -EINVAL when the question makes no sense; -EPIPE when the reader went away, which
// needs no words; or another -errno.
int dns_dump_run(const struct dump_plan *plan, const struct dns_request *request, int fd,
                 enum dns_dump_result *ret_result, struct error *err);

#endif
