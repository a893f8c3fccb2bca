// SPDX-License-Identifier: GPL-2.0-or-later
// Connection tracking: the flows of a namespace or of all, what helpers expect, and how full it is.
#include "panels/panels.h"
#include "panels/route_question.h"

#include <errno.h>
#include <stdio.h>

#include "base/buffer.h"
#include "model/conntrack.h"
#include "model/expectation.h"
#include "model/flow.h"
#include "model/flow_summary.h"
#include "tui/grid.h"

#define SHARE_WARNING 0.75 // of max
#define SHARE_BAD     0.9

// --- How full it is, always in sight -------------------------------------------------------------

static double share_of(const struct maybe *count, const struct maybe *max) {
    return count->known && max->known && max->value > 0 ? (double)count->value / (double)max->value
                                                        : 0;
}

static const struct conntrack *row_of(const struct node *node, uint64_t netns) {
    const struct table *table = node_table(node, netns, KIND_CONNTRACK);
    return table && table->count > 0 ? table_row(table, 0) : NULL;
}

// Of all namespaces, the fullest: max is each one's own.
static const struct node_netns *choose_namespace(const struct node *node, uint64_t netns) {
    const struct node_netns *chosen = netns ? node_find(node, netns) : NULL;
    double most = -1;
    for (size_t i = 0; !netns && i < node_count(node); i++) {
        const struct conntrack *row = row_of(node, node->netnses[i].netns->inode);
        double share = row ? share_of(&row->count, &row->max) : -1;
        if (share > most) {
            most = share;
            chosen = &node->netnses[i];
        }
    }
    return chosen;
}

static uint8_t style_of(double share) {
    if (share >= SHARE_BAD)
        return STYLE_BAD;
    return share >= SHARE_WARNING ? STYLE_WARNING : STYLE_NORMAL;
}

// Adds the field's value between two texts; nothing if it has none.
static void put_value(const struct row_ref *ref, const char *before, const char *key,
                      const char *behind, struct buffer *text) {
    struct value value;
    field_read(kind_find_field(&conntrack_kind, key, NULL), ref, &value);
    if (value.kind == VALUE_ABSENT)
        return;
    buffer_puts(text, before);
    value_format(&value, text);
    buffer_puts(text, behind);
}

static int add_bar(struct lines *lines, const char *label, double share, struct buffer *text) {
    struct line *line = lines_add_bar(lines, label, share, buffer_text(text), style_of(share));
    buffer_done(text);
    return line ? 0 : -ENOMEM;
}

static int add_flows(struct lines *lines, const struct row_ref *ref, bool named) {
    const struct conntrack *row = ref->row;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%llu of %llu", (unsigned long long)row->count.value,
                  (unsigned long long)row->max.value);
    if (named)
        buffer_printf(&text, " in %s, the fullest", ref->netns->name);
    buffer_printf(&text, "; %llu buckets", (unsigned long long)row->buckets.value);
    put_value(ref, ", chains of ", "mean_chain", "", &text);
    put_value(ref, ": ", "verdict", "", &text);
    return add_bar(lines, "Flows", share_of(&row->count, &row->max), &text);
}

static int add_expectations(struct lines *lines, const struct conntrack *row) {
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%llu of %llu", (unsigned long long)row->expectations.value,
                  (unsigned long long)row->expect_max.value);
    return add_bar(lines, "Expected", share_of(&row->expectations, &row->expect_max), &text);
}

// "3 dropped", and "3 dropped (2/s)" where it goes on.
static void put_loss(const struct row_ref *ref, const char *key, const char *words,
                     struct buffer *text) {
    char rate_key[64];
    struct value rate;
    snprintf(rate_key, sizeof(rate_key), "%s_rate", key);
    field_read(kind_find_field(&conntrack_kind, rate_key, NULL), ref, &rate);
    put_value(ref, text->len > 0 ? ", " : "", key, words, text);
    if (rate.kind == VALUE_REAL && rate.real > 0)
        buffer_printf(text, " (%.3g/s)", rate.real);
}

static int add_losses(struct lines *lines, const struct row_ref *ref) {
    static const struct {
        const char *key, *words;
    } losses[] = {{"insert_failed", " not inserted"},
                  {"drop", " dropped"},
                  {"early_drop", " dropped early"},
                  {"invalid", " invalid"},
                  {"error", " errors"},
                  {"chaintoolong", " chains too long"},
                  {"search_restart", " restarts"},
                  {"clash_resolve", " clashes"}};
    struct buffer text = BUFFER_INIT;
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
        put_loss(ref, losses[i].key, losses[i].words, &text);
    // Without the right to ask there are none.
    bool any = text.len > 0;
    struct line *line = any ? lines_add(lines, "Packets", buffer_text(&text), STYLE_NORMAL) : NULL;
    buffer_done(&text);
    return line || !any ? 0 : -ENOMEM;
}

static int add_accounting(struct lines *lines, const struct conntrack *row) {
    bool on = row->accounting.value;
    const char *text =
        on ? "on: flows that began since count packets and bytes"
           : "off: no flow counts packets and bytes (net.netfilter.nf_conntrack_acct=0)";
    return lines_add(lines, "Accounting", text, on ? STYLE_NORMAL : STYLE_DIM) ? 0 : -ENOMEM;
}

static int summarise(const struct node *node, uint64_t netns, struct lines *lines) {
    const struct node_netns *entry = choose_namespace(node, netns);
    const struct conntrack *row = entry ? row_of(node, entry->netns->inode) : NULL;
    if (!row || !row->count.known)
        return 0;
    const struct row_ref ref = {node, entry->netns, row};
    int r = add_flows(lines, &ref, netns == 0);
    if (r == 0 && row->expectations.known)
        r = add_expectations(lines, row);
    if (r == 0)
        r = add_losses(lines, &ref);
    return r == 0 && row->accounting.known ? add_accounting(lines, row) : r;
}

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
    {"Expected", "netns,family,protocol,protonum,src,sport,dst,dport,mask_*"},
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
     .columns = "value,flows,share,packets,bytes", .groups = summary_groups, .shows = predicate}
// clang-format on

static const struct panel_view views[] = {
    {
        .name = "flows",
        .title = "Flows",
        .kind = KIND_FLOWS,
        .columns = "protocol,state,src,sport,?src_netns,dst,dport,?dst_netns,nat,reply_src,?reply_"
                   "sport,reply_dst,"
                   "?reply_dport,~status,timeout,?bytes_rate,?reply_bytes_rate,~mark,?zone,?"
                   "packets,?bytes,"
                   "?reply_packets,?reply_bytes,?helper",
        .names = "src_netns,dst_netns,reply_src_netns,reply_dst_netns",
        .groups = flow_groups,
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
            "time,event,protocol,state,src,sport,?src_netns,dst,dport,?dst_netns,nat,reply_src,"
            "?reply_sport,reply_dst,?reply_dport,~status,?timeout,?packets,?bytes,?reply_packets,"
            "?reply_bytes,~mark,?zone",
        .names = "src_netns,dst_netns",
        .groups = event_groups,
    },
    {
        .name = "expectations",
        .title = "Expectations",
        .kind = KIND_EXPECTATIONS,
        .columns = "protocol,src,sport,dst,dport,helper,timeout,flags,master_src,master_sport,"
                   "master_dst,master_dport",
        .groups = expectation_groups,
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
    .summary = summarise,
    .questions = route_questions,
};
