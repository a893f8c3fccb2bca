// SPDX-License-Identifier: GPL-2.0-or-later
// What the hosts file answers, where nsswitch.conf puts it before the DNS.
#ifndef RESOLVE_DNS_HOSTS_H
#define RESOLVE_DNS_HOSTS_H

#include "model/resolver.h"
#include "model/table.h"
#include "resolve/dns_name.h"

// Looks the name up among the resolver's hosts. Returns 1 and tables of answers (A and AAAA) and of
// queries (none), the caller's; 0 if the DNS is to be asked; or -ENOMEM. Where nsswitch.conf goes
// no further without the name, the answer is that there is none; musl does not read that file, and
// takes every line of the hosts file that has the name, which glibc does by host.conf(5) only.
int dns_hosts_answer(const struct resolver *resolver, enum dns_rules rules, const char *name,
                     struct table **ret_answers, struct table **ret_queries);

#endif
