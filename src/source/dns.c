// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/dns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "source/dns_socket.h"
#include "source/netns_enter.h"

#define EVENTS 64

// How many lookups are made at once: a few at first, which tell how fast the server is; then, one
// more with each that was answered, but not more than twice as many as it was seen to answer in the
// time that the fastest took, nor than make 20 a millisecond in it; always 64. More would not be
// answered sooner, but lost in the queue of a server that is near and busy. Where nobody answers
// there is nothing to be lost by twice as many.
#define WINDOW_FIRST 16
#define WINDOW_LEAST 64
#define RATE         20      // a millisecond
#define SILENCE      1000000 // microseconds

struct job {
    struct dns_wanted wanted;
    struct dns_lookup *lookup;
    struct dns_socket sockets[RESOLVER_SERVERS_USED];
    int64_t time;  // when it began: nanoseconds since 1970
    int64_t began; // the same by the clock of lookups
    int64_t until;
    size_t place;    // in running.jobs
    size_t answered; // running.answered when it began
};

struct running {
    const struct dns_run *run;
    struct error *err;
    int epoll;
    struct job **jobs;
    size_t job_count;
    bool exhausted;  // there are no more to begin
    size_t window;   // so many at once, for now
    int64_t fastest; // microseconds that an answered one took at least; 0: none was
    size_t answered; // how many were
    double rate;     // so many of them in a millisecond, at best, while one of them was waited for
    int64_t heard;   // when one was answered, or more were begun because none is
    uint8_t *bytes;  // room for a message
};

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int64_t realtime(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

// --- Jobs ----------------------------------------------------------------------------------------

static void free_job(struct running *running, struct job *job) {
    for (size_t i = 0; i < RESOLVER_SERVERS_USED; i++)
        dns_socket_close(&job->sockets[i]);
    dns_lookup_free(job->lookup);
    struct job *last = running->jobs[--running->job_count];
    running->jobs[job->place] = last;
    last->place = job->place;
    free(job);
}

static void set_window(struct running *running, size_t window) {
    running->window = window < running->run->in_flight ? window : running->run->in_flight;
    running->heard = monotonic();
}

static size_t most_at_once(const struct running *running) {
    double rate = 2 * running->rate < RATE ? 2 * running->rate : RATE;
    size_t most = (size_t)(rate * (double)running->fastest / 1000);
    return most > WINDOW_LEAST ? most : WINDOW_LEAST;
}

static void note_answer(struct running *running, const struct job *job) {
    int64_t took = monotonic() - job->began;
    double rate = (double)(++running->answered - job->answered) * 1000 / (double)(took + 1);
    if (running->fastest == 0 || took < running->fastest)
        running->fastest = took;
    if (rate > running->rate)
        running->rate = rate;
    size_t most = most_at_once(running), next = running->window + 1;
    set_window(running, next < most ? next : most);
}

static bool is_answered(const struct table *answers) {
    const struct dns_answer *first = answers->count > 0 ? table_row(answers, 0) : NULL;
    return first && first->reply;
}

static int finish_job(struct running *running, struct job *job) {
    struct table *answers, *queries;
    int r = dns_lookup_take(job->lookup, &answers, &queries);
    for (size_t i = 0; r == 0 && i < answers->count; i++)
        ((struct dns_answer *)answers->rows)[i].time = job->time;
    if (r == 0 && is_answered(answers))
        note_answer(running, job);
    if (r == 0)
        r = running->run->take(&job->wanted, answers, queries, running->run->user_data);
    free_job(running, job);
    return r;
}

static void send_query(struct running *running, struct job *job, const struct dns_action *action) {
    struct dns_socket *socket = &job->sockets[action->server];
    int r = 0;
    if (action->fresh || socket->fd < 0 || socket->transport != action->transport) {
        dns_socket_close(socket);
        r = dns_socket_open(socket, action->transport, job->wanted.settings.servers[action->server],
                            job->wanted.settings.port, running->epoll);
    }
    if (r == 0)
        r = dns_socket_send(socket, action->bytes, action->len);
    if (r < 0)
        dns_lookup_broke(job->lookup, monotonic(), action->server, action->transport, -r);
}

static void tell_progress(const struct running *running, const struct job *job) {
    const struct dns_run *run = running->run;
    if (run->progress)
        run->progress(&job->wanted, dns_lookup_snapshot(job->lookup), run->user_data);
}

// Does what the lookup wants until it wants to wait. Returns 0 or -errno; the job can be gone then.
static int step_job(struct running *running, struct job *job) {
    struct dns_action action;
    for (;;) {
        dns_lookup_next(job->lookup, monotonic(), &action);
        switch (action.kind) {
        case DNS_SEND:
            send_query(running, job, &action);
            break;
        case DNS_AWAIT:
            job->until = action.until;
            for (size_t i = 0; i < RESOLVER_SERVERS_USED; i++)
                dns_socket_listen(&job->sockets[i], action.listen >> i & 1);
            tell_progress(running, job);
            return 0;
        case DNS_DONE:
            return finish_job(running, job);
        }
    }
}

static int start_job(struct running *running, const struct dns_wanted *wanted) {
    uint64_t seed;
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return error_set(running->err, -ENOMEM, "out of memory");
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
        seed = (uint64_t)monotonic() * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < RESOLVER_SERVERS_USED; i++)
        job->sockets[i] = (struct dns_socket){.fd = -1, .job = job, .server = i};
    job->wanted = *wanted;
    job->time = realtime();
    job->began = monotonic();
    job->answered = running->answered;
    job->wanted.settings.time = job->time / 1000000000;
    job->lookup = dns_lookup_new(&job->wanted.settings, &wanted->question, seed, job->began);
    if (!job->lookup) {
        free(job);
        return error_set(running->err, -ENOMEM, "out of memory");
    }
    job->place = running->job_count;
    running->jobs[running->job_count++] = job;
    return step_job(running, job);
}

