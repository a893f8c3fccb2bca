// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/ruleset_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "ruleset/ruleset_origin.h"
#include "source/legacy.h"
#include "source/protocols.h"
#include "source/ruleset_names.h"

#define TRIES 10 // to find the rules unchanged from beginning to end

// --- Is there anything to read -------------------------------------------------------------------

static bool file_has(const char *path, const char *words) {
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof(line), file))
        found = strstr(line, words) != NULL;
    fclose(file);
    return found;
}

// nf_tables has no directory of its own in /sys/module when it is built in. A kernel without
// modules has it or has it not, and loads nothing.
bool nft_is_loaded(void) {
    char path[128];
    struct utsname name;
    if (access("/sys/module/nf_tables", F_OK) == 0 || access("/proc/modules", F_OK) < 0)
        return true;
    if (uname(&name) < 0)
        return true;
    snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", name.release);
    return file_has(path, "/nf_tables.ko");
}

// --- Interfaces ----------------------------------------------------------------------------------

struct interfaces {
    struct arena *arena;
    struct nf_interface *items;
    size_t count, capacity;
};

static int take_interface(const struct nlmsghdr *message, void *user_data) {
    struct interfaces *interfaces = user_data;
    const struct ifinfomsg *header = nlmsg_data(message);
    if (message->nlmsg_type != RTM_NEWLINK || nlmsg_datalen(message) < (int)sizeof(*header))
        return 0;
    const struct nlattr *name = nla_find(nlmsg_attrdata(message, sizeof(*header)),
                                         nlmsg_attrlen(message, sizeof(*header)), IFLA_IFNAME);
    if (!name)
        return 0;
    if (interfaces->count == interfaces->capacity) {
        size_t capacity = interfaces->capacity ? interfaces->capacity * 2 : 16;
        void *items = reallocarray(interfaces->items, capacity, sizeof(*interfaces->items));
        if (!items)
            return -ENOMEM;
        interfaces->items = items;
        interfaces->capacity = capacity;
    }
    struct nf_interface *item = &interfaces->items[interfaces->count];
    item->ifindex = (uint32_t)header->ifi_index;
    item->name = arena_strndup(interfaces->arena, nla_data(name), (size_t)nla_len(name));
    interfaces->count += item->name ? 1 : 0;
    return item->name ? 0 : -ENOMEM;
}

static void restart_interfaces(void *user_data) {
    struct interfaces *interfaces = user_data;
    interfaces->count = 0;
}

