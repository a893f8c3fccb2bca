// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/protocols.h"

#include <errno.h>
#include <stdio.h>

#define FILE_BYTES_MAX 65536 // more has no need to be read

int protocols_read(struct arena *arena, const char *const **ret_names) {
    const char **names = arena_alloc(arena, PROTOCOL_COUNT * sizeof(*names));
    char text[FILE_BYTES_MAX];
    if (!names)
        return -ENOMEM;
    FILE *file = fopen("/etc/protocols", "re");
    size_t length = file ? fread(text, 1, sizeof(text), file) : 0;
    if (file)
        fclose(file);
    int r = protocols_parse(text, length, arena, names);
    if (r == 0)
        *ret_names = names;
    return r;
}
