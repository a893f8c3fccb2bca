// SPDX-License-Identifier: GPL-2.0-or-later
// Doing something inside another namespace. Which namespace a thread is in is a matter of the
// thread (setns(2)): it goes in, does what it has to, and comes back.
#ifndef SOURCE_NETNS_ENTER_H
#define SOURCE_NETNS_ENTER_H

#include "base/error.h"
#include "model/netns.h"

// A descriptor of the namespace that netscope runs in, the same each time; or -errno. Nobody closes
// it.
int netns_home(void);

// Takes the calling thread, which has to be at home, into the namespace (NULL, or our own: it
// stays). Returns 0, and netns_leave has to follow; -ENOENT if the namespace is gone (its path
// opens nothing, or another one), -EPERM if we may not, or another -errno.
int netns_enter(const struct netns *netns, struct error *err);

// Takes the thread home. A thread that cannot go back would read the wrong namespace for ever
// after: the program ends.
void netns_leave(const struct netns *netns);

// Opens a socket inside the namespace, where it stays. Returns the descriptor, or -errno as
// netns_enter or socket(2).
int netns_socket(const struct netns *netns, int family, int type, int protocol, struct error *err);

#endif
