// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "source/netns_enter.h"

#define BUFFER_SIZE      (32 * 1024) // the kernel fills no more than this in one go
#define BUFFER_MAX       (4 * 1024 * 1024)
#define TRIES            5  // for a dump that is interrupted
#define ANSWER_SECONDS   10 // the kernel answers at once; an answer that was lost must not hang us
#define CONTROL_SIZE     256
#define LISTEN_BYTES     (1024 * 1024) // of notifications that wait to be read
#define HEADER_BYTES     ((size_t)NLMSG_HDRLEN)
#define ERRNO_MAX        4095
#define SO_NOT_SUPPORTED 524 // ENOTSUPP: the kernel's own, which some subsystems let out

// --- Parsing -----------------------------------------------------------------------------------

// With NLA_NUL_STRING libnl would not look for the NUL.
static const struct nla_policy ack_policy[NLMSGERR_ATTR_MAX + 1] = {
    [NLMSGERR_ATTR_MSG] = {.type = NLA_STRING},
};

// The kernel's words among the attributes behind an ACK, or NULL.
static const char *find_ack_text(const struct nlmsghdr *message, size_t payload) {
    struct nlattr *attrs[NLMSGERR_ATTR_MAX + 1];
    if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
        return NULL;
    size_t offset = NLMSG_ALIGN(payload);
    if ((size_t)nlmsg_datalen(message) < offset)
        return NULL;
    struct nlattr *head = (struct nlattr *)((char *)nlmsg_data(message) + offset);
    int length = nlmsg_datalen(message) - (int)offset;
    if (nla_parse(attrs, NLMSGERR_ATTR_MAX, head, length, ack_policy) < 0)
        return NULL;
    return attrs[NLMSGERR_ATTR_MSG] ? nla_get_string(attrs[NLMSGERR_ATTR_MSG]) : NULL;
}

static void take_code(const struct nlmsghdr *message, size_t payload, int code,
                      struct netlink_answer *answer, struct error *err) {
    const char *words = find_ack_text(message, payload);
    if (code > 0 || code < -ERRNO_MAX)
        code = -EBADMSG; // no number of an error
    answer->done = true;
    answer->code = code;
    if (code != 0 && words)
        error_set_errno(err, code, "%s", words);
    else if (code != 0)
        error_set(err, code, "%s", strerror(-code));
}

// NLMSG_ERROR: a code and the header of the request, or the whole request if it was not capped.
static int take_error(const struct nlmsghdr *message, struct netlink_answer *answer,
                      struct error *err) {
    const struct nlmsgerr *error = nlmsg_data(message);
    if ((size_t)nlmsg_datalen(message) < sizeof(*error))
        return error_set(err, -EBADMSG, "the kernel's error message is cut short");
    size_t payload = sizeof(*error);
    if (!(message->nlmsg_flags & NLM_F_CAPPED) && error->error != 0 &&
        error->msg.nlmsg_len > HEADER_BYTES)
        payload += error->msg.nlmsg_len - HEADER_BYTES;
    take_code(message, payload, error->error, answer, err);
    return 0;
}

// NLMSG_DONE: carries the code that the dump ended with.
static void take_done(const struct nlmsghdr *message, struct netlink_answer *answer,
                      struct error *err) {
    int code = 0;
    if ((size_t)nlmsg_datalen(message) >= sizeof(code))
        memcpy(&code, nlmsg_data(message), sizeof(code));
    take_code(message, sizeof(code), code, answer, err);
}

static int take_message(const struct nlmsghdr *message, netlink_sink *sink, void *user_data,
                        struct netlink_answer *answer, struct error *err) {
    if (message->nlmsg_flags & NLM_F_DUMP_INTR)
        answer->interrupted = true;
    if (message->nlmsg_type == NLMSG_ERROR)
        return take_error(message, answer, err);
    if (message->nlmsg_type == NLMSG_DONE) {
        take_done(message, answer, err);
        return 0;
    }
    if (!(message->nlmsg_flags & NLM_F_MULTI))
        answer->done = true;
    if (message->nlmsg_type < NLMSG_MIN_TYPE)
        return 0;
    return sink(message, user_data);
}

