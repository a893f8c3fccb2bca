// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/road.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ruleset/ruleset_needs.h"

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

#define STATIONS_MAX 16 // at a hook

// What has to be there for the kernel to do something.
enum need { NOTHING, TRACKING, NO_TRACKING, DEFRAG, BRIDGE_TRACKING };

struct station {
    int32_t priority;
    const char *text;
    enum road_point point;
    enum need need;
};
#define DOES(priority, text) \
    { (priority), (text), ROAD_NOWHERE, NOTHING }
#define DOES_AT(point, priority, text) \
    { (priority), (text), (point), NOTHING }
#define DOES_IF(need, priority, text) \
    { (priority), (text), ROAD_NOWHERE, (need) }
#define END DOES(0, NULL)

// linux/netfilter_ipv4.h and netfilter_ipv6.h, enum nf_ip_hook_priorities:
// NF_IP_PRI_CONNTRACK_DEFRAG, _CONNTRACK, _NAT_DST, _NAT_SRC, _CONNTRACK_HELPER,
// _CONNTRACK_CONFIRM. NAT of the packets of a flow whose first packet was translated takes place
// where the chains of NAT would be asked.
static const struct station prerouting[] = {
    DOES_IF(DEFRAG, -400, "fragments are put together"),
    DOES_IF(TRACKING, -200, "conntrack looks for the flow"),
    DOES_IF(NO_TRACKING, -200, "no rule asks for conntrack"),
    DOES_IF(TRACKING, -100, "destination NAT of known flows"),
    DOES(LAST, "routing decision"),
    END,
};
// drivers/net/loopback.c, loopback_xmit(): a packet keeps its flow and its route on the way through
// lo, so that nf_conntrack_in(), the defragmentation and ip_rcv_finish_core() let it be.
static const struct station prerouting_of_lo[] = {
    DOES_IF(TRACKING, -200, "conntrack knows it from output"),
    DOES(LAST, "it keeps the route that it was sent by"),
    END,
};
// net/bridge/br_netfilter_hooks.c, br_nf_pre_routing_finish()
static const struct station prerouting_by_bridge[] = {
    DOES_IF(DEFRAG, -400, "fragments are put together"),
    DOES_IF(TRACKING, -200, "conntrack looks for the flow"),
    DOES_IF(NO_TRACKING, -200, "no rule asks for conntrack"),
    DOES_IF(TRACKING, -100, "destination NAT of known flows"),
    DOES(LAST, "routed, if its destination has changed"),
    END,
};
static const struct station input[] = {
    DOES_IF(TRACKING, 100, "source NAT of known flows"),
    DOES_IF(TRACKING, 300, "helpers of conntrack look at the packet"),
    DOES_IF(TRACKING, LAST, "conntrack confirms a new flow"),
    DOES_AT(ROAD_AT_CGROUP_INGRESS, LAST, "programs of cgroups at ingress"),
    DOES(LAST, "a socket takes the packet"),
    END,
};
static const struct station input_of_lo[] = {
    DOES_AT(ROAD_AT_CGROUP_INGRESS, LAST, "programs of cgroups at ingress"),
    DOES(LAST, "a socket takes the packet"),
    END,
};
static const struct station forward[] = {END};
static const struct station output[] = {
    DOES_AT(ROAD_AT_SOCKET, FIRST, "programs of cgroups at sockets"),
    DOES(FIRST, "a socket sends; routing decision"),
    DOES_IF(DEFRAG, -400, "fragments are put together"),
    DOES_IF(TRACKING, -200, "conntrack looks for the flow"),
    DOES_IF(NO_TRACKING, -200, "no rule asks for conntrack"),
    DOES_IF(TRACKING, -100, "destination NAT of known flows"),
    DOES(LAST, "routed again, if mark or address changed"),
    END,
};
static const struct station postrouting[] = {
    DOES_IF(TRACKING, 100, "source NAT of known flows"),
    DOES_IF(TRACKING, 300, "helpers of conntrack look at the packet"),
    DOES_IF(TRACKING, LAST, "conntrack confirms a new flow"),
    END,
};
// net/ipv4/ip_output.c, ip_finish_output()
static const struct station postrouting_from_here[] = {
    DOES_IF(TRACKING, 100, "source NAT of known flows"),
    DOES_IF(TRACKING, 300, "helpers of conntrack look at the packet"),
    DOES_IF(TRACKING, LAST, "conntrack confirms a new flow"),
    DOES_AT(ROAD_AT_CGROUP_EGRESS, LAST, "programs of cgroups at egress"),
    END,
};
// net/bridge/br_netfilter_hooks.c, br_nf_dev_queue_xmit()
static const struct station bridge_postrouting[] = {
    DOES_IF(TRACKING, 100, "source NAT of known flows"),
    DOES_IF(TRACKING, 300, "helpers of conntrack look at the packet"),
    DOES_IF(TRACKING, LAST, "conntrack confirms a new flow"),
    DOES_IF(DEFRAG, LAST, "cut into the fragments that it came in"),
    END,
};
static const struct station ingress[] = {
    DOES_AT(ROAD_AT_XDP, FIRST, "XDP programs"),
    DOES_AT(ROAD_AT_TC_INGRESS, FIRST, "tc's filters at ingress"),
    END,
};
static const struct station egress[] = {
    DOES_AT(ROAD_AT_TC_EGRESS, LAST, "tc's filters at egress"),
    DOES(LAST, "queueing discipline"),
    END,
};
// linux/netfilter_bridge.h NF_BR_PRI_BRNF; net/bridge/netfilter/nf_conntrack_bridge.c
static const struct station bridge_calls[] = {
    DOES_IF(BRIDGE_TRACKING, -200, "conntrack looks for the flow"),
    DOES_AT(ROAD_AT_BRIDGE, 0, "br_netfilter: on to the hooks of IP"),
    END,
};
static const struct station bridge_calls_not[] = {
    DOES_IF(BRIDGE_TRACKING, -200, "conntrack looks for the flow"),
    DOES_AT(ROAD_AT_BRIDGE, 0, "passes by the hooks of IP"),
    END,
};
static const struct station bridge_tracks[] = {
    DOES_IF(BRIDGE_TRACKING, -200, "conntrack looks for the flow"),
    END,
};
static const struct station bridge_confirms[] = {
    DOES_IF(BRIDGE_TRACKING, LAST, "conntrack confirms a new flow"),
    END,
};
static const struct station bridge_lookup[] = {
    DOES(FIRST, "the bridge looks up the port in its FDB"),
    END,
};
static const struct station none[] = {END};

