// SPDX-License-Identifier: GPL-2.0-or-later
// CLUSTERIP: an address that the nodes of a cluster share (until Linux 6.4). All but the rule that
// made the address have no options.
#include <linux/if_ether.h>
#include <linux/netfilter_ipv4/ipt_CLUSTERIP.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const modes[] = {
    [CLUSTERIP_HASHMODE_SIP] = "sourceip",
    [CLUSTERIP_HASHMODE_SIP_SPT] = "sourceip-sourceport",
    [CLUSTERIP_HASHMODE_SIP_SPT_DPT] = "sourceip-sourceport-destport",
};

static bool check_clusterip(const void *bytes) {
    const struct ipt_clusterip_tgt_info *info = bytes;
    return info->hash_mode < XT_COUNT(modes);
}

static void write_clusterip(const void *info, struct xt_writer *writer) {
    const struct ipt_clusterip_tgt_info *cluster = info;
    const uint8_t *mac = cluster->clustermac;
    if (!(cluster->flags & CLUSTERIP_FLAG_NEW))
        return;
    xt_flag(writer, "--new", false);
    xt_option_name(writer, "--hashmode", false, modes[cluster->hash_mode]);
    xt_option(writer, "--clustermac", false);
    buffer_printf(writer->value, "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3],
                  mac[4], mac[5]);
    xt_option_uint(writer, "--total-nodes", false, cluster->num_total_nodes);
    xt_option_uint(writer, "--local-node", false, cluster->local_nodes[0]);
    xt_option_uint(writer, "--hash-init", false, cluster->hash_initval);
}

const struct xt_extension xt_target_clusterip[] = {
    {
        .name = "CLUSTERIP",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct ipt_clusterip_tgt_info),
        .check = check_clusterip,
        .write = write_clusterip,
    },
    {0},
};
