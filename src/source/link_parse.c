// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWLINK, RTM_NEWSTATS: what every interface has.
#include "source/link_parse.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"

#define ALTNAMES_MAX 64 // more are cut: the kernel has no limit but the size of a message

// --- Counters ----------------------------------------------------------------------------------

// The kernel's struct grows at its end; what an older one lacks is zero.
static int copy_stats(const struct nlattr *attr, struct rtnl_link_stats64 *stats) {
    size_t length = (size_t)nla_len(attr);
    if (length < offsetof(struct rtnl_link_stats64, rx_nohandler))
        return -EBADMSG;
    memset(stats, 0, sizeof(*stats));
    memcpy(stats, nla_data(attr), length < sizeof(*stats) ? length : sizeof(*stats));
    return 0;
}

static void fill_counters(const struct rtnl_link_stats64 *stats, uint64_t *counters) {
    counters[LINK_RX_BYTES] = stats->rx_bytes;
    counters[LINK_TX_BYTES] = stats->tx_bytes;
    counters[LINK_RX_PACKETS] = stats->rx_packets;
    counters[LINK_TX_PACKETS] = stats->tx_packets;
    counters[LINK_RX_ERRORS] = stats->rx_errors;
    counters[LINK_TX_ERRORS] = stats->tx_errors;
    counters[LINK_RX_DROPPED] = stats->rx_dropped;
    counters[LINK_TX_DROPPED] = stats->tx_dropped;
}

static int take_stats(const struct nlattr *attr, const struct attr_target *target) {
    struct rtnl_link_stats64 stats;
    struct link *link = target->row;
    int r = copy_stats(attr, &stats);
    if (r < 0)
        return r;
    fill_counters(&stats, link->counters);
    link->rx_over_errors = stats.rx_over_errors;
    link->rx_multicast = stats.multicast;
    link->rx_compressed = stats.rx_compressed;
    link->rx_length_errors = stats.rx_length_errors;
    link->rx_crc_errors = stats.rx_crc_errors;
    link->rx_frame_errors = stats.rx_frame_errors;
    link->rx_fifo_errors = stats.rx_fifo_errors;
    link->rx_missed_errors = stats.rx_missed_errors;
    link->rx_nohandler = stats.rx_nohandler;
    link->tx_carrier_errors = stats.tx_carrier_errors;
    link->tx_collisions = stats.collisions;
    link->tx_compressed = stats.tx_compressed;
    link->tx_aborted_errors = stats.tx_aborted_errors;
    link->tx_fifo_errors = stats.tx_fifo_errors;
    link->tx_heartbeat_errors = stats.tx_heartbeat_errors;
    link->tx_window_errors = stats.tx_window_errors;
    return 0;
}

// --- Settings per address family -----------------------------------------------------------------

// One setting of an array of 32-bit numbers, unknown where the kernel's array is shorter. A
// negative one keeps its 32 bits.
static struct maybe signed_conf_at(const struct nlattr *conf, size_t index) {
    uint32_t number;
    if ((size_t)nla_len(conf) < (index + 1) * sizeof(number))
        return (struct maybe){0};
    memcpy(&number, (const char *)nla_data(conf) + index * sizeof(number), sizeof(number));
    return maybe_of(number);
}

// One that counts from zero, whatever was written to it.
static struct maybe conf_at(const struct nlattr *conf, size_t index) {
    struct maybe setting = signed_conf_at(conf, index);
    return setting.known && setting.value > INT32_MAX ? maybe_of(0) : setting;
}

