// SPDX-License-Identifier: GPL-2.0-or-later
// generate schema|bash|fish|zsh: prints that file.
// generate man FILE: prints the man page with the part between the marks made anew.
#include "tools/generate/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump/list_fields.h"

// A part of a man page, between marks.
struct man_part {
    const char *begin, *end;
    void (*format)(struct buffer *buffer);
};

static const struct man_part man_parts[] = {
    {".\\\" The fields, made by tools/generate: do not edit.\n", ".\\\" The end of the fields.\n",
     man_format_fields},
    {".\\\" The keys, made by tools/generate: do not edit.\n", ".\\\" The end of the keys.\n",
     man_format_keys},
};

static int read_file(const char *path, struct buffer *buffer) {
    char bytes[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    for (size_t len; (len = fread(bytes, 1, sizeof(bytes), file)) > 0;)
        buffer_add(buffer, bytes, len);
    return fclose(file);
}

// The page with the part that it has made anew.
static int format_page(const struct buffer *page, struct buffer *buffer) {
    for (size_t i = 0; i < sizeof(man_parts) / sizeof(man_parts[0]); i++) {
        const struct man_part *part = &man_parts[i];
        const char *begin = strstr(buffer_text(page), part->begin);
        const char *end = begin ? strstr(begin, part->end) : NULL;
        if (!end)
            continue;
        buffer_add(buffer, page->data, (size_t)(begin - page->data) + strlen(part->begin));
        part->format(buffer);
        buffer_puts(buffer, end);
        return 0;
    }
    return -1;
}

static int format_man(const char *path, struct buffer *buffer) {
    struct buffer page = BUFFER_INIT;
    if (read_file(path, &page) < 0) {
        perror(path);
        return -1;
    }
    int r = format_page(&page, buffer);
    if (r < 0)
        fprintf(stderr, "%s: the marks of the part to make are missing\n", path);
    buffer_done(&page);
    return r;
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*format)(struct buffer *buffer);
    } products[] = {
        {"schema", schema_format},
        {"bash", completion_format_bash},
        {"fish", completion_format_fish},
        {"zsh", completion_format_zsh},
    };
    struct buffer buffer = BUFFER_INIT;
    int r = -1;
    for (size_t i = 0; argc == 2 && i < sizeof(products) / sizeof(products[0]); i++) {
        if (strcmp(argv[1], products[i].name) == 0) {
            products[i].format(&buffer);
            r = 0;
        }
    }
    if (argc == 3 && strcmp(argv[1], "man") == 0)
        r = format_man(argv[2], &buffer);
    else if (r < 0)
        fputs("usage: generate schema|bash|fish|zsh|man FILE\n", stderr);
    if (r == 0 && (buffer.failed || fputs(buffer_text(&buffer), stdout) < 0 || fflush(stdout) != 0))
        r = -1;
    buffer_done(&buffer);
    return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
