// SPDX-License-Identifier: GPL-2.0-or-later
// The resolver's files: the first byte says which one the rest is.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source/resolver_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Reads to the end of each text, so that a sanitizer sees one that has none.
static void touch(const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(texts[i]) == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    struct resolver resolver = resolver_default();
    struct resolver_build build = {.arena = &arena, .resolver = &resolver};
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    if (data[0] == 'r')
        resolver_parse_conf(&build, text, size - 1);
    else if (data[0] == 'h')
        resolver_parse_hosts(&build, text, size - 1);
    else if (data[0] == 'm')
        resolver_parse_host_conf(&build, text, size - 1);
    else if (data[0] == 'g')
        resolver_parse_gai(&build, text, size - 1);
    else
        resolver_parse_order(&build, text, size - 1);
    if (resolver.server_count == 0 || resolver.ndots > RESOLVER_NDOTS_MAX ||
        resolver.timeout > RESOLVER_TIMEOUT_MAX || resolver.attempts > RESOLVER_ATTEMPTS_MAX)
        abort();
    touch(resolver.servers, resolver.server_count);
    touch(resolver.search, resolver.search_count);
    touch(resolver.sortlist, resolver.sortlist_count);
    touch(resolver.order, resolver.order_count);
    touch(resolver.problems, resolver.problem_count);
    for (size_t i = 0; i < resolver.host_count; i++)
        touch(resolver.hosts[i].names, resolver.hosts[i].name_count);
    for (size_t i = 0; i < resolver.gai_count; i++) {
        bool ipv4 = resolver.gai[i].prefix.address.family == ADDRESS_IPV4;
        if (resolver.gai[i].table >= RESOLVER_GAI_TABLES ||
            (ipv4 && resolver.gai[i].table != RESOLVER_GAI_SCOPE))
            abort();
    }
    arena_done(&arena);
    return 0;
}
