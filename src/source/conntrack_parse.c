// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/conntrack_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netlink/msg.h>

#include "source/attr.h"

// --- Messages ------------------------------------------------------------------------------------

#define CPU_COUNTER(counter) ATTR(ATTR_BE32, struct conntrack_cpu, counters[counter])
static const struct attr_rule cpu_rules[] = {
    [CTA_STATS_FOUND] = CPU_COUNTER(CONNTRACK_FOUND),
    [CTA_STATS_INVALID] = CPU_COUNTER(CONNTRACK_INVALID),
    [CTA_STATS_INSERT] = CPU_COUNTER(CONNTRACK_INSERT),
    [CTA_STATS_INSERT_FAILED] = CPU_COUNTER(CONNTRACK_INSERT_FAILED),
    [CTA_STATS_DROP] = CPU_COUNTER(CONNTRACK_DROP),
    [CTA_STATS_EARLY_DROP] = CPU_COUNTER(CONNTRACK_EARLY_DROP),
    [CTA_STATS_ERROR] = CPU_COUNTER(CONNTRACK_ERROR),
    [CTA_STATS_SEARCH_RESTART] = CPU_COUNTER(CONNTRACK_SEARCH_RESTART),
    [CTA_STATS_CLASH_RESOLVE] = CPU_COUNTER(CONNTRACK_CLASH_RESOLVE),
    [CTA_STATS_CHAIN_TOOLONG] = CPU_COUNTER(CONNTRACK_CHAINTOOLONG),
};
static const struct attr_table cpu_table = ATTR_TABLE(cpu_rules);

static const struct attr_rule expect_rules[] = {
    [CTA_STATS_EXP_NEW] = ATTR(ATTR_BE32, struct conntrack_cpu, expect_new),
    [CTA_STATS_EXP_CREATE] = ATTR(ATTR_BE32, struct conntrack_cpu, expect_create),
    [CTA_STATS_EXP_DELETE] = ATTR(ATTR_BE32, struct conntrack_cpu, expect_delete),
};
static const struct attr_table expect_table = ATTR_TABLE(expect_rules);

static const struct attr_rule global_rules[] = {
    [CTA_STATS_GLOBAL_ENTRIES] = ATTR(ATTR_BE32, struct conntrack, count),
    [CTA_STATS_GLOBAL_MAX_ENTRIES] = ATTR(ATTR_BE32, struct conntrack, max),
};
static const struct attr_table global_table = ATTR_TABLE(global_rules);

static int parse(const struct nlmsghdr *message, int type, const struct attr_table *table,
                 void *row) {
    const struct attr_target target = {.row = row};
    if (message->nlmsg_type != type)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(struct nfgenmsg))
        return -EBADMSG;
    return attr_read(nlmsg_attrdata(message, sizeof(struct nfgenmsg)),
                     nlmsg_attrlen(message, sizeof(struct nfgenmsg)), table, &target);
}

// The processor's number stands in the header.
static int parse_cpu(const struct nlmsghdr *message, int type, const struct attr_table *table,
                     struct conntrack_cpu *ret_cpu) {
    const struct nfgenmsg *header = nlmsg_data(message);
    struct conntrack_cpu cpu = {0};
    int r = parse(message, type, table, &cpu);
    if (r < 0)
        return r;
    cpu.cpu = ntohs(header->res_id);
    *ret_cpu = cpu;
    return 0;
}

int conntrack_cpu_parse(const struct nlmsghdr *message, struct conntrack_cpu *ret_cpu) {
    return parse_cpu(message, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, &cpu_table,
                     ret_cpu);
}

int conntrack_expect_cpu_parse(const struct nlmsghdr *message, struct conntrack_cpu *ret_cpu) {
    return parse_cpu(message, NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_GET_STATS_CPU,
                     &expect_table, ret_cpu);
}

int conntrack_stats_parse(const struct nlmsghdr *message, struct conntrack *conntrack) {
    return parse(message, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, &global_table,
                 conntrack);
}

// --- Settings ------------------------------------------------------------------------------------

static const struct {
    const char *name;
    size_t offset;
} settings[] = {
    {"nf_conntrack_acct", offsetof(struct conntrack, accounting)},
    {"nf_conntrack_buckets", offsetof(struct conntrack, buckets)},
    {"nf_conntrack_checksum", offsetof(struct conntrack, checksum)},
    {"nf_conntrack_count", offsetof(struct conntrack, count)},
    {"nf_conntrack_events", offsetof(struct conntrack, events)},
    {"nf_conntrack_expect_max", offsetof(struct conntrack, expect_max)},
    {"nf_conntrack_log_invalid", offsetof(struct conntrack, log_invalid)},
    {"nf_conntrack_max", offsetof(struct conntrack, max)},
    {"nf_conntrack_tcp_be_liberal", offsetof(struct conntrack, tcp_be_liberal)},
    {"nf_conntrack_tcp_ignore_invalid_rst", offsetof(struct conntrack, tcp_ignore_invalid_rst)},
    {"nf_conntrack_tcp_loose", offsetof(struct conntrack, tcp_loose)},
    {"nf_conntrack_tcp_max_retrans", offsetof(struct conntrack, tcp_max_retrans)},
    {"nf_conntrack_timestamp", offsetof(struct conntrack, timestamps)},
};

static bool parse_number(const char *text, uint64_t *ret) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (end == text || text[0] == '-' || errno != 0 || (*end != '\0' && *end != '\n'))
        return false;
    *ret = number;
    return true;
}

bool conntrack_setting_parse(const char *name, const char *text, struct conntrack *conntrack) {
    uint64_t number;
    if (!parse_number(text, &number))
        return false;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (strcmp(settings[i].name, name) == 0)
            *(struct maybe *)((char *)conntrack + settings[i].offset) = maybe_of(number);
    }
    return true;
}

// "nf_conntrack_PROTOCOL_timeout_STATE", "nf_conntrack_PROTOCOL_timeout".
int conntrack_timeout_parse(const char *name, const char *text, struct arena *arena,
                            struct conntrack_timeout *ret_timeout) {
    static const char prefix[] = "nf_conntrack_", middle[] = "_timeout";
    uint64_t seconds;
    if (strncmp(name, prefix, strlen(prefix)) != 0 || !parse_number(text, &seconds))
        return 0;
    const char *protocol = name + strlen(prefix), *at = strstr(protocol, middle);
    if (!at)
        return 0;
    ret_timeout->name =
        arena_printf(arena, "%.*s%s", (int)(at - protocol), protocol, at + strlen(middle));
    ret_timeout->seconds = seconds;
    return ret_timeout->name ? 1 : -ENOMEM;
}
