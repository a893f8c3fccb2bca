// SPDX-License-Identifier: GPL-2.0-or-later
// socket: whether a socket of this machine waits for the packet.
#include <linux/netfilter/xt_socket.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// The structs of all revisions are this one; later ones know more flags. Revision 0 has no struct.
static void write_socket(const void *info, struct xt_writer *writer) {
    const struct xt_socket_mtinfo3 *socket = info;
    if (socket->flags & XT_SOCKET_TRANSPARENT)
        xt_flag(writer, "--transparent", false);
    if (socket->flags & XT_SOCKET_NOWILDCARD)
        xt_flag(writer, "--nowildcard", false);
    if (socket->flags & XT_SOCKET_RESTORESKMARK)
        xt_flag(writer, "--restore-skmark", false);
}

const struct xt_extension xt_match_socket[] = {
    {
        .name = "socket",
        .revision = 3,
        .size = sizeof(struct xt_socket_mtinfo3),
        .write = write_socket,
    },
    {
        .name = "socket",
        .revision = 2,
        .size = sizeof(struct xt_socket_mtinfo2),
        .write = write_socket,
    },
    {
        .name = "socket",
        .revision = 1,
        .size = sizeof(struct xt_socket_mtinfo1),
        .write = write_socket,
    },
    {.name = "socket"},
    {0},
};
