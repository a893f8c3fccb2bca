// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset_origin.h"

#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "ruleset/nft_type.h"

// linux/netfilter/nf_tables.h: NFT_META_* and NFT_FIB_RESULT_OIF, what is an interface's index.
#define META_IIF      4
#define META_OIF      5
#define META_SDIF     33
#define FIB_OIF       1
#define SOCKET_CGROUP 3 // NFT_SOCKET_CGROUPV2

// --- Tables of iptables-nft ----------------------------------------------------------------------

// The base chains that iptables-nft makes (iptables/nft.c xtables_ipv4[]).
struct builtin {
    const char *table, *chain, *type;
    uint32_t hook;
    int32_t priority;
};

// clang-format off
static const struct builtin builtins[] = {
    {"raw", "PREROUTING", "filter", NF_HOOK_PREROUTING, -300},
    {"raw", "OUTPUT", "filter", NF_HOOK_OUTPUT, -300},
    {"mangle", "PREROUTING", "filter", NF_HOOK_PREROUTING, -150},
    {"mangle", "INPUT", "filter", NF_HOOK_INPUT, -150},
    {"mangle", "FORWARD", "filter", NF_HOOK_FORWARD, -150},
    {"mangle", "OUTPUT", "route", NF_HOOK_OUTPUT, -150},
    {"mangle", "POSTROUTING", "filter", NF_HOOK_POSTROUTING, -150},
    {"filter", "INPUT", "filter", NF_HOOK_INPUT, 0},
    {"filter", "FORWARD", "filter", NF_HOOK_FORWARD, 0},
    {"filter", "OUTPUT", "filter", NF_HOOK_OUTPUT, 0},
    {"security", "INPUT", "filter", NF_HOOK_INPUT, 150},
    {"security", "FORWARD", "filter", NF_HOOK_FORWARD, 150},
    {"security", "OUTPUT", "filter", NF_HOOK_OUTPUT, 150},
    {"nat", "PREROUTING", "nat", NF_HOOK_PREROUTING, -100},
    {"nat", "INPUT", "nat", NF_HOOK_INPUT, 100},
    {"nat", "OUTPUT", "nat", NF_HOOK_OUTPUT, -100},
    {"nat", "POSTROUTING", "nat", NF_HOOK_POSTROUTING, 100},
};
// clang-format on

#define BUILTIN_COUNT (sizeof(builtins) / sizeof(builtins[0]))

static bool is_builtin_table(const struct nf_table *table) {
    if (table->family != NF_FAMILY_IP && table->family != NF_FAMILY_IP6)
        return false;
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (strcmp(table->name, builtins[i].table) == 0)
            return true;
    }
    return false;
}

static bool is_builtin_chain(const struct nf_chain *chain) {
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        const struct builtin *builtin = &builtins[i];
        if (strcmp(chain->table->name, builtin->table) == 0 &&
            strcmp(chain->name, builtin->chain) == 0)
            return chain->type && strcmp(chain->type, builtin->type) == 0 &&
                   chain->hook == builtin->hook && chain->priority == builtin->priority;
    }
    return false;
}

// What iptables-nft can read of another's rules (nft_is_expr_compatible there).
static bool is_iptables_expr(const struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
    case NF_EXPR_PAYLOAD:
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
    case NF_EXPR_CMP:
    case NF_EXPR_BITWISE:
    case NF_EXPR_COUNTER:
    case NF_EXPR_IMMEDIATE:
    case NF_EXPR_VERDICT:
    case NF_EXPR_RANGE:
        return true;
    case NF_EXPR_LOOKUP: // of a set without a name
        return expr->lookup.set && expr->lookup.set->flags & 1;
    case NF_EXPR_LIMIT:
        return expr->limit->type == 0 && !expr->limit->over;
    case NF_EXPR_LOG:
        return expr->log->has_group;
    default:
        return false;
    }
}

static bool is_iptables_chain(const struct nf_chain *chain) {
    return !(chain->traits & NF_TRAIT_FOREIGN) && (!chain->is_base || is_builtin_chain(chain));
}

static enum nf_syntax find_syntax(const struct nf_table *table) {
    if (table->backend == NF_BACKEND_LEGACY)
        return NF_SYNTAX_IPTABLES;
    if (!is_builtin_table(table))
        return NF_SYNTAX_NFT;
    for (size_t i = 0; i < table->chain_count; i++) {
        if (!is_iptables_chain(&table->chains[i]))
            return NF_SYNTAX_NFT;
    }
    return NF_SYNTAX_IPTABLES;
}

// --- What manages a table ------------------------------------------------------------------------

