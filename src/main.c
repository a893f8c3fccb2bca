// SPDX-License-Identifier: GPL-2.0-or-later
// The program: reads the command line and does one of the things it can ask for.
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "dump/dns.h"
#include "dump/dump.h"
#include "dump/list_fields.h"
#include "dump/output.h"
#include "dump/route_get.h"
#include "dump/trace.h"
#include "options.h"
#include "panels/panels.h"
#include "source/xtables.h"
#include "tui/tui.h"
#include "xtables_child.h"

// As netscope(8) has them.
enum exit_status {
    STATUS_DONE,
    STATUS_ERROR,
    STATUS_USAGE,
    STATUS_INCOMPLETE,                      // some of it could not be read
    STATUS_NEGATIVE,                        // there is no such name or record
    STATUS_NO_REPLY,                        // no server answered, or none but an error
    STATUS_NO_ROUTE = STATUS_NEGATIVE,      // --route-get: there is none
    STATUS_DIFFERENT = STATUS_NO_REPLY,     // --route-get: the kernel says something else
    STATUS_NO_PACKET = STATUS_NEGATIVE,     // --trace: none matched
    STATUS_NOT_PERMITTED = STATUS_NO_REPLY, // --trace: not permitted
};

// Words may hold other people's bytes.
static void complain(const struct error *err) {
    struct buffer line = BUFFER_INIT;
    text_printable(err->text, strlen(err->text), &line);
    fprintf(stderr, "netscope: %s\n", buffer_text(&line));
    buffer_done(&line);
}

// The filter with a mark below what is wrong in it.
static void point_at(const char *filter, size_t offset) {
    struct buffer line = BUFFER_INIT, before = BUFFER_INIT;
    text_printable(filter, strlen(filter), &line);
    text_printable(filter, offset, &before);
    fprintf(stderr, "  %s\n  %*s^\n", buffer_text(&line), (int)text_width(buffer_text(&before)),
            "");
    buffer_done(&line);
    buffer_done(&before);
}

static enum exit_status print(struct buffer *text) {
    struct error err;
    struct output output = {.buffer = *text, .fd = STDOUT_FILENO};
    int r = output_done(&output);
    if (r == 0)
        return STATUS_DONE;
    error_set_errno(&err, r, "standard output");
    if (r != -EPIPE)
        complain(&err);
    return STATUS_ERROR;
}

static enum exit_status run_dns(const struct dump_plan *plan, const struct options *options) {
    struct error err = {0};
    enum dns_dump_result result;
    int r = dns_dump_run(plan, &options->dns, STDOUT_FILENO, &result, &err);
    if (r < 0) {
        if (r != -EPIPE)
            complain(&err);
        return r == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
    }
    switch (result) {
    case DNS_DUMP_ANSWER:
        return STATUS_DONE;
    case DNS_DUMP_NEGATIVE:
        return STATUS_NEGATIVE;
    case DNS_DUMP_NO_REPLY:
        return STATUS_NO_REPLY;
    }
    return STATUS_ERROR;
}

static enum exit_status run_dump(const struct options *options) {
    struct error err = {0};
    struct dump_plan plan;
    size_t offset;
    int r = dump_plan_init(&options->dump, &plan, &offset, &err);
    if (r < 0) {
        complain(&err);
        if (offset != SIZE_MAX)
            point_at(options->dump.filter, offset);
        return r == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
    }
    if (options->dns.name || options->dns.names_from) {
        enum exit_status status = run_dns(&plan, options);
        dump_plan_done(&plan);
        return status;
    }
    bool whole = true;
    r = dump_run(&plan, STDOUT_FILENO, &whole, &err);
    dump_plan_done(&plan);
    if (r < 0) {
        if (r != -EPIPE)
            complain(&err);
        return STATUS_ERROR;
    }
    return whole ? STATUS_DONE : STATUS_INCOMPLETE;
}