// --- Roads ---------------------------------------------------------------------------------------

// Whose chains are called at a hook.
enum level { LEVEL_DEVICE, LEVEL_IP, LEVEL_BRIDGE };

// Whether a hook is on the road: by what br_netfilter does; or, of a bridge, which not every packet
// meets, only where it has chains.
enum when { ALWAYS, IF_BRIDGE_CALLS, IF_BRIDGE_CALLS_NOT, IF_CHAINS, IF_CHAINS_BEHIND };

// br_netfilter calls the hooks of IP from a hook of the bridge's, at priority 0
// (linux/netfilter_bridge.h NF_BR_PRI_BRNF): the bridge's chains behind it come when these are
// through.
enum part { WHOLE, BEFORE_IP, BEHIND_IP };

struct hook {
    enum level level;
    uint32_t number; // enum nf_hook; of LEVEL_DEVICE 0 is ingress, 1 egress
    const char *name;
    const struct station *stations;
    enum when when;
    enum road_point point;
    enum part part;
    const char *device; // of LEVEL_DEVICE: whose hook alone it is; NULL: any
    bool again;         // conntrack and NAT have seen the packet already
};

#define HOOK_INGRESS(name, device) \
    { LEVEL_DEVICE, 0, (name), ingress, ALWAYS, ROAD_AT_INGRESS, WHOLE, (device), false }
#define HOOK_EGRESS(name, device) \
    { LEVEL_DEVICE, 1, (name), egress, ALWAYS, ROAD_AT_EGRESS, WHOLE, (device), false }
#define HOOK_IP(number, name, stations, when, again)                                           \
    {                                                                                          \
        LEVEL_IP, NF_HOOK_##number, (name), (stations), (when), ROAD_AT_##number, WHOLE, NULL, \
            (again)                                                                            \
    }
#define HOOK_PREROUTING  HOOK_IP(PREROUTING, "prerouting", prerouting, ALWAYS, false)
#define HOOK_INPUT       HOOK_IP(INPUT, "input", input, ALWAYS, false)
#define HOOK_FORWARD     HOOK_IP(FORWARD, "forward", forward, ALWAYS, false)
#define HOOK_OUTPUT      HOOK_IP(OUTPUT, "output", output, ALWAYS, false)
#define HOOK_POSTROUTING HOOK_IP(POSTROUTING, "postrouting", postrouting, ALWAYS, false)
#define HOOK_POSTROUTING_FROM_HERE \
    HOOK_IP(POSTROUTING, "postrouting", postrouting_from_here, ALWAYS, false)
