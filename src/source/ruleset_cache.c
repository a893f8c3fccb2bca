// SPDX-License-Identifier: GPL-2.0-or-later
// The cache keeps no ruleset alive: it knows those that tables hold, and forgets each when the last
// of its tables goes.
#include "source/ruleset_cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "source/legacy.h"
#include "source/ruleset_read.h"

#define FRESH_TIME INT64_C(250000000) // nanoseconds for which counters are new enough

// A reading of one namespace: under way, or what came of it.
struct entry {
    struct entry *next;
    uint64_t inode;
    int64_t asked;           // the time of the request
    int64_t done;            // when it was read; 0: it is being read
    struct ruleset *ruleset; // no reference; NULL: not read yet, or gone
    struct status status;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER; // some reading has ended
static struct entry *entries;

static int64_t wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static uint64_t inode_of(const struct netns *netns) {
    return netns ? netns->inode : 0;
}

// --- Under the lock ------------------------------------------------------------------------------

// The newest comes first.
static struct entry *find_entry(uint64_t inode) {
    struct entry *entry = entries;
    while (entry && entry->inode != inode)
        entry = entry->next;
    return entry;
}

static void drop_entry(struct entry *entry) {
    struct entry **at = &entries;
    while (*at && *at != entry)
        at = &(*at)->next;
    if (*at)
        *at = entry->next;
    free(entry);
}

static struct entry *begin_entry(const struct source_request *request) {
    struct entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    entry->inode = inode_of(request->netns);
    entry->asked = request->now;
    entry->next = entries;
    entries = entry;
    return entry;
}

// --- Keeping -------------------------------------------------------------------------------------

// Called when the last reference has gone, before the ruleset is freed.
static void forget(struct ruleset *ruleset) {
    pthread_mutex_lock(&lock);
    struct entry *entry = entries;
    while (entry && entry->ruleset != ruleset)
        entry = entry->next;
    if (entry)
        drop_entry(entry);
    pthread_mutex_unlock(&lock);
}

static void end_entry(struct entry *entry, struct ruleset *ruleset, const struct status *status) {
    pthread_mutex_lock(&lock);
    if (ruleset) {
        entry->ruleset = ruleset;
        entry->status = *status;
        entry->done = wall_clock();
        ruleset->forget = forget;
    } else {
        drop_entry(entry);
    }
    pthread_cond_broadcast(&change);
    pthread_mutex_unlock(&lock);
}

static int read_entry(const struct source_request *request, struct entry *entry,
                      struct ruleset **ret_ruleset, struct status *ret_status) {
    struct ruleset *before = ruleset_newest(request->netns), *ruleset = NULL;
    const struct ruleset_options options = {.before = before};
    int r = ruleset_read(request->netns, &options, &ruleset, ret_status);
    ruleset_unref(before);
    end_entry(entry, r == 0 ? ruleset : NULL, ret_status);
    if (r == 0)
        *ret_ruleset = ruleset;
    return r;
}

// --- Finding -------------------------------------------------------------------------------------

static bool is_unchanged(const struct netns *netns, const struct ruleset *ruleset) {
    struct netlink netlink;
    uint32_t generation = 0;
    if (!nft_is_loaded())
        return ruleset->generation == 0;
    if (netlink_open(&netlink, netns, NETLINK_NETFILTER, NULL) < 0)
        return false;
    int r = nft_read_generation(&netlink, &generation, NULL);
    netlink_close(&netlink);
    return r == 0 && generation == ruleset->generation;
}

bool ruleset_is_current(const struct netns *netns, struct ruleset *ruleset) {
    return is_unchanged(netns, ruleset) && legacy_is_unchanged(netns, ruleset);
}

static bool is_fresh(const struct source_request *request, const struct entry *entry,
                     const struct ruleset *ruleset) {
    if (entry->asked == request->now)
        return true;
    return request->now < entry->done + FRESH_TIME && is_unchanged(request->netns, ruleset);
}

// Waits for a reading that is under way: it ends with what is there after we have asked. Returns a
// reference, or NULL.
static struct ruleset *find_fresh(const struct source_request *request, struct status *ret_status) {
    uint64_t inode = inode_of(request->netns);
    bool waited = false;
    struct entry *entry;
    while ((entry = find_entry(inode)) && entry->done == 0) {
        waited = true;
        pthread_cond_wait(&change, &lock);
    }
    struct ruleset *ruleset = entry ? ruleset_ref_alive(entry->ruleset) : NULL;
    if (!ruleset)
        return NULL;
    if (waited || is_fresh(request, entry, ruleset)) {
        *ret_status = entry->status;
        return ruleset;
    }
    // Its last reference may be this one, and forgetting takes the lock.
    pthread_mutex_unlock(&lock);
    ruleset_unref(ruleset);
    pthread_mutex_lock(&lock);
    return NULL;
}

int ruleset_get(const struct source_request *request, struct ruleset **ret_ruleset,
                struct status *ret_status) {
    pthread_mutex_lock(&lock);
    struct ruleset *ruleset = find_fresh(request, ret_status);
    struct entry *entry = ruleset ? NULL : begin_entry(request);
    pthread_mutex_unlock(&lock);
    if (ruleset) {
        *ret_ruleset = ruleset;
        return 0;
    }
    return entry ? read_entry(request, entry, ret_ruleset, ret_status) : -ENOMEM;
}

static struct ruleset *find_held(uint64_t inode, int64_t asked) {
    struct ruleset *ruleset = NULL;
    pthread_mutex_lock(&lock);
    const struct entry *entry = entries;
    while (entry && (entry->inode != inode || entry->done == 0))
        entry = entry->next;
    if (entry && (asked == 0 || entry->asked == asked))
        ruleset = ruleset_ref_alive(entry->ruleset);
    pthread_mutex_unlock(&lock);
    return ruleset;
}

struct ruleset *ruleset_held(const struct source_request *request) {
    return find_held(inode_of(request->netns), request->now);
}

struct ruleset *ruleset_newest(const struct netns *netns) {
    return find_held(inode_of(netns), 0);
}
