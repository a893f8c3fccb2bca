// SPDX-License-Identifier: GPL-2.0-or-later
// The command line. Its table is said once: parsing, --help and the shells' completions come from
// it.
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "dump/plan.h"
#include "dump/route_get.h"
#include "dump/trace.h"
#include "resolve/dns_plan.h"

enum options_action {
    OPTIONS_TERMINAL,
    OPTIONS_DUMP,
    OPTIONS_LIST_FIELDS,
    OPTIONS_ROUTE_GET,
    OPTIONS_TRACE,
    OPTIONS_HELP,
    OPTIONS_VERSION,
};

struct options {
    enum options_action action;
    struct dump_request dump; // OPTIONS_DUMP; its kinds and format also for OPTIONS_LIST_FIELDS,
                              // its netns and all_netns also for OPTIONS_TERMINAL
    struct dns_request
        dns; // OPTIONS_DUMP of what answers a question; its name or names_from is set
    struct route_get_request route_get; // OPTIONS_ROUTE_GET
    struct trace_request trace;         // OPTIONS_TRACE, with dump's netns, format and fields
    const char *panel;                  // NULL: the usual one
    const char *view;                   // of the panel; NULL: its first
    double interval;                    // seconds between samples
    bool no_color;
};

// What an option takes: what a shell offers behind it.
enum option_value {
    OPTION_NONE,
    OPTION_KINDS, // a list, optional, behind '='
    OPTION_KIND,  // one, optional, behind '='
    OPTION_FORMAT,
    OPTION_FILTER,
    OPTION_FIELDS,
    OPTION_SORT,
    OPTION_NETNS,
    OPTION_PANEL,
    OPTION_SECONDS,
    OPTION_FILE,
    OPTION_TEXT,       // anything
    OPTION_TRACE,      // a filter of packets
    OPTION_TRACE_WORD, // a number, or yes or no
    OPTION_ROUTE,      // a word of a question for a route (enum route_word), by the option's name
};

struct option_spec {
    const char *name; // without the dashes
    char letter;      // of the short form, '\0' if there is none
    enum option_value value;
    const char *value_name; // in --help; NULL if it takes none
    unsigned goes_with;     // a bit for each enum options_action that it means something to
    const char *help;
};

extern const struct option_spec option_specs[];
extern const size_t option_count;

// True if the value may be left out: then it stands behind '='.
bool option_value_is_optional(enum option_value value);

// The words of --format, by enum dump_format; the end is NULL.
extern const char *const option_formats[];

// Reads the command line. Returns 0, or -EINVAL with words that name what is wrong. The options
// refer to argv.
int options_parse(int argc, char **argv, struct options *ret_options, struct error *err);

// Adds what --help prints.
void options_format_help(struct buffer *buffer);

#endif
