// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/road.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *road_class_title(enum road_class class) {
    static const char *const titles[ROAD_CLASS_COUNT] = {
        [ROAD_TO_HERE] = "from outside to this machine",
        [ROAD_FORWARDED] = "from outside, forwarded",
        [ROAD_LOCAL] = "from this machine to itself",
        [ROAD_FROM_HERE] = "from this machine out",
        [ROAD_BRIDGED] = "from port to port of a bridge",
    };
    return titles[class];
}

// --- What the kernel does itself, by hook and priority -------------------------------------------

#define FIRST INT32_MIN // before every chain
#define LAST  INT32_MAX

struct station {
    int32_t priority;
    const char *text;
};

// linux/netfilter_ipv4.h and netfilter_ipv6.h, enum nf_ip_hook_priorities:
// NF_IP_PRI_CONNTRACK_DEFRAG, _CONNTRACK, _NAT_DST, _NAT_SRC, _CONNTRACK_HELPER,
// _CONNTRACK_CONFIRM. NAT of the packets of a flow whose first packet was translated takes place
// where the chains of NAT would be asked.
static const struct station prerouting[] = {
    {-400, "fragments are put together"},
    {-200, "conntrack looks for the flow"},
    {-100, "destination NAT of known flows"},
    {LAST, "routing decision"},
    {0, NULL},
};
static const struct station input[] = {
    {100, "source NAT of known flows"},
    {300, "helpers of conntrack look at the packet"},
    {LAST, "conntrack confirms a new flow; a socket takes the packet"},
    {0, NULL},
};
static const struct station forward[] = {{0, NULL}};
static const struct station output[] = {
    {FIRST, "a socket sends; routing decision"},
    {-400, "fragments are put together"},
    {-200, "conntrack looks for the flow"},
    {-100, "destination NAT of known flows"},
    {LAST, "routed again, if its mark or destination has changed"},
    {0, NULL},
};
static const struct station postrouting[] = {
    {100, "source NAT of known flows"},
    {300, "helpers of conntrack look at the packet"},
    {LAST, "conntrack confirms a new flow"},
    {0, NULL},
};
static const struct station ingress[] = {
    {FIRST, "XDP programs, then tc's at ingress"},
    {0, NULL},
};
static const struct station egress[] = {
    {LAST, "tc's programs at egress, queueing discipline"},
    {0, NULL},
};
static const struct station bridge_forward[] = {
    {FIRST, "the bridge looks up the port in its FDB"},
    {0, NULL},
};
static const struct station none[] = {{0, NULL}};

// --- Roads ---------------------------------------------------------------------------------------

// Whose chains are called at a hook.
enum level { LEVEL_DEVICE, LEVEL_IP, LEVEL_BRIDGE };

struct hook {
    enum level level;
    uint32_t number; // enum nf_hook; of LEVEL_DEVICE 0 is ingress, 1 egress
    const char *name;
    const struct station *stations;
    bool by_bridge; // IP's, only where br_netfilter calls it
};

#define HOOK_INGRESS \
    { LEVEL_DEVICE, 0, "ingress", ingress, false }
#define HOOK_EGRESS \
    { LEVEL_DEVICE, 1, "egress", egress, false }
#define HOOK_PREROUTING \
    { LEVEL_IP, NF_HOOK_PREROUTING, "prerouting", prerouting, false }
#define HOOK_INPUT \
    { LEVEL_IP, NF_HOOK_INPUT, "input", input, false }
#define HOOK_FORWARD \
    { LEVEL_IP, NF_HOOK_FORWARD, "forward", forward, false }
#define HOOK_OUTPUT \
    { LEVEL_IP, NF_HOOK_OUTPUT, "output", output, false }
#define HOOK_POSTROUTING \
    { LEVEL_IP, NF_HOOK_POSTROUTING, "postrouting", postrouting, false }
#define HOOKS_MAX 10

static const struct {
    struct hook hooks[HOOKS_MAX];
    size_t count;
} roads[ROAD_CLASS_COUNT] = {
    [ROAD_TO_HERE] = {{HOOK_INGRESS, HOOK_PREROUTING, HOOK_INPUT}, 3},
    [ROAD_FORWARDED] = {{HOOK_INGRESS, HOOK_PREROUTING, HOOK_FORWARD, HOOK_POSTROUTING,
                         HOOK_EGRESS},
                        5},
    [ROAD_LOCAL] = {{HOOK_OUTPUT, HOOK_POSTROUTING, HOOK_PREROUTING, HOOK_INPUT}, 4},
    [ROAD_FROM_HERE] = {{HOOK_OUTPUT, HOOK_POSTROUTING, HOOK_EGRESS}, 3},
    [ROAD_BRIDGED] =
        {{HOOK_INGRESS,
          {LEVEL_BRIDGE, NF_HOOK_PREROUTING, "bridge prerouting", none, false},
          {LEVEL_IP, NF_HOOK_PREROUTING, "prerouting, by br_netfilter", prerouting, true},
          {LEVEL_BRIDGE, NF_HOOK_FORWARD, "bridge forward", bridge_forward, false},
          {LEVEL_IP, NF_HOOK_FORWARD, "forward, by br_netfilter", forward, true},
          {LEVEL_BRIDGE, NF_HOOK_POSTROUTING, "bridge postrouting", none, false},
          {LEVEL_IP, NF_HOOK_POSTROUTING, "postrouting, by br_netfilter", postrouting, true},
          HOOK_EGRESS},
         8},
};

