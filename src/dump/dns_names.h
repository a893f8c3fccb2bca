// SPDX-License-Identifier: GPL-2.0-or-later
// The names that are looked up: the one of --name, or those of a file, a line each.
#ifndef DUMP_DNS_NAMES_H
#define DUMP_DNS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "resolve/dns_plan.h"

struct dns_names {
    const struct dns_request *request;
    FILE *file; // NULL: there is one name
    char *line;
    size_t line_capacity, line_number;
    bool given; // the one name has been
};

// Opens the file, if there is one. Returns 0 or -errno (words in err); dns_names_done() closes it.
int dns_names_open(const struct dns_request *request, struct dns_names *ret_names,
                   struct error *err);
void dns_names_done(struct dns_names *names);

// The next name as it was typed, valid until the next call. Returns 1, 0 when there is none left,
// or -errno (words in err).
int dns_names_next(struct dns_names *names, const char **ret_text, struct error *err);

// Puts the present line in front of the words of what is wrong with it.
int dns_names_blame(const struct dns_names *names, struct error *err);

#endif
