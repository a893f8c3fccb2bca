// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/dns_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int dns_names_open(const struct dns_request *request, struct dns_names *ret_names,
                   struct error *err) {
    const char *path = request->names_from;
    *ret_names = (struct dns_names){.request = request};
    if (!path)
        return 0;
    ret_names->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    return ret_names->file ? 0 : error_set_errno(err, -errno, "%s", path);
}

void dns_names_done(struct dns_names *names) {
    if (names->file && names->file != stdin)
        fclose(names->file);
    free(names->line);
}

static char *trim(char *line, size_t len) {
    while (len > 0 && strchr(" \t\r\n", line[len - 1]))
        line[--len] = '\0';
    return line + strspn(line, " \t");
}

// Empty lines and comments are passed over.
static int read_line(struct dns_names *names, const char **ret_text, struct error *err) {
    for (;;) {
        ssize_t len = getline(&names->line, &names->line_capacity, names->file);
        if (len < 0)
            return ferror(names->file) ? error_set_errno(err, -EIO, "--names-from") : 0;
        names->line_number++;
        *ret_text = trim(names->line, (size_t)len);
        if (**ret_text != '\0' && **ret_text != '#')
            return 1;
    }
}

int dns_names_next(struct dns_names *names, const char **ret_text, struct error *err) {
    if (names->file)
        return read_line(names, ret_text, err);
    bool more = !names->given;
    names->given = true;
    *ret_text = names->request->name;
    return more;
}

int dns_names_blame(const struct dns_names *names, struct error *err) {
    return names->file ? error_prefix(err, "--names-from: line %zu", names->line_number)
                       : err->code;
}
