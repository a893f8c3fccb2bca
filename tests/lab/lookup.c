// SPDX-License-Identifier: GPL-2.0-or-later
// Asks a C library for the addresses of a name, and prints them in its order: `lookup NAME`. The
// tests of the DNS build it with glibc and with musl.
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char text[64];
    if (argc != 2 || getaddrinfo(argv[1], NULL, &hints, &found) != 0)
        return 1;
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
        puts(text);
    }
    freeaddrinfo(found);
    return 0;
}