#define HOOK_BY_BRIDGE(number, name, stations) \
    HOOK_IP(number, name, stations, IF_BRIDGE_CALLS, false)
#define HOOK_BRIDGE(number, name, stations, when, part)                                         \
    {                                                                                           \
        LEVEL_BRIDGE, NF_HOOK_##number, (name), (stations), (when), ROAD_NOWHERE, (part), NULL, \
            false                                                                               \
    }

// Of packets that come by a port of a bridge, or leave by one.
#define HOOKS_BRIDGE_IN                                                                       \
    HOOK_BRIDGE(PREROUTING, "bridge prerouting, by a port", bridge_tracks, IF_CHAINS, WHOLE), \
        HOOK_BRIDGE(INPUT, "bridge input, by a port", none, IF_CHAINS, WHOLE)
#define HOOKS_BRIDGE_OUT                                                                      \
    HOOK_BRIDGE(OUTPUT, "bridge output, by a port", bridge_lookup, IF_CHAINS, WHOLE),         \
        HOOK_BRIDGE(POSTROUTING, "bridge postrouting, by a port", bridge_confirms, IF_CHAINS, \
                    WHOLE)
#define HOOKS_MAX 12

enum road_point road_point_of(uint8_t family, uint32_t hook) {
    static const enum road_point of_ip[] = {
        [NF_HOOK_PREROUTING] = ROAD_AT_PREROUTING,   [NF_HOOK_INPUT] = ROAD_AT_INPUT,
        [NF_HOOK_FORWARD] = ROAD_AT_FORWARD,         [NF_HOOK_OUTPUT] = ROAD_AT_OUTPUT,
        [NF_HOOK_POSTROUTING] = ROAD_AT_POSTROUTING, [NF_HOOK_INGRESS] = ROAD_AT_INGRESS,
    };
    switch (family) {
    case NF_FAMILY_NETDEV:
        return hook == 0 ? ROAD_AT_INGRESS : ROAD_AT_EGRESS;
    case NF_FAMILY_BRIDGE:
        return ROAD_AT_BRIDGE;
    case NF_FAMILY_IP:
    case NF_FAMILY_IP6:
    case NF_FAMILY_INET:
        return hook < sizeof(of_ip) / sizeof(of_ip[0]) ? of_ip[hook] : ROAD_NOWHERE;
    }
    return ROAD_NOWHERE;
}

static const struct {
    struct hook hooks[HOOKS_MAX];
    size_t count;
} roads[ROAD_CLASS_COUNT] = {
    [ROAD_TO_HERE] = {{HOOK_INGRESS("ingress", NULL), HOOKS_BRIDGE_IN, HOOK_PREROUTING, HOOK_INPUT},
                      5},
    [ROAD_FORWARDED] = {{HOOK_INGRESS("ingress", NULL), HOOKS_BRIDGE_IN, HOOK_PREROUTING,
                         HOOK_FORWARD, HOOK_POSTROUTING, HOOKS_BRIDGE_OUT,
                         HOOK_EGRESS("egress", NULL)},
                        9},
    [ROAD_LOCAL] = {{HOOK_OUTPUT, HOOK_POSTROUTING_FROM_HERE, HOOK_EGRESS("egress of lo", "lo"),
                     HOOK_INGRESS("ingress of lo", "lo"),
                     HOOK_IP(PREROUTING, "prerouting", prerouting_of_lo, ALWAYS, true),
                     HOOK_IP(INPUT, "input", input_of_lo, ALWAYS, true)},
                    6},
    [ROAD_FROM_HERE] = {{HOOK_OUTPUT, HOOK_POSTROUTING_FROM_HERE, HOOKS_BRIDGE_OUT,
                         HOOK_EGRESS("egress", NULL)},
                        5},
    [ROAD_BRIDGED] =
        {{HOOK_INGRESS("ingress", NULL),
          HOOK_BRIDGE(PREROUTING, "bridge prerouting", bridge_calls, IF_BRIDGE_CALLS, BEFORE_IP),
          HOOK_BRIDGE(PREROUTING, "bridge prerouting", bridge_calls_not, IF_BRIDGE_CALLS_NOT,
                      WHOLE),
          HOOK_BY_BRIDGE(PREROUTING, "prerouting, by br_netfilter", prerouting_by_bridge),
          HOOK_BRIDGE(PREROUTING, "bridge prerouting, on", none, IF_CHAINS_BEHIND, BEHIND_IP),
          HOOK_BRIDGE(FORWARD, "bridge forward", bridge_lookup, IF_BRIDGE_CALLS, BEFORE_IP),
          HOOK_BRIDGE(FORWARD, "bridge forward", bridge_lookup, IF_BRIDGE_CALLS_NOT, WHOLE),
          HOOK_BY_BRIDGE(FORWARD, "forward, by br_netfilter", forward),
          HOOK_BRIDGE(FORWARD, "bridge forward, on", none, IF_CHAINS_BEHIND, BEHIND_IP),
          HOOK_BRIDGE(POSTROUTING, "bridge postrouting", bridge_confirms, ALWAYS, WHOLE),
          HOOK_BY_BRIDGE(POSTROUTING, "postrouting, by br_netfilter", bridge_postrouting),
          HOOK_EGRESS("egress", NULL)},
         12},
};

