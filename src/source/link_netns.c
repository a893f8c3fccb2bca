// SPDX-License-Identifier: GPL-2.0-or-later
// Which namespaces the other ends of interfaces are in. The kernel names them by an id that counts
// in this namespace alone (nsid), and tells the id of a namespace that we hold a descriptor of: so
// the namespaces of the node are asked for one by one, the likeliest first, until every id that
// occurs is known.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/net_namespace.h>

#include "source/link_read.h"
#include "source/netns_enter.h"
#include "source/netns_nsid.h"

// A descriptor of the namespace, or a negative number; only that of our own stays open.
static int open_namespace(const struct netns *netns) {
    if (netns->own)
        return netns_home();
    return netns->path ? open(netns->path, O_RDONLY | O_CLOEXEC) : -1;
}

static int32_t ask_kernel(struct link_reading *reading, const struct netns *netns) {
    int fd = open_namespace(netns);
    if (fd < 0)
        return NETNSA_NSID_NOT_ASSIGNED;
    // A namespace that vanishes meanwhile stays unknown, as do the ends that are in it.
    int32_t nsid = netns_ask_nsid(&reading->netlink, fd);
    if (!netns->own)
        close(fd);
    return nsid;
}

// The nsid that the namespace has in the one that is being read, or NETNSA_NSID_NOT_ASSIGNED.
static int32_t find_nsid(struct link_reading *reading, const struct netns *netns) {
    if (reading->request->netns->own && netns->nsid.known)
        return (int32_t)netns->nsid.value; // the same question was asked when it was found
    return ask_kernel(reading, netns);
}

// Tells the rows that have this nsid. Returns how many there were.
static size_t tell_rows(struct table *table, int32_t nsid, uint64_t inode) {
    struct link *links = table->rows;
    size_t told = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (!links[i].link_netnsid.known || (int32_t)links[i].link_netnsid.value != nsid)
            continue;
        links[i].link_netns = inode;
        told++;
    }
    return told;
}

static size_t count_open(const struct table *table) {
    const struct link *links = table->rows;
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += links[i].link_netnsid.known;
    return count;
}

// The namespace that netscope runs in has the other ends of most; it is asked first.
static const struct netns *candidate_at(const struct table *namespaces, size_t place) {
    const struct netns *all = namespaces->rows;
    for (size_t i = 0, others = 1; i < namespaces->count; i++) {
        size_t own_place = all[i].own ? 0 : others++;
        if (own_place == place)
            return &all[i];
    }
    return NULL;
}

void link_read_netns(struct link_reading *reading) {
    const struct table *namespaces = reading->request->namespaces;
    size_t open_ends = count_open(reading->table);
    for (size_t place = 0; namespaces && open_ends > 0 && place < namespaces->count; place++) {
        const struct netns *netns = candidate_at(namespaces, place);
        if (!netns)
            continue;
        int32_t nsid = find_nsid(reading, netns);
        if (nsid != NETNSA_NSID_NOT_ASSIGNED)
            open_ends -= tell_rows(reading->table, nsid, netns->inode);
    }
}