static int compare_interfaces(const void *a, const void *b) {
    const struct nf_interface *left = a, *right = b;
    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

static struct nl_msg *interfaces_request(void) {
    const struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    struct nl_msg *request = netlink_request(RTM_GETLINK, &header, sizeof(header));
    if (request && nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

static int dump_interfaces(const struct netns *netns, struct interfaces *interfaces,
                           struct error *err) {
    const struct netlink_reader reader = {take_interface, restart_interfaces, interfaces};
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_ROUTE, err);
    if (r < 0)
        return r;
    r = netlink_dump(&netlink, interfaces_request(), &reader, err);
    netlink_close(&netlink);
    return r == -EINTR ? 0 : r; // a name more or less
}

int ruleset_read_interfaces(const struct netns *netns, struct ruleset *ruleset, struct error *err) {
    struct interfaces interfaces = {.arena = &ruleset->arena};
    int r = dump_interfaces(netns, &interfaces, err);
    if (r == 0 && interfaces.count > 0) {
        qsort(interfaces.items, interfaces.count, sizeof(*interfaces.items), compare_interfaces);
        ruleset->interfaces = arena_copy(&ruleset->arena, interfaces.items,
                                         interfaces.count * sizeof(*interfaces.items));
        ruleset->interface_count = ruleset->interfaces ? interfaces.count : 0;
        r = ruleset->interfaces ? 0 : -ENOMEM;
    }
    free(interfaces.items);
    return r;
}

// --- The ruleset ---------------------------------------------------------------------------------

// The first trouble is the one that is told.
__attribute__((format(printf, 3, 4))) static void
trouble(struct status *status, enum status_state state, const char *format, ...) {
    va_list args;
    if (status->state != STATUS_OK)
        return;
    status->state = state;
    va_start(args, format);
    vsnprintf(status->reason, sizeof(status->reason), format, args);
    va_end(args);
}

static void say_nft_trouble(struct status *status, int r, size_t malformed,
                            const struct error *err) {
    if (r == -EAGAIN)
        trouble(status, STATUS_PARTIAL, "the rules changed while they were read, %d times in a row",
                TRIES);
    else if (r == -EPERM)
        trouble(status, STATUS_DENIED, "nftables is read with CAP_NET_ADMIN only");
    else if (r == -EINVAL || netlink_is_unsupported(r))
        trouble(status, STATUS_UNSUPPORTED, "this kernel has no nftables");
    else if (r < 0)
        trouble(status, netlink_state_of(r), "%s", err->text);
    if (malformed > 0)
        trouble(status, STATUS_PARTIAL, "%zu messages of the kernel's are malformed", malformed);
}

static void say_legacy_others(struct status *status, const struct ruleset *ruleset) {
    if (ruleset->has_legacy_arp)
        trouble(status, STATUS_PARTIAL, "arptables-legacy has tables, which are not read");
    if (ruleset->has_legacy_bridge)
        trouble(status, STATUS_PARTIAL, "ebtables-legacy may have tables, which are not read");
}

static int read_once(struct netlink *netlink, const struct netns *netns,
                     const struct ruleset_options *options, struct ruleset **ret_ruleset,
                     size_t *ret_malformed, struct error *err) {
    ruleset_unref(*ret_ruleset);
    *ret_ruleset = ruleset_new();
    return *ret_ruleset ? nft_read(netlink, netns, options, *ret_ruleset, ret_malformed, err)
                        : -ENOMEM;
}

static int read_nft(const struct netns *netns, const struct ruleset_options *options,
                    struct ruleset **ret_ruleset, size_t *ret_malformed, struct error *err) {
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    r = -EAGAIN;
    for (int try = 0; r == -EAGAIN && try < TRIES; try++)
        r = read_once(&netlink, netns, options, ret_ruleset, ret_malformed, err);
    netlink_close(&netlink);
    return r;
}

int ruleset_read(const struct netns *netns, const struct ruleset_options *options,
                 struct ruleset **ret_ruleset, struct status *ret_status) {
    struct ruleset *ruleset = NULL;
    struct status status = {.state = STATUS_OK};
    struct error err = {0};
    size_t malformed = 0;
    int r = nft_is_loaded() ? read_nft(netns, options, &ruleset, &malformed, &err) : 0;
    if (r != -ENOMEM && !ruleset && !(ruleset = ruleset_new()))
        r = -ENOMEM;
    if (r != -ENOMEM) {
        say_nft_trouble(&status, r, malformed, &err);
        r = legacy_read(netns, ruleset, &err);
    }
    if (r < 0 && r != -ENOMEM)
        trouble(&status, netlink_state_of(r), "%s", err.text);
    if (r != -ENOMEM) {
        say_legacy_others(&status, ruleset);
        r = ruleset_find_origins(ruleset);
    }
    if (r != -ENOMEM)
        r = protocols_read(&ruleset->arena, &ruleset->protocols);
    if (r != -ENOMEM)
        r = ruleset_names_read(netns, ruleset);
    if (r != -ENOMEM)
        r = ruleset_read_interfaces(netns, ruleset, &err);
    if (r == -ENOMEM) {
        ruleset_unref(ruleset);
        return r;
    }
    if (r < 0)
        trouble(&status, netlink_state_of(r), "%s", err.text);
    *ret_ruleset = ruleset;
    status.source = ret_status->source;
    *ret_status = status;
    return 0;
}
