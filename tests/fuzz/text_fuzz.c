// SPDX-License-Identifier: GPL-2.0-or-later
// Other people's bytes made printable: nothing that acts on a terminal may come through.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_printable(const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        uint32_t c;
        at += text_decode(text + at, len - at, &c);
        if (c == UINT32_MAX || c < 0x20 || (c >= 0x7f && c < 0xa0))
            abort();
    }
}

// As a table cell is cut: whatever the width, whole characters that fit.
static void check_fit(const char *text, size_t columns) {
    size_t width;
    size_t bytes = text_fit(text, columns, &width);

    if (bytes > strlen(text) || width > columns)
        abort();
    check_printable(text, bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buffer printable = BUFFER_INIT;

    text_printable((const char *)data, size, &printable);
    check_printable(buffer_text(&printable), printable.len);
    check_fit(buffer_text(&printable), 0);
    check_fit(buffer_text(&printable), size / 2);
    if (text_fit(buffer_text(&printable), SIZE_MAX, &(size_t){0}) != printable.len)
        abort();
    buffer_done(&printable);
    return 0;
}
