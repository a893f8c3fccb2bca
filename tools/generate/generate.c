// SPDX-License-Identifier: GPL-2.0-or-later
// generate schema|bash|fish|zsh: prints that file.
// generate man FILE: prints the man page with its part between the marks made anew.
#include "tools/generate/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump/list_fields.h"
#include "model/kind.h"

#define MARK_BEGIN ".\\\" The fields, made by tools/generate: do not edit.\n"
#define MARK_END   ".\\\" The end of the fields.\n"

void man_format_fields(struct buffer *buffer) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        buffer_printf(buffer, ".Ss %s\n", kinds[i]->name);
        list_fields_format_mdoc(kinds[i], buffer);
    }
}

static int read_file(const char *path, struct buffer *buffer) {
    char bytes[4096];
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    for (size_t len; (len = fread(bytes, 1, sizeof(bytes), file)) > 0;)
        buffer_add(buffer, bytes, len);
    return fclose(file);
}

static int format_man(const char *path, struct buffer *buffer) {
    struct buffer page = BUFFER_INIT;
    if (read_file(path, &page) < 0) {
        perror(path);
        return -1;
    }
    const char *begin = strstr(buffer_text(&page), MARK_BEGIN);
    const char *end = begin ? strstr(begin, MARK_END) : NULL;
    if (end) {
        buffer_add(buffer, page.data, (size_t)(begin - page.data) + strlen(MARK_BEGIN));
        man_format_fields(buffer);
        buffer_puts(buffer, end);
    } else {
        fprintf(stderr, "%s: the marks of the fields are missing\n", path);
    }
    buffer_done(&page);
    return end ? 0 : -1;
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
