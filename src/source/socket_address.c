// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/socket_address.h"

#include <netinet/in.h>
#include <string.h>

socklen_t socket_address_make(const struct address *address, uint16_t port, uint32_t scope,
                              struct sockaddr_storage *ret_name) {
    *ret_name = (struct sockaddr_storage){0};
    if (address->family == ADDRESS_IPV4) {
        struct sockaddr_in *in = (struct sockaddr_in *)ret_name;
        *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&in->sin_addr, address->bytes, sizeof(in->sin_addr));
        return sizeof(*in);
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_name;
    *in6 = (struct sockaddr_in6){
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};
    memcpy(&in6->sin6_addr, address->bytes, sizeof(in6->sin6_addr));
    return sizeof(*in6);
}

struct address socket_address_of(const struct sockaddr_storage *name) {
    if (name->ss_family == AF_INET)
        return address_from_bytes(&((const struct sockaddr_in *)name)->sin_addr, 4);
    return address_from_bytes(&((const struct sockaddr_in6 *)name)->sin6_addr, 16);
}