static int start_jobs(struct running *running) {
    const struct dns_run *run = running->run;
    while (!running->exhausted && running->job_count < running->window) {
        struct dns_wanted wanted;
        int r = run->next(&wanted, run->user_data);
        running->exhausted = r == 0;
        if (r > 0)
            r = start_job(running, &wanted);
        if (r < 0)
            return r;
    }
    return 0;
}

// --- Waiting -------------------------------------------------------------------------------------

static bool may_widen(const struct running *running) {
    return !running->exhausted && running->window < running->run->in_flight;
}

static int milliseconds_left(const struct running *running) {
    int64_t soonest = may_widen(running) ? running->heard + SILENCE : INT64_MAX;
    for (size_t i = 0; i < running->job_count; i++) {
        if (running->jobs[i]->until < soonest)
            soonest = running->jobs[i]->until;
    }
    int64_t left = soonest - monotonic();
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

static int step_late_jobs(struct running *running) {
    int64_t now = monotonic();
    int r = 0;
    // From behind: a job that ends leaves its place to the last one, which was looked at.
    for (size_t i = running->job_count; i-- > 0 && r == 0;) {
        if (running->jobs[i]->until <= now)
            r = step_job(running, running->jobs[i]);
    }
    return r;
}

// Reads what came: one datagram, since what it brings about decides which socket is listened to
// next, or what a stream has. What a lookup makes of a message can close the socket.
static void read_socket(struct running *running, struct dns_socket *socket) {
    struct job *job = socket->job;
    enum dns_transport transport = socket->transport;
    bool from_server;
    do {
        int r = dns_socket_receive(socket, running->bytes, &from_server);
        if (r == -EAGAIN)
            return;
        if (r < 0) {
            dns_socket_close(socket);
            dns_lookup_broke(job->lookup, monotonic(), socket->server, transport,
                             r == -EPIPE ? 0 : -r);
            return;
        }
        dns_lookup_received(job->lookup, monotonic(), socket->server, transport, from_server,
                            running->bytes, (size_t)r);
    } while (transport == DNS_TCP);
}

static int compare_jobs(const void *a, const void *b) {
    const struct job *const *left = a, *const *right = b;
    return (*left > *right) - (*left < *right);
}

// Reads every socket first and steps each job once: a job that ends takes its sockets along.
static int handle_events(struct running *running, const struct epoll_event *events, int count) {
    struct job *touched[EVENTS];
    size_t touched_count = 0;
    for (int i = 0; i < count; i++) {
        struct dns_socket *socket = events[i].data.ptr;
        if (!socket)
            return -ECANCELED;
        read_socket(running, socket);
        touched[touched_count++] = socket->job;
    }
    qsort(touched, touched_count, sizeof(touched[0]), compare_jobs);
    for (size_t i = 0; i < touched_count; i++) {
        int r = i > 0 && touched[i] == touched[i - 1] ? 0 : step_job(running, touched[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int loop(struct running *running) {
    struct epoll_event events[EVENTS];
    int r = start_jobs(running);
    while (r == 0 && running->job_count > 0) {
        int count = epoll_wait(running->epoll, events, EVENTS, milliseconds_left(running));
        if (count < 0 && errno != EINTR)
            return error_set_errno(running->err, -errno, "epoll_wait");
        r = handle_events(running, events, count > 0 ? count : 0);
        if (r == 0)
            r = step_late_jobs(running);
        if (may_widen(running) && monotonic() - running->heard >= SILENCE)
            set_window(running, 2 * running->window);
        if (r == 0)
            r = start_jobs(running);
    }
    return r;
}

// What was cancelled is handed over as far as it came.
static void end_jobs(struct running *running, int why) {
    while (running->job_count > 0) {
        struct job *job = running->jobs[running->job_count - 1];
        dns_lookup_cancel(job->lookup, monotonic());
        if (why == -ECANCELED)
            finish_job(running, job);
        else
            free_job(running, job);
    }
}

static int prepare(struct running *running) {
    struct epoll_event cancel = {.events = EPOLLIN};
    running->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (running->epoll < 0)
        return error_set_errno(running->err, -errno, "epoll_create1");
    running->jobs = calloc(running->run->in_flight, sizeof(struct job *));
    running->bytes = malloc(DNS_MESSAGE_MAX);
    if (!running->jobs || !running->bytes)
        return error_set(running->err, -ENOMEM, "out of memory");
    set_window(running, WINDOW_FIRST);
    if (running->run->cancel >= 0 &&
        epoll_ctl(running->epoll, EPOLL_CTL_ADD, running->run->cancel, &cancel) < 0)
        return error_set_errno(running->err, -errno, "epoll_ctl");
    return 0;
}

int dns_run(const struct dns_run *run, struct error *err) {
    struct running running = {.run = run, .err = err, .epoll = -1};
    int r = netns_enter(run->netns, err);
    if (r < 0)
        return r;
    r = prepare(&running);
    if (r == 0)
        r = loop(&running);
    end_jobs(&running, r);
    netns_leave(run->netns);
    if (running.epoll >= 0)
        close(running.epoll);
    free(running.jobs);
    free(running.bytes);
    return r;
}
