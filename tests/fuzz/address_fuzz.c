// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses as people type them: what is accepted can be written and reads back as the same.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(const char *text) {
    struct address parsed, again;
    struct buffer buffer = BUFFER_INIT;

    if (address_parse(text, &parsed) < 0)
        return;
    address_format(&parsed, &buffer);
    if (address_parse(buffer_text(&buffer), &again) < 0 || address_compare(&parsed, &again) != 0)
        abort();
    buffer_done(&buffer);
}

static void check_prefix(const char *text) {
    struct prefix parsed, again;
    struct buffer buffer = BUFFER_INIT;

    if (prefix_parse(text, &parsed) < 0)
        return;
    if (!prefix_contains(&parsed, &parsed.address))
        abort();
    prefix_format(&parsed, &buffer);
    if (prefix_parse(buffer_text(&buffer), &again) < 0 || prefix_compare(&parsed, &again) != 0)
        abort();
    buffer_done(&buffer);
}

static void check_lladdr(const char *text) {
    struct lladdr parsed;
    struct buffer buffer = BUFFER_INIT;

    if (lladdr_parse(text, &parsed) < 0)
        return;
    if (parsed.length == 0 || parsed.length > LLADDR_MAX)
        abort();
    lladdr_format(&parsed, &buffer);
    if (buffer.len == 0)
        abort();
    buffer_done(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    check_address(text);
    check_prefix(text);
    check_lladdr(text);
    free(text);
    return 0;
}
