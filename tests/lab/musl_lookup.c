// SPDX-License-Identifier: GPL-2.0-or-later
// Asks for the addresses of a name: `musl_lookup NAME`. dns_test.py builds it with musl, and looks
// at what that sends.
#include <netdb.h>
#include <stddef.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    if (argc != 2)
        return 2;
    int r = getaddrinfo(argv[1], NULL, &hints, &found);
    if (r == 0)
        freeaddrinfo(found);
    return r == 0 ? 0 : 1;
}
