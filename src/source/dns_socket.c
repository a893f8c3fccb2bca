// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/dns_socket.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <linux/errqueue.h>

#include "source/socket_address.h"

// --- Addresses -----------------------------------------------------------------------------------

// A scope is an interface's name, or its index. Returns 0 if it is none.
static uint32_t read_scope(const char *scope) {
    uint32_t index = if_nametoindex(scope);
    return index ? index : (uint32_t)strtoul(scope, NULL, 10);
}

static int set_address(struct dns_socket *socket, const char *text, uint16_t port) {
    char copy[128];
    struct address address;
    snprintf(copy, sizeof(copy), "%s", text);
    char *scope = strchr(copy, '%');
    if (scope)
        *scope++ = '\0';
    int r = address_parse(copy, &address);
    if (r < 0)
        return r;
    uint32_t index = scope ? read_scope(scope) : 0;
    if (scope && index == 0)
        return -ENODEV;
    socket->address_len = socket_address_make(&address, port, index, &socket->address);
    return 0;
}

static bool is_server(const struct dns_socket *socket, const struct sockaddr_storage *from) {
    if (from->ss_family != socket->address.ss_family)
        return false;
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *a = (const struct sockaddr_in *)&socket->address;
        const struct sockaddr_in *b = (const struct sockaddr_in *)from;
        return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)&socket->address;
    const struct sockaddr_in6 *b = (const struct sockaddr_in6 *)from;
    return a->sin6_port == b->sin6_port && memcmp(&a->sin6_addr, &b->sin6_addr, 16) == 0;
}

// --- Opening and closing -------------------------------------------------------------------------

static void tell_epoll(struct dns_socket *socket) {
    uint32_t events = socket->listening ? EPOLLIN : 0;
    if (socket->transport == DNS_TCP && (!socket->connected || socket->out_sent < socket->out.len))
        events |= EPOLLOUT;
    if (events == socket->events)
        return;
    struct epoll_event wanted = {.events = events, .data.ptr = socket};
    socket->events = events;
    epoll_ctl(socket->epoll, EPOLL_CTL_MOD, socket->fd, &wanted);
}