struct manager {
    const char *prefix; // of the name of a table, or of a chain
    const char *name;
};

// Who makes tables of its own.
static const struct manager table_managers[] = {
    {"kube-proxy", "kube-proxy"},
    {"firewalld", "firewalld"},
    {"netavark", "podman"},
    {"docker-bridges", "Docker"},
    {"f2b-table", "fail2ban"},
    {"libvirt_network", "libvirt"},
    {"calico", "Calico"},
    {"flannel-", "flannel"},
    {"cni_plugins_", "CNI plugins"},
    {"cni_hostport", "CNI portmap"},
    {"hostport", "CRI-O"},
    {"istio-", "Istio"},
    {"kindnet", "kindnet"},
    {"kube-network-policies", "kube-network-policies"},
    {"kube-router", "kube-router"},
    {"cilium", "Cilium"},
    {"antrea", "Antrea"},
    {"ovn-kubernetes", "OVN-Kubernetes"},
    {"tailscale", "tailscale"},
    {"netbird", "NetBird"},
    {"lxd", "LXD"},
    {"incus", "Incus"},
    {"lxc", "LXC"},
    {"miniupnpd", "miniupnpd"},
    {"sshuttle-", "sshuttle"},
    {"wg-quick-", "wg-quick"},
    {"crowdsec", "CrowdSec"},
    {NF_TRACE_TABLE, "netscope"},
};

// Who adds chains to the tables of others. The first that fits counts.
static const struct manager chain_managers[] = {
    {"KUBE-ROUTER-", "kube-router"},
    {"KUBE-POD-FW-", "kube-router"},
    {"KUBE-NWPLCY-", "kube-router"},
    {"KUBE-SRC-", "kube-router"},
    {"KUBE-DST-", "kube-router"},
    {"KUBE-FIREWALL", "kubelet"},
    {"KUBE-KUBELET-", "kubelet"},
    {"KUBE-IPTABLES-HINT", "kubelet"},
    {"KUBE-", "kube-proxy"},
    {"DOCKER", "Docker"},
    {"cali-", "Calico"},
    {"FLANNEL-", "flannel"},
    {"CNI-HOSTPORT-", "CNI portmap"},
    {"CNI-DN-", "CNI portmap"},
    {"CNI-FORWARD", "CNI firewall"},
    {"CNI-ADMIN", "CNI firewall"},
    {"CNI-", "CNI plugins"},
    {"CILIUM_", "Cilium"},
    {"OLD_CILIUM_", "Cilium"},
    {"AWS-", "Amazon VPC CNI"},
    {"ANTREA-", "Antrea"},
    {"WEAVE", "Weave Net"},
    {"OVN-KUBE-", "OVN-Kubernetes"},
    {"KIND-MASQ-AGENT", "kindnet"},
    {"IP-MASQ", "ip-masq-agent"},
    {"ISTIO_", "Istio"},
    {"ufw-", "ufw"},
    {"ufw6-", "ufw"},
    {"f2b-", "fail2ban"},
    {"fail2ban-", "fail2ban"},
    {"LIBVIRT_", "libvirt"},
    {"NETAVARK", "podman"},
    {"ts-", "tailscale"},
    {"NETBIRD-", "NetBird"},
    {"CROWDSEC", "CrowdSec"},
    {"MINIUPNPD", "miniupnpd"},
    {"INPUT_ZONES", "firewalld"},
    {"FORWARD_ZONES", "firewalld"},
    {"FORWARD_IN_ZONES", "firewalld"},
    {"PREROUTING_ZONES", "firewalld"},
    {"POSTROUTING_ZONES", "firewalld"},
};

