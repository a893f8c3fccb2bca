// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/route_context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "model/link.h"
#include "source/link_parse.h"

static int add_link(struct route_context *context, const struct link *link) {
    if (context->link_count == context->link_capacity) {
        size_t capacity = context->link_capacity ? context->link_capacity * 2 : 16;
        struct route_link *links = reallocarray(context->links, capacity, sizeof(*links));
        if (!links)
            return -ENOMEM;
        context->links = links;
        context->link_capacity = capacity;
    }
    const char *name = arena_strdup(&context->arena, link->ifname);
    if (!name)
        return -ENOMEM;
    bool vrf = strcmp(link->info_kind, "vrf") == 0;
    context->links[context->link_count++] =
        (struct route_link){link->ifindex, name, vrf ? (uint32_t)link->vrf_table.value : 0};
    return 0;
}

static int take_link(const struct nlmsghdr *message, void *user_data) {
    struct arena scratch = ARENA_INIT;
    struct link link = {0};
    int r = link_parse(message, &scratch, &link);
    // What else is wrong with it is told where interfaces are shown.
    if (r != -ENOMEM)
        r = link.ifname ? add_link(user_data, &link) : 0;
    arena_done(&scratch);
    return r;
}

static void restart_links(void *user_data) {
    struct route_context *context = user_data;
    context->link_count = 0;
}

static int compare_links(const void *a, const void *b) {
    const struct route_link *left = a, *right = b;
    return (left->ifindex > right->ifindex) - (left->ifindex < right->ifindex);
}

static struct nl_msg *link_request(void) {
    const struct ifinfomsg header = {.ifi_family = AF_UNSPEC};
    struct nl_msg *request = netlink_request(RTM_GETLINK, &header, sizeof(header));
    if (request && nla_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

int route_context_read(struct route_context *context, struct netlink *netlink, struct error *err) {
    const struct netlink_reader reader = {take_link, restart_links, context};
    context->names = route_names_read();
    if (!context->names)
        return error_set(err, -ENOMEM, "out of memory");
    int r = netlink_dump(netlink, link_request(), &reader, err);
    if (context->link_count > 1)
        qsort(context->links, context->link_count, sizeof(*context->links), compare_links);
    // A change of interfaces meanwhile costs a name at most.
    return r == -EINTR ? 0 : r;
}

void route_context_done(struct route_context *context) {
    free(context->links);
    free(context->ranks);
    arena_done(&context->arena);
    *context = (struct route_context){0};
}
