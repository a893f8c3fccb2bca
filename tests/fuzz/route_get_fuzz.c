// SPDX-License-Identifier: GPL-2.0-or-later
// Any message as an address label, and any line as a question that somebody typed: what is read is
// one that can be.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source/route_get_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int32_t find_link(const char *name, void *user_data) {
    (void)user_data;
    return strcmp(name, "eth0") == 0;
}

static void ask(const uint8_t *data, size_t size) {
    struct route_question question = {0};
    struct error err = {0};
    char *line = strndup((const char *)data, size);
    int r = line ? route_question_parse(line, find_link, NULL, &question, &err) : -1;
    if (r == 0 && (question.dst.family == ADDRESS_NONE || (question.iif && question.oif)))
        abort();
    if (line && r < 0 && err.text[0] == '\0')
        abort();
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ask(data, size);
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
