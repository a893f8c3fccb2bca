// SPDX-License-Identifier: GPL-2.0-or-later
// cluster: the part of the flows that this node of a cluster answers for, by a hash of the source.
#include <linux/netfilter/xt_cluster.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_cluster(const void *info, struct xt_writer *writer) {
    const struct xt_cluster_match_info *cluster = info;
    xt_option_hex_digits(writer, "--cluster-local-nodemask", cluster->flags & XT_CLUSTER_F_INV,
                         cluster->node_mask, 8);
    xt_option_uint(writer, "--cluster-total-nodes", false, cluster->total_nodes);
    xt_option_hex_digits(writer, "--cluster-hash-seed", false, cluster->hash_seed, 8);
}

const struct xt_extension xt_match_cluster[] = {
    {.name = "cluster", .size = sizeof(struct xt_cluster_match_info), .write = write_cluster},
    {0},
};
