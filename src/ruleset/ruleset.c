// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset.h"

#include <stdlib.h>
#include <string.h>

struct ruleset *ruleset_new(void) {
    struct ruleset *ruleset = calloc(1, sizeof(*ruleset));
    if (ruleset)
        atomic_init(&ruleset->references, 1);
    return ruleset;
}

struct ruleset *ruleset_ref(struct ruleset *ruleset) {
    atomic_fetch_add_explicit(&ruleset->references, 1, memory_order_relaxed);
    return ruleset;
}

void ruleset_unref(struct ruleset *ruleset) {
    if (!ruleset || atomic_fetch_sub_explicit(&ruleset->references, 1, memory_order_acq_rel) > 1)
        return;
    arena_done(&ruleset->arena);
    free(ruleset);
}

const struct nf_table *ruleset_table(const struct ruleset *ruleset, uint8_t family,
                                     enum nf_backend backend, const char *name) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = &ruleset->tables[i];
        if (table->family == family && table->backend == backend && strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

const struct nf_chain *nf_table_chain(const struct nf_table *table, const char *name) {
    for (size_t i = 0; i < table->chain_count; i++) {
        if (strcmp(table->chains[i].name, name) == 0)
            return &table->chains[i];
    }
    return NULL;
}

const struct nf_set *nf_table_set(const struct nf_table *table, const char *name) {
    for (size_t i = 0; i < table->set_count; i++) {
        if (strcmp(table->sets[i].name, name) == 0)
            return &table->sets[i];
    }
    return NULL;
}

static int compare_interface(const void *key, const void *item) {
    uint32_t ifindex = *(const uint32_t *)key;
    const struct nf_interface *interface = item;
    return ifindex < interface->ifindex ? -1 : ifindex > interface->ifindex;
}

const char *ruleset_interface(const struct ruleset *ruleset, uint32_t ifindex) {
    const struct nf_interface *found =
        ruleset->interface_count == 0
            ? NULL
            : bsearch(&ifindex, ruleset->interfaces, ruleset->interface_count,
                      sizeof(*ruleset->interfaces), compare_interface);
    return found ? found->name : NULL;
}

const char *nf_family_name(uint8_t family) {
    switch ((enum nf_family)family) {
    case NF_FAMILY_UNSPEC:
        return NULL;
    case NF_FAMILY_INET:
        return "inet";
    case NF_FAMILY_IP:
        return "ip";
    case NF_FAMILY_ARP:
        return "arp";
    case NF_FAMILY_NETDEV:
        return "netdev";
    case NF_FAMILY_BRIDGE:
        return "bridge";
    case NF_FAMILY_IP6:
        return "ip6";
    }
    return NULL;
}

// linux/netfilter.h enum nf_inet_hooks (of a bridge, too), linux/netfilter_arp.h NF_ARP_*,
// linux/netfilter.h enum nf_dev_hooks
static const char *const inet_hooks[] = {"prerouting", "input",       "forward",
                                         "output",     "postrouting", "ingress"};
static const char *const arp_hooks[] = {"input", "output", "forward"};
static const char *const netdev_hooks[] = {"ingress", "egress"};

const char *nf_hook_name(uint8_t family, uint32_t hook) {
    if (family == NF_FAMILY_ARP)
        return hook < 3 ? arp_hooks[hook] : NULL;
    if (family == NF_FAMILY_NETDEV)
        return hook < 2 ? netdev_hooks[hook] : NULL;
    return hook < 6 ? inet_hooks[hook] : NULL;
}
