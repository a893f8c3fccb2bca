// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_type.h"

static const struct nft_symbol nfproto_symbols[] = {{"ipv4", 2}, {"ipv6", 10}, {NULL, 0}};

static const struct nft_symbol ethertype_symbols[] = { // linux/if_ether.h ETH_P_*
    {"ip", 0x0800},    {"arp", 0x0806},    {"ip6", 0x86dd},
    {"8021q", 0x8100}, {"8021ad", 0x88a8}, {NULL, 0}};

static const struct nft_symbol arp_symbols[] = { // linux/if_arp.h ARPOP_*
    {"request", 1},   {"reply", 2},   {"rrequest", 3}, {"rreply", 4},
    {"inrequest", 8}, {"inreply", 9}, {"nak", 10},     {NULL, 0}};

static const struct nft_symbol icmp_type_symbols[] = { // RFC 792 and others
    {"echo-reply", 0},           {"destination-unreachable", 3},
    {"source-quench", 4},        {"redirect", 5},
    {"echo-request", 8},         {"router-advertisement", 9},
    {"router-solicitation", 10}, {"time-exceeded", 11},
    {"parameter-problem", 12},   {"timestamp-request", 13},
    {"timestamp-reply", 14},     {"info-request", 15},
    {"info-reply", 16},          {"address-mask-request", 17},
    {"address-mask-reply", 18},  {NULL, 0}};

static const struct nft_symbol icmp_code_symbols[] = { // of destination-unreachable
    {"net-unreachable", 0},   {"host-unreachable", 1}, {"prot-unreachable", 2},
    {"port-unreachable", 3},  {"net-prohibited", 9},   {"host-prohibited", 10},
    {"admin-prohibited", 13}, {"frag-needed", 4},      {NULL, 0}};

static const struct nft_symbol icmp6_type_symbols[] = { // RFC 4443 and others
    {"destination-unreachable", 1},
    {"packet-too-big", 2},
    {"time-exceeded", 3},
    {"parameter-problem", 4},
    {"echo-request", 128},
    {"echo-reply", 129},
    {"mld-listener-query", 130},
    {"mld-listener-report", 131},
    {"mld-listener-done", 132},
    {"nd-router-solicit", 133},
    {"nd-router-advert", 134},
    {"nd-neighbor-solicit", 135},
    {"nd-neighbor-advert", 136},
    {"nd-redirect", 137},
    {"router-renumbering", 138},
    {"ind-neighbor-solicit", 141},
    {"ind-neighbor-advert", 142},
    {"mld2-listener-report", 143},
    {NULL, 0}};

static const struct nft_symbol icmp6_code_symbols[] = { // of destination-unreachable
    {"no-route", 0},
    {"admin-prohibited", 1},
    {"addr-unreachable", 3},
    {"port-unreachable", 4},
    {"policy-fail", 5},
    {"reject-route", 6},
    {NULL, 0}};

static const struct nft_symbol icmpx_code_symbols[] = { // enum nft_reject_inet_code
    {"no-route", 0},
    {"port-unreachable", 1},
    {"host-unreachable", 2},
    {"admin-prohibited", 3},
    {NULL, 0}};

static const struct nft_symbol igmp_type_symbols[] = { // RFC 3376
    {"membership-query", 0x11},     {"membership-report-v1", 0x12}, {"membership-report-v2", 0x16},
    {"membership-report-v3", 0x22}, {"leave-group", 0x17},          {NULL, 0}};

static const struct nft_symbol tcp_flag_symbols[] = {{"fin", 0x01}, {"syn", 0x02}, {"rst", 0x04},
                                                     {"psh", 0x08}, {"ack", 0x10}, {"urg", 0x20},
                                                     {"ecn", 0x40}, {"cwr", 0x80}, {NULL, 0}};

static const struct nft_symbol dccp_symbols[] = { // linux/dccp.h enum dccp_pkt_type
    {"request", 0}, {"response", 1}, {"data", 2}, {"ack", 3},     {"dataack", 4}, {"closereq", 5},
    {"close", 6},   {"reset", 7},    {"sync", 8}, {"syncack", 9}, {NULL, 0}};

