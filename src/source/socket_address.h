// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses as sockets have them.
#ifndef SOURCE_SOCKET_ADDRESS_H
#define SOURCE_SOCKET_ADDRESS_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/address.h"

// Stores the name of a socket of that family, IPv6 with a scope (an ifindex, 0: none). Returns its
// length.
socklen_t socket_address_make(const struct address *address, uint16_t port, uint32_t scope,
                              struct sockaddr_storage *ret_name);

// The address in a name of IPv4 or IPv6.
struct address socket_address_of(const struct sockaddr_storage *name);

#endif
