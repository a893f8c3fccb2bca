// SPDX-License-Identifier: GPL-2.0-or-later
// How the processes of a namespace turn names into addresses: resolv.conf(5), hosts(5) and the
// hosts line of nsswitch.conf(5), and gai.conf(5), as they see these files.
#ifndef MODEL_RESOLVER_H
#define MODEL_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/kind.h"

// Limits of glibc's stub resolver (resolv.h) and of musl's (musl's resolvconf.c).
#define RESOLVER_SERVERS_USED 3
#define RESOLVER_NDOTS_MAX    15
#define RESOLVER_TIMEOUT_MAX  30
#define RESOLVER_ATTEMPTS_MAX 5

enum resolver_option {
    RESOLVER_ROTATE = 1 << 0,
    RESOLVER_EDNS0 = 1 << 1,
    RESOLVER_SINGLE_REQUEST = 1 << 2,
    RESOLVER_SINGLE_REQUEST_REOPEN = 1 << 3,
    RESOLVER_NO_TLD_QUERY = 1 << 4,
    RESOLVER_NO_RELOAD = 1 << 5,
    RESOLVER_USE_VC = 1 << 6,
    RESOLVER_TRUST_AD = 1 << 7,
    RESOLVER_NO_AAAA = 1 << 8,
};

extern const struct flag_name resolver_option_names[];

// A line of the hosts file.
struct resolver_host {
    struct address address;
    const char *const *names;
    size_t name_count;
};

// A line of gai.conf(5): what decides in which order getaddrinfo(3) gives addresses.
enum resolver_gai_table {
    RESOLVER_GAI_LABEL,
    RESOLVER_GAI_PRECEDENCE,
    RESOLVER_GAI_SCOPE, // of IPv4 addresses
    RESOLVER_GAI_TABLES,
};

extern const struct enum_names resolver_gai_names; // "label", "precedence", "scopev4"

struct resolver_gai {
    uint8_t table; // enum resolver_gai_table
    struct prefix prefix;
    uint32_t value;
};

struct resolver {
    const char *path;           // of resolv.conf, as netscope opened it; NULL if there is none
    struct maybe pid;           // the process whose files these are; unknown: no process was asked
    const char *const *servers; // addresses, IPv6 ones perhaps with "%scope"
    size_t server_count;        // more than RESOLVER_SERVERS_USED can be there, and are not used
    const char *const *search;
    size_t search_count;
    const char *const *sortlist;
    size_t sortlist_count;
    uint32_t ndots, timeout, attempts; // timeout in seconds
    uint32_t options;                  // enum resolver_option
    const char *const *order; // of nsswitch's hosts line: "files", "dns", "[NOTFOUND=return]"
    size_t order_count;
    const struct resolver_host *hosts;
    size_t host_count;
    bool multi; // host.conf(5): of the hosts file, all lines count that have a name, not one alone
    const struct resolver_gai *gai; // none of a table: glibc's own
    size_t gai_count;
    const char *const *problems; // what is wrong with all that, in words
    size_t problem_count;
};

extern const struct kind resolver_kind;

// The resolver that there is without any file: what glibc starts from.
struct resolver resolver_default(void);

// How many servers a stub resolver uses.
size_t resolver_servers_used(const struct resolver *resolver);

#endif