static enum exit_status run_list_fields(const struct options *options) {
    const struct dump_request *request = &options->dump;
    struct buffer text = BUFFER_INIT;
    if (request->format == DUMP_JSON)
        list_fields_format_json(request->kinds, request->kind_count, &text);
    else
        list_fields_format_text(request->kinds, request->kind_count, !request->no_header, &text);
    return print(&text);
}

static enum exit_status run_route_get(const struct options *options) {
    struct error err = {0};
    enum route_get_result result;
    int r = route_get_run(&options->route_get, STDOUT_FILENO, &result, &err);
    if (r < 0) {
        if (r != -EPIPE)
            complain(&err);
        return r == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
    }
    switch (result) {
    case ROUTE_GET_SAME:
        return STATUS_DONE;
    case ROUTE_GET_NO_ROUTE:
        return STATUS_NO_ROUTE;
    case ROUTE_GET_DIFFERS:
        return STATUS_DIFFERENT;
    case ROUTE_GET_PARTIAL:
        return STATUS_INCOMPLETE;
    }
    return STATUS_ERROR;
}

static enum exit_status run_trace(const struct options *options) {
    struct error err = {0};
    enum trace_result result;
    size_t offset;
    int r = trace_run(&options->trace, &options->dump, STDOUT_FILENO, &result, &offset, &err);
    if (r < 0) {
        if (r != -EPIPE)
            complain(&err);
        if (offset != SIZE_MAX)
            point_at(options->trace.filter, offset);
        return r == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
    }
    switch (result) {
    case TRACE_SEEN:
        return STATUS_DONE;
    case TRACE_NONE:
        return STATUS_NO_PACKET;
    case TRACE_LOST:
        return STATUS_INCOMPLETE;
    case TRACE_REFUSED:
        return STATUS_ERROR;
    case TRACE_DENIED:
        return STATUS_NOT_PERMITTED;
    }
    return STATUS_ERROR;
}

static enum exit_status run_help(void) {
    struct buffer text = BUFFER_INIT;
    options_format_help(&text);
    return print(&text);
}

static enum exit_status run_version(void) {
    struct buffer text = BUFFER_INIT;
    buffer_puts(&text, PACKAGE_NAME " " PACKAGE_VERSION "\n");
    return print(&text);
}

static enum exit_status run_terminal(const struct options *options) {
    struct error err = {0};
    struct tui_options terminal = {.netns = options->dump.netns,
                                   .all_netns = options->dump.all_netns,
                                   .panel = options->panel,
                                   .view = options->view,
                                   .interval = options->interval,
                                   .no_color = options->no_color};
    int r = tui_run(&terminal, panels, &err);
    if (r == 0)
        return STATUS_DONE;
    complain(&err);
    return r == -ENOTTY ? STATUS_USAGE : STATUS_ERROR;
}

int main(int argc, char **argv) {
    struct options options;
    struct error err = {0};
    if (argc > 1 && strcmp(argv[1], XTABLES_CHILD) == 0)
        return xtables_child(argc, argv);
    xtables_set_program("/proc/self/exe");
    // Characters have a width; numbers keep their point.
    setlocale(LC_CTYPE, "");
    // Whoever started us may have SIGPIPE ignored; a reader that leaves ends a dump all the same.
    signal(SIGPIPE, SIG_DFL);
    if (options_parse(argc, argv, &options, &err) < 0) {
        complain(&err);
        fputs("Try 'netscope --help'.\n", stderr);
        return STATUS_USAGE;
    }
    switch (options.action) {
    case OPTIONS_TERMINAL:
        return run_terminal(&options);
    case OPTIONS_DUMP:
        return run_dump(&options);
    case OPTIONS_LIST_FIELDS:
        return run_list_fields(&options);
    case OPTIONS_TRACE:
        return run_trace(&options);
    case OPTIONS_ROUTE_GET:
        return run_route_get(&options);
    case OPTIONS_HELP:
        return run_help();
    case OPTIONS_VERSION:
        return run_version();
    }
    return STATUS_ERROR;
}
