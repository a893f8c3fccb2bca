// SPDX-License-Identifier: GPL-2.0-or-later
// Routes, in ip(8)'s words and in route(8)'s; the rules that choose among tables; nexthop objects.
#include "panels/panels.h"

#include "model/link.h"
#include "model/neighbour.h"
#include "model/nexthop.h"
#include "model/route.h"
#include "model/routing_rule.h"
#include "panels/route_question.h"

// --- Where rows lead to --------------------------------------------------------------------------

static bool go_to_link(const struct row_ref *ref, int32_t ifindex, struct panel_place *ret_place) {
    const struct table *links = node_table(ref->node, ref->netns->inode, KIND_INTERFACES);
    const struct link *link = links ? link_find(links, ifindex) : NULL;
    if (!link)
        return false;
    *ret_place = (struct panel_place){.panel = "interfaces",
                                      .netns = ref->netns->inode,
                                      .has_row = true,
                                      .identity = link_kind.identity(link)};
    return true;
}

static bool go_to_neighbour(const struct row_ref *ref, const struct route_nexthop *way,
                            struct panel_place *ret_place) {
    const struct table *neighbours = node_table(ref->node, ref->netns->inode, KIND_NEIGHBOURS);
    const struct neighbour *neighbour =
        neighbours ? neighbour_find(neighbours, way->ifindex, &way->gateway) : NULL;
    if (!neighbour)
        return false;
    *ret_place = (struct panel_place){.panel = "neighbours",
                                      .netns = ref->netns->inode,
                                      .has_row = true,
                                      .identity = neighbour_kind.identity(neighbour)};
    return true;
}

// Of several ways, the first.
static const struct route_nexthop *way_of(const struct row_ref *ref) {
    const struct route *route = ref->row;
    return route->shared->nexthop_count > 0 ? &route->shared->nexthops[0] : NULL;
}

static bool find_link(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct route_nexthop *way = way_of(ref);
    return way && go_to_link(ref, way->ifindex, ret_place);
}

static bool find_neighbour(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct route_nexthop *way = way_of(ref);
    return way && way->gateway.family != ADDRESS_NONE && go_to_neighbour(ref, way, ret_place);
}

static bool find_nexthop(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct route *route = ref->row;
    if (!route->shared->nexthop_id.known)
        return false;
    const struct nexthop nexthop = {.id = (uint32_t)route->shared->nexthop_id.value};
    *ret_place = (struct panel_place){.panel = "routes",
                                      .view = "nexthops",
                                      .netns = ref->netns->inode,
                                      .has_row = true,
                                      .identity = nexthop_kind.identity(&nexthop)};
    return true;
}

static bool find_nexthop_link(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nexthop *nexthop = ref->row;
    return nexthop->way.ifindex != 0 && go_to_link(ref, nexthop->way.ifindex, ret_place);
}

static bool find_nexthop_neighbour(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct nexthop *nexthop = ref->row;
    return nexthop->way.gateway.family != ADDRESS_NONE &&
           go_to_neighbour(ref, &nexthop->way, ret_place);
}

static const struct panel_target route_targets[] = {
    {.field = "dev", .title = "the interface", .find = find_link},
    {.field = "gateway", .title = "the gateway's neighbour entry", .find = find_neighbour},
    {.field = "nhid", .title = "the nexthop object", .find = find_nexthop},
    {.find = NULL},
};

static const struct panel_target nexthop_targets[] = {
    {.field = "dev", .title = "the interface", .find = find_nexthop_link},
    {.field = "gateway", .title = "the gateway's neighbour entry", .find = find_nexthop_neighbour},
    {.find = NULL},
};

// --- What stands together ------------------------------------------------------------------------

static const struct panel_group route_groups[] = {
    {"Route",
     "netns,family,type,dst,dst_len,label,from,tos,table,rule,rank,metric,protocol,scope,flags,"
     "cached,expires,pref,error"},
    {"Way", "gateway,via,dev,prefsrc,nexthops,nhid,to,ttl_propagate,encap,encap_info,realms"},
    {"Metrics", "mtu,advmss,hoplimit,window,rtt,rttvar,rto_min,ssthresh,cwnd,initcwnd,initrwnd,"
                "reordering,quickack,fastopen_no_cookie,congctl,features,locked"},
    {"Use", "users,used,age"},
    {"As route(8) has it", "classic_*"},
    {NULL, NULL},
};

static const struct panel_group rule_groups[] = {
    {"Rule", "netns,family,priority,position,protocol,flags"},
    {"For which packets", "not,src,dst,iif,oif,fwmark,fwmask,uid_*,ipproto,sport*,dport*,tos,dscp*,"
                          "flowlabel*,tun_id,l3mdev"},
    {"What it does", "action,table,goto,suppress_*,realms"},
    {NULL, NULL},
};

static const struct panel_group nexthop_groups[] = {
    {"Nexthop", "netns,id,family,gateway,dev,blackhole,fdb,encap,encap_info,scope,protocol,flags"},
    {"Group", "group,type,buckets,idle_timer,unbalanced_*"},
    {NULL, NULL},
};

// --- What views are about ------------------------------------------------------------------------

static bool is_mpls(const void *row) {
    const struct route *route = row;
    return route->shared->family == ROUTE_MPLS;
}

// --- The panel -----------------------------------------------------------------------------------

static const struct panel_view views[] = {
    {
        .name = "routes",
        .title = "Routes",
        .kind = KIND_ROUTES,
        .columns = "dst,gateway,?via,dev,?nexthops,type,table,metric,~prefsrc,~protocol,~scope,"
                   "flags,?encap_info,?mtu,?expires,?pref,?nhid,?label,?rule",
        .groups = route_groups,
        .targets = route_targets,
    },
    {
        .name = "classic",
        .title = "Classic",
        .kind = KIND_ROUTES,
        .columns = "classic_destination,classic_gateway,classic_genmask,classic_flags,"
                   "classic_metric,classic_ref,classic_use,classic_iface,table",
        .groups = route_groups,
        .targets = route_targets,
    },
    {
        .name = "mpls",
        .title = "MPLS",
        .kind = KIND_ROUTES,
        .columns = "label,to,gateway,via,dev,?nexthops,type,ttl_propagate,protocol,flags",
        .shows = is_mpls,
        .groups = route_groups,
        .targets = route_targets,
    },
    {
        .name = "rules",
        .title = "Rules",
        .kind = KIND_ROUTING_RULES,
        .columns = "priority,family,?not,src,dst,iif,~oif,fwmark,?fwmask,?uid_start,?uid_end,"
                   "?ipproto,?sport,?dport,action,table,goto,~suppress_prefixlen,protocol,flags",
        .groups = rule_groups,
    },
    {
        .name = "nexthops",
        .title = "Nexthops",
        .kind = KIND_NEXTHOPS,
        .columns = "id,family,gateway,dev,group,type,blackhole,?fdb,?encap_info,scope,protocol,"
                   "flags,?buckets",
        .groups = nexthop_groups,
        .targets = nexthop_targets,
    },
};

static const enum kind_id needs[] = {KIND_INTERFACES, KIND_NEIGHBOURS, KIND_ROUTES,
                                     KIND_ROUTING_RULES};

const struct panel routes_panel = {
    .name = "routes",
    .title = "Routes",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .questions = route_questions,
};