// ICMP messages are wanted as errors, though the socket is not connected: one that is would be
// given no datagram of another source, and those are counted.
static void want_errors(const struct dns_socket *socket) {
    const int on = 1;
    if (socket->address.ss_family == AF_INET)
        setsockopt(socket->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
    else
        setsockopt(socket->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
}

static int begin_connection(struct dns_socket *socket) {
    if (connect(socket->fd, (const struct sockaddr *)&socket->address, socket->address_len) == 0)
        socket->connected = true;
    else if (errno != EINPROGRESS)
        return -errno;
    return 0;
}

static int open_socket(struct dns_socket *opened) {
    struct epoll_event wanted = {.events = 0, .data.ptr = opened};
    int type = opened->transport == DNS_TCP ? SOCK_STREAM : SOCK_DGRAM;
    opened->fd = socket(opened->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened->fd < 0)
        return -errno;
    if (epoll_ctl(opened->epoll, EPOLL_CTL_ADD, opened->fd, &wanted) < 0)
        return -errno;
    if (opened->transport == DNS_TCP)
        return begin_connection(opened);
    want_errors(opened);
    return 0;
}

int dns_socket_open(struct dns_socket *socket, enum dns_transport transport, const char *address,
                    uint16_t port, int epoll) {
    *socket = (struct dns_socket){.fd = -1,
                                  .transport = transport,
                                  .job = socket->job,
                                  .server = socket->server,
                                  .epoll = epoll};
    int r = set_address(socket, address, port);
    if (r == 0)
        r = open_socket(socket);
    if (r < 0)
        dns_socket_close(socket);
    return r;
}

void dns_socket_close(struct dns_socket *socket) {
    if (socket->fd >= 0)
        close(socket->fd);
    socket->fd = -1;
    buffer_done(&socket->out);
    buffer_done(&socket->in);
}

void dns_socket_listen(struct dns_socket *socket, bool listening) {
    if (socket->fd < 0)
        return;
    socket->listening = listening;
    tell_epoll(socket);
}

// --- Sending -------------------------------------------------------------------------------------

static int flush(struct dns_socket *socket) {
    while (socket->connected && socket->out_sent < socket->out.len) {
        ssize_t sent = send(socket->fd, socket->out.data + socket->out_sent,
                            socket->out.len - socket->out_sent, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return -errno;
        if (sent < 0)
            break;
        socket->out_sent += (size_t)sent;
    }
    tell_epoll(socket);
    return 0;
}

int dns_socket_send(struct dns_socket *socket, const uint8_t *bytes, size_t len) {
    if (socket->transport == DNS_UDP) {
        ssize_t sent = sendto(socket->fd, bytes, len, 0, (const struct sockaddr *)&socket->address,
                              socket->address_len);
        return sent < 0 && errno != EAGAIN ? -errno : 0;
    }
    const uint8_t size[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    buffer_add(&socket->out, size, sizeof(size));
    buffer_add(&socket->out, bytes, len);
    return socket->out.failed ? -ENOMEM : flush(socket);
}

// --- Receiving -----------------------------------------------------------------------------------

// What the kernel heard of a datagram of ours: the first error in the queue.
static int read_error(const struct dns_socket *socket) {
    char control[512], byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    if (recvmsg(socket->fd, &message, MSG_ERRQUEUE) < 0)
        return -EAGAIN;
    for (struct cmsghdr *at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
        struct sock_extended_err error;
        bool is_error = (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR) ||
                        (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RECVERR);
        if (!is_error)
            continue;
        memcpy(&error, CMSG_DATA(at), sizeof(error));
        return -(int)error.ee_errno;
    }
    return -EAGAIN;
}

static int receive_datagram(struct dns_socket *socket, uint8_t *bytes, bool *ret_from_server) {
    struct sockaddr_storage from = {0};
    socklen_t from_len = sizeof(from);
    ssize_t got =
        recvfrom(socket->fd, bytes, DNS_MESSAGE_MAX, 0, (struct sockaddr *)&from, &from_len);
    if (got < 0 && errno == EAGAIN)
        return read_error(socket);
    if (got < 0) {
        int error = -errno;
        read_error(socket);
        return error;
    }
    *ret_from_server = is_server(socket, &from);
    return (int)got;
}

static int finish_connection(struct dns_socket *socket) {
    int error = 0;
    socklen_t len = sizeof(error);
    struct sockaddr_storage peer;
    socklen_t peer_len = sizeof(peer);
    getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error)
        return -error;
    socket->connected = getpeername(socket->fd, (struct sockaddr *)&peer, &peer_len) == 0;
    return 0;
}

// A message is there when its size and as many bytes are.
static int take_message(struct dns_socket *socket, uint8_t *bytes) {
    const uint8_t *at = (const uint8_t *)socket->in.data + socket->in_taken;
    size_t left = socket->in.len - socket->in_taken;
    size_t size = left >= 2 ? (size_t)(at[0] << 8 | at[1]) : 0;
    if (left < 2 || left - 2 < size)
        return -EAGAIN;
    memcpy(bytes, at + 2, size);
    socket->in_taken += 2 + size;
    return (int)size;
}

// Less than a message is left then.
static void drop_taken(struct dns_socket *socket) {
    struct buffer *in = &socket->in;
    size_t left = in->len - socket->in_taken;
    if (socket->in_taken > 0)
        memmove(in->data, in->data + socket->in_taken, left);
    in->len = left;
    socket->in_taken = 0;
}

static int receive_stream(struct dns_socket *socket, uint8_t *bytes) {
    int r = socket->connected ? 0 : finish_connection(socket);
    if (r == 0)
        r = flush(socket);
    if (r < 0 || !socket->connected)
        return r < 0 ? r : -EAGAIN;
    for (;;) {
        r = take_message(socket, bytes);
        if (r != -EAGAIN)
            return r;
        if (socket->filled) {
            // What there is more of waits for the next event: others have their turn before.
            socket->filled = false;
            return -EAGAIN;
        }
        drop_taken(socket);
        ssize_t got = recv(socket->fd, bytes, DNS_MESSAGE_MAX, 0);
        if (got <= 0)
            return got < 0 ? -errno : -EPIPE;
        buffer_add(&socket->in, bytes, (size_t)got);
        if (socket->in.failed)
            return -ENOMEM;
        socket->filled = true;
    }
}

int dns_socket_receive(struct dns_socket *socket, uint8_t *bytes, bool *ret_from_server) {
    if (socket->transport == DNS_UDP)
        return receive_datagram(socket, bytes, ret_from_server);
    *ret_from_server = true;
    return receive_stream(socket, bytes);
}