// IPV4_DEVCONF_* count from one (linux/ip.h).
static int take_inet_conf(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    link->ipv4.forwarding = conf_at(attr, IPV4_DEVCONF_FORWARDING - 1);
    link->ipv4.rp_filter = conf_at(attr, IPV4_DEVCONF_RP_FILTER - 1);
    link->ipv4.proxy_arp = conf_at(attr, IPV4_DEVCONF_PROXY_ARP - 1);
    link->ipv4.arp_ignore = conf_at(attr, IPV4_DEVCONF_ARP_IGNORE - 1);
    link->ipv4.arp_announce = conf_at(attr, IPV4_DEVCONF_ARP_ANNOUNCE - 1);
    link->ipv4.accept_local = conf_at(attr, IPV4_DEVCONF_ACCEPT_LOCAL - 1);
    link->ipv4.route_localnet = conf_at(attr, IPV4_DEVCONF_ROUTE_LOCALNET - 1);
    link->ipv4.log_martians = conf_at(attr, IPV4_DEVCONF_LOG_MARTIANS - 1);
    return 0;
}

static int take_inet6_conf(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    link->ipv6.forwarding = conf_at(attr, DEVCONF_FORWARDING);
    link->ipv6.disabled = conf_at(attr, DEVCONF_DISABLE_IPV6);
    link->ipv6.accept_ra = conf_at(attr, DEVCONF_ACCEPT_RA);
    link->ipv6.accept_dad = signed_conf_at(attr, DEVCONF_ACCEPT_DAD);
    link->ipv6.autoconf = conf_at(attr, DEVCONF_AUTOCONF);
    link->ipv6.proxy_ndp = conf_at(attr, DEVCONF_PROXY_NDP);
    link->ipv6.use_tempaddr = signed_conf_at(attr, DEVCONF_USE_TEMPADDR);
    return 0;
}

static const struct attr_rule inet_rules[] = {
    [IFLA_INET_CONF] = ATTR_BY(take_inet_conf),
};
static const struct attr_table inet_table = ATTR_TABLE(inet_rules);

static const struct attr_rule inet6_rules[] = {
    [IFLA_INET6_CONF] = ATTR_BY(take_inet6_conf),
    [IFLA_INET6_ADDR_GEN_MODE] = ATTR(ATTR_U8, struct link, ipv6.addr_gen_mode),
};
static const struct attr_table inet6_table = ATTR_TABLE(inet6_rules);

static int take_inet(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &inet_table, target);
}

static int take_inet6(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &inet6_table, target);
}

static const struct attr_rule family_rules[] = {
    [AF_INET] = ATTR_BY(take_inet),
    [AF_INET6] = ATTR_BY(take_inet6),
};
static const struct attr_table family_table = ATTR_TABLE(family_rules);

static int take_families(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &family_table, target);
}

// --- Names, programs, lower devices --------------------------------------------------------------

static int take_linkinfo(const struct nlattr *attr, const struct attr_target *target) {
    return link_kind_parse(attr, target->arena, target->row);
}

static int take_altnames(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    const char *names[ALTNAMES_MAX];
    size_t count = 0;
    struct nlattr *inner;
    int left;
    ATTR_FOR_EACH_NESTED(inner, attr, left) {
        if (nla_type(inner) != IFLA_ALT_IFNAME || count == ALTNAMES_MAX)
            continue;
        names[count] = arena_strndup(target->arena, nla_data(inner), (size_t)nla_len(inner));
        if (!names[count++])
            return -ENOMEM;
    }
    link->altnames = arena_copy(target->arena, names, count * sizeof(names[0]));
    link->altname_count = link->altnames ? count : 0;
    return link->altnames ? 0 : -ENOMEM;
}

struct xdp {
    uint8_t attached; // XDP_ATTACHED_*
    struct maybe id, driver_id, generic_id, offload_id;
};

static const struct attr_rule xdp_rules[] = {
    [IFLA_XDP_ATTACHED] = ATTR(ATTR_PLAIN_U8, struct xdp, attached),
    [IFLA_XDP_PROG_ID] = ATTR(ATTR_U32, struct xdp, id),
    [IFLA_XDP_DRV_PROG_ID] = ATTR(ATTR_U32, struct xdp, driver_id),
    [IFLA_XDP_SKB_PROG_ID] = ATTR(ATTR_U32, struct xdp, generic_id),
    [IFLA_XDP_HW_PROG_ID] = ATTR(ATTR_U32, struct xdp, offload_id),
};
static const struct attr_table xdp_table = ATTR_TABLE(xdp_rules);

