// SPDX-License-Identifier: GPL-2.0-or-later
// The resolver's files: bytes in, struct resolver out. Whatever stands in them, something comes
// out, and what glibc would pass over without a word is said among the problems.
#ifndef SOURCE_RESOLVER_PARSE_H
#define SOURCE_RESOLVER_PARSE_H

#include <stddef.h>

#include "base/arena.h"
#include "model/resolver.h"

// What is said of a resolver while its files are read: texts that grow in an arena.
struct resolver_build {
    struct arena *arena;
    struct resolver *resolver; // starts as resolver_default()
    const char **problems;
    size_t problem_capacity;
};

// Adds to the problems. Returns 0 or -ENOMEM.
int resolver_problem(struct resolver_build *build, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// resolv.conf(5), as glibc reads it (resolv/res_init.c): the last of domain and search counts.
// Returns 0 or -ENOMEM.
int resolver_parse_conf(struct resolver_build *build, const char *text, size_t len);

// hosts(5), nsswitch.conf(5): the hosts line. Return 0 or -ENOMEM.
int resolver_parse_hosts(struct resolver_build *build, const char *text, size_t len);
int resolver_parse_order(struct resolver_build *build, const char *text, size_t len);

// host.conf(5): multi. Returns 0.
int resolver_parse_host_conf(struct resolver_build *build, const char *text, size_t len);

// gai.conf(5): labels, precedences and scopes. Returns 0 or -ENOMEM.
int resolver_parse_gai(struct resolver_build *build, const char *text, size_t len);

#endif