// Who writes no chains, but says in comments whose a rule is.
static const struct manager comment_managers[] = {
    {"cali:", "Calico"},
    {"flanneld ", "flannel"},
    {"kubernetes ", "kube-proxy"},
    {"name: \"", "CNI plugins"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool begins_with(const char *text, const char *prefix) {
    while (*prefix && *text == *prefix)
        text++, prefix++;
    return !*prefix;
}

static const struct manager *find_manager(const char *text, const struct manager *managers,
                                          size_t count) {
    for (size_t i = 0; text && i < count; i++) {
        if (begins_with(text, managers[i].prefix))
            return &managers[i];
    }
    return NULL;
}

static const char *manager_name(const struct manager *manager) {
    return manager ? manager->name : NULL;
}

#define FOUND_MAX 16

// Managers of one table, each once, in the order in which they are met.
struct found {
    const char *names[FOUND_MAX];
    size_t count;
};

static void add_found(struct found *found, const char *name) {
    for (size_t i = 0; name && i < found->count; i++) {
        if (found->names[i] == name || strcmp(found->names[i], name) == 0)
            return;
    }
    if (name && found->count < FOUND_MAX)
        found->names[found->count++] = name;
}

static void look_at_chain(const struct nf_chain *chain, struct found *found) {
    add_found(found,
              manager_name(find_manager(chain->name, chain_managers, COUNT(chain_managers))));
    for (size_t i = 0; i < COUNT(comment_managers); i++) {
        if (chain->traits & (uint32_t)NF_TRAIT_MANAGERS << i)
            add_found(found, comment_managers[i].name);
    }
}

static const char *join(const struct found *found, struct arena *arena) {
    struct buffer buffer = BUFFER_INIT;
    for (size_t i = 0; i < found->count; i++)
        buffer_printf(&buffer, "%s%s", i > 0 ? ", " : "", found->names[i]);
    const char *joined = buffer.failed ? NULL : arena_strdup(arena, buffer_text(&buffer));
    buffer_done(&buffer);
    return joined;
}

static int name_manager(struct nf_table *table) {
    struct found found = {0};
    add_found(&found,
              manager_name(find_manager(table->name, table_managers, COUNT(table_managers))));
    for (size_t i = 0; found.count == 0 && i < table->chain_count; i++)
        look_at_chain(&table->chains[i], &found);
    // A table that is several's is looked at to its end.
    for (size_t i = 0; table->syntax == NF_SYNTAX_IPTABLES && i < table->chain_count; i++)
        look_at_chain(&table->chains[i], &found);
    if (found.count == 0)
        add_found(&found, table->backend == NF_BACKEND_LEGACY   ? "iptables-legacy"
                          : table->syntax == NF_SYNTAX_IPTABLES ? "iptables-nft"
                                                                : "nft");
    table->manager = join(&found, &table->arena);
    return table->manager ? 0 : -ENOMEM;
}

// --- Traits --------------------------------------------------------------------------------------

static uint32_t extension_traits(const struct nf_xt *xt) {
    bool has_set = strcmp(xt->name, "set") == 0 || strcmp(xt->name, "SET") == 0;
    return has_set ? NF_TRAIT_NAMES | NF_TRAIT_IPSETS : 0;
}

static uint32_t expr_traits(const struct nf_expr *expr) {
    uint32_t traits = is_iptables_expr(expr) ? 0 : NF_TRAIT_FOREIGN;
    switch (expr->kind) {
    case NF_EXPR_META:
        if (expr->meta.key == META_IIF || expr->meta.key == META_OIF || expr->meta.key == META_SDIF)
            traits |= NF_TRAIT_NAMES;
        break;
    case NF_EXPR_FIB:
        traits |= expr->fib.result == FIB_OIF ? NF_TRAIT_NAMES : 0;
        break;
    case NF_EXPR_SOCKET:
        traits |= expr->socket.key == SOCKET_CGROUP ? NF_TRAIT_NAMES | NF_TRAIT_CGROUPS : 0;
        break;
    case NF_EXPR_DUP:
    case NF_EXPR_FWD:
        traits |= NF_TRAIT_NAMES;
        break;
    case NF_EXPR_XT_MATCH:
    case NF_EXPR_XT_TARGET:
        traits |= extension_traits(expr->xt);
        break;
    default:
        break;
    }
    return traits;
}

uint32_t nf_rule_traits(const struct nf_rule *rule) {
    const struct manager *manager =
        find_manager(rule->comment, comment_managers, COUNT(comment_managers));
    uint32_t traits = manager ? (uint32_t)NF_TRAIT_MANAGERS << (manager - comment_managers) : 0;
    for (uint32_t i = 0; i < rule->expr_count; i++)
        traits |= expr_traits(&rule->exprs[i]);
    return traits;
}

static bool has_interfaces(uint32_t type) {
    for (size_t i = 0; i < nft_type_part_count(type); i++) {
        const struct nft_type *part = nft_type_part(type, i);
        if (part && part->form == NFT_FORM_INTERFACE)
            return true;
    }
    return false;
}

static uint32_t table_traits(const struct nf_table *table) {
    uint32_t traits = 0;
    for (size_t i = 0; i < table->chain_count; i++)
        traits |= table->chains[i].traits;
    for (size_t i = 0; i < table->set_count; i++) {
        if (has_interfaces(table->sets[i].key_type) || has_interfaces(table->sets[i].data_type))
            traits |= NF_TRAIT_NAMES;
    }
    return traits;
}

// --- All of it -----------------------------------------------------------------------------------

int nf_table_find_origin(struct nf_table *table) {
    table->traits = table_traits(table);
    table->syntax = find_syntax(table);
    return name_manager(table);
}