// Kernels before 4.19 give the one program's id and say how it is attached; later ones give an id
// for each way.
static int take_xdp(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    struct link_program programs[3];
    size_t count = 0;
    struct xdp xdp = {0};
    const struct attr_target here = {&xdp, target->arena};
    int r = attr_read_nested(attr, &xdp_table, &here);
    if (r < 0 || xdp.attached == XDP_ATTACHED_NONE)
        return r;
    if (xdp.driver_id.known || xdp.attached == XDP_ATTACHED_DRV)
        programs[count++] = (struct link_program){
            .attached = "xdp", .id = xdp.driver_id.known ? xdp.driver_id : xdp.id};
    if (xdp.generic_id.known || xdp.attached == XDP_ATTACHED_SKB)
        programs[count++] = (struct link_program){
            .attached = "xdp-generic", .id = xdp.generic_id.known ? xdp.generic_id : xdp.id};
    if (xdp.offload_id.known || xdp.attached == XDP_ATTACHED_HW)
        programs[count++] = (struct link_program){
            .attached = "xdp-offload", .id = xdp.offload_id.known ? xdp.offload_id : xdp.id};
    link->programs = arena_copy(target->arena, programs, count * sizeof(programs[0]));
    link->program_count = link->programs ? count : 0;
    return link->programs ? 0 : -ENOMEM;
}

// Zero stands for none: a tunnel that is bound to no device.
static int take_link(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    if (nla_get_u32(attr) != 0)
        link->link = maybe_of(nla_get_u32(attr));
    return 0;
}

static const struct attr_rule hardware_rules[] = {
    [IFLA_PERM_ADDRESS] = ATTR(ATTR_LLADDR, struct link_hardware, permaddr),
    [IFLA_PARENT_DEV_NAME] = ATTR(ATTR_TEXT, struct link_hardware, parentdev),
    [IFLA_PARENT_DEV_BUS_NAME] = ATTR(ATTR_TEXT, struct link_hardware, parentbus),
};
static const struct attr_table hardware_table = ATTR_TABLE(hardware_rules);

static int take_hardware(const struct nlattr *attr, const struct attr_target *target) {
    struct link *link = target->row;
    if (!link->hardware)
        link->hardware = arena_alloc(target->arena, sizeof(*link->hardware));
    const struct attr_target here = {link->hardware, target->arena};
    if (!link->hardware)
        return -ENOMEM;
    return attr_read(attr, attr->nla_len, &hardware_table, &here);
}