// --- Chains at a hook ----------------------------------------------------------------------------

static bool is_in_part(const struct nf_chain *chain, enum part part) {
    switch (part) {
    case WHOLE:
        return true;
    case BEFORE_IP:
        return chain->priority <= 0;
    case BEHIND_IP:
        return chain->priority > 0;
    }
    return false;
}

// Devices are named, or the beginning of their names is, with a star behind it.
static bool is_named(const char *name, const char *device) {
    size_t length = strlen(name);
    return length > 0 && name[length - 1] == '*' ? strncmp(name, device, length - 1) == 0
                                                 : strcmp(name, device) == 0;
}

static bool is_among(const char *device, const char *const *names, size_t count) {
    for (size_t i = 0; device && i < count; i++) {
        if (is_named(names[i], device))
            return true;
    }
    return !device;
}

static bool is_called(const struct nf_chain *chain, const struct hook *hook) {
    uint8_t family = chain->table->family;
    switch (hook->level) {
    case LEVEL_DEVICE:
        if (!is_among(hook->device, chain->devices, chain->device_count))
            return false;
        if (family == NF_FAMILY_INET)
            return hook->number == 0 && chain->hook == NF_HOOK_INGRESS;
        return family == NF_FAMILY_NETDEV && chain->hook == hook->number;
    case LEVEL_IP:
        return (family == NF_FAMILY_IP || family == NF_FAMILY_IP6 || family == NF_FAMILY_INET) &&
               chain->hook == hook->number;
    case LEVEL_BRIDGE:
        return family == NF_FAMILY_BRIDGE && chain->hook == hook->number &&
               is_in_part(chain, hook->part);
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
    unsigned needs; // of the rules: enum ruleset_need
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
static int64_t order_of(int32_t priority, size_t station) {
    if (priority == FIRST)
        return INT64_MIN + (int64_t)station;
    return (int64_t)priority * STATIONS_MAX + 1 + (int64_t)station;
}

static int compare_stops(const void *a, const void *b) {
    const struct road_stop *left = a, *right = b;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    if (left->type != right->type)
        return left->type < right->type ? -1 : 1;
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
        .point = road_point_of(chain->table->family, chain->hook),
        .hook = hook->name,
        .chain = chain,
        .priority = chain->priority,
        .order = (int64_t)chain->priority * STATIONS_MAX,
        .dnat = can_dnat(chain) && !hook->again,
        .snat = can_snat(chain) && !hook->again,
        .passed = is_nat(chain) && hook->again,
    };
    return chain->is_base && is_called(chain, hook) ? add(making, &stop) : 0;
}

static int add_chains(struct making *making, const struct nf_table *table,
                      const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; i < table->chain_count && r == 0; i++)
        r = add_chain(making, &table->chains[i], hook);
    return r;
}

// Flowtables are at ingress, whatever their table's family.
static int add_flowtables(struct making *making, const struct nf_table *table,
                          const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; hook->point == ROAD_AT_INGRESS && i < table->flowtable_count && r == 0;
         i++) {
        const struct nf_flowtable *flowtable = &table->flowtables[i];
        if (!is_among(hook->device, flowtable->devices, flowtable->device_count))
            continue;
        r = add(making, &(struct road_stop){.type = ROAD_FLOWTABLE,
                                            .point = hook->point,
                                            .hook = hook->name,
                                            .flowtable = flowtable,
                                            .priority = flowtable->priority,
                                            .order = (int64_t)flowtable->priority * STATIONS_MAX});
    }
    return r;
}

