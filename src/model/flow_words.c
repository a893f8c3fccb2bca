// SPDX-License-Identifier: GPL-2.0-or-later
// The words of flows, as conntrack(8) has them.
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "model/flow.h"
#include "model/flow_event.h"

#define NAMES(words) \
    { (words), sizeof(words) / sizeof((words)[0]) }

static const char *const families[] = {[ADDRESS_IPV4] = "ipv4", [ADDRESS_IPV6] = "ipv6"};
const struct enum_names flow_family_names = NAMES(families);

#define PROTOCOL_IGMP    2 // IANA's numbers, where netinet/in.h has none
#define PROTOCOL_OSPF    89
#define PROTOCOL_VRRP    112
#define PROTOCOL_UDPLITE 136

static const char *const protocols[] = {
    [IPPROTO_ICMP] = "icmp",     [PROTOCOL_IGMP] = "igmp",
    [IPPROTO_IPIP] = "ipip",     [IPPROTO_TCP] = "tcp",
    [IPPROTO_UDP] = "udp",       [IPPROTO_DCCP] = "dccp",
    [IPPROTO_IPV6] = "ipv6",     [IPPROTO_GRE] = "gre",
    [IPPROTO_ESP] = "esp",       [IPPROTO_AH] = "ah",
    [IPPROTO_ICMPV6] = "icmpv6", [PROTOCOL_OSPF] = "ospf",
    [IPPROTO_PIM] = "pim",       [PROTOCOL_VRRP] = "vrrp",
    [IPPROTO_SCTP] = "sctp",     [PROTOCOL_UDPLITE] = "udplite",
};
const struct enum_names flow_protocol_names = NAMES(protocols);

int flow_protocol_number(const char *word) {
    for (size_t i = 0; i < flow_protocol_names.count; i++) {
        if (protocols[i] && strcasecmp(protocols[i], word) == 0)
            return (int)i;
    }
    return -1;
}

static const char *const states[] = {
    [FLOW_NONE] = "NONE",
    [FLOW_SYN_SENT] = "SYN_SENT",
    [FLOW_SYN_RECV] = "SYN_RECV",
    [FLOW_ESTABLISHED] = "ESTABLISHED",
    [FLOW_FIN_WAIT] = "FIN_WAIT",
    [FLOW_CLOSE_WAIT] = "CLOSE_WAIT",
    [FLOW_LAST_ACK] = "LAST_ACK",
    [FLOW_TIME_WAIT] = "TIME_WAIT",
    [FLOW_CLOSE] = "CLOSE",
    [FLOW_SYN_SENT2] = "SYN_SENT2",
    [FLOW_CLOSED] = "CLOSED",
    [FLOW_COOKIE_WAIT] = "COOKIE_WAIT",
    [FLOW_COOKIE_ECHOED] = "COOKIE_ECHOED",
    [FLOW_SHUTDOWN_SENT] = "SHUTDOWN_SENT",
    [FLOW_SHUTDOWN_RECD] = "SHUTDOWN_RECD",
    [FLOW_SHUTDOWN_ACK_SENT] = "SHUTDOWN_ACK_SENT",
    [FLOW_HEARTBEAT_SENT] = "HEARTBEAT_SENT",
    [FLOW_HEARTBEAT_ACKED] = "HEARTBEAT_ACKED",
    [FLOW_REQUEST] = "REQUEST",
    [FLOW_RESPOND] = "RESPOND",
    [FLOW_PARTOPEN] = "PARTOPEN",
    [FLOW_OPEN] = "OPEN",
    [FLOW_CLOSEREQ] = "CLOSEREQ",
    [FLOW_CLOSING] = "CLOSING",
    [FLOW_TIMEWAIT] = "TIMEWAIT",
    [FLOW_IGNORE] = "IGNORE",
    [FLOW_INVALID] = "INVALID",
    [FLOW_UNKNOWN] = "UNKNOWN",
};
const struct enum_names flow_state_names = NAMES(states);

static const char *const dccp_roles[] = {"client", "server"};
const struct enum_names flow_dccp_role_names = NAMES(dccp_roles);

static const char *const events[] = {
    [FLOW_NEW] = "new", [FLOW_UPDATE] = "update", [FLOW_DESTROY] = "destroy", [FLOW_LOST] = "lost"};
const struct enum_names flow_event_names = NAMES(events);

const struct flag_name flow_status_names[] = {
    {1 << 0, "EXPECTED"},
    {FLOW_SEEN_REPLY, "SEEN_REPLY"},
    {FLOW_UNREPLIED, "UNREPLIED"},
    {FLOW_ASSURED, "ASSURED"},
    {FLOW_CONFIRMED, "CONFIRMED"},
    {FLOW_SRC_NAT, "SRC_NAT"},
    {FLOW_DST_NAT, "DST_NAT"},
    {1 << 6, "SEQ_ADJUST"},
    {FLOW_SRC_NAT_DONE, "SRC_NAT_DONE"},
    {FLOW_DST_NAT_DONE, "DST_NAT_DONE"},
    {1 << 9, "DYING"},
    {1 << 10, "FIXED_TIMEOUT"},
    {1 << 11, "TEMPLATE"},
    {1 << 12, "NAT_CLASH"},
    {1 << 13, "HELPER"},
    {1 << 14, "OFFLOAD"},
    {1 << 15, "HW_OFFLOAD"},
    {FLOW_SEEN_REPLY | FLOW_CONFIRMED | FLOW_SRC_NAT | FLOW_DST_NAT | FLOW_SRC_NAT_DONE |
         FLOW_DST_NAT_DONE,
     NULL},
};

// linux/netfilter/nf_conntrack_tcp.h, IP_CT_TCP_FLAG_*.
const struct flag_name flow_tcp_flag_names[] = {
    {0x01, "WINDOW_SCALE"},  {0x02, "SACK_PERM"},           {0x04, "CLOSE_INIT"},
    {0x08, "BE_LIBERAL"},    {0x10, "DATA_UNACKNOWLEDGED"}, {0x20, "MAXACK_SET"},
    {0x40, "CHALLENGE_ACK"}, {0x80, "SIMULTANEOUS_OPEN"},   {0, NULL},
};