static const struct attr_rule link_rules[] = {
    [IFLA_ADDRESS] = ATTR(ATTR_LLADDR, struct link, address),
    [IFLA_BROADCAST] = ATTR(ATTR_LLADDR, struct link, broadcast),
    [IFLA_IFNAME] = ATTR(ATTR_TEXT, struct link, ifname),
    [IFLA_MTU] = ATTR(ATTR_PLAIN_U32, struct link, mtu),
    [IFLA_LINK] = ATTR_BY(take_link),
    [IFLA_QDISC] = ATTR(ATTR_TEXT, struct link, qdisc),
    [IFLA_MASTER] = ATTR(ATTR_U32, struct link, master),
    [IFLA_TXQLEN] = ATTR(ATTR_U32, struct link, txqlen),
    [IFLA_OPERSTATE] = ATTR(ATTR_PLAIN_U8, struct link, operstate),
    [IFLA_LINKMODE] = ATTR(ATTR_PLAIN_U8, struct link, linkmode),
    [IFLA_LINKINFO] = ATTR_BY(take_linkinfo),
    [IFLA_IFALIAS] = ATTR(ATTR_TEXT, struct link, ifalias),
    [IFLA_STATS64] = ATTR_BY(take_stats),
    [IFLA_AF_SPEC] = ATTR_BY(take_families),
    [IFLA_GROUP] = ATTR(ATTR_PLAIN_U32, struct link, group),
    [IFLA_PROMISCUITY] = ATTR(ATTR_U32, struct link, promiscuity),
    [IFLA_NUM_TX_QUEUES] = ATTR(ATTR_U32, struct link, num_tx_queues),
    [IFLA_NUM_RX_QUEUES] = ATTR(ATTR_U32, struct link, num_rx_queues),
    [IFLA_CARRIER] = ATTR(ATTR_U8, struct link, carrier),
    [IFLA_CARRIER_CHANGES] = ATTR(ATTR_U32, struct link, carrier_changes),
    [IFLA_LINK_NETNSID] = ATTR(ATTR_U32, struct link, link_netnsid),
    [IFLA_PROTO_DOWN] = ATTR(ATTR_U8, struct link, proto_down),
    [IFLA_GSO_MAX_SEGS] = ATTR(ATTR_U32, struct link, gso_max_segs),
    [IFLA_GSO_MAX_SIZE] = ATTR(ATTR_U32, struct link, gso_max_size),
    [IFLA_XDP] = ATTR_BY(take_xdp),
    [IFLA_MIN_MTU] = ATTR(ATTR_U32, struct link, min_mtu),
    [IFLA_MAX_MTU] = ATTR(ATTR_U32, struct link, max_mtu),
    [IFLA_PROP_LIST] = ATTR_BY(take_altnames),
    [IFLA_PERM_ADDRESS] = ATTR_BY(take_hardware),
    [IFLA_PARENT_DEV_NAME] = ATTR_BY(take_hardware),
    [IFLA_PARENT_DEV_BUS_NAME] = ATTR_BY(take_hardware),
    [IFLA_GRO_MAX_SIZE] = ATTR(ATTR_U32, struct link, gro_max_size),
    [IFLA_TSO_MAX_SIZE] = ATTR(ATTR_U32, struct link, tso_max_size),
    [IFLA_TSO_MAX_SEGS] = ATTR(ATTR_U32, struct link, tso_max_segs),
    [IFLA_ALLMULTI] = ATTR(ATTR_U32, struct link, allmulti),
};
static const struct attr_table link_table = ATTR_TABLE(link_rules);

// Devices whose driver names no kind: hardware and a few built in.
static const char *name_kind(const struct link *link) {
    if (link->flags & IFF_LOOPBACK)
        return "loopback";
    return link->hardware && link->hardware->parentdev ? "physical" : "virtual";
}

int link_parse(const struct nlmsghdr *message, struct arena *arena, struct link *ret_link) {
    const struct ifinfomsg *header = nlmsg_data(message);
    const struct attr_target target = {ret_link, arena};
    if (message->nlmsg_type != RTM_NEWLINK)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    ret_link->ifindex = header->ifi_index;
    ret_link->flags = header->ifi_flags;
    ret_link->link_type = header->ifi_type;
    int r = attr_read(nlmsg_attrdata(message, sizeof(*header)),
                      nlmsg_attrlen(message, sizeof(*header)), &link_table, &target);
    if (!ret_link->info_kind)
        ret_link->info_kind = name_kind(ret_link);
    return r == 0 && !ret_link->ifname ? -EBADMSG : r;
}

int link_stats_parse(const struct nlmsghdr *message, int32_t *ret_ifindex,
                     uint64_t ret_counters[HISTORY_COUNTERS]) {
    const struct if_stats_msg *header = nlmsg_data(message);
    struct nlattr *attrs[IFLA_STATS_MAX + 1];
    struct rtnl_link_stats64 stats;
    if (message->nlmsg_type != RTM_NEWSTATS)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header) ||
        nla_parse(attrs, IFLA_STATS_MAX, nlmsg_attrdata(message, sizeof(*header)),
                  nlmsg_attrlen(message, sizeof(*header)), NULL) < 0)
        return -EBADMSG;
    if (!attrs[IFLA_STATS_LINK_64])
        return -ENOMSG;
    int r = copy_stats(attrs[IFLA_STATS_LINK_64], &stats);
    if (r < 0)
        return r;
    fill_counters(&stats, ret_counters);
    *ret_ifindex = (int32_t)header->ifindex;
    return 0;
}