int netlink_parse(const void *bytes, size_t length, uint32_t sequence, netlink_sink *sink,
                  void *user_data, struct netlink_answer *ret_answer, struct error *err) {
    struct netlink_answer answer = {0};
    struct nlmsghdr *message = (struct nlmsghdr *)(uintptr_t)bytes;
    int left = (int)length;
    int r = 0;
    for (; r == 0 && nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
        if (message->nlmsg_seq == sequence && !answer.done)
            r = take_message(message, sink, user_data, &answer, err);
    }
    if (r != 0)
        return r;
    if (left > 0)
        return error_set(err, -EBADMSG, "a netlink message is cut short");
    *ret_answer = answer;
    return 0;
}

// --- Sockets -----------------------------------------------------------------------------------

static int set_option(int fd, int option, int value) {
    return setsockopt(fd, SOL_NETLINK, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int enable(int fd, int option) {
    return set_option(fd, option, 1);
}

void netlink_set_strict(struct netlink *netlink, bool strict) {
    set_option(netlink->fd, NETLINK_GET_STRICT_CHK, strict);
}

static int prepare_socket(struct netlink *netlink) {
    const struct timeval wait = {.tv_sec = ANSWER_SECONDS};
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct sockaddr_nl address = {.nl_family = AF_NETLINK};
    socklen_t size = sizeof(address);
    // Kernels before 4.20 lack the strict check, those before 4.12 the words of errors; both are
    // read without.
    enable(netlink->fd, NETLINK_EXT_ACK);
    enable(netlink->fd, NETLINK_CAP_ACK);
    enable(netlink->fd, NETLINK_GET_STRICT_CHK);
    if (setsockopt(netlink->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
        bind(netlink->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        connect(netlink->fd, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0 ||
        getsockname(netlink->fd, (struct sockaddr *)&address, &size) < 0)
        return -errno;
    netlink->port = address.nl_pid;
    netlink->buffer_size = BUFFER_SIZE;
    netlink->buffer = malloc(netlink->buffer_size);
    return netlink->buffer ? 0 : -ENOMEM;
}

int netlink_open_fd(struct netlink *netlink, int fd, struct error *err) {
    struct netlink opened = {.fd = fd};
    int r = prepare_socket(&opened);
    if (r < 0) {
        netlink_close(&opened);
        return error_set_errno(err, r, "netlink socket");
    }
    *netlink = opened;
    return 0;
}

int netlink_open(struct netlink *netlink, const struct netns *netns, int protocol,
                 struct error *err) {
    int fd = netns_socket(netns, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol, err);
    return fd < 0 ? fd : netlink_open_fd(netlink, fd, err);
}

void netlink_close(struct netlink *netlink) {
    if (netlink->fd >= 0)
        close(netlink->fd);
    free(netlink->buffer);
    *netlink = (struct netlink){.fd = -1};
}

// --- Requests ----------------------------------------------------------------------------------

struct nl_msg *netlink_request(int type, const void *header, size_t header_size) {
    struct nl_msg *request = nlmsg_alloc_simple(type, NLM_F_REQUEST);
    if (request &&
        nlmsg_append(request, (void *)(uintptr_t)header, header_size, NLMSG_ALIGNTO) < 0) {
        nlmsg_free(request);
        return NULL;
    }
    return request;
}

static int send_bytes(struct netlink *netlink, const void *bytes, size_t length,
                      struct error *err) {
    ssize_t sent;
    do {
        sent = send(netlink->fd, bytes, length, 0);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? error_set_errno(err, -errno, "netlink request") : 0;
}

static int send_request(struct netlink *netlink, struct nl_msg *request, struct error *err) {
    struct nlmsghdr *header = nlmsg_hdr(request);
    header->nlmsg_seq = ++netlink->sequence;
    header->nlmsg_pid = netlink->port;
    return send_bytes(netlink, header, header->nlmsg_len, err);
}

static int grow_buffer(struct netlink *netlink, size_t need) {
    if (need > BUFFER_MAX)
        return -EMSGSIZE;
    void *grown = realloc(netlink->buffer, need);
    if (!grown)
        return -ENOMEM;
    netlink->buffer = grown;
    netlink->buffer_size = need;
    return 0;
}

// Receives one datagram from the kernel; control may be NULL. Returns its length, or -errno;
// -EMSGSIZE: it was longer than the buffer, is lost, and the buffer is larger now.
static ssize_t receive(struct netlink *netlink, struct msghdr *control, int flags) {
    struct sockaddr_nl from = {0};
    struct iovec vector = {netlink->buffer, netlink->buffer_size};
    struct msghdr header = {
        .msg_name = &from,
        .msg_namelen = sizeof(from),
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control ? control->msg_control : NULL,
        .msg_controllen = control ? control->msg_controllen : 0,
    };
    ssize_t length;
    do {
        length = recvmsg(netlink->fd, &header, flags | MSG_TRUNC);
    } while ((length < 0 && errno == EINTR) || (length >= 0 && from.nl_pid != 0));
    if (length < 0)
        return errno == EAGAIN && !(flags & MSG_DONTWAIT) ? -ETIMEDOUT : -errno;
    if (control)
        control->msg_controllen = header.msg_controllen;
    if (header.msg_flags & MSG_TRUNC) {
        int r = grow_buffer(netlink, (size_t)length * 2);
        return r < 0 ? r : -EMSGSIZE;
    }
    return length;
}

// Reads one whole answer, and says whether it was interrupted. Returns 0, -errno, or a sink's
// positive number.
static int read_answer(struct netlink *netlink, netlink_sink *sink, void *user_data,
                       bool *ret_interrupted, struct error *err) {
    struct netlink_answer answer = {0};
    bool interrupted = false;
    while (!answer.done) {
        ssize_t length = receive(netlink, NULL, 0);
        if (length == -EMSGSIZE || length == -ENOBUFS) {
            // Something is missing, but the answer goes on: the socket takes no other request
            // before its end.
            interrupted = true;
            continue;
        }
        if (length < 0)
            return error_set_errno(err, (int)length, "netlink answer");
        int r = netlink_parse(netlink->buffer, (size_t)length, netlink->sequence, sink, user_data,
                              &answer, err);
        if (r != 0)
            return r;
        interrupted |= answer.interrupted;
    }
    *ret_interrupted = interrupted;
    return answer.code;
}

static int say_interrupted(int tries, struct error *err) {
    if (tries > 1)
        return error_set(err, -EINTR, "it changed while it was read, %d times in a row", tries);
    return error_set(err, -EINTR,
                     "it changed while it was read: some may be missing or stand twice");
}

static int read_until_whole(struct netlink *netlink, struct nl_msg *request,
                            const struct netlink_reader *reader, int tries, struct error *err) {
    for (int try = 0; try < tries; try++) {
        bool interrupted = false;
        if (try > 0 && reader->restart)
            reader->restart(reader->user_data);
        int r = send_request(netlink, request, err);
        if (r == 0)
            r = read_answer(netlink, reader->sink, reader->user_data, &interrupted, err);
        if (r != 0 || !interrupted)
            return r;
    }
    return say_interrupted(tries, err);
}

int netlink_dump(struct netlink *netlink, struct nl_msg *request,
                 const struct netlink_reader *reader, struct error *err) {
    if (!request)
        return error_set_errno(err, -ENOMEM, "netlink request");
    nlmsg_hdr(request)->nlmsg_flags |= NLM_F_DUMP;
    int r = read_until_whole(netlink, request, reader, reader->restart ? TRIES : 1, err);
    nlmsg_free(request);
    return r;
}

int netlink_get(struct netlink *netlink, struct nl_msg *request, netlink_sink *sink,
                void *user_data, struct error *err) {
    const struct netlink_reader reader = {.sink = sink, .user_data = user_data};
    if (!request)
        return error_set_errno(err, -ENOMEM, "netlink request");
    int r = read_until_whole(netlink, request, &reader, TRIES, err);
    nlmsg_free(request);
    return r;
}

static int pass_over(const struct nlmsghdr *message, void *user_data) {
    (void)message, (void)user_data;
    return 0;
}

int netlink_send_batch(struct netlink *netlink, const void *bytes, size_t length,
                       struct error *err) {
    bool interrupted;
    netlink->sequence++;
    int r = send_bytes(netlink, bytes, length, err);
    return r == 0 ? read_answer(netlink, pass_over, NULL, &interrupted, err) : r;
}

bool netlink_is_unsupported(int code) {
    return code == -EOPNOTSUPP || code == -EPROTONOSUPPORT || code == -EAFNOSUPPORT ||
           code == -SO_NOT_SUPPORTED;
}

enum status_state netlink_state_of(int code) {
    switch (code) {
    case -EPERM:
    case -EACCES:
        return STATUS_DENIED;
    case -ENOENT:
        return STATUS_GONE;
    case -EINTR:
        return STATUS_PARTIAL;
    default:
        return netlink_is_unsupported(code) ? STATUS_UNSUPPORTED : STATUS_FAILED;
    }
}

// --- Notifications -----------------------------------------------------------------------------

// Room for a burst of changes. Beyond what an ordinary user may have it takes CAP_NET_ADMIN;
// without, the burst that is lost is shorter.
static void widen_queue(int fd) {
    int size = LISTEN_BYTES;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int netlink_listen(struct netlink *netlink, const unsigned *groups, size_t count, bool all_nsid,
                   struct error *err) {
    widen_queue(netlink->fd);
    int r = enable(netlink->fd, NETLINK_PKTINFO);
    if (r == 0 && all_nsid)
        r = enable(netlink->fd, NETLINK_LISTEN_ALL_NSID);
    if (r < 0)
        return error_set_errno(err, r, "notifications of other namespaces");
    for (size_t i = 0; i < count; i++) {
        if (setsockopt(netlink->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
                       sizeof(groups[i])) < 0)
            return error_set_errno(err, -errno, "netlink group %u", groups[i]);
    }
    return 0;
}

static struct netlink_origin read_origin(struct msghdr *control) {
    struct netlink_origin origin = {.nsid = NETLINK_NSID_HERE};
    for (struct cmsghdr *part = CMSG_FIRSTHDR(control); part; part = CMSG_NXTHDR(control, part)) {
        if (part->cmsg_level != SOL_NETLINK)
            continue;
        if (part->cmsg_type == NETLINK_LISTEN_ALL_NSID &&
            part->cmsg_len >= CMSG_LEN(sizeof(origin.nsid)))
            memcpy(&origin.nsid, CMSG_DATA(part), sizeof(origin.nsid));
        if (part->cmsg_type == NETLINK_PKTINFO &&
            part->cmsg_len >= CMSG_LEN(sizeof(struct nl_pktinfo)))
            memcpy(&origin.group, CMSG_DATA(part), sizeof(origin.group));
    }
    return origin;
}

int netlink_receive(struct netlink *netlink, struct netlink_origin *ret_origin) {
    _Alignas(struct cmsghdr) char bytes[CONTROL_SIZE];
    struct msghdr control = {.msg_control = bytes, .msg_controllen = sizeof(bytes)};
    ssize_t length = receive(netlink, &control, MSG_DONTWAIT);
    // One that did not fit into the buffer still tells where it is from; its words are not needed.
    if (length < 0 && length != -EMSGSIZE)
        return (int)length;
    *ret_origin = read_origin(&control);
    ret_origin->length = length > 0 ? (size_t)length : 0;
    return 0;
}

int netlink_receive_each(struct netlink *netlink, netlink_sink *sink, void *user_data) {
    ssize_t length = receive(netlink, NULL, MSG_DONTWAIT);
    if (length < 0)
        return length == -EMSGSIZE ? -ENOBUFS : (int)length;
    struct nlmsghdr *message = netlink->buffer;
    int left = (int)length, r = 0;
    for (; r == 0 && nlmsg_ok(message, left); message = nlmsg_next(message, &left))
        r = sink(message, user_data);
    return r;
}
