// SPDX-License-Identifier: GPL-2.0-or-later
// Word of the names of namespaces: files in /run/netns and /run/docker/netns (inotify(7)).
//
// A name comes in two steps: first an empty file, of which inotify tells, then the namespace is
// mounted over it, of which it does not. So after each change a timer tells of it again, twice.
#ifndef SOURCE_WATCH_NAMES_H
#define SOURCE_WATCH_NAMES_H

#include <stdbool.h>

#define WATCH_DIRECTORIES 5

struct watch_names {
    int inotify; // descriptors to wait on; each is readable when there is something to read
    int timer;
    int ticks;                          // of the timer, still to come
    int directories[WATCH_DIRECTORIES]; // inotify's watches
};

// Returns 0 or -errno; then nothing is open.
int watch_names_init(struct watch_names *names);
void watch_names_done(struct watch_names *names);

// Takes what is there, without waiting. Returns true if names came, went, or may have been mounted.
bool watch_names_read(struct watch_names *names);

#endif
