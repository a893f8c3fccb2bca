// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/rtnetlink.h>

#include "model/netns.h"
#include "source/netlink.h"
#include "source/watch_names.h"

#define EVENTS        64   // taken from epoll at once
#define DATAGRAMS_MAX 1024 // taken from one socket at once: a flood must not keep us for ever
#define SOURCES_MAX   32   // bits of a mask
#define PROTOCOLS_MAX 4    // netlink protocols that the sources have between them
#define GROUPS_MAX    64   // groups of one protocol

struct namespace;

// Something to wait on.
struct input {
    enum input_kind {
        INPUT_EVERYWHERE, // a socket in our own namespace, for all that have an nsid there
        INPUT_NAMESPACE,  // a socket in one other namespace
        INPUT_PROCESS,    // a namespace's process: readable when it has ended
        INPUT_NAMES,      // of namespaces
    } kind;
    int protocol;                // of a socket
    struct netlink netlink;      // of a socket
    int process;                 // a pidfd, or -1
    struct namespace *namespace; // whose it is; NULL for INPUT_EVERYWHERE and INPUT_NAMES
};

// A namespace that is watched.
struct namespace {
    uint64_t inode;
    bool own;
    bool present; // while updating: it is still there
    struct maybe nsid;
    struct maybe pid; // of the process that is waited for
    struct input *process;
    struct input *sockets[PROTOCOLS_MAX]; // its own; NULL where INPUT_EVERYWHERE hears it
    uint32_t changed;                     // a bit for each source, by its place in sources[]
    uint32_t overrun;
};

struct watch {
    pthread_mutex_t lock;
    int epoll;
    int protocols[PROTOCOLS_MAX];
    size_t protocol_count;
    struct watch_names names;
    struct input names_input;
    struct input *everywhere[PROTOCOLS_MAX];
    bool all_nsid; // INPUT_EVERYWHERE hears the other namespaces too
    bool namespaces_changed;
    struct namespace **namespaces;
    size_t count;
};

// --- Sources, protocols, groups ------------------------------------------------------------------

static void find_protocols(struct watch *watch) {
    for (size_t i = 0; sources[i]; i++) {
        size_t p = 0;
        while (p < watch->protocol_count && watch->protocols[p] != sources[i]->protocol)
            p++;
        if (p == watch->protocol_count && p < PROTOCOLS_MAX)
            watch->protocols[watch->protocol_count++] = sources[i]->protocol;
    }
}

static bool has_group(const struct source *source, unsigned group) {
    for (size_t i = 0; i < source->group_count; i++) {
        if (source->groups[i] == group)
            return true;
    }
    return false;
}

static bool tells_of(const struct source *source, int protocol, unsigned group) {
    return source->protocol == protocol && (group == 0 || has_group(source, group));
}

// The sources whose rows a group of the protocol tells of, as a mask; group 0 is all groups.
static uint32_t sources_of(int protocol, unsigned group) {
    uint32_t mask = 0, changed = 0;
    for (size_t i = 0; sources[i] && i < SOURCES_MAX; i++) {
        if (tells_of(sources[i], protocol, group))
            changed |= KIND_BIT(sources[i]->kind);
    }
    for (size_t i = 0; sources[i] && i < SOURCES_MAX; i++) {
        if ((KIND_BIT(sources[i]->kind) | sources[i]->made_of) & changed)
            mask |= UINT32_C(1) << i;
    }
    return mask;
}

// Every group of the protocol that a source wants, and that of nsids.
static size_t collect_groups(int protocol, unsigned groups[GROUPS_MAX]) {
    size_t count = 0;
    if (protocol == NETLINK_ROUTE)
        groups[count++] = RTNLGRP_NSID;
    for (size_t i = 0; sources[i]; i++) {
        for (size_t g = 0; sources[i]->protocol == protocol && g < sources[i]->group_count; g++) {
            if (count < GROUPS_MAX)
                groups[count++] = sources[i]->groups[g];
        }
    }
    return count;
}

// --- Inputs --------------------------------------------------------------------------------------

