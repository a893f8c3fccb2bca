// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking: the flows of a namespace or of all, what helpers expect, and how full it is.
#include "panels/conntrack.h"

#include "model/flow_summary.h"
#include "panels/panels.h"
#include "panels/route_question.h"

// --- Views ---------------------------------------------------------------------------------------

// clang-format off
#define FLOW_GROUPS \
    {"Flow", "netns,family,protocol,protonum,state,status,timeout,start,stop,id,use"}, \
    {"Original direction", \
     "src,src_netns,sport,dst,dst_netns,dport,icmp_*,packets,bytes,packets_rate,bytes_rate," \
     "tcp_wscale,tcp_flags,sctp_vtag"}, \
    {"Replies", "reply_*,return_packet,tcp_reply_*,sctp_reply_vtag"}, \
    {"Translation", "nat,translation"}, \
    {"Marks", "mark,zone,orig_zone,labels,secctx"}, \
    {"Helper", "helper,master"}, \
    {NULL, NULL}
// clang-format on

static const struct panel_group flow_groups[] = {FLOW_GROUPS};
static const struct panel_group event_groups[] = {{"Event", "event,time"}, FLOW_GROUPS};

static const struct panel_graph flow_graphs[] = {
    {"Bytes", 1}, {"Reply bytes", 3}, {"Packets", 0}, {"Reply packets", 2}, {NULL, 0},
};

static const struct panel_group expectation_groups[] = {
    {"Expected", "netns,family,protocol,protonum,timeout,src,sport,dst,dport,mask_*,zone,id"},
    {"Announced in", "master_*"},
    {"Helper", "helper,function,class,flags"},
    {NULL, NULL},
};

static const struct panel_group conntrack_groups[] = {
    {"Fill", "netns,count,max,used,buckets,mean_chain,full_chain,verdict,expectations,expect_max"},
    {"Settings", "accounting,timestamps,events,checksum,log_invalid,tcp_*"},
    {"Timeouts", "timeouts"},
    {"Counters", "found*,invalid*,insert*,drop*,early_drop*,error*,"
                 "search_restart*,clash_resolve*,chaintoolong*,expect_*,cpus"},
    {NULL, NULL},
};

static const struct panel_group cpu_groups[] = {
    {"Processor", "netns,cpu"},
    {"Counters", "found*,invalid*,insert*,drop*,early_drop*,error*,search_restart*,clash_resolve*,"
                 "chaintoolong*"},
    {"Expectations", "expect_*"},
    {NULL, NULL},
};

static const struct panel_group summary_groups[] = {
    {"Flows", "netns,by,value,flows,share,packets,bytes"},
    {NULL, NULL},
};

static bool is_by(const void *row, enum flow_summary_by by) {
    const struct flow_summary *summary = row;
    return summary->by == by;
}

static bool is_by_state(const void *row) {
    return is_by(row, FLOW_BY_STATE);
}

static bool is_by_protocol(const void *row) {
    return is_by(row, FLOW_BY_PROTOCOL);
}

static bool is_by_src(const void *row) {
    return is_by(row, FLOW_BY_SRC);
}

static bool is_by_dst(const void *row) {
    return is_by(row, FLOW_BY_DST);
}

static bool is_by_service(const void *row) {
    return is_by(row, FLOW_BY_SERVICE);
}

static bool is_by_netns(const void *row) {
    return is_by(row, FLOW_BY_NETNS);
}

// clang-format off
#define SUMMARY(which, words, predicate) \
    {.name = which, .title = words, .kind = KIND_FLOW_SUMMARIES, .sort = "-flows,value", \
     .columns = "value,flows,share,packets,bytes", .groups = summary_groups, .shows = predicate, \
     .targets = conntrack_summary_targets}
// clang-format on

static const struct panel_view views[] = {
    {
        .name = "flows",
        .title = "Flows",
        .kind = KIND_FLOWS,
        .columns = "protocol,state,src,sport,?src_netns,dst,dport,?dst_netns,nat,~reply_src,"
                   "?reply_sport,~reply_dst,?reply_dport,~status,timeout,?bytes_rate,"
                   "?reply_bytes_rate,~mark,?zone,?packets,?bytes,?reply_packets,?reply_bytes,"
                   "?helper",
        .names = "src_netns,dst_netns,reply_src_netns,reply_dst_netns",
        .groups = flow_groups,
        .targets = conntrack_flow_targets,
        .graphs = flow_graphs,
    },
    SUMMARY("states", "States", is_by_state),
    SUMMARY("protocols", "Protocols", is_by_protocol),
    SUMMARY("sources", "Sources", is_by_src),
    SUMMARY("destinations", "Destinations", is_by_dst),
    SUMMARY("services", "Services", is_by_service),
    SUMMARY("namespaces", "Namespaces", is_by_netns),
    {
        .name = "events",
        .title = "Events",
        .kind = KIND_FLOW_EVENTS,
        .log = true,
        .mixed = true,
        .columns =
            "time,event,protocol,state,src,sport,?src_netns,dst,dport,?dst_netns,nat,~reply_src,"
            "?reply_sport,~reply_dst,?reply_dport,~status,?timeout,?packets,?bytes,?reply_packets,"
            "?reply_bytes,~mark,?zone",
        .names = "src_netns,dst_netns",
        .groups = event_groups,
        .targets = conntrack_event_targets,
    },
    {
        .name = "expectations",
        .title = "Expectations",
        .kind = KIND_EXPECTATIONS,
        .columns = "protocol,src,sport,dst,dport,helper,timeout,flags,master_src,master_sport,"
                   "master_dst,master_dport",
        .groups = expectation_groups,
        .targets = conntrack_expectation_targets,
    },
    {
        .name = "processors",
        .title = "Processors",
        .kind = KIND_CONNTRACK_CPUS,
        .columns =
            "cpu,found,found_rate,invalid,invalid_rate,insert,?insert_rate,insert_failed,"
            "insert_failed_rate,drop,drop_rate,early_drop,early_drop_rate,~error,?error_rate,"
            "~search_restart,?search_restart_rate,~clash_resolve,?clash_resolve_rate,"
            "~chaintoolong,?chaintoolong_rate",
        .groups = cpu_groups,
    },
    {
        .name = "statistics",
        .title = "Connection tracking",
        .kind = KIND_CONNTRACK,
        .columns = "netns,count,max,used,mean_chain,expectations,insert_failed,drop,early_drop,"
                   "invalid,error,~search_restart,~clash_resolve,~chaintoolong,?accounting,"
                   "?timestamps,?verdict",
        .groups = conntrack_groups,
    },
};

// Whose addresses are is told by the interfaces of all namespaces.
static const enum kind_id needs[] = {KIND_CONNTRACK, KIND_INTERFACES};

static const struct key_binding keys[] = {
    {COMMAND_NAMES, {'@'}, "@", "show whose the addresses are, or do not"},
    {.label = NULL},
};

const struct panel conntrack_panel = {
    .name = "conntrack",
    .title = "Conntrack",
    .views = views,
    .view_count = sizeof(views) / sizeof(views[0]),
    .needs = needs,
    .need_count = sizeof(needs) / sizeof(needs[0]),
    .needs_others = true,
    .keys = keys,
    .summary = conntrack_summarise,
    .questions = route_questions,
};
