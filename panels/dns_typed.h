// SPDX-License-Identifier: GPL-2.0-or-later
// What is typed in the panel of DNS to look a name up.
#ifndef PANELS_DNS_TYPED_H
#define PANELS_DNS_TYPED_H

#include "base/arena.h"
#include "base/error.h"
#include "resolve/dns_plan.h"

#define DNS_TYPED_WORDS \
    "+tcp +musl +glibc +exact +watch[=SECONDS] +dnssec +validate[=FILE] +subnet=PREFIX"

// "NAME [TYPE,...] [CLASS] [@SERVER] [+WORD ...]", in any order but that the name comes before
// types and class. Returns 0 and a request whose texts are in the arena, -EINVAL (words in err) or
// -ENOMEM.
int dns_typed_parse(const char *typed, struct arena *arena, struct dns_request *ret_request,
                    struct error *err);

#endif
