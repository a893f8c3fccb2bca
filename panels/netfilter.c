// SPDX-License-Identifier: GPL-2.0-or-later
// Netfilter: the rules of nftables and iptables, chain by chain along the road of a packet, with
// the sets and objects that they use.
#include "panels/netfilter.h"
#include "panels/netfilter_trace.h"

#include "panels/panels.h"

static const struct panel_graph counter_graphs[] = {
    {"Packets", NF_COUNTER_PACKETS},
    {"Bytes", NF_COUNTER_BYTES},
    {NULL, 0},
};

static const struct panel_view views[] = {
    {
        .name = "rules",
        .title = "Rules",
        .kind = KIND_RULES,
        .columns = "chain,?table,?family,number,packets,?packets_rate,brief,?comment",
        .graphs = counter_graphs,
        .targets = netfilter_rule_targets,
    },
    {
        .name = "hooks",
        .title = "Hooks",
        .kind = KIND_HOOKS,
        .columns = "hook,prio,family,table,chain,?type,policy,packets,?packets_rate,?bytes,rules,~"
                   "dev,~backend,"
                   "~manager",
        .targets = netfilter_chain_targets,
    },
    {
        .name = "chains",
        .title = "Chains",
        .kind = KIND_CHAINS,
        .columns = "name,family,table,rules,?use,reached,hook,?prio,policy,~packets,?type,?backend,"
                   "?manager",
        .targets = netfilter_chain_targets,
    },
    {
        .name = "references",
        .title = "References",
        .key = 'R',
        .kind = KIND_REFERENCES,
        .columns = "chain,table,hook,?calls,packets,?leads,rules,?reached,?family",
        .targets = netfilter_reference_targets,
        .tree = netfilter_tree,
        .tree_field = "chain",
        .tree_first = true,
        .tree_open = 1,
    },
    {
        .name = "sets",
        .title = "Sets",
        .kind = KIND_SETS,
        .columns = "name,?family,table,type,map,?flags,elements,?size,?timeout,?comment",
        .targets = netfilter_set_targets,
    },
    {
        .name = "elements",
        .title = "Elements",
        .kind = KIND_ELEMENTS,
        .columns = "elem,set,packets,?bytes,timeout,expires,~family,~table,?comment",
        .targets = netfilter_element_targets,
    },
    {
        .name = "objects",
        .title = "Objects",
        .kind = KIND_OBJECTS,
        .columns = "name,type,family,table,packets,bytes,used,~rate,~per,~value,use,?comment",
        .targets = netfilter_object_targets,
    },
    {
        .name = "flowtables",
        .title = "Flowtables",
        .kind = KIND_FLOWTABLES,
        .columns = "name,family,table,hook,prio,dev,flags,use",
        .targets = netfilter_flowtable_targets,
    },
    {
        .name = "services",
        .title = "Services",
        .key = 's',
        .kind = KIND_SERVICES,
        .columns =
            "name,proto,addr,port,backends,?rejected,?affinity,?origin,?chain,?table,?family",
        .targets = netfilter_service_targets,
    },
    {
        .name = "bypasses",
        .title = "Bypasses",
        .key = 'B',
        .kind = KIND_BYPASSES,
        .columns = "station,type,name,?id,?mode,dev,effect,?cgroup,?rule,?evidence",
        .targets = netfilter_bypass_targets,
    },
    {
        .name = "tables",
        .title = "Tables",
        .kind = KIND_TABLES,
        .columns = "name,family,backend,syntax,manager,flags,chains,rules,sets,objects,~flowtables",
    },
    {
        .name = "packets",
        .title = "Packets",
        .key = 'T',
        .kind = KIND_PACKETS,
        .columns =
            "time,~iif,~oif,proto,!tuple,~length,~tcp_flags,outcome,decision,~doubts,?changed",
        .sort = "-time",
        .mixed = true,
        .opens = true,
        .nothing = NETFILTER_TRACE_NOTHING,
        .targets = netfilter_packet_targets,
        .describe = netfilter_describe_packet,
        .find_item = netfilter_find_step,
        .find_part = netfilter_find_part,
    },
    {
        .name = "packet-rules",
        .title = "By rule",
        .kind = KIND_PACKET_SUMMARIES,
        .columns = "packets,packets_rate,share,outcome,value,rule",
        .sort = "-packets,value",
        .mixed = true,
        .nothing = NETFILTER_TRACE_NOTHING,
        .shows = netfilter_is_by_rule,
        .groups = netfilter_summary_groups,
        .targets = netfilter_summary_targets,
    },
    {
        .name = "packet-paths",
        .title = "By path",
        .kind = KIND_PACKET_SUMMARIES,
        .columns = "packets,packets_rate,share,outcome,steps,value",
        .sort = "-packets,value",
        .mixed = true,
        .nothing = NETFILTER_TRACE_NOTHING,
        .shows = netfilter_is_by_path,
        .groups = netfilter_summary_groups,
    },
};

static const struct key_binding keys[] = {
    {COMMAND_ENTER,
     {INPUT_ENTER},
     "Enter",
     "go to the chain that the rule calls, or see all of it"},
    {COMMAND_USERS, {'u'}, "u", "who uses the chain, set or object"},
    {COMMAND_TREE, {INPUT_F5}, "F5", "references: as a tree from the hooks, or as a table"},
    {COMMAND_FOLD, {'e'}, "e", "in the tree: hide what the chain leads to, or show it"},
    {COMMAND_FOLD_ALL, {'E'}, "E", "in the tree: the same of all chains"},
    {COMMAND_TRACE, {'t'}, "t", "trace packets through the rules: asks which"},
    {COMMAND_TRACE_STOP, {'x'}, "x", "end the trace"},
    {COMMAND_SIDE_NEXT, {']'}, "]", "the next chain on the road"},
    {COMMAND_SIDE_PREVIOUS, {'['}, "[", "the chain before on the road"},
    {COMMAND_SIDE_TURN, {'}'}, "}", "the road of another class of packets"},
    {COMMAND_SIDE, {'\\'}, "\\", "show the road, or not (narrow: in the rows' place)"},
    {.label = NULL},
};

static const enum kind_id needs[] = {KIND_HOOKS, KIND_BYPASSES};

const struct panel netfilter_panel = {
    .name = "netfilter",
    .title = "Netfilter",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .keys = keys,
    .side = &netfilter_road,
};
