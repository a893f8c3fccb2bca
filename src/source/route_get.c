// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/route_get.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>

#include "source/netlink.h"
#include "source/route_context.h"
#include "source/route_get_parse.h"
#include "source/route_parse.h"

struct route_asker {
    struct netlink netlink;
    struct route_context context; // names
};

int route_asker_new(const struct netns *netns, struct route_asker **ret_asker, struct error *err) {
    struct route_asker *asker = calloc(1, sizeof(*asker));
    if (!asker)
        return error_set(err, -ENOMEM, "memory is out");
    int r = netlink_open(&asker->netlink, netns, NETLINK_ROUTE, err);
    if (r < 0) {
        free(asker);
        return r;
    }
    r = route_context_read(&asker->context, &asker->netlink, err);
    if (r < 0) {
        route_asker_free(asker);
        return r;
    }
    *ret_asker = asker;
    return 0;
}

void route_asker_free(struct route_asker *asker) {
    if (!asker)
        return;
    route_context_done(&asker->context);
    netlink_close(&asker->netlink);
    free(asker);
}

int32_t route_asker_link(const struct route_asker *asker, const char *name) {
    for (size_t i = 0; i < asker->context.link_count; i++) {
        if (strcmp(asker->context.links[i].name, name) == 0)
            return asker->context.links[i].ifindex;
    }
    return 0;
}

// --- The answer ----------------------------------------------------------------------------------

struct taking {
    struct table *table;
    struct route_shares shares;
};

static int take_route(const struct nlmsghdr *message, void *user_data) {
    struct taking *taking = user_data;
    struct route *route = table_add(taking->table);
    int r = route ? route_parse(message, &taking->shares, route) : -ENOMEM;
    if (route && !route->shared)
        taking->table->count--;
    return r == -ENOMEM ? r : 0;
}

// An error that the kernel answers is the answer.
static int ask(struct route_asker *asker, const struct route_question *question, bool match,
               struct taking *taking, struct route_reply *reply) {
    struct error err = {0};
    size_t before = taking->table->count;
    int r =
        netlink_get(&asker->netlink, route_get_request(question, match), take_route, taking, &err);
    if (r == -ENOMEM)
        return r;
    if (r == 0 && taking->table->count == before)
        r = error_set(&err, -EBADMSG, "the kernel's answer is malformed");
    reply->error = r;
    if (r < 0)
        memcpy(reply->words, err.text, strnlen(err.text, sizeof(reply->words) - 1));
    return 0;
}

static int ask_both(struct route_asker *asker, const struct route_question *question,
                    struct taking *taking, struct route_answer *answer) {
    int r = ask(asker, question, true, taking, &answer->match);
    if (r == 0)
        r = ask(asker, question, false, taking, &answer->resolved);
    size_t row = 0;
    // Only now: the rows move while there come more.
    if (r == 0 && answer->match.error == 0)
        answer->match.route = table_row(taking->table, row++);
    if (r == 0 && answer->resolved.error == 0)
        answer->resolved.route = table_row(taking->table, row);
    return r;
}

int route_asker_ask(struct route_asker *asker, const struct route_question *question,
                    struct route_answer *ret_answer, struct error *err) {
    struct route_answer answer = {.table = table_new(&route_kind)};
    if (!answer.table)
        return error_set(err, -ENOMEM, "memory is out");
    struct taking taking = {.table = answer.table, .shares.context = &asker->context};
    route_shares_begin(&taking.shares, &answer.table->arena);
    int r = ask_both(asker, question, &taking, &answer);
    route_shares_done(&taking.shares);
    if (r < 0) {
        route_answer_done(&answer);
        return error_set(err, r, "memory is out");
    }
    *ret_answer = answer;
    return 0;
}

// --- Labels --------------------------------------------------------------------------------------

struct labels {
    struct route_label *items;
    size_t count, capacity;
};

static int take_label(const struct nlmsghdr *message, void *user_data) {
    struct labels *labels = user_data;
    struct route_label label;
    int r = route_label_parse(message, &label);
    if (r < 0)
        return r == -ENOMSG ? 0 : r;
    if (labels->count == labels->capacity) {
        size_t capacity = labels->capacity ? labels->capacity * 2 : 16;
        struct route_label *items = reallocarray(labels->items, capacity, sizeof(*items));
        if (!items)
            return -ENOMEM;
        labels->items = items;
        labels->capacity = capacity;
    }
    labels->items[labels->count++] = label;
    return 0;
}

static void restart_labels(void *user_data) {
    struct labels *labels = user_data;
    labels->count = 0;
}

int route_asker_labels(struct route_asker *asker, struct arena *arena,
                       const struct route_label **ret_labels, size_t *ret_count,
                       struct error *err) {
    const struct ifaddrlblmsg header = {.ifal_family = AF_INET6};
    struct labels labels = {0};
    const struct netlink_reader reader = {take_label, restart_labels, &labels};
    int r = netlink_dump(&asker->netlink,
                         netlink_request(RTM_GETADDRLABEL, &header, sizeof(header)), &reader, err);
    const struct route_label *copy =
        arena_copy(arena, labels.items ? (const void *)labels.items : "",
                   labels.count * sizeof(*labels.items));
    free(labels.items);
    if (r == 0 && !copy)
        r = error_set(err, -ENOMEM, "memory is out");
    if (r < 0)
        return r;
    *ret_labels = copy;
    *ret_count = labels.count;
    return 0;
}
