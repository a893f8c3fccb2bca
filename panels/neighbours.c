// SPDX-License-Identifier: GPL-2.0-or-later
// Neighbours of a namespace, or of all; forwarding databases; and how full the kernel's tables are.
#include "panels/panels.h"
#include "panels/route_question.h"

#include <errno.h>

#include "base/buffer.h"
#include "model/claim.h"
#include "model/fdb.h"
#include "model/neighbour.h"
#include "model/neighbour_table.h"
#include "tui/grid.h"

// --- Where rows lead -----------------------------------------------------------------------------

static bool lead_to(const struct claim *claim, struct panel_place *ret_place) {
    if (!claim)
        return false;
    *ret_place = (struct panel_place){.panel = "interfaces",
                                      .netns = claim->netns->inode,
                                      .has_row = true,
                                      .identity = link_kind.identity(claim->link)};
    return true;
}

static bool find_owner(const struct row_ref *ref, struct panel_place *ret_place) {
    return lead_to(neighbour_owner(ref), ret_place);
}

static bool find_lladdr_owner(const struct row_ref *ref, struct panel_place *ret_place) {
    return lead_to(neighbour_lladdr_owner(ref), ret_place);
}

static bool find_mac_owner(const struct row_ref *ref, struct panel_place *ret_place) {
    return lead_to(fdb_mac_owner(ref), ret_place);
}

static bool lead_to_interface(const struct row_ref *ref, int32_t ifindex,
                              struct panel_place *ret_place) {
    const struct link *link =
        link_find(node_table(ref->node, ref->netns->inode, KIND_INTERFACES), ifindex);
    const struct claim claim = {.netns = ref->netns, .link = link};
    return lead_to(link ? &claim : NULL, ret_place);
}

static bool find_interface(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct neighbour *neighbour = ref->row;
    return lead_to_interface(ref, neighbour->ifindex, ret_place);
}

static bool find_port(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct fdb_entry *entry = ref->row;
    return lead_to_interface(ref, entry->ifindex, ret_place);
}

// --- How full the tables are ---------------------------------------------------------------------

static uint8_t fill_style(const struct neighbour_table *table, uint64_t count) {
    if (table->gc_thresh3.known && count >= table->gc_thresh3.value)
        return STYLE_BAD;
    return table->gc_thresh2.known && count >= table->gc_thresh2.value ? STYLE_WARNING
                                                                       : STYLE_NORMAL;
}

static int add_bar(struct lines *lines, const struct neighbour_table *table, struct maybe count) {
    const char *label = table->family == ADDRESS_IPV4 ? "ARP table" : "NDP table";
    struct buffer text = BUFFER_INIT;
    if (count.known)
        buffer_put_uint(&text, count.value);
    else
        buffer_putc(&text, '?');
    buffer_printf(&text, " of %llu, in all namespaces; collected from %llu on; %llu refused",
                  (unsigned long long)table->gc_thresh3.value,
                  (unsigned long long)table->gc_thresh2.value,
                  (unsigned long long)table->table_fulls.value);
    double most = table->gc_thresh3.value ? (double)table->gc_thresh3.value : 1;
    struct line *line = lines_add_bar(lines, label, (double)count.value / most, buffer_text(&text),
                                      fill_style(table, count.value));
    buffer_done(&text);
    return line ? 0 : -ENOMEM;
}

// Thresholds and counters are the node's: any namespace tells them.
static int summarise(const struct node *node, uint64_t netns, struct lines *lines) {
    const struct table *table = netns ? node_table(node, netns, KIND_NEIGHBOUR_TABLES) : NULL;
    int r = 0;
    for (size_t i = 0; !table && i < node_count(node); i++)
        table = node->netnses[i].tables[KIND_NEIGHBOUR_TABLES];
    for (size_t i = 0; table && i < table->count && r == 0; i++) {
        const struct neighbour_table *row = table_row(table, i);
        r = add_bar(lines, row, neighbour_table_gc_entries(node, row->family));
    }
    return r;
}

// --- Views ---------------------------------------------------------------------------------------

static const struct panel_group neighbour_groups[] = {
    {"Neighbour", "netns,dst,dev,ifindex,lladdr,state,router,proxy,extern_learn,offload,managed,"
                  "extern_valid,protocol"},
    {"On this node", "owner_*,lladdr_netns,lladdr_ifname"},
    {"Twice", "duplicate,address_claims,lladdr_claims,lladdrs_seen,moved*"},
    {"Ages", "used,confirmed,updated,probes,refcnt"},
    {NULL, NULL},
};

static const struct panel_target neighbour_targets[] = {
    {.field = "owner_netns", .title = "the interface that has the address", .find = find_owner},
    {.field = "lladdr_netns",
     .title = "the interface that has the link-layer address",
     .find = find_lladdr_owner},
    {.field = "dev", .title = "the interface that it is behind", .find = find_interface},
    {.find = NULL},
};

static const struct panel_group fdb_groups[] = {
    {"Entry", "netns,mac,ifname,ifindex,master,vlan,state,flags"},
    {"VXLAN", "dst,vni,src_vni,port,via,nhid,link_netnsid"},
    {"On this node", "owner_*"},
    {"Twice", "duplicate,lladdr_claims,moved*"},
    {"Ages", "used,updated"},
    {NULL, NULL},
};

static const struct panel_target fdb_targets[] = {
    {.field = "owner_netns", .title = "the interface that has the address", .find = find_mac_owner},
    {.field = "ifname", .title = "the port", .find = find_port},
    {.find = NULL},
};

static const struct panel_group table_groups[] = {
    {"Table", "netns,name,family"},
    {"How full it is", "gc_entries,gc_thresh*,entries,own_*"},
    {"Counters of the node", "table_fulls,res_failed,forced_gc_runs,periodic_gc_runs,"
                             "allocs,destroys,hash_grows,lookups,hits,rcv_probes*"},
    {"Settings for new interfaces", "base_reachable,reachable,retrans,gc_stale,delay_probe,"
                                    "app_probes,ucast_probes,mcast_probes,queue_bytes"},
    {NULL, NULL},
};

static const struct panel_view views[] = {
    {
        .name = "neighbours",
        .title = "Neighbours",
        .kind = KIND_NEIGHBOURS,
        .columns = "dst,dev,lladdr,state,duplicate,owner_netns,?owner_ifname,?router,~used,?proxy,"
                   "?confirmed,?probes",
        .groups = neighbour_groups,
        .targets = neighbour_targets,
    },
    {
        .name = "fdb",
        .title = "Forwarding databases",
        .kind = KIND_FDB,
        .columns = "mac,ifname,master,vlan,state,duplicate,owner_netns,?owner_ifname,~dst,?vni,"
                   "?flags,?updated",
        .groups = fdb_groups,
        .targets = fdb_targets,
    },
    {
        .name = "tables",
        .title = "Tables of neighbours",
        .kind = KIND_NEIGHBOUR_TABLES,
        .columns = "netns,name,own_gc_entries,own_entries,own_proxies,?gc_entries,?gc_thresh3,"
                   "?table_fulls,?res_failed,?forced_gc_runs",
        .groups = table_groups,
    },
};

// Names, owners and duplicates come from the interfaces; what others know from their neighbours.
static const enum kind_id needs[] = {KIND_INTERFACES, KIND_NEIGHBOUR_TABLES};

const struct panel neighbours_panel = {
    .name = "neighbours",
    .title = "Neighbours",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .needs_others = true,
    .summary = summarise,
    .questions = route_questions,
};
