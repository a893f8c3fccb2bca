// SPDX-License-Identifier: GPL-2.0-or-later
// REJECT: drops the packet and says so to who sent it.
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const struct xt_name types4[] = {
    {IPT_ICMP_NET_UNREACHABLE, "icmp-net-unreachable"},
    {IPT_ICMP_HOST_UNREACHABLE, "icmp-host-unreachable"},
    {IPT_ICMP_PROT_UNREACHABLE, "icmp-proto-unreachable"},
    {IPT_ICMP_PORT_UNREACHABLE, "icmp-port-unreachable"},
    {IPT_ICMP_NET_PROHIBITED, "icmp-net-prohibited"},
    {IPT_ICMP_HOST_PROHIBITED, "icmp-host-prohibited"},
    {IPT_TCP_RESET, "tcp-reset"},
    {IPT_ICMP_ADMIN_PROHIBITED, "icmp-admin-prohibited"},
};
static const struct xt_name types6[] = {
    {IP6T_ICMP6_NO_ROUTE, "icmp6-no-route"},
    {IP6T_ICMP6_ADM_PROHIBITED, "icmp6-adm-prohibited"},
    {IP6T_ICMP6_ADDR_UNREACH, "icmp6-addr-unreachable"},
    {IP6T_ICMP6_PORT_UNREACH, "icmp6-port-unreachable"},
    {IP6T_TCP_RESET, "tcp-reset"},
    {IP6T_ICMP6_POLICY_FAIL, "icmp6-policy-fail"},
    {IP6T_ICMP6_REJECT_ROUTE, "icmp6-reject-route"},
};

// Both structs are one number.
static bool check_reject4(const void *bytes) {
    const struct ipt_reject_info *info = bytes;
    return xt_name(types4, XT_COUNT(types4), info->with);
}

static bool check_reject6(const void *bytes) {
    const struct ip6t_reject_info *info = bytes;
    return xt_name(types6, XT_COUNT(types6), info->with);
}

static void write_reject4(const void *info, struct xt_writer *writer) {
    const struct ipt_reject_info *reject = info;
    xt_option_name(writer, "--reject-with", false, xt_name(types4, XT_COUNT(types4), reject->with));
}

static void write_reject6(const void *info, struct xt_writer *writer) {
    const struct ip6t_reject_info *reject = info;
    xt_option_name(writer, "--reject-with", false, xt_name(types6, XT_COUNT(types6), reject->with));
}

const struct xt_extension xt_target_reject[] = {
    {
        .name = "REJECT",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct ipt_reject_info),
        .check = check_reject4,
        .write = write_reject4,
    },
    {
        .name = "REJECT",
        .is_target = true,
        .family = NF_FAMILY_IP6,
        .size = sizeof(struct ip6t_reject_info),
        .check = check_reject6,
        .write = write_reject6,
    },
    {0},
};
