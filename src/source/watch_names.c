// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/watch_names.h"

#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TICKS          2
#define FIRST_TICK_NS  50000000
#define SECOND_TICK_NS 250000000
#define EVENTS_SIZE    4096
#define NAMES_MASK     (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR)
#define DIRECTORY_MASK (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

// The directories that hold names come and go themselves, so those above them are watched too: for
// the next part of the way only, as much else happens in /run.
static const struct directory {
    const char *path;
    const char *awaited; // the entry that matters; NULL: each is a name
    uint32_t mask;
} directories[WATCH_DIRECTORIES] = {
    {"/run", "netns", DIRECTORY_MASK},        {"/run", "docker", DIRECTORY_MASK},
    {"/run/docker", "netns", DIRECTORY_MASK}, {"/run/netns", NULL, NAMES_MASK},
    {"/run/docker/netns", NULL, NAMES_MASK},
};

// Watches what is there. A directory that is watched already keeps its watch.
static void watch_directories(struct watch_names *names) {
    for (size_t i = 0; i < WATCH_DIRECTORIES; i++)
        names->directories[i] =
            inotify_add_watch(names->inotify, directories[i].path, directories[i].mask);
}

int watch_names_init(struct watch_names *names) {
    struct watch_names opened = {.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .timer = -1};
    if (opened.inotify >= 0)
        opened.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (opened.inotify < 0 || opened.timer < 0) {
        int r = -errno;
        watch_names_done(&opened);
        return r;
    }
    watch_directories(&opened);
    *names = opened;
    return 0;
}

void watch_names_done(struct watch_names *names) {
    if (names->inotify >= 0)
        close(names->inotify);
    if (names->timer >= 0)
        close(names->timer);
    *names = (struct watch_names){.inotify = -1, .timer = -1};
}

static void set_timer(struct watch_names *names, int ticks) {
    struct itimerspec times = {
        .it_value.tv_nsec = ticks > 0 ? FIRST_TICK_NS : 0,
        .it_interval.tv_nsec = ticks > 0 ? SECOND_TICK_NS : 0,
    };
    timerfd_settime(names->timer, 0, &times, NULL);
    names->ticks = ticks;
}

static bool matters(const struct watch_names *names, const struct inotify_event *event) {
    if (event->mask & (IN_Q_OVERFLOW | IN_IGNORED))
        return true;
    for (size_t i = 0; i < WATCH_DIRECTORIES; i++) {
        const char *awaited = directories[i].awaited;
        if (names->directories[i] == event->wd && event->len > 0 &&
            (!awaited || strcmp(awaited, event->name) == 0))
            return true;
    }
    return false;
}

static bool read_events(struct watch_names *names) {
    alignas(struct inotify_event) char bytes[EVENTS_SIZE];
    bool changed = false;
    ssize_t length;
    while ((length = read(names->inotify, bytes, sizeof(bytes))) > 0) {
        const char *next = bytes;
        while (next < bytes + length) {
            const struct inotify_event *event = (const void *)next;
            changed |= matters(names, event);
            next += sizeof(*event) + event->len;
        }
    }
    return changed;
}

static bool read_timer(struct watch_names *names) {
    uint64_t expirations;
    if (read(names->timer, &expirations, sizeof(expirations)) != sizeof(expirations))
        return false;
    if (--names->ticks <= 0)
        set_timer(names, 0);
    return true;
}

bool watch_names_read(struct watch_names *names) {
    bool ticked = read_timer(names);
    bool changed = read_events(names);
    if (changed) {
        watch_directories(names);
        set_timer(names, TICKS);
    }
    return changed || ticked;
}