static const struct nft_symbol mh_symbols[] = { // RFC 6275 and others
    {"binding-refresh-request", 0},
    {"home-test-init", 1},
    {"careof-test-init", 2},
    {"home-test", 3},
    {"careof-test", 4},
    {"binding-update", 5},
    {"binding-acknowledgement", 6},
    {"binding-error", 7},
    {"fast-binding-update", 8},
    {"fast-binding-acknowledgement", 9},
    {"fast-binding-advertisement", 10},
    {"experimental-mobility-header", 11},
    {"home-agent-switch-message", 12},
    {NULL, 0}};

static const struct nft_symbol arphrd_symbols[] = { // linux/if_arp.h ARPHRD_*
    {"ether", 1},      {"ppp", 512}, {"ipip", 768},  {"ipip6", 769},
    {"loopback", 772}, {"sit", 776}, {"ipgre", 778}, {NULL, 0}};

static const struct nft_symbol ct_state_symbols[] = { // NF_CT_STATE_BIT
    {"invalid", 1}, {"new", 8}, {"established", 2}, {"related", 4}, {"untracked", 64}, {NULL, 0}};

static const struct nft_symbol ct_dir_symbols[] = {{"original", 0}, {"reply", 1}, {NULL, 0}};

static const struct nft_symbol ct_status_symbols[] = { // enum ip_conntrack_status
    {"expected", 1}, {"seen-reply", 2}, {"assured", 4}, {"confirmed", 8},
    {"snat", 16},    {"dnat", 32},      {"dying", 512}, {NULL, 0}};

static const struct nft_symbol ct_event_symbols[] = { // enum ip_conntrack_events
    {"new", 1},      {"related", 2},    {"destroy", 4},  {"reply", 8},
    {"assured", 16}, {"protoinfo", 32}, {"helper", 64},  {"mark", 128},
    {"seqadj", 256}, {"secmark", 512},  {"label", 1024}, {NULL, 0}};

static const struct nft_symbol pkttype_symbols[] = { // linux/if_packet.h PACKET_*
    {"host", 0},
    {"broadcast", 1},
    {"multicast", 2},
    {"other", 3},
    {NULL, 0}};

static const struct nft_symbol dscp_symbols[] = { // RFC 2474, 2597, 3246, 5865, 8622
    {"cs0", 0x00},  {"cs1", 0x08},  {"cs2", 0x10},   {"cs3", 0x18},  {"cs4", 0x20},  {"cs5", 0x28},
    {"cs6", 0x30},  {"cs7", 0x38},  {"lephb", 0x01}, {"af11", 0x0a}, {"af12", 0x0c}, {"af13", 0x0e},
    {"af21", 0x12}, {"af22", 0x14}, {"af23", 0x16},  {"af31", 0x1a}, {"af32", 0x1c}, {"af33", 0x1e},
    {"af41", 0x22}, {"af42", 0x24}, {"af43", 0x26},  {"va", 0x2c},   {"ef", 0x2e},   {NULL, 0}};

static const struct nft_symbol ecn_symbols[] = { // RFC 3168
    {"not-ect", 0},
    {"ect1", 1},
    {"ect0", 2},
    {"ce", 3},
    {NULL, 0}};

static const struct nft_symbol fib_symbols[] = { // linux/rtnetlink.h RTN_*
    {"unspec", 0},    {"unicast", 1},   {"local", 2},       {"broadcast", 3}, {"anycast", 4},
    {"multicast", 5}, {"blackhole", 6}, {"unreachable", 7}, {"prohibit", 8},  {NULL, 0}};

static const struct nft_symbol boolean_symbols[] = {{"exists", 1}, {"missing", 0}, {NULL, 0}};

static const struct nft_symbol day_symbols[] = {{"Sunday", 0},    {"Monday", 1},   {"Tuesday", 2},
                                                {"Wednesday", 3}, {"Thursday", 4}, {"Friday", 5},
                                                {"Saturday", 6},  {NULL, 0}};

