// SPDX-License-Identifier: GPL-2.0-or-later
// Tables of ebtables in a namespace. The kernel lists none, and asking for one makes it. But a
// table is there as soon as its functions stand on the hooks of bridges, and these the kernel tells
// (linux/netfilter/nfnetlink_hook.h, since 5.14).
#include "source/legacy_bridge.h"

#include <string.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_hook.h>

#include "source/hook_programs.h"
#include "source/netlink.h"

#define HOOKS 5 // of bridges: NF_INET_NUMHOOKS

// net/bridge/netfilter/: ebt_do_table, and in older kernels a function for each table; ebt_broute.
bool legacy_bridge_hook_parse(const struct nlmsghdr *message) {
    const int head = sizeof(struct nfgenmsg);
    const struct nlattr *function =
        nlmsg_datalen(message) < head
            ? NULL
            : nla_find(nlmsg_attrdata(message, head), nlmsg_attrlen(message, head),
                       NFNLA_HOOK_FUNCTION_NAME);
    return function && nla_len(function) > 4 && memcmp(nla_data(function), "ebt_", 4) == 0;
}

static int take_hook(const struct nlmsghdr *message, void *user_data) {
    bool *found = user_data;
    *found |= legacy_bridge_hook_parse(message);
    return 0;
}

static int look_at_hooks(struct netlink *netlink, bool *ret_found) {
    const struct netlink_reader reader = {.sink = take_hook, .user_data = ret_found};
    int r = 0;
    for (uint32_t hook = 0; r == 0 && hook < HOOKS; hook++)
        r = netlink_dump(netlink, nf_hook_request(NF_FAMILY_BRIDGE, hook), &reader, NULL);
    return r;
}

// The module of each table is loaded when it is first asked for, in whatever namespace. So the
// module that tells of hooks need not be loaded where none of these is.
static bool is_loaded(void) {
    return access("/sys/module/ebtables", F_OK) == 0;
}

enum nf_presence legacy_bridge_find(const struct netns *netns) {
    struct netlink netlink;
    bool found = false;
    if (!is_loaded())
        return NF_PRESENCE_NO;
    if (netlink_open(&netlink, netns, NETLINK_NETFILTER, NULL) < 0)
        return NF_PRESENCE_UNKNOWN;
    int r = look_at_hooks(&netlink, &found);
    netlink_close(&netlink);
    return found ? NF_PRESENCE_YES : r == 0 ? NF_PRESENCE_NO : NF_PRESENCE_UNKNOWN;
}
