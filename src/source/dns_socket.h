// SPDX-License-Identifier: GPL-2.0-or-later
// A socket to one DNS server, of the namespace that the thread is in, and what is on its way
// through it. It never blocks.
#ifndef SOURCE_DNS_SOCKET_H
#define SOURCE_DNS_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "model/dns.h"

#define DNS_MESSAGE_MAX 65536

struct job;

struct dns_socket {
    int fd; // -1: closed
    enum dns_transport transport;
    struct job *job;
    size_t server;
    int epoll;
    uint32_t events; // that epoll was told to report
    bool listening;
    struct sockaddr_storage address;
    socklen_t address_len;
    bool connected;            // TCP
    bool filled;               // TCP: it was read from since an event told of it
    struct buffer out, in;     // TCP: what waits to be sent, what came and is not taken
    size_t out_sent, in_taken; // bytes of it
};

// Opens one to the address ("10.0.0.1", "fe80::1%eth0"); epoll reports it, with itself as data.
// Returns 0 or -errno.
int dns_socket_open(struct dns_socket *socket, enum dns_transport transport, const char *address,
                    uint16_t port, int epoll);
void dns_socket_close(struct dns_socket *socket);

// Whether messages that come are reported.
void dns_socket_listen(struct dns_socket *socket, bool listening);

// Sends a message, or keeps it until the connection stands. Returns 0 or -errno.
int dns_socket_send(struct dns_socket *socket, const uint8_t *bytes, size_t len);

// Takes a message off the socket, DNS_MESSAGE_MAX bytes of room. Returns its size and whether the
// server sent it; -EAGAIN when there is none; -EPIPE when the server has closed the connection;
// another -errno when it cannot be reached.
int dns_socket_receive(struct dns_socket *socket, uint8_t *bytes, bool *ret_from_server);

#endif
