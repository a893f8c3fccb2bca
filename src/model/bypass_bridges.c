// SPDX-License-Identifier: GPL-2.0-or-later
// Bridges whose packets do not come to the hooks of IP: net/bridge/br_netfilter_hooks.c asks the
// namespace's settings and the bridge's own, and hands packets over if one of the two says so.
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "model/bypass.h"

static const struct protocol {
    const char *name;    // of packets
    const char *setting; // for all bridges; without "bridge-" a bridge's own
    size_t of_all, own;  // where these are
} protocols[] = {
    {"IPv4", "nf-call-iptables", offsetof(struct bridge_netfilter, call_iptables),
     offsetof(struct link_as_bridge, nf_call_iptables)},
    {"IPv6", "nf-call-ip6tables", offsetof(struct bridge_netfilter, call_ip6tables),
     offsetof(struct link_as_bridge, nf_call_ip6tables)},
    {"ARP", "nf-call-arptables", offsetof(struct bridge_netfilter, call_arptables),
     offsetof(struct link_as_bridge, nf_call_arptables)},
};
#define PROTOCOLS    (sizeof(protocols) / sizeof(protocols[0]))
#define PROTOCOLS_IP 2

static const struct maybe *setting_at(const void *settings, size_t offset) {
    return (const void *)((const char *)settings + offset);
}

static bool says_so(const struct maybe *setting) {
    return setting->known && setting->value != 0;
}

static bool calls(const struct bridge_netfilter *settings, const struct link_as_bridge *bridge,
                  const struct protocol *protocol) {
    return settings->loaded && (says_so(setting_at(settings, protocol->of_all)) ||
                                says_so(setting_at(bridge, protocol->own)));
}

static void put_setting(const char *before, const struct protocol *protocol,
                        const struct maybe *setting, struct buffer *text) {
    buffer_printf(text, "%s%s%s ", text->len > 0 ? ", " : "", before, protocol->setting);
    if (setting->known)
        buffer_put_uint(text, setting->value);
    else
        buffer_puts(text, "not there");
}

// "bridge-nf-call-iptables 0, nf-call-iptables 0": for all, its own.
static void put_evidence(const struct bridge_netfilter *settings,
                         const struct link_as_bridge *bridge, struct buffer *text) {
    if (!settings->loaded) {
        buffer_puts(text, "no br_netfilter: there is no /proc/sys/net/bridge");
        return;
    }
    for (size_t i = 0; i < PROTOCOLS; i++) {
        if (calls(settings, bridge, &protocols[i]))
            continue;
        put_setting("bridge-", &protocols[i], setting_at(settings, protocols[i].of_all), text);
        put_setting("its own ", &protocols[i], setting_at(bridge, protocols[i].own), text);
    }
}

static void put_effect(const struct bridge_netfilter *settings, const struct link_as_bridge *bridge,
                       struct buffer *text) {
    for (size_t i = 0; i < PROTOCOLS; i++) {
        if (!calls(settings, bridge, &protocols[i]))
            buffer_printf(text, "%s%s", text->len > 0 ? ", " : "", protocols[i].name);
    }
    buffer_puts(text, " from port to port meets the rules of family bridge only");
}

static int add_bridge(struct table *table, const struct bridge_netfilter *settings,
                      const struct link *link) {
    struct buffer evidence = BUFFER_INIT, effect = BUFFER_INIT;
    struct bypass *row =
        bypass_add(table, BYPASS_BRIDGE, ROAD_AT_BRIDGE, &link->ifindex, sizeof(link->ifindex));
    if (!row)
        return -ENOMEM;
    put_evidence(settings, link->bridge, &evidence);
    put_effect(settings, link->bridge, &effect);
    int r = bypass_set_device(table, row, link->ifindex, link->ifname);
    row->name = r == 0 ? row->devices[0] : NULL;
    row->evidence = bypass_keep_text(table, &evidence);
    row->effect = bypass_keep_text(table, &effect);
    return r == 0 && row->evidence && row->effect ? 0 : -ENOMEM;
}

static int look_at(struct table *table, const struct bridge_netfilter *settings,
                   const struct link *link, struct bypass_whole *whole) {
    bool ip = false, all = true;
    for (size_t i = 0; i < PROTOCOLS; i++) {
        bool called = calls(settings, link->bridge, &protocols[i]);
        ip |= called && i < PROTOCOLS_IP;
        all &= called;
    }
    whole->bridges++;
    whole->bridges_calling_ip += ip;
    return all ? 0 : add_bridge(table, settings, link);
}

// --- Frames with tags ----------------------------------------------------------------------------

// What is in them is nothing to the hooks of IP as they come; is_vlan_ip() and its like ask whether
// to look into them.
static const struct tag {
    const char *name;
    const char *setting;
    size_t offset; // of the setting
    const char *effect;
} tags[] = {
    {"VLAN", "bridge-nf-filter-vlan-tagged", offsetof(struct bridge_netfilter, filter_vlan_tagged),
     "what has a VLAN's tag passes by the hooks of IP: only rules of family bridge see it"},
    {"PPPoE", "bridge-nf-filter-pppoe-tagged",
     offsetof(struct bridge_netfilter, filter_pppoe_tagged),
     "what is in PPPoE passes by the hooks of IP: only rules of family bridge see it"},
};

// The bridges that hand some packets over; a list in the arena, or NULL when memory is out.
static const char **list_calling(struct table *table, const struct bypass_facts *facts,
                                 size_t *ret_count) {
    const char **names =
        arena_alloc(&table->arena, (facts->links->count + 1) * sizeof(const char *));
    *ret_count = 0;
    for (size_t i = 0; names && i < facts->links->count; i++) {
        const struct link *link = table_row(facts->links, i);
        bool calling = false;
        for (size_t k = 0; link->bridge && k < PROTOCOLS; k++)
            calling |= calls(facts->bridge_netfilter, link->bridge, &protocols[k]);
        const char *name = calling ? arena_strdup(&table->arena, link->ifname) : NULL;
        if (name)
            names[(*ret_count)++] = name;
        else if (calling)
            return NULL;
    }
    return names;
}

static int add_tag(struct table *table, const struct bypass_facts *facts, const struct tag *tag) {
    const struct maybe *setting = setting_at(facts->bridge_netfilter, tag->offset);
    struct buffer evidence = BUFFER_INIT;
    size_t count;
    if (!setting->known || setting->value != 0)
        return 0;
    const char **names = list_calling(table, facts, &count);
    if (!names || count == 0)
        return names ? 0 : -ENOMEM;
    struct bypass *row =
        bypass_add(table, BYPASS_TAGGED, ROAD_AT_BRIDGE, tag->name, strlen(tag->name));
    if (!row)
        return -ENOMEM;
    row->name = tag->name;
    row->devices = names;
    row->device_count = count;
    row->effect = tag->effect;
    buffer_printf(&evidence, "%s 0", tag->setting);
    row->evidence = bypass_keep_text(table, &evidence);
    return row->evidence ? 0 : -ENOMEM;
}

int bypass_add_bridges(struct table *table, const struct bypass_facts *facts,
                       struct bypass_whole *whole) {
    const struct bridge_netfilter *settings = facts->bridge_netfilter;
    int r = 0;
    if (!facts->links || !settings || !settings->known)
        return 0;
    for (size_t i = 0; i < facts->links->count && r == 0; i++) {
        const struct link *link = table_row(facts->links, i);
        if (link->bridge)
            r = look_at(table, settings, link, whole);
    }
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]) && r == 0; i++)
        r = add_tag(table, facts, &tags[i]);
    return r;
}