// --- Chains at a hook ----------------------------------------------------------------------------

static bool is_called(const struct nf_chain *chain, const struct hook *hook) {
    uint8_t family = chain->table->family;
    switch (hook->level) {
    case LEVEL_DEVICE:
        if (family == NF_FAMILY_INET)
            return hook->number == 0 && chain->hook == NF_HOOK_INGRESS;
        return family == NF_FAMILY_NETDEV && chain->hook == hook->number;
    case LEVEL_IP:
        return (family == NF_FAMILY_IP || family == NF_FAMILY_IP6 || family == NF_FAMILY_INET) &&
               chain->hook == hook->number;
    case LEVEL_BRIDGE:
        return family == NF_FAMILY_BRIDGE && chain->hook == hook->number;
    }
    return false;
}

static bool is_nat(const struct nf_chain *chain) {
    return chain->type && strcmp(chain->type, "nat") == 0;
}

// nf_nat_core: the destination is decided at prerouting and output, the source at input and
// postrouting (HOOK2MANIP).
static bool can_dnat(const struct nf_chain *chain) {
    return is_nat(chain) && (chain->hook == NF_HOOK_PREROUTING || chain->hook == NF_HOOK_OUTPUT);
}

static bool can_snat(const struct nf_chain *chain) {
    return is_nat(chain) && (chain->hook == NF_HOOK_INPUT || chain->hook == NF_HOOK_POSTROUTING);
}

struct making {
    struct road_stop *stops;
    size_t count, capacity;
};

static int add(struct making *making, const struct road_stop *stop) {
    if (making->count == making->capacity) {
        size_t wanted = making->capacity ? making->capacity * 2 : 32;
        struct road_stop *grown = reallocarray(making->stops, wanted, sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        making->stops = grown;
        making->capacity = wanted;
    }
    making->stops[making->count++] = *stop;
    return 0;
}

// What the kernel does comes before chains of the same priority if it is before all, else behind
// them; chains of one priority stand as they were registered.
static int compare_stops(const void *a, const void *b) {
    const struct road_stop *left = a, *right = b;
    if (left->priority != right->priority)
        return left->priority < right->priority ? -1 : 1;
    if (left->type != right->type)
        return (left->type == ROAD_STATION) == (left->priority == FIRST) ? -1 : 1;
    if (left->type != ROAD_CHAIN)
        return 0;
    return left->chain->handle < right->chain->handle ? -1
           : left->chain->handle > right->chain->handle
               ? 1
               : strcmp(left->chain->name, right->chain->name);
}

static int add_chain(struct making *making, const struct nf_chain *chain, const struct hook *hook) {
    const struct road_stop stop = {
        .type = ROAD_CHAIN,
        .hook = hook->name,
        .chain = chain,
        .priority = chain->priority,
        .dnat = can_dnat(chain),
        .snat = can_snat(chain),
    };
    return chain->is_base && is_called(chain, hook) ? add(making, &stop) : 0;
}

static int add_chains(struct making *making, const struct ruleset *ruleset,
                      const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        for (size_t j = 0; j < table->chain_count && r == 0; j++)
            r = add_chain(making, &table->chains[j], hook);
    }
    return r;
}

static int add_hook(struct making *making, const struct ruleset *ruleset, const struct hook *hook) {
    const struct road_stop head = {.type = ROAD_HOOK, .hook = hook->name, .text = hook->name};
    int r = add(making, &head);
    size_t begun = making->count;
    for (const struct station *station = hook->stations; station->text && r == 0; station++) {
        const struct road_stop stop = {.type = ROAD_STATION,
                                       .hook = hook->name,
                                       .text = station->text,
                                       .priority = station->priority};
        r = add(making, &stop);
    }
    if (r == 0)
        r = add_chains(making, ruleset, hook);
    if (r == 0 && making->count > begun)
        qsort(making->stops + begun, making->count - begun, sizeof(*making->stops), compare_stops);
    return r;
}

int road_make(const struct ruleset *ruleset, const struct road_options *options,
              struct road_stop **ret_stops, size_t *ret_count) {
    struct making making = {.stops = NULL};
    int r = 0;
    for (size_t i = 0; i < roads[options->class].count && r == 0; i++) {
        const struct hook *hook = &roads[options->class].hooks[i];
        if (!hook->by_bridge || options->bridge_calls_ip)
            r = add_hook(&making, ruleset, hook);
    }
    if (r < 0) {
        free(making.stops);
        return r;
    }
    *ret_stops = making.stops;
    *ret_count = making.count;
    return 0;
}
