// SPDX-License-Identifier: GPL-2.0-or-later
// What takes packets past netfilter, or past a part of it: programs of XDP, of traffic control and
// of control groups, flowtables, notrack, bridges whose packets do not come to the hooks of IP; and
// what no tool shows whole: programs among the chains of a hook, legacy rules beside those of
// nftables.
#ifndef MODEL_BYPASS_H
#define MODEL_BYPASS_H

#include <stdbool.h>

#include "model/link.h"
#include "model/table.h"
#include "model/tc_filter.h"
#include "ruleset/road.h"
#include "ruleset/ruleset.h"

enum bypass_type {
    BYPASS_XDP,
    BYPASS_TC,        // a BPF program as filter of a qdisc
    BYPASS_TC_FILTER, // another filter, whose actions do not let packets pass as they are
    BYPASS_TCX,
    BYPASS_NETKIT,
    BYPASS_FLOWTABLE,
    BYPASS_FLOW_ADD, // a rule that puts flows into one
    BYPASS_NOTRACK,  // a rule
    BYPASS_BRIDGE,
    BYPASS_TAGGED,   // frames of bridges with a tag of a VLAN, or of PPPoE
    BYPASS_BACKENDS, // legacy and nftables
    BYPASS_PROGRAM,  // a BPF program at a hook of netfilter
    BYPASS_CGROUP,   // one of a control group
};

struct bypass {
    uint8_t station; // enum road_point
    uint8_t type;    // enum bypass_type
    uint32_t order;  // in which packets meet them, from 1
    const char *name;
    const char *mode; // how: "generic", "direct-action", "hardware" ...; NULL: there is one way
    struct maybe id;  // of a BPF program
    bool has_prio;
    int32_t prio; // of a tc filter, a flowtable, a program at a hook or a rule's base chain
    const char *const *devices;
    size_t device_count;
    int32_t ifindex;              // of a single device; 0: none
    const char *cgroup;           // whose program it is; NULL: none
    const struct nf_table *table; // NULL: not of a ruleset
    const struct nf_chain *chain; // of a rule
    const struct nf_rule *rule;
    const struct nf_chain *base; // from which the rule is called
    bool active;                 // it does something, as things are now
    const char *effect;          // in words
    const char *evidence;        // where it was read
    uint64_t identity;
};

extern const struct kind bypass_kind;

// As the field says it: "xdp", "tc-ingress" ...
const char *bypass_station_name(enum road_point station);

// What br_netfilter is set to (/proc/sys/net/bridge, Documentation/networking/ip-sysctl.rst).
struct bridge_netfilter {
    bool known;  // it could be read
    bool loaded; // there is br_netfilter
    struct maybe call_iptables, call_ip6tables, call_arptables;
    struct maybe filter_vlan_tagged, filter_pppoe_tagged;
};

// A BPF program at a hook of netfilter (net/netfilter/nf_bpf_link.c, since Linux 6.4).
struct hook_program {
    uint8_t family;
    uint32_t hook; // enum nf_hook
    int32_t priority;
    uint32_t id;
    uint32_t link;    // id of what holds it there, if that is known
    const char *name; // NULL: it may not be read
    bool elsewhere;   // perhaps: it is not known in which namespace
};

// Where programs of control groups are called that may do something to packets.
enum cgroup_hook {
    CGROUP_INGRESS,
    CGROUP_EGRESS,
    CGROUP_SOCK_OPS,
    CGROUP_CONNECT4,
    CGROUP_CONNECT6,
    CGROUP_SENDMSG4,
    CGROUP_SENDMSG6,
    CGROUP_RECVMSG4,
    CGROUP_RECVMSG6,
    CGROUP_HOOK_COUNT,
};

// A program of a control group that has processes in the namespace, or of one above it.
struct cgroup_program {
    enum cgroup_hook hook;
    uint32_t id;
    const char *name;   // NULL: it may not be read
    const char *cgroup; // its path: "/system.slice"
};

// What bypasses are found in. NULL and 0: not read.
struct bypass_facts {
    const struct table *links; // with programs of XDP, tcx and netkit
    const struct tc_filter *filters;
    size_t filter_count;
    const struct bridge_netfilter *bridge_netfilter;
    const struct hook_program *hook_programs;
    size_t hook_program_count;
    const struct cgroup_program *cgroup_programs;
    size_t cgroup_program_count;
    struct ruleset *ruleset;
    uint32_t unread; // bits of enum road_point: of what is there not all could be read
};

// What the whole of a table of bypasses says beside its rows (struct table, whole).
struct bypass_whole {
    size_t bridges;            // in the namespace
    size_t bridges_calling_ip; // of these: whose packets come to the hooks of IPv4 or IPv6
    uint32_t unread;           // as in the facts
    uint64_t digest;           // of all rows that rules have no part in
};

// Adds a row to the table, of bypass_kind, for each bypass that the facts show, with a struct
// bypass_whole, and gives the table a reference to the ruleset. Returns 0 or -ENOMEM.
int bypass_add_rows(struct table *table, const struct bypass_facts *facts);

// True if the rows that rules have no part in would be those that the table has already.
bool bypass_is_unchanged(const struct table *table, const struct bypass_facts *facts);

// --- Its parts -----------------------------------------------------------------------------------

// A new row of that type and station, whose identity is made of both and of the bytes; NULL when
// memory is out.
struct bypass *bypass_add(struct table *table, enum bypass_type type, enum road_point station,
                          const void *bytes, size_t size);

// What the buffer has, in the table's arena; NULL when memory is out. The buffer is done.
const char *bypass_keep_text(struct table *table, struct buffer *text);

// Makes a single interface that which the row is about; its name may be NULL. Returns 0 or -ENOMEM.
int bypass_set_device(struct table *table, struct bypass *row, int32_t ifindex, const char *name);

// Rows of interfaces; of other BPF programs; of bridges; of rules. Return 0 or -ENOMEM.
int bypass_add_programs(struct table *table, const struct bypass_facts *facts);
int bypass_add_bpf(struct table *table, const struct bypass_facts *facts);
int bypass_add_bridges(struct table *table, const struct bypass_facts *facts,
                       struct bypass_whole *whole);
int bypass_add_rules(struct table *table, const struct ruleset *ruleset);

#endif