// What /etc/iproute2/group and rt_realms name out of the box.
static const struct nft_symbol devgroup_symbols[] = {{"default", 0}, {NULL, 0}};
static const struct nft_symbol realm_symbols[] = {{"cosmos", 0}, {NULL, 0}};

// clang-format off
static const struct nft_type types[NFT_TYPE_COUNT] = {
    [NFT_TYPE_VERDICT] = {.id = NFT_TYPE_VERDICT, .name = "verdict"},
    [NFT_TYPE_NFPROTO] = {.id = NFT_TYPE_NFPROTO, .name = "nf_proto", .bits = 8, .symbols = nfproto_symbols, .per_line = 5},
    [NFT_TYPE_BITMASK] = {.id = NFT_TYPE_BITMASK, .name = "bitmask", .form = NFT_FORM_HEX},
    [NFT_TYPE_INTEGER] = {.id = NFT_TYPE_INTEGER, .name = "integer", .per_line = 5},
    [NFT_TYPE_STRING] = {.id = NFT_TYPE_STRING, .name = "string", .form = NFT_FORM_STRING},
    [NFT_TYPE_LLADDR] = {.id = NFT_TYPE_LLADDR, .name = "ll_addr", .form = NFT_FORM_LLADDR},
    [NFT_TYPE_IPADDR] = {.id = NFT_TYPE_IPADDR, .name = "ipv4_addr", .bits = 32, .form = NFT_FORM_IPADDR, .is_prefix = true, .per_line = 2},
    [NFT_TYPE_IP6ADDR] = {.id = NFT_TYPE_IP6ADDR, .name = "ipv6_addr", .bits = 128, .form = NFT_FORM_IP6ADDR, .is_prefix = true},
    [NFT_TYPE_ETHERADDR] = {.id = NFT_TYPE_ETHERADDR, .name = "ether_addr", .bits = 48, .form = NFT_FORM_LLADDR},
    [NFT_TYPE_ETHERTYPE] = {.id = NFT_TYPE_ETHERTYPE, .name = "ether_type", .bits = 16, .form = NFT_FORM_HEX, .digits = 4, .symbols = ethertype_symbols},
    [NFT_TYPE_ARPOP] = {.id = NFT_TYPE_ARPOP, .name = "arp_op", .bits = 16, .symbols = arp_symbols, .per_line = 5},
    [NFT_TYPE_INET_PROTOCOL] = {.id = NFT_TYPE_INET_PROTOCOL, .name = "inet_proto", .bits = 8, .form = NFT_FORM_PROTOCOL, .per_line = 5},
    [NFT_TYPE_INET_SERVICE] = {.id = NFT_TYPE_INET_SERVICE, .name = "inet_service", .bits = 16, .per_line = 5},
    [NFT_TYPE_ICMP_TYPE] = {.id = NFT_TYPE_ICMP_TYPE, .name = "icmp_type", .bits = 8, .symbols = icmp_type_symbols},
    [NFT_TYPE_TCP_FLAG] = {.id = NFT_TYPE_TCP_FLAG, .name = "tcp_flag", .bits = 8, .form = NFT_FORM_HEX, .is_flags = true, .symbols = tcp_flag_symbols, .per_line = 5},
    [NFT_TYPE_DCCP_PKTTYPE] = {.id = NFT_TYPE_DCCP_PKTTYPE, .name = "dccp_pkttype", .bits = 4, .symbols = dccp_symbols, .per_line = 5},
    [NFT_TYPE_MH_TYPE] = {.id = NFT_TYPE_MH_TYPE, .name = "mh_type", .bits = 8, .symbols = mh_symbols},
    [NFT_TYPE_TIME] = {.id = NFT_TYPE_TIME, .name = "time", .bits = 32, .host_order = true, .form = NFT_FORM_TIME},
    [NFT_TYPE_MARK] = {.id = NFT_TYPE_MARK, .name = "mark", .bits = 32, .host_order = true, .form = NFT_FORM_HEX, .digits = 8, .is_prefix = true, .per_line = 5},
    [NFT_TYPE_IFINDEX] = {.id = NFT_TYPE_IFINDEX, .name = "iface_index", .bits = 32, .host_order = true, .form = NFT_FORM_INTERFACE, .per_line = 5},
    [NFT_TYPE_ARPHRD] = {.id = NFT_TYPE_ARPHRD, .name = "iface_type", .bits = 16, .host_order = true, .symbols = arphrd_symbols},
    [NFT_TYPE_REALM] = {.id = NFT_TYPE_REALM, .name = "realm", .bits = 32, .host_order = true, .form = NFT_FORM_REALM, .is_prefix = true, .quoted = true, .symbols = realm_symbols},
    [NFT_TYPE_CLASSID] = {.id = NFT_TYPE_CLASSID, .name = "classid", .bits = 32, .host_order = true, .form = NFT_FORM_CLASSID, .per_line = 5},
    [NFT_TYPE_UID] = {.id = NFT_TYPE_UID, .name = "uid", .bits = 32, .host_order = true, .per_line = 5},
    [NFT_TYPE_GID] = {.id = NFT_TYPE_GID, .name = "gid", .bits = 32, .host_order = true, .per_line = 5},
    [NFT_TYPE_CT_STATE] = {.id = NFT_TYPE_CT_STATE, .name = "ct_state", .bits = 32, .host_order = true, .form = NFT_FORM_HEX, .is_flags = true, .symbols = ct_state_symbols, .per_line = 2},
    [NFT_TYPE_CT_DIR] = {.id = NFT_TYPE_CT_DIR, .name = "ct_dir", .bits = 8, .symbols = ct_dir_symbols, .per_line = 5},
    [NFT_TYPE_CT_STATUS] = {.id = NFT_TYPE_CT_STATUS, .name = "ct_status", .bits = 32, .host_order = true, .form = NFT_FORM_HEX, .is_flags = true, .symbols = ct_status_symbols, .per_line = 2},
    [NFT_TYPE_ICMP6_TYPE] = {.id = NFT_TYPE_ICMP6_TYPE, .name = "icmpv6_type", .bits = 8, .symbols = icmp6_type_symbols},
    [NFT_TYPE_CT_LABEL] = {.id = NFT_TYPE_CT_LABEL, .name = "ct_label", .bits = 128, .host_order = true, .is_flags = true, .form = NFT_FORM_BIT},
    [NFT_TYPE_PKTTYPE] = {.id = NFT_TYPE_PKTTYPE, .name = "pkt_type", .bits = 8, .symbols = pkttype_symbols, .per_line = 2},
    [NFT_TYPE_ICMP_CODE] = {.id = NFT_TYPE_ICMP_CODE, .name = "icmp_code", .bits = 8, .symbols = icmp_code_symbols},
    [NFT_TYPE_ICMPV6_CODE] = {.id = NFT_TYPE_ICMPV6_CODE, .name = "icmpv6_code", .bits = 8, .symbols = icmp6_code_symbols},
    [NFT_TYPE_ICMPX_CODE] = {.id = NFT_TYPE_ICMPX_CODE, .name = "icmpx_code", .bits = 8, .symbols = icmpx_code_symbols},
    [NFT_TYPE_DEVGROUP] = {.id = NFT_TYPE_DEVGROUP, .name = "devgroup", .bits = 32, .host_order = true, .is_prefix = true, .quoted = true, .symbols = devgroup_symbols},
    [NFT_TYPE_DSCP] = {.id = NFT_TYPE_DSCP, .name = "dscp", .bits = 6, .form = NFT_FORM_HEX, .digits = 2, .symbols = dscp_symbols},
    [NFT_TYPE_ECN] = {.id = NFT_TYPE_ECN, .name = "ecn", .bits = 2, .form = NFT_FORM_HEX, .digits = 1, .symbols = ecn_symbols},
    [NFT_TYPE_FIB_ADDR] = {.id = NFT_TYPE_FIB_ADDR, .name = "fib_addrtype", .bits = 32, .host_order = true, .symbols = fib_symbols},
    [NFT_TYPE_BOOLEAN] = {.id = NFT_TYPE_BOOLEAN, .name = "boolean", .bits = 1, .symbols = boolean_symbols},
    [NFT_TYPE_CT_EVENT] = {.id = NFT_TYPE_CT_EVENT, .name = "ct_event", .bits = 32, .host_order = true, .form = NFT_FORM_HEX, .is_flags = true, .symbols = ct_event_symbols},
    [NFT_TYPE_IFNAME] = {.id = NFT_TYPE_IFNAME, .name = "ifname", .bits = 128, .form = NFT_FORM_STRING},
    [NFT_TYPE_IGMP_TYPE] = {.id = NFT_TYPE_IGMP_TYPE, .name = "igmp_type", .bits = 8, .symbols = igmp_type_symbols},
    [NFT_TYPE_DATE] = {.id = NFT_TYPE_DATE, .name = "time", .bits = 64, .host_order = true, .form = NFT_FORM_DATE},
    [NFT_TYPE_HOUR] = {.id = NFT_TYPE_HOUR, .name = "hour", .bits = 32, .host_order = true, .form = NFT_FORM_HOUR},
    [NFT_TYPE_DAY] = {.id = NFT_TYPE_DAY, .name = "day", .bits = 8, .quoted = true, .symbols = day_symbols},
    [NFT_TYPE_CGROUPV2] = {.id = NFT_TYPE_CGROUPV2, .name = "cgroupsv2", .bits = 64, .host_order = true},
    [NFT_TYPE_RAW] = {.id = NFT_TYPE_RAW, .name = "integer", .form = NFT_FORM_HEX},
};

