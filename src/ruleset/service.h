// SPDX-License-Identifier: GPL-2.0-or-later
// Services: where rules send connections to other addresses than they were made to, as kube-proxy,
// Docker, CNI plugins and people write it: "10.96.0.10 port 53 -> two backends, a half each".
#ifndef RULESET_SERVICE_H
#define RULESET_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "ruleset/ruleset.h"

struct nf_backend_share {
    struct address address;
    uint16_t port; // 0: the one that the packet has
    double share;  // of new connections, 0 to 1
};

struct nf_service {
    const struct nf_chain *chain; // whose rule sends packets on, or where a map leads to
    const char *name;             // as the rules' comments or chains have it; NULL: none
    const char *origin;           // who makes such rules: "kube-proxy"; NULL: not known
    struct prefix address;        // ADDRESS_NONE: any
    uint16_t port_min, port_max;  // 0: any
    uint8_t protocol;             // 0: any
    bool affinity;                // a client keeps its backend
    bool restricted;              // only some clients are sent to its backends
    bool rejected;                // no backends: who connects is told so
    uint64_t handle;              // of the rule, the map or the chain that it was found by
    const struct nf_backend_share *backends;
    size_t backend_count;
};

// Takes one; it and what it points to live as long as the ruleset and the arena. Returns 0, or an
// error that ends the search.
typedef int nf_service_sink(const struct nf_service *service, void *user_data);

// Hands over the services of a table in the order of its rules, then those of its verdict maps
// whose elements were read, then chains that share packets out but that neither led to. Returns 0,
// -ENOMEM, or what the sink returned.
int nf_service_find(const struct nf_table *table, struct arena *arena, nf_service_sink *sink,
                    void *user_data);

#endif