static int add_to_epoll(const struct watch *watch, int fd, struct input *input) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = input};
    return epoll_ctl(watch->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static struct input *new_input(enum input_kind kind, struct namespace *namespace) {
    struct input *input = calloc(1, sizeof(*input));
    if (!input)
        return NULL;
    input->kind = kind;
    input->namespace = namespace;
    input->process = -1;
    input->netlink.fd = -1;
    return input;
}

// Closing a descriptor takes it out of the epoll as well.
static void free_input(struct input *input) {
    if (!input)
        return;
    if (input->process >= 0)
        close(input->process);
    netlink_close(&input->netlink);
    free(input);
}

static int open_socket(const struct watch *watch, struct input *input, const struct netns *netns,
                       bool all_nsid, struct error *err) {
    unsigned groups[GROUPS_MAX];
    size_t count = collect_groups(input->protocol, groups);
    int r = netlink_open(&input->netlink, netns, input->protocol, err);
    if (r == 0)
        r = netlink_listen(&input->netlink, groups, count, all_nsid, err);
    if (r == 0)
        r = add_to_epoll(watch, input->netlink.fd, input);
    return r;
}

static int listen_to(const struct watch *watch, int protocol, const struct netns *netns,
                     struct namespace *namespace, bool all_nsid, struct input **ret_input,
                     struct error *err) {
    struct input *input = new_input(namespace ? INPUT_NAMESPACE : INPUT_EVERYWHERE, namespace);
    if (!input)
        return error_set_errno(err, -ENOMEM, "listening");
    input->protocol = protocol;
    int r = open_socket(watch, input, netns, all_nsid, err);
    if (r < 0) {
        free_input(input);
        return r;
    }
    *ret_input = input;
    return 0;
}

// Without CAP_NET_BROADCAST the sockets here hear our own namespace alone, and the others need
// sockets of their own.
static int listen_everywhere(struct watch *watch, struct error *err) {
    int r = 0;
    watch->all_nsid = true;
    for (size_t i = 0; r == 0 && i < watch->protocol_count; i++) {
        int protocol = watch->protocols[i];
        r = listen_to(watch, protocol, NULL, NULL, watch->all_nsid, &watch->everywhere[i], err);
        if (r != -EPERM)
            continue;
        watch->all_nsid = false;
        r = listen_to(watch, protocol, NULL, NULL, false, &watch->everywhere[i], err);
    }
    return r;
}

static int wait_for_names(struct watch *watch) {
    watch->names_input.kind = INPUT_NAMES;
    int r = watch_names_init(&watch->names);
    if (r == 0)
        r = add_to_epoll(watch, watch->names.inotify, &watch->names_input);
    if (r == 0)
        r = add_to_epoll(watch, watch->names.timer, &watch->names_input);
    return r;
}

// --- Making and freeing --------------------------------------------------------------------------

static int start(struct watch *watch, struct error *err) {
    watch->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (watch->epoll < 0)
        return error_set_errno(err, -errno, "epoll");
    int r = wait_for_names(watch);
    if (r < 0)
        return error_set_errno(err, r, "watching /run");
    find_protocols(watch);
    return listen_everywhere(watch, err);
}

int watch_new(struct watch **ret_watch, struct error *err) {
    struct watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return error_set_errno(err, -ENOMEM, "watching");
    pthread_mutex_init(&watch->lock, NULL);
    watch->names = (struct watch_names){.inotify = -1, .timer = -1};
    int r = start(watch, err);
    if (r < 0) {
        watch_free(watch);
        return r;
    }
    *ret_watch = watch;
    return 0;
}

static void close_sockets(struct namespace *namespace) {
    for (size_t i = 0; i < PROTOCOLS_MAX; i++) {
        free_input(namespace->sockets[i]);
        namespace->sockets[i] = NULL;
    }
}

static void stop_waiting(struct namespace *namespace) {
    free_input(namespace->process);
    namespace->process = NULL;
    namespace->pid = (struct maybe){0};
}

static void free_namespace(struct namespace *namespace) {
    for (size_t i = 0; sources[i]; i++) {
        if (sources[i]->forget)
            sources[i]->forget(namespace->inode);
    }
    close_sockets(namespace);
    stop_waiting(namespace);
    free(namespace);
}

void watch_free(struct watch *watch) {
    if (!watch)
        return;
    for (size_t i = 0; i < watch->count; i++)
        free_namespace(watch->namespaces[i]);
    free(watch->namespaces);
    for (size_t i = 0; i < PROTOCOLS_MAX; i++)
        free_input(watch->everywhere[i]);
    watch_names_done(&watch->names);
    if (watch->epoll >= 0)
        close(watch->epoll);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

int watch_fd(const struct watch *watch) {
    return watch->epoll;
}

// --- Which namespaces ----------------------------------------------------------------------------

static struct namespace *find_namespace(const struct watch *watch, uint64_t inode) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->namespaces[i]->inode == inode)
            return watch->namespaces[i];
    }
    return NULL;
}