static bool is_there(enum need need, unsigned needs) {
    switch (need) {
    case NOTHING:
        return true;
    case TRACKING:
        return needs & (RULESET_NEEDS_CONNTRACK | RULESET_NEEDS_BRIDGE_CONNTRACK);
    case NO_TRACKING:
        return !is_there(TRACKING, needs);
    case DEFRAG:
        return needs & RULESET_NEEDS_DEFRAG;
    case BRIDGE_TRACKING:
        return needs & RULESET_NEEDS_BRIDGE_CONNTRACK;
    }
    return true;
}

static int add_stations(struct making *making, const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; hook->stations[i].text && r == 0; i++) {
        const struct station *station = &hook->stations[i];
        if (!is_there(station->need, making->needs))
            continue;
        r = add(making, &(struct road_stop){.type = ROAD_STATION,
                                            .point = station->point,
                                            .hook = hook->name,
                                            .device = hook->device,
                                            .text = station->text,
                                            .priority = station->priority,
                                            .order = order_of(station->priority, i)});
    }
    return r;
}

static int add_programs(struct making *making, const struct road_options *options,
                        const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; hook->level == LEVEL_IP && i < options->program_count && r == 0; i++) {
        const struct road_program *program = &options->programs[i];
        if (program->point == hook->point)
            r = add(making,
                    &(struct road_stop){.type = ROAD_PROGRAM,
                                        .point = hook->point,
                                        .hook = hook->name,
                                        .program = program->of,
                                        .priority = program->priority,
                                        .order = (int64_t)program->priority * STATIONS_MAX});
    }
    return r;
}

// What is in tables.
static int add_ruleset(struct making *making, const struct ruleset *ruleset,
                       const struct hook *hook) {
    int r = 0;
    for (size_t i = 0; i < ruleset->table_count && r == 0; i++) {
        r = add_chains(making, ruleset->tables[i], hook);
        if (r == 0)
            r = add_flowtables(making, ruleset->tables[i], hook);
    }
    return r;
}

static int add_hook(struct making *making, const struct ruleset *ruleset,
                    const struct road_options *options, const struct hook *hook) {
    const struct road_stop head = {
        .type = ROAD_HOOK, .point = hook->point, .hook = hook->name, .text = hook->name};
    int r = add(making, &head);
    size_t begun = making->count;
    if (r == 0)
        r = add_stations(making, hook);
    if (r == 0)
        r = add_ruleset(making, ruleset, hook);
    if (r == 0)
        r = add_programs(making, options, hook);
    if (r == 0 && making->count > begun)
        qsort(making->stops + begun, making->count - begun, sizeof(*making->stops), compare_stops);
    return r;
}

static bool has_chains(const struct ruleset *ruleset, const struct hook *hook) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        for (size_t k = 0; k < table->chain_count; k++) {
            if (table->chains[k].is_base && is_called(&table->chains[k], hook))
                return true;
        }
    }
    return false;
}

static bool is_met(const struct ruleset *ruleset, const struct hook *hook,
                   const struct road_options *options) {
    switch (hook->when) {
    case ALWAYS:
        return true;
    case IF_BRIDGE_CALLS:
        return options->bridge_calls_ip;
    case IF_BRIDGE_CALLS_NOT:
        return !options->bridge_calls_ip;
    case IF_CHAINS:
        return has_chains(ruleset, hook);
    case IF_CHAINS_BEHIND:
        return options->bridge_calls_ip && has_chains(ruleset, hook);
    }
    return false;
}

// Until it is known that no rule asks for conntrack, one does.
static unsigned needs_of(const struct ruleset *ruleset, const struct road_options *options) {
    unsigned unknown = options->is_partial ? RULESET_NEEDS_CONNTRACK | RULESET_NEEDS_DEFRAG : 0;
    return ruleset_needs(ruleset) | unknown;
}

int road_make(const struct ruleset *ruleset, const struct road_options *options,
              struct road_stop **ret_stops, size_t *ret_count) {
    struct making making = {.needs = needs_of(ruleset, options)};
    int r = 0;
    for (size_t i = 0; i < roads[options->class].count && r == 0; i++) {
        const struct hook *hook = &roads[options->class].hooks[i];
        if (is_met(ruleset, hook, options))
            r = add_hook(&making, ruleset, options, hook);
    }
    if (r < 0) {
        free(making.stops);
        return r;
    }
    *ret_stops = making.stops;
    *ret_count = making.count;
    return 0;
}
