// SPDX-License-Identifier: GPL-2.0-or-later
// In which order getaddrinfo(3) gives the addresses of a name: by RFC 6724, 6, as glibc and musl
// follow it. Pure: which source address a destination would get was asked before.
#ifndef RESOLVE_DESTINATION_ORDER_H
#define RESOLVE_DESTINATION_ORDER_H

#include <stddef.h>

#include "model/dns.h"
#include "model/resolver.h"
#include "resolve/dns_name.h"

// Puts them in order, those that are alike as they came, and says of each why it stands before the
// next one (constant texts). The rules are glibc's or musl's; glibc's tables are those of
// gai.conf(5) where it has any. Returns 0 or -ENOMEM.
int destinations_order(const struct resolver *resolver, enum dns_rules rules,
                       struct dns_destination *destinations, size_t count);

#endif
