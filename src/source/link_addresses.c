// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of interfaces: one dump for the namespace, dealt out to the rows.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "source/link_parse.h"
#include "source/link_read.h"

struct entry {
    int32_t ifindex;
    size_t order; // the kernel's: IPv4 before IPv6, primary before secondary
    struct link_address address;
};

struct list {
    struct entry *entries;
    size_t count, capacity;
    struct arena *arena;
    bool malformed;
};

static struct entry *add_entry(struct list *list) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 16;
        struct entry *entries = reallocarray(list->entries, capacity, sizeof(*entries));
        if (!entries)
            return NULL;
        list->entries = entries;
        list->capacity = capacity;
    }
    struct entry *entry = &list->entries[list->count];
    entry->order = list->count++;
    return entry;
}

static int take_address(const struct nlmsghdr *message, void *user_data) {
    struct list *list = user_data;
    struct entry *entry = add_entry(list);
    if (!entry)
        return -ENOMEM;
    int r = link_address_parse(message, list->arena, &entry->ifindex, &entry->address);
    if (r == 0 || r == -ENOMEM)
        return r;
    list->malformed |= r == -EBADMSG;
    list->count--;
    return 0;
}

static void restart(void *user_data) {
    struct list *list = user_data;
    list->count = 0;
}

static int compare_entries(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    if (left->ifindex != right->ifindex)
        return left->ifindex < right->ifindex ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

// Gives the row its entries, which stand in a row. An interface that came up between the two dumps
// has no row yet: its notification is on the way.
static int give_to_row(struct link_reading *reading, const struct entry *entries, size_t count) {
    struct link *link = link_reading_row(reading, entries[0].ifindex);
    if (!link)
        return 0;
    struct link_address *addresses =
        arena_alloc(&reading->table->arena, count * sizeof(*addresses));
    if (!addresses)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        addresses[i] = entries[i].address;
    link->addr_info = addresses;
    link->addr_count = count;
    return 0;
}

static int deal_out(struct link_reading *reading, struct list *list) {
    if (list->count > 1)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
    size_t start = 0;
    for (size_t i = 1; i <= list->count; i++) {
        if (i < list->count && list->entries[i].ifindex == list->entries[start].ifindex)
            continue;
        int r = give_to_row(reading, list->entries + start, i - start);
        if (r < 0)
            return r;
        start = i;
    }
    return 0;
}

void link_read_addresses(struct link_reading *reading) {
    const struct ifaddrmsg header = {.ifa_family = AF_UNSPEC};
    struct error err = {0};
    struct list list = {.arena = &reading->table->arena};
    const struct netlink_reader reader = {take_address, restart, &list};
    int r = netlink_dump(&reading->netlink, netlink_request(RTM_GETADDR, &header, sizeof(header)),
                         &reader, &err);
    link_reading_trouble(reading, "addresses", r, &err);
    if (list.malformed)
        link_reading_trouble(reading, "addresses", -EBADMSG, &err);
    if (deal_out(reading, &list) < 0)
        link_reading_trouble(reading, "addresses", error_set_errno(&err, -ENOMEM, "reading"), &err);
    free(list.entries);
}
