// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/protocols.h"

#define LINE_LENGTH 256

// "tcp 6 TCP # comment"; a line that is no name and number says nothing.
static int parse_line(char *line, struct arena *arena, const char *names[PROTOCOL_COUNT]) {
    char *end, *rest = line;
    line[strcspn(line, "#")] = '\0';
    const char *name = strtok_r(rest, " \t\r", &rest);
    const char *digits = strtok_r(rest, " \t\r", &rest);
    unsigned long number =
        digits && isdigit((unsigned char)*digits) ? strtoul(digits, &end, 10) : PROTOCOL_COUNT;
    if (!name || number >= PROTOCOL_COUNT || *end != '\0' || names[number])
        return 0;
    names[number] = arena_strdup(arena, name);
    return names[number] ? 0 : -ENOMEM;
}

int protocols_parse(const char *text, size_t length, struct arena *arena,
                    const char *names[PROTOCOL_COUNT]) {
    int r = 0;
    while (length > 0 && r == 0) {
        char line[LINE_LENGTH] = "";
        const char *newline = memchr(text, '\n', length);
        size_t size = newline ? (size_t)(newline - text) : length;
        memcpy(line, text, size < sizeof(line) ? size : sizeof(line) - 1);
        r = parse_line(line, arena, names);
        size += newline != NULL;
        text += size;
        length -= size;
    }
    return r;
}
