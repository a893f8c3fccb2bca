// SPDX-License-Identifier: GPL-2.0-or-later
// Network interfaces of a namespace, or of all.
#include "panels/panels.h"
#include "panels/route_question.h"

#include <errno.h>
#include <stdlib.h>

#include "model/link.h"
#include "model/link_tree.h"

static bool find_target(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct netns *netns;
    const struct link *other = link_other_end(ref, &netns);
    if (!other)
        return false;
    *ret_place = (struct panel_place){.panel = "interfaces",
                                      .netns = netns->inode,
                                      .has_row = true,
                                      .identity = link_kind.identity(other)};
    return true;
}

static int make_tree(const struct node *node, uint64_t netns, struct panel_tree_row **ret_rows,
                     size_t *ret_count) {
    struct link_tree_row *links = NULL;
    size_t count = 0;
    int r = link_tree(node, netns, &links, &count);
    if (r < 0)
        return r;
    struct panel_tree_row *rows = calloc(count + 1, sizeof(*rows));
    for (size_t i = 0; rows && i < count; i++)
        rows[i] = (struct panel_tree_row){.ref = links[i].ref, .depth = links[i].depth};
    free(links);
    if (!rows)
        return -ENOMEM;
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}

static const struct panel_group groups[] = {
    {"Interface", "netns,ifindex,ifname,info_kind,info_slave_kind,flags,operstate,carrier,"
                  "carrier_changes,linkmode,link_type,mtu,"
                  "address,address_class,permaddr,broadcast,ifalias,altnames,parent*,proto_down,"
                  "promiscuity,allmulti,master,link,link_index,link_netnsid,"
                  "link_netns,peer,peer_netns,pair_state"},
    {"Addresses", "addr_info,duplicate,address_claims,lladdr_claims"},
    {"Programs", "programs"},
    {"VLAN", "vlan_*"},
    {"VXLAN", "vxlan_*"},
    {"Geneve", "geneve_*"},
    {"Tunnel", "tunnel_*"},
    {"Bridge", "bridge_*"},
    {"Port of a bridge", "port_*"},
    {"Macvlan, ipvlan", "macvlan_*,ipvlan_*"},
    {"Bond", "bond_*"},
    {"VRF", "vrf_*"},
    {"Tun", "tun_*"},
    {"Counters", "rx_*,tx_*"},
    {"IPv4", "ipv4_*"},
    {"IPv6", "ipv6_*"},
    {"Queues and sizes", "qdisc,group,txqlen,num_*,gso_*,tso_*,gro_*,min_mtu,max_mtu"},
    {NULL, NULL},
};

static const struct panel_graph graphs[] = {
    {"RX bytes", LINK_RX_BYTES},
    {"TX bytes", LINK_TX_BYTES},
    {"RX packets", LINK_RX_PACKETS},
    {"TX packets", LINK_TX_PACKETS},
    {NULL, 0},
};

static const struct key_binding keys[] = {
    {COMMAND_TREE, {'t', INPUT_F5}, "t F5", "tree: what hangs on what, and the pods behind"},
    {COMMAND_FOLD, {'e'}, "e", "in the tree: hide what hangs on the row, or show it"},
    {COMMAND_FOLD_ALL, {'E'}, "E", "in the tree: the same of all rows"},
    {.label = NULL},
};

static const struct panel_target targets[] = {
    {.field = "peer", .title = "a pair's other end, or the lower device", .find = find_target},
    {.find = NULL},
};

static const struct panel_view views[] = {{
    .name = "interfaces",
    .title = "Interfaces",
    .kind = KIND_INTERFACES,
    .columns = "ifname,info_kind,operstate,~mtu,addr_info,?master,?peer,peer_netns,"
               "rx_bytes_rate,tx_bytes_rate,?programs,?address,?duplicate,?rx_dropped,?tx_dropped",
    .groups = groups,
    .graphs = graphs,
    .targets = targets,
    .tree = make_tree,
    .tree_is_wide = true,
    .tree_field = "ifname",
}};

const struct panel interfaces_panel = {
    .name = "interfaces",
    .title = "Interfaces",
    .views = views,
    .view_count = 1,
    .needs_others = true,
    .keys = keys,
    .questions = route_questions,
};
