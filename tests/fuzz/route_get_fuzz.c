// SPDX-License-Identifier: GPL-2.0-or-later
// Any message as an address label: what is read is a label that can be.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source/route_get_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct nlmsghdr *message = malloc(size + sizeof(*message));
    struct route_label label = {0};
    if (!message || size < sizeof(*message)) {
        free(message);
        return 0;
    }
    memcpy(message, data, size);
    int left = (int)size;
    for (struct nlmsghdr *each = message; nlmsg_ok(each, left); each = nlmsg_next(each, &left)) {
        if (route_label_parse(each, &label) == 0 &&
            (label.prefix.length > 128 || label.prefix.address.family != ADDRESS_IPV6))
            abort();
    }
    free(message);
    return 0;
}
