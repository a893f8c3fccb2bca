// SPDX-License-Identifier: GPL-2.0-or-later
// Word of change from the kernel: which source's rows, in which namespace, have to be read again.
// Multicast netlink in every namespace of the node, and the coming and going of namespaces.
//
// A socket inside a namespace keeps that namespace alive after its last process has gone. So one
// socket in netscope's own namespace listens for all that have an nsid there
// (NETLINK_LISTEN_ALL_NSID, netlink(7)); only the few others get a socket of their own, which is
// closed once the last name or process of the namespace is gone.
#ifndef SOURCE_WATCH_H
#define SOURCE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "model/table.h"
#include "source/source.h"

struct watch;

struct watch_change {
    bool namespaces;             // the set of namespaces may have changed: look for them again
    uint64_t netns_inode;        // else: in this namespace
    const struct source *source; // this source's rows have changed
    bool overrun;                // messages were lost (ENOBUFS): it is not known what changed
};

typedef void watch_sink(const struct watch_change *change, void *user_data);

// Returns 0 and a watch on nothing but the namespaces themselves, or -errno.
int watch_new(struct watch **ret_watch, struct error *err);
void watch_free(struct watch *watch);

// One descriptor that becomes readable when there is something to read.
int watch_fd(const struct watch *watch);

// Listens for all sources in these namespaces and stops listening in those that are not among them.
// Blocks for a moment: for a worker. Not at the same time as watch_read from another thread, unless
// the watch says otherwise by its own lock (it does). A namespace that cannot be entered is left
// out; err, if something was left out, says why, and the result is -errno of the first such
// trouble.
int watch_update(struct watch *watch, const struct table *namespaces, struct error *err);

// Takes all that is there, without waiting, and tells sink of each source and namespace that
// changed, once.
void watch_read(struct watch *watch, watch_sink *sink, void *user_data);

#endif