static struct namespace *add_namespace(struct watch *watch, uint64_t inode) {
    void *grown = reallocarray(watch->namespaces, watch->count + 1, sizeof(struct namespace *));
    struct namespace *namespace = grown ? calloc(1, sizeof(*namespace)) : NULL;
    if (grown)
        watch->namespaces = grown;
    if (!namespace)
        return NULL;
    namespace->inode = inode;
    watch->namespaces[watch->count++] = namespace;
    return namespace;
}

static void drop_absent(struct watch *watch) {
    size_t kept = 0;
    for (size_t i = 0; i < watch->count; i++) {
        struct namespace *namespace = watch->namespaces[i];
        if (namespace->present)
            watch->namespaces[kept++] = namespace;
        else
            free_namespace(namespace);
    }
    watch->count = kept;
}

// Opens the sockets that the namespace needs of its own, or closes those it needs no longer.
static int update_sockets(struct watch *watch, struct namespace *namespace,
                          const struct netns *netns, struct error *err) {
    int r = 0;
    if (namespace->own || (watch->all_nsid && namespace->nsid.known)) {
        close_sockets(namespace);
        return 0;
    }
    for (size_t i = 0; r == 0 && i < watch->protocol_count; i++) {
        if (!namespace->sockets[i])
            r = listen_to(watch, watch->protocols[i], netns, namespace, false,
                          &namespace->sockets[i], err);
    }
    if (r < 0)
        error_prefix(err, "%s", netns->name);
    return r;
}

// Waits for the end of the namespace's process: nothing else tells that a namespace without a name
// is gone. A kernel before 5.3 has no such descriptors, and a process that has just ended needs
// none.
static void update_process(const struct watch *watch, struct namespace *namespace,
                           const struct netns *netns) {
    if (namespace->own || !netns->pid.known ||
        (namespace->pid.known && namespace->pid.value == netns->pid.value))
        return;
    stop_waiting(namespace);
    struct input *input = new_input(INPUT_PROCESS, namespace);
    if (!input)
        return;
    input->process = (int)syscall(SYS_pidfd_open, (pid_t)netns->pid.value, 0);
    if (input->process < 0 || add_to_epoll(watch, input->process, input) < 0) {
        free_input(input);
        return;
    }
    namespace->process = input;
    namespace->pid = netns->pid;
}

static int update_namespace(struct watch *watch, const struct netns *netns, struct error *err) {
    struct namespace *namespace = find_namespace(watch, netns->inode);
    if (!namespace)
    namespace = add_namespace(watch, netns->inode);
    if (!namespace)
        return error_set_errno(err, -ENOMEM, "watching");
    namespace->present = true;
    namespace->own = netns->own;
    namespace->nsid = netns->nsid;
    update_process(watch, namespace, netns);
    return update_sockets(watch, namespace, netns, err);
}

int watch_update(struct watch *watch, const struct table *namespaces, struct error *err) {
    struct error first = {0};
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count; i++)
        watch->namespaces[i]->present = false;
    for (size_t i = 0; i < namespaces->count; i++) {
        struct error trouble = {0};
        if (update_namespace(watch, table_row(namespaces, i), &trouble) < 0 && first.code == 0)
            first = trouble;
    }
    drop_absent(watch);
    pthread_mutex_unlock(&watch->lock);
    return first.code == 0 ? 0 : error_set(err, first.code, "%s", first.text);
}

// --- Reading -------------------------------------------------------------------------------------

// The namespace that a notification heard by INPUT_EVERYWHERE is from, or NULL.
static struct namespace *find_origin(const struct watch *watch, int nsid) {
    for (size_t i = 0; i < watch->count; i++) {
        struct namespace *namespace = watch->namespaces[i];
        if (nsid == NETLINK_NSID_HERE
                ? namespace->own
                : namespace->nsid.known && namespace->nsid.value == (uint64_t)nsid)
            return namespace;
    }
    return NULL;
}

