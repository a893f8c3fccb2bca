// SPDX-License-Identifier: GPL-2.0-or-later
// --route-get: which route a packet takes, and why, beside what the kernel says.
#ifndef DUMP_ROUTE_GET_H
#define DUMP_ROUTE_GET_H

#include <stdbool.h>

#include "base/error.h"
#include "model/route_question.h"

struct route_get_request {
    const char *netns;                   // NULL: the one that netscope runs in
    const char *words[ROUTE_WORD_COUNT]; // of the question; NULL: not said
    bool json;                           // else text
};

enum route_get_result {
    ROUTE_GET_SAME,
    ROUTE_GET_NO_ROUTE, // and the kernel has none either
    ROUTE_GET_DIFFERS,
    ROUTE_GET_PARTIAL, // some of it could not be read
};

// Decides, asks the kernel, and writes both to the descriptor. Returns 0; -EINVAL: the question is
// wrong; or another -errno (-EPIPE: the reader left).
int route_get_run(const struct route_get_request *request, int fd,
                  enum route_get_result *ret_result, struct error *err);

#endif
