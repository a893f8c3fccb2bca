// SPDX-License-Identifier: GPL-2.0-or-later
// RTM_NEWLINK of AF_BRIDGE: the VLANs of a bridge port (linux/if_bridge.h).
#include "source/link_parse.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "source/attr.h"

#define VLANS_MAX 4096 // there are no more

int link_bridge_index(const struct nlmsghdr *message, int32_t *ret_ifindex) {
    const struct ifinfomsg *header = nlmsg_data(message);
    if (message->nlmsg_type != RTM_NEWLINK)
        return -ENOMSG;
    if (nlmsg_datalen(message) < (int)sizeof(*header))
        return -EBADMSG;
    if (header->ifi_family != AF_BRIDGE)
        return -ENOMSG;
    *ret_ifindex = header->ifi_index;
    return 0;
}

static size_t count_entries(const struct nlattr *spec) {
    struct nlattr *inner;
    size_t count = 0;
    int left;
    ATTR_FOR_EACH_NESTED(inner, spec, left)
    count += nla_type(inner) == IFLA_BRIDGE_VLAN_INFO;
    return count < VLANS_MAX ? count : VLANS_MAX;
}

// A range comes as two entries, its first and its last VLAN.
static void add_entry(const struct bridge_vlan_info *info, struct link_vlan *vlans, size_t *count) {
    if (info->flags & BRIDGE_VLAN_INFO_RANGE_END && *count > 0) {
        vlans[*count - 1].vlan_end = info->vid;
        return;
    }
    vlans[(*count)++] = (struct link_vlan){
        .vlan = info->vid,
        .vlan_end = info->vid,
        .pvid = info->flags & BRIDGE_VLAN_INFO_PVID,
        .untagged = info->flags & BRIDGE_VLAN_INFO_UNTAGGED,
    };
}

static int read_entries(const struct nlattr *spec, size_t max, struct link_vlan *vlans,
                        size_t *ret_count) {
    struct bridge_vlan_info info;
    struct nlattr *inner;
    size_t count = 0;
    int left, result = 0;
    ATTR_FOR_EACH_NESTED(inner, spec, left) {
        if (nla_type(inner) != IFLA_BRIDGE_VLAN_INFO || count == max)
            continue;
        if (nla_len(inner) < (int)sizeof(info)) {
            result = -EBADMSG;
            continue;
        }
        memcpy(&info, nla_data(inner), sizeof(info));
        add_entry(&info, vlans, &count);
    }
    *ret_count = count;
    return result;
}

static const char *write_vlan(const struct link_vlan *vlan, struct arena *arena) {
    const char *pvid = vlan->pvid ? " PVID" : "";
    const char *untagged = vlan->untagged ? " untagged" : "";
    if (vlan->vlan == vlan->vlan_end)
        return arena_printf(arena, "%u%s%s", vlan->vlan, pvid, untagged);
    return arena_printf(arena, "%u-%u%s%s", vlan->vlan, vlan->vlan_end, pvid, untagged);
}

static const char *const *write_vlans(const struct link_vlan *vlans, size_t count,
                                      struct arena *arena) {
    const char **texts = arena_alloc(arena, count * sizeof(*texts));
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = write_vlan(&vlans[i], arena);
        if (!texts[i])
            return NULL;
    }
    return texts;
}

int link_vlans_parse(const struct nlmsghdr *message, struct arena *arena, struct link *link) {
    int header_size = (int)sizeof(struct ifinfomsg);
    const struct nlattr *spec = nla_find(nlmsg_attrdata(message, header_size),
                                         nlmsg_attrlen(message, header_size), IFLA_AF_SPEC);
    size_t max = spec ? count_entries(spec) : 0;
    if (max == 0)
        return 0;
    struct link_vlan *vlans = arena_alloc(arena, max * sizeof(*vlans));
    size_t count;
    if (!vlans)
        return -ENOMEM;
    int r = read_entries(spec, max, vlans, &count);
    const char *const *texts = write_vlans(vlans, count, arena);
    if (!texts)
        return -ENOMEM;
    link->vlans = vlans;
    link->vlan_texts = texts;
    link->vlan_count = count;
    return r;
}