// Some sources want the notification itself. NULL: it was lost.
static void pass_on(const struct namespace *namespace, uint32_t mask, const void *bytes,
                    size_t length) {
    for (size_t i = 0; sources[i] && i < SOURCES_MAX; i++) {
        if (mask & UINT32_C(1) << i && sources[i]->hear)
            sources[i]->hear(namespace->inode, bytes, length);
    }
}

static void take_notification(struct watch *watch, const struct input *input,
                              const struct netlink_origin *origin) {
    struct namespace *namespace =
        input->namespace ? input->namespace : find_origin(watch, origin->nsid);
    if (input->protocol == NETLINK_ROUTE && origin->group == RTNLGRP_NSID) {
        // What another namespace calls its neighbours is not ours to know.
        watch->namespaces_changed |= !input->namespace && origin->nsid == NETLINK_NSID_HERE;
        return;
    }
    if (!namespace) {
        watch->namespaces_changed = true; // one that we have not met yet
        return;
    }
    uint32_t mask = sources_of(input->protocol, origin->group);
    namespace->changed |= mask;
    pass_on(namespace, mask, origin->length > 0 ? input->netlink.buffer : NULL, origin->length);
}

static void overrun_namespace(struct namespace *namespace, int protocol) {
    namespace->changed |= sources_of(protocol, 0);
    namespace->overrun |= sources_of(protocol, 0);
    pass_on(namespace, sources_of(protocol, 0), NULL, 0);
}

// Messages were lost: all that the socket could have told of may have changed.
static void take_overrun(struct watch *watch, const struct input *input) {
    if (input->namespace) {
        overrun_namespace(input->namespace, input->protocol);
        return;
    }
    watch->namespaces_changed = true;
    for (size_t i = 0; i < watch->count; i++) {
        struct namespace *namespace = watch->namespaces[i];
        if (namespace->own || (watch->all_nsid && namespace->nsid.known))
            overrun_namespace(namespace, input->protocol);
    }
}

static void read_socket(struct watch *watch, struct input *input) {
    struct netlink_origin origin;
    for (int i = 0; i < DATAGRAMS_MAX; i++) {
        int r = netlink_receive(&input->netlink, &origin);
        if (r == 0)
            take_notification(watch, input, &origin);
        else if (r == -ENOBUFS)
            take_overrun(watch, input);
        else
            return;
    }
}

static void read_input(struct watch *watch, struct input *input) {
    switch (input->kind) {
    case INPUT_EVERYWHERE:
    case INPUT_NAMESPACE:
        read_socket(watch, input);
        break;
    case INPUT_PROCESS:
        watch->namespaces_changed = true;
        stop_waiting(input->namespace);
        break;
    case INPUT_NAMES:
        watch->namespaces_changed |= watch_names_read(&watch->names);
        break;
    }
}

// The next change that is to be told of, which counts as told from then on.
static bool take_change(struct watch *watch, struct watch_change *ret_change) {
    *ret_change = (struct watch_change){.namespaces = watch->namespaces_changed};
    watch->namespaces_changed = false;
    for (size_t i = 0; !ret_change->namespaces && i < watch->count; i++) {
        struct namespace *namespace = watch->namespaces[i];
        for (size_t s = 0; namespace->changed && sources[s] && s < SOURCES_MAX; s++) {
            uint32_t bit = UINT32_C(1) << s;
            if (!(namespace->changed & bit))
                continue;
            ret_change->netns_inode = namespace->inode;
            ret_change->source = sources[s];
            ret_change->overrun = namespace->overrun & bit;
            namespace->changed &= ~bit;
            namespace->overrun &= ~bit;
            return true;
        }
    }
    return ret_change->namespaces;
}

static bool take_change_locked(struct watch *watch, struct watch_change *ret_change) {
    pthread_mutex_lock(&watch->lock);
    bool found = take_change(watch, ret_change);
    pthread_mutex_unlock(&watch->lock);
    return found;
}

void watch_read(struct watch *watch, watch_sink *sink, void *user_data) {
    struct epoll_event events[EVENTS];
    struct watch_change change;
    pthread_mutex_lock(&watch->lock);
    int count = epoll_wait(watch->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++)
        read_input(watch, events[i].data.ptr);
    pthread_mutex_unlock(&watch->lock);
    // The lock is free while sink runs: it may well want the watch itself.
    while (take_change_locked(watch, &change))
        sink(&change, user_data);
}
