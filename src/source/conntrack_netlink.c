// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/conntrack_netlink.h"

#include <errno.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>

// A request to ctnetlink loads its module, and with it connection tracking: looking would change
// what is looked at. Loaded or built in, nf_conntrack has a directory there; without sysfs its
// sysctls tell.
static bool is_loaded(void) {
    return access("/sys/module/nf_conntrack", F_OK) == 0 ||
           access("/proc/sys/net/netfilter/nf_conntrack_count", F_OK) == 0;
}

int conntrack_open(struct netlink *netlink, const struct netns *netns, struct error *err) {
    if (!is_loaded())
        return error_set(err, -EOPNOTSUPP, "connection tracking (nf_conntrack) is not loaded");
    return netlink_open(netlink, netns, NETLINK_NETFILTER, err);
}

struct nl_msg *conntrack_request(int subsystem, int type, uint8_t family) {
    const struct nfgenmsg header = {.nfgen_family = family, .version = NFNETLINK_V0};
    return netlink_request(subsystem << 8 | type, &header, sizeof(header));
}

void conntrack_trouble(struct table *table, int r, const struct error *err) {
    if (r >= 0)
        return;
    if (r == -EPERM)
        table_trouble(table, STATUS_DENIED, "connection tracking is read with CAP_NET_ADMIN only");
    else if (r == -EINVAL)
        table_trouble(table, STATUS_UNSUPPORTED, "this kernel has no ctnetlink");
    else if (r == -ENOMEM)
        table_trouble(table, STATUS_FAILED, "out of memory");
    else
        table_trouble(table, netlink_state_of(r), "%s", err->text);
}
