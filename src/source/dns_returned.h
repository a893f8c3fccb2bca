// SPDX-License-Identifier: GPL-2.0-or-later
// What getaddrinfo(3) returns of what a lookup came to, in its order. That depends on which source
// address a socket to each of them gets, which the kernel is asked. Blocks.
#ifndef SOURCE_DNS_RETURNED_H
#define SOURCE_DNS_RETURNED_H

#include "model/netns.h"
#include "model/resolver.h"
#include "model/table.h"
#include "resolve/dns_name.h"

// In whose place it is asked. What was read of the namespace's interfaces is kept.
struct dns_returned {
    const struct netns *netns;
    const struct table *namespaces;
    const struct resolver *resolver;
    enum dns_rules rules;
    struct table *links; // NULL: not read yet
};

// Puts into the first of a lookup's answers (struct dns_answer) the addresses of all of them.
// Nothing is sent: a UDP socket is connected to each, as the C library does, unless there is but
// one. Whatever cannot be asked counts as not to be reached. Returns 0 or -ENOMEM.
int dns_returned_add(struct dns_returned *returned, struct table *answers);

void dns_returned_done(struct dns_returned *returned);

#endif