// The names of Debian's /etc/protocols, which nft(8) and iptables(8) look up there.
static const char *const protocols[] = {
    [0] = "ip", [1] = "icmp", [2] = "igmp", [3] = "ggp", [4] = "ipencap", [5] = "st", [6] = "tcp",
    [8] = "egp", [9] = "igp", [12] = "pup", [17] = "udp", [20] = "hmp", [22] = "xns-idp",
    [27] = "rdp", [29] = "iso-tp4", [33] = "dccp", [36] = "xtp", [37] = "ddp", [38] = "idpr-cmtp",
    [41] = "ipv6", [43] = "ipv6-route", [44] = "ipv6-frag", [45] = "idrp", [46] = "rsvp",
    [47] = "gre", [50] = "esp", [51] = "ah", [57] = "skip", [58] = "ipv6-icmp",
    [59] = "ipv6-nonxt", [60] = "ipv6-opts", [73] = "rspf", [81] = "vmtp", [88] = "eigrp",
    [89] = "ospf", [93] = "ax.25", [94] = "ipip", [97] = "etherip", [98] = "encap", [103] = "pim",
    [108] = "ipcomp", [112] = "vrrp", [115] = "l2tp", [124] = "isis", [132] = "sctp", [133] = "fc",
    [135] = "mobility-header", [136] = "udplite", [137] = "mpls-in-ip", [138] = "manet",
    [139] = "hip", [140] = "shim6", [141] = "wesp", [142] = "rohc", [143] = "ethernet",
};
// clang-format on

const struct nft_type *nft_type(uint32_t id) {
    return id < NFT_TYPE_COUNT && types[id].name ? &types[id] : NULL;
}

const char *nft_type_symbol(const struct nft_type *type, nft_number value) {
    for (const struct nft_symbol *symbol = type->symbols; symbol && symbol->name; symbol++) {
        if (symbol->value == value)
            return symbol->name;
    }
    return NULL;
}

const char *nft_protocol_name(uint8_t protocol) {
    return protocol < sizeof(protocols) / sizeof(*protocols) ? protocols[protocol] : NULL;
}

// The first of the concatenated types stands in the highest six bits that are in use.
#define TYPE_BITS 6
#define TYPE_MASK ((1U << TYPE_BITS) - 1)

size_t nft_type_part_count(uint32_t type) {
    size_t count = 0;
    for (; type != 0; type >>= TYPE_BITS)
        count++;
    return count;
}

const struct nft_type *nft_type_part(uint32_t type, size_t place) {
    size_t count = nft_type_part_count(type);
    return place < count ? nft_type(type >> (count - 1 - place) * TYPE_BITS & TYPE_MASK) : NULL;
}
