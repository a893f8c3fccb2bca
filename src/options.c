// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/kind.h"
#include "model/resolver.h"
#include "panels/panels.h"
#include "source/trace.h"

#define OPTIONS_MAX      64
#define INTERVAL_DEFAULT 1.0
#define INTERVAL_MIN     0.1
#define INTERVAL_MAX     3600.0
#define DURATION_MAX     (366.0 * 24 * 3600)

// The value of an option without a letter in struct option: its place in the table, above chars.
#define LONG_ONLY 0x100

enum {
    TERMINAL = 1 << OPTIONS_TERMINAL,
    DUMP = 1 << OPTIONS_DUMP,
    LIST = 1 << OPTIONS_LIST_FIELDS,
    ROUTE = 1 << OPTIONS_ROUTE_GET,
    TRACE = 1 << OPTIONS_TRACE,
    ALWAYS = TERMINAL | DUMP | LIST | ROUTE | TRACE,
};

// clang-format off
const struct option_spec option_specs[] = {
    {"dump", '\0', OPTION_KINDS, "KIND,...", DUMP, "write rows to standard output; all kinds if none is named"},
    {"format", '\0', OPTION_FORMAT, "FORMAT", DUMP | LIST | ROUTE | TRACE, "text, json or ndjson"},
    {"json", 'j', OPTION_NONE, NULL, DUMP | LIST | ROUTE, "the same as --format json"},
    {"filter", '\0', OPTION_FILTER, "EXPR", DUMP, "only rows that match, as 'mtu > 1500 and not lo'"},
    {"fields", '\0', OPTION_FIELDS, "KEY,...", DUMP | TRACE, "only these fields, in this order; or all"},
    {"sort", '\0', OPTION_SORT, "[-]KEY,...", DUMP, "sort by fields, '-' for descending"},
    {"follow", '\0', OPTION_NONE, NULL, DUMP, "of flows: write those that come, change and go, as it happens"},
    {"names", '\0', OPTION_NONE, NULL, DUMP, "of flows: say which namespaces have their addresses"},
    {"counters", '\0', OPTION_NONE, NULL, DUMP, "with --dump=netfilter as text: counts as iptables-save -c writes them"},
    {"no-header", '\0', OPTION_NONE, NULL, DUMP | LIST, "no titles and column heads"},
    {"netns", '\0', OPTION_NETNS, "NS", DUMP | TERMINAL | ROUTE | TRACE, "in this namespace: a name, a PID or a path"},
    {"all-netns", '\0', OPTION_NONE, NULL, DUMP | TERMINAL | TRACE, "in every namespace of the node"},
    {"name", '\0', OPTION_TEXT, "NAME", DUMP, "with --dump=dns: the name or address to look up"},
    {"names-from", '\0', OPTION_FILE, "FILE", DUMP, "with --dump=dns: look up each line of a file, - for standard input"},
    {"type", '\0', OPTION_TEXT, "TYPE,...", DUMP, "with --dump=dns: types of records, as AAAA, SRV or TYPE257"},
    {"class", '\0', OPTION_TEXT, "CLASS", DUMP, "with --dump=dns: another class than IN"},
    {"server", '\0', OPTION_TEXT, "ADDR[:PORT]", DUMP, "with --dump=dns: ask this server, or all that are configured"},
    {"rules", '\0', OPTION_TEXT, "RULES", DUMP, "with --dump=dns: resolve as glibc, musl or exact (the name as it is)"},
    {"tcp", '\0', OPTION_NONE, NULL, DUMP, "with --dump=dns: ask over TCP"},
    {"subnet", '\0', OPTION_TEXT, "PREFIX", DUMP, "with --dump=dns: say for whose network the answer is (EDNS client subnet)"},
    {"dnssec", '\0', OPTION_NONE, NULL, DUMP, "with --dump=dns: ask for DNSSEC's signatures, too"},
    {"validate", '\0', OPTION_NONE, NULL, DUMP, "with --dump=dns: validate answers by DNSSEC, from trust anchors on"},
    {"anchors", '\0', OPTION_FILE, "FILE", DUMP, "with --validate: trust anchors, a DS or DNSKEY record a line"},
    {"watch", '\0', OPTION_TEXT, "SECONDS", DUMP, "with --dump=dns: look up again and again, so long after each other"},
    {"probe", '\0', OPTION_NONE, NULL, DUMP, "with --dump=resolver: ask each server, and say which does not answer"},
    {"list-fields", '\0', OPTION_KIND, "KIND", LIST, "say which fields there are"},
    {"route-get", '\0', OPTION_ROUTE, "ADDR", ROUTE, "say which route a packet takes, and why"},
    {"from", '\0', OPTION_ROUTE, "ADDR", ROUTE, "that has this source address"},
    {"iif", '\0', OPTION_ROUTE, "DEV", ROUTE, "that comes in there"},
    {"oif", '\0', OPTION_ROUTE, "DEV", ROUTE, "whose sender is bound to that interface"},
    {"mark", '\0', OPTION_ROUTE, "N", ROUTE, "that has this mark"},
    {"uid", '\0', OPTION_ROUTE, "N", ROUTE, "that this user sends"},
    {"ipproto", '\0', OPTION_ROUTE, "PROTO", ROUTE, "of this protocol: a number, tcp, udp, icmp, icmpv6"},
    {"sport", '\0', OPTION_ROUTE, "PORT", ROUTE, "from this port"},
    {"dport", '\0', OPTION_ROUTE, "PORT", ROUTE, "to this port"},
    {"tos", '\0', OPTION_ROUTE, "N", ROUTE, "of this type of service"},
    {"trace", '\0', OPTION_TRACE, "FILTER", TRACE, "follow packets through the chains, as 'dst=10.96.0.10 dport=53'"},
    {"all", '\0', OPTION_NONE, NULL, TRACE, "with an empty filter: every packet, as far as the rate goes"},
    {"rate", '\0', OPTION_TRACE_WORD, "N", TRACE, "follow at most N packets a second in each namespace (10)"},
    {"replies", '\0', OPTION_TRACE_WORD, "yes|no", TRACE, "follow what answers, too (yes)"},
    {"count", '\0', OPTION_TRACE_WORD, "N", DUMP | TRACE, "end after N packets, or with --watch after N lookups"},
    {"duration", '\0', OPTION_TRACE_WORD, "SECONDS", TRACE, "end after so long"},
    {"steps", '\0', OPTION_NONE, NULL, TRACE, "as ndjson: a line for each step"},
    {"summary", '\0', OPTION_NONE, NULL, TRACE, "at the end: how many packets by rule and by path"},
    {"hooks", '\0', OPTION_TRACE_WORD, "HOOK,...", TRACE, "follow frames from there, too: bridge, ingress"},
    {"force", '\0', OPTION_NONE, NULL, TRACE, "also where the kernel does not remove the tables by itself"},
    {"panel", '\0', OPTION_PANEL, "NAME[/VIEW]", TERMINAL, "open the terminal program on this panel"},
    {"interval", '\0', OPTION_SECONDS, "SECONDS", TERMINAL, "time between two readings of counters"},
    {"no-color", '\0', OPTION_NONE, NULL, TERMINAL, "no colours, as with NO_COLOR in the environment"},
    {"help", 'h', OPTION_NONE, NULL, ALWAYS, "print this"},
    {"version", 'V', OPTION_NONE, NULL, ALWAYS, "print the version"},
};
// clang-format on
const size_t option_count = sizeof(option_specs) / sizeof(option_specs[0]);
_Static_assert(sizeof(option_specs) / sizeof(option_specs[0]) < OPTIONS_MAX, "too many options");

const char *const option_formats[] = {
    [DUMP_TEXT] = "text",
    [DUMP_JSON] = "json",
    [DUMP_NDJSON] = "ndjson",
    NULL,
};

bool option_value_is_optional(enum option_value value) {
    return value == OPTION_KINDS || value == OPTION_KIND;
}

// What was given, before it is known to fit together.
struct parsing {
    struct options options;
    unsigned long given; // a bit for each option of the table
    struct error *err;
};

static size_t spec_index(const char *name) {
    size_t i = 0;
    while (i < option_count && strcmp(option_specs[i].name, name) != 0)
        i++;
    return i;
}

static bool is_given(const struct parsing *p, const char *name) {
    return p->given & 1ul << spec_index(name);
}

// --- Words that are near to wrong ones -----------------------------------------------------------

static void consider_near(const char *word, const char *text, const char **near, size_t *least) {
    size_t distance = text_distance(word, text);
    if (distance < *least) {
        *near = word;
        *least = distance;
    }
}

static int report_kind(struct error *err, const char *text) {
    const char *near = NULL;
    size_t least = strlen(text) / 2 + 1;
    struct buffer all = BUFFER_INIT;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        consider_near(kinds[i]->name, text, &near, &least);
        buffer_printf(&all, "%s%s", i > 0 ? ", " : "", kinds[i]->name);
    }
    int r =
        near ? error_set(err, -EINVAL, "unknown kind: %s (did you mean %s?)", text, near)
             : error_set(err, -EINVAL, "unknown kind: %s (there are %s)", text, buffer_text(&all));
    buffer_done(&all);
    return r;
}

// "--al" for all-netns and others, or a typing mistake.
static int report_option(struct error *err, const char *text) {
    const char *near = NULL;
    size_t len = strcspn(text, "="), least = len / 2 + 1;
    char name[64];
    if (len >= sizeof(name))
        return error_set(err, -EINVAL, "unknown option: --%s", text);
    memcpy(name, text, len);
    name[len] = '\0';
    struct buffer matches = BUFFER_INIT;
    size_t count = 0;
    for (size_t i = 0; i < option_count; i++) {
        consider_near(option_specs[i].name, name, &near, &least);
        if (strncmp(option_specs[i].name, name, len) == 0)
            buffer_printf(&matches, "%s--%s", count++ > 0 ? ", " : "", option_specs[i].name);
    }
    int r;
    if (count > 1)
        r = error_set(err, -EINVAL, "--%s could mean %s", name, buffer_text(&matches));
    else if (near)
        r = error_set(err, -EINVAL, "unknown option: --%s (did you mean --%s?)", name, near);
    else
        r = error_set(err, -EINVAL, "unknown option: --%s", name);
    buffer_done(&matches);
    return r;
}

// --- Values --------------------------------------------------------------------------------------

static const struct panel *find_panel(const char *name, size_t len) {
    for (size_t i = 0; panels[i]; i++) {
        if (strncmp(panels[i]->name, name, len) == 0 && panels[i]->name[len] == '\0')
            return panels[i];
    }
    return NULL;
}

static int add_kind(struct dump_request *request, enum kind_id kind, struct error *err) {
    for (size_t i = 0; i < request->kind_count; i++) {
        if (request->kinds[i] == kind)
            return error_set(err, -EINVAL, "%s is named twice", kinds[kind]->name);
    }
    request->kinds[request->kind_count++] = kind;
    return 0;
}

// What the panel's views show, each kind once.
static int add_panel_kinds(struct dump_request *request, const struct panel *panel,
                           struct error *err) {
    bool added[KIND_COUNT] = {false};
    int r = 0;
    for (size_t i = 0; r == 0 && i < panel->view_count; i++) {
        enum kind_id kind = panel->views[i].kind;
        if (!added[kind] && !kinds[kind]->asked_with)
            r = add_kind(request, kind, err);
        added[kind] = true;
    }
    return r;
}

// What a lookup comes to, with the resolver that it went by.
static int add_dns_kinds(struct dump_request *request, struct error *err) {
    int r = add_kind(request, KIND_RESOLVER, err);
    if (r == 0)
        r = add_kind(request, KIND_ANSWERS, err);
    return r == 0 ? add_kind(request, KIND_QUERIES, err) : r;
}

// What --dump=netfilter stands for.
static const enum kind_id netfilter_kinds[] = {
    KIND_TABLES, KIND_HOOKS,    KIND_CHAINS,  KIND_RULES,
    KIND_SETS,   KIND_ELEMENTS, KIND_OBJECTS, KIND_FLOWTABLES,
};
#define NETFILTER_KINDS (sizeof(netfilter_kinds) / sizeof(netfilter_kinds[0]))

static int add_netfilter_kinds(struct dump_request *request, struct error *err) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < NETFILTER_KINDS; i++)
        r = add_kind(request, netfilter_kinds[i], err);
    return r;
}

// A kind's name is that kind; a panel's that is no kind's stands for what the panel shows.
static int add_named(struct dump_request *request, const char *text, size_t len,
                     struct error *err) {
    char name[64];
    if (len == 0)
        return error_set(err, -EINVAL, "the name of a kind is missing");
    if (len >= sizeof(name))
        return error_set(err, -EINVAL, "unknown kind: %.*s", (int)len, text);
    memcpy(name, text, len);
    name[len] = '\0';
    const struct kind *kind = kind_find(name);
    const struct panel *panel = find_panel(text, len);
    if (kind)
        return add_kind(request, kind_id(kind), err);
    if (strcmp(name, "dns") == 0)
        return add_dns_kinds(request, err);
    if (strcmp(name, "netfilter") == 0)
        return add_netfilter_kinds(request, err);
    return panel ? add_panel_kinds(request, panel, err) : report_kind(err, name);
}

static int read_kinds(struct parsing *p, const char *text) {
    struct dump_request *request = &p->options.dump;
    request->kind_count = 0;
    bool dumped = p->options.action == OPTIONS_DUMP; // then there has to be something to read
    for (size_t i = 0; !text && i < KIND_COUNT; i++) {
        if (!(dumped && kinds[i]->asked_with))
            request->kinds[request->kind_count++] = (enum kind_id)i;
    }
    while (text) {
        size_t len = strcspn(text, ",");
        p->options.dns.sections = p->options.dns.sections || strncmp(text, "dns", len) == 0;
        int r = add_named(request, text, len, p->err);
        if (r < 0)
            return r;
        text = text[len] == ',' ? text + len + 1 : NULL;
    }
    return 0;
}

static int read_format(struct parsing *p, const char *text) {
    for (size_t i = 0; option_formats[i]; i++) {
        if (strcmp(option_formats[i], text) == 0) {
            p->options.dump.format = (enum dump_format)i;
            return 0;
        }
    }
    return error_set(p->err, -EINVAL, "unknown format: %s (there are text, json, ndjson)", text);
}

static int report_panel(struct error *err, const char *text, size_t len) {
    char name[64];
    const char *near = NULL;
    size_t least = len / 2 + 1;
    struct buffer all = BUFFER_INIT;
    snprintf(name, sizeof(name), "%.*s", (int)len, text);
    for (size_t i = 0; panels[i]; i++) {
        consider_near(panels[i]->name, name, &near, &least);
        buffer_printf(&all, "%s%s", i > 0 ? ", " : "", panels[i]->name);
    }
    int r =
        near ? error_set(err, -EINVAL, "unknown panel: %s (did you mean %s?)", name, near)
             : error_set(err, -EINVAL, "unknown panel: %s (there are %s)", name, buffer_text(&all));
    buffer_done(&all);
    return r;
}

static int report_view(struct error *err, const struct panel *panel, const char *text) {
    struct buffer all = BUFFER_INIT;
    for (size_t i = 0; i < panel->view_count; i++)
        buffer_printf(&all, "%s%s", i > 0 ? ", " : "", panel->views[i].name);
    int r = error_set(err, -EINVAL, "unknown view of %s: %s (there are %s)", panel->name, text,
                      buffer_text(&all));
    buffer_done(&all);
    return r;
}

// NAME or NAME/VIEW.
static int read_panel(struct parsing *p, const char *text) {
    size_t len = strcspn(text, "/");
    const struct panel *panel = find_panel(text, len);
    if (!panel)
        return report_panel(p->err, text, len);
    const struct panel_view *view = text[len] ? panel_find_view(panel, text + len + 1) : NULL;
    if (text[len] && !view)
        return report_view(p->err, panel, text + len + 1);
    p->options.panel = panel->name;
    p->options.view = view ? view->name : NULL;
    return 0;
}

static int read_interval(struct parsing *p, const char *text) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds < INTERVAL_MIN ||
        seconds > INTERVAL_MAX)
        return error_set(p->err, -EINVAL,
                         "the interval is a number of seconds from %g to %g, not %s", INTERVAL_MIN,
                         INTERVAL_MAX, text);
    p->options.interval = seconds;
    return 0;
}

static int read_kind(struct parsing *p, const char *text) {
    if (text && strchr(text, ','))
        return error_set(p->err, -EINVAL, "only one kind can be named, not %s", text);
    return read_kinds(p, text);
}

// Options whose text is looked at by whoever uses it.
static void keep_text(struct options *options, const char *name, const char *text) {
    const struct {
        const char *name;
        const char **text;
    } places[] = {
        {"name", &options->dns.name},     {"names-from", &options->dns.names_from},
        {"type", &options->dns.types},    {"class", &options->dns.class},
        {"server", &options->dns.server}, {"rules", &options->dns.rules},
        {"watch", &options->dns.watch},   {"anchors", &options->dns.anchors},
        {"subnet", &options->dns.subnet},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (strcmp(places[i].name, name) == 0)
            *places[i].text = text;
    }
}

static void take_route_word(struct options *options, const char *name, const char *text) {
    enum route_word word = ROUTE_WORD_TO;
    for (size_t i = 0; i < ROUTE_WORD_COUNT; i++) {
        if (strcmp(route_word_names[i], name) == 0)
            word = (enum route_word)i;
    }
    options->route_get.words[word] = text;
    if (word == ROUTE_WORD_TO)
        options->action = OPTIONS_ROUTE_GET;
}

static int read_positive(const char *name, const char *text, uint64_t most, uint64_t *ret,
                         struct error *err) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || number < 1 || number > most)
        return error_set(err, -EINVAL, "--%s is a number from 1 to %llu, not %s", name,
                         (unsigned long long)most, text);
    *ret = number;
    return 0;
}

static int read_duration(struct parsing *p, const char *text) {
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(seconds) || seconds <= 0 || seconds > DURATION_MAX)
        return error_set(p->err, -EINVAL, "--duration is a number of seconds, not %s", text);
    p->options.trace.duration = seconds;
    return 0;
}

static int read_hooks(struct parsing *p, const char *text) {
    static const struct {
        const char *name;
        unsigned bit;
    } hooks[] = {{"bridge", TRACE_HOOKS_BRIDGE}, {"ingress", TRACE_HOOKS_INGRESS}};
    for (;;) {
        size_t len = strcspn(text, ","), i = 0;
        while (i < 2 && (strlen(hooks[i].name) != len || strncmp(hooks[i].name, text, len) != 0))
            i++;
        if (i == 2)
            return error_set(p->err, -EINVAL, "--hooks is bridge or ingress or both, not %s", text);
        p->options.trace.hooks |= hooks[i].bit;
        if (text[len] == '\0')
            return 0;
        text += len + 1;
    }
}

static int read_trace_word(struct parsing *p, const char *name, const char *text) {
    struct trace_request *trace = &p->options.trace;
    if (strcmp(name, "duration") == 0)
        return read_duration(p, text);
    if (strcmp(name, "hooks") == 0)
        return read_hooks(p, text);
    if (strcmp(name, "count") == 0)
        return read_positive(name, text, UINT32_MAX, &trace->count, p->err);
    if (strcmp(name, "rate") == 0)
        return read_positive(name, text, TRACE_RATE_MAX, &trace->rate, p->err);
    trace->no_replies = strcmp(text, "no") == 0;
    if (!trace->no_replies && strcmp(text, "yes") != 0)
        return error_set(p->err, -EINVAL, "--replies is yes or no, not %s", text);
    return 0;
}

static int take_trace(struct options *options, const char *text) {
    options->action = OPTIONS_TRACE;
    options->trace.filter = text;
    return 0;
}

static int take_value(struct parsing *p, const struct option_spec *spec, const char *text) {
    struct options *options = &p->options;
    switch (spec->value) {
    case OPTION_NONE:
        return 0;
    case OPTION_KINDS:
        options->action = OPTIONS_DUMP;
        return read_kinds(p, text);
    case OPTION_KIND:
        options->action = OPTIONS_LIST_FIELDS;
        return read_kind(p, text);
    case OPTION_FORMAT:
        return read_format(p, text);
    case OPTION_FILTER:
        options->dump.filter = text;
        return 0;
    case OPTION_FIELDS:
        options->dump.fields = text;
        return 0;
    case OPTION_SORT:
        options->dump.sort = text;
        return 0;
    case OPTION_NETNS:
        options->dump.netns = text;
        return *text ? 0 : error_set(p->err, -EINVAL, "the name of a namespace is missing");
    case OPTION_PANEL:
        return read_panel(p, text);
    case OPTION_SECONDS:
        return read_interval(p, text);
    case OPTION_FILE:
    case OPTION_TEXT:
        keep_text(options, spec->name, text);
        return 0;
    case OPTION_TRACE:
        return take_trace(options, text);
    case OPTION_TRACE_WORD:
        return read_trace_word(p, spec->name, text);
    case OPTION_ROUTE:
        take_route_word(options, spec->name, text);
        return 0;
    }
    return 0;
}

static bool is_netfilter(const struct dump_request *dump) {
    if (dump->kind_count != NETFILTER_KINDS)
        return false;
    for (size_t i = 0; i < NETFILTER_KINDS; i++) {
        if (dump->kinds[i] != netfilter_kinds[i])
            return false;
    }
    return true;
}

// --- Options together ----------------------------------------------------------------------------

static void take_switches(struct parsing *p) {
    struct options *options = &p->options;
    if (is_given(p, "json") && !is_given(p, "format"))
        options->dump.format = DUMP_JSON;
    options->dump.no_header = is_given(p, "no-header");
    options->dump.names = is_given(p, "names");
    options->dump.counters = is_given(p, "counters");
    options->dump.probe = is_given(p, "probe");
    options->dump.netfilter = is_netfilter(&options->dump);
    options->dump.follow = is_given(p, "follow");
    if (options->dump.follow && !is_given(p, "json") && !is_given(p, "format"))
        options->dump.format = DUMP_NDJSON;
    options->dump.all_netns = is_given(p, "all-netns");
    options->no_color = is_given(p, "no-color");
    options->dns.tcp = is_given(p, "tcp");
    options->dns.dnssec = is_given(p, "dnssec");
    options->dns.validate = is_given(p, "validate");
    options->dns.count = options->trace.count;
    options->dns.sections = options->dns.sections && options->dump.format == DUMP_TEXT &&
                            !options->dump.fields && !options->dump.filter && !options->dump.sort;
    options->route_get.netns = options->dump.netns;
    options->route_get.json = options->dump.format == DUMP_JSON;
    options->trace.all = is_given(p, "all");
    options->trace.steps = is_given(p, "steps");
    options->trace.summary = is_given(p, "summary");
    options->trace.force = is_given(p, "force");
    if (is_given(p, "version"))
        options->action = OPTIONS_VERSION;
    if (is_given(p, "help"))
        options->action = OPTIONS_HELP;
}

static int check_follow(const struct parsing *p) {
    const struct dump_request *dump = &p->options.dump;
    if (dump->kind_count != 1 || dump->kinds[0] != KIND_FLOWS)
        return error_set(p->err, -EINVAL, "--follow goes with --dump=flows");
    if (dump->format != DUMP_NDJSON)
        return error_set(p->err, -EINVAL, "--follow writes ndjson");
    return dump->sort ? error_set(p->err, -EINVAL, "--follow and --sort: events have their order")
                      : 0;
}

// The option that says what is done, of one that only goes with it.
static const char *company_of(const struct option_spec *spec) {
    if (spec->value == OPTION_ROUTE)
        return "--route-get";
    return spec->goes_with == TRACE ? "--trace" : "--dump";
}

static int check_trace(const struct parsing *p) {
    const struct options *options = &p->options;
    if (options->action != OPTIONS_TRACE)
        return 0;
    if (options->trace.summary && options->trace.steps)
        return error_set(p->err, -EINVAL, "--summary has no steps");
    if (options->trace.summary)
        return 0; // which is written at the end, in any form
    if (options->dump.format == DUMP_JSON)
        return error_set(p->err, -EINVAL, "--trace writes text or ndjson, as it happens");
    if (options->trace.steps && options->dump.format != DUMP_NDJSON)
        return error_set(p->err, -EINVAL, "--steps goes with --format ndjson");
    if (options->dump.fields && options->dump.format != DUMP_NDJSON)
        return error_set(p->err, -EINVAL, "with --trace, --fields goes with --format ndjson");
    return 0;
}

static int check_together(const struct parsing *p) {
    static const char *const action_names[] = {[OPTIONS_DUMP] = "--dump",
                                               [OPTIONS_LIST_FIELDS] = "--list-fields",
                                               [OPTIONS_ROUTE_GET] = "--route-get",
                                               [OPTIONS_TRACE] = "--trace"};
    const struct options *options = &p->options;
    if (options->action == OPTIONS_HELP || options->action == OPTIONS_VERSION)
        return 0;
    for (size_t i = 0; i < option_count; i++) {
        const char *name = option_specs[i].name;
        if (!(p->given & 1ul << i) || option_specs[i].goes_with & 1u << options->action)
            continue;
        if (options->action == OPTIONS_TERMINAL)
            return error_set(p->err, -EINVAL, "--%s goes with %s", name,
                             company_of(&option_specs[i]));
        return error_set(p->err, -EINVAL, "--%s does not go with %s", name,
                         action_names[options->action]);
    }
    if (is_given(p, "json") && is_given(p, "format") && options->dump.format != DUMP_JSON)
        return error_set(p->err, -EINVAL, "--json and another --format");
    if (options->dump.netns && options->dump.all_netns)
        return error_set(p->err, -EINVAL, "--netns and --all-netns: one namespace, or every one");
    if (options->action == OPTIONS_LIST_FIELDS && options->dump.format == DUMP_NDJSON)
        return error_set(p->err, -EINVAL, "--list-fields is text or json");
    if (options->action == OPTIONS_ROUTE_GET && options->dump.format == DUMP_NDJSON)
        return error_set(p->err, -EINVAL, "--route-get is text or json");
    if (options->dump.counters && !options->dump.netfilter)
        return error_set(p->err, -EINVAL, "--counters goes with --dump=netfilter");
    return options->dump.follow ? check_follow(p) : 0;
}

// Rows that are the answer to an option come with that option.
static int check_kinds(const struct parsing *p) {
    const struct options *options = &p->options;
    for (size_t i = 0; options->action == OPTIONS_DUMP && i < options->dump.kind_count; i++) {
        const struct kind *kind = kinds[options->dump.kinds[i]];
        if (kind->asked_with && strcmp(kind->asked_with, "name") != 0)
            return error_set(p->err, -EINVAL, "%s are not dumped: see --%s", kind->name,
                             kind->asked_with);
    }
    return 0;
}

static bool has_kind(const struct dump_request *dump, enum kind_id kind) {
    for (size_t i = 0; i < dump->kind_count; i++) {
        if (dump->kinds[i] == kind)
            return true;
    }
    return false;
}

static int check_dns(const struct parsing *p) {
    static const char *const parts[] = {"name",   "names-from", "type",    "class",
                                        "server", "rules",      "tcp",     "watch",
                                        "dnssec", "validate",   "anchors", "subnet"};
    const struct options *options = &p->options;
    bool question = options->dns.name || options->dns.names_from, asked = false;
    for (size_t i = 0; i < options->dump.kind_count; i++)
        asked = asked || kinds[options->dump.kinds[i]]->asked_with;
    if (options->action != OPTIONS_DUMP)
        return 0;
    for (size_t i = 0; !asked && i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (is_given(p, parts[i]))
            return error_set(p->err, -EINVAL, "--%s goes with --dump=dns", parts[i]);
    }
    if (options->dump.probe && (asked || !has_kind(&options->dump, KIND_RESOLVER)))
        return error_set(p->err, -EINVAL, "--probe goes with --dump=resolver");
    if (asked && !question)
        return error_set(p->err, -EINVAL, "a lookup needs --name or --names-from");
    if (options->dns.name && options->dns.names_from)
        return error_set(p->err, -EINVAL, "--name and --names-from: one name, or a file of them");
    if (options->dns.watch && !options->dns.name)
        return error_set(p->err, -EINVAL, "--watch goes with --name");
    if (options->dns.watch && options->dump.format == DUMP_JSON)
        return error_set(p->err, -EINVAL, "--watch is text or ndjson");
    if (options->dns.anchors && !options->dns.validate)
        return error_set(p->err, -EINVAL, "--anchors goes with --validate");
    if (options->dns.count > 0 && !options->dns.watch)
        return error_set(p->err, -EINVAL, "--count goes with --watch or --trace");
    if (asked && options->dump.all_netns)
        return error_set(p->err, -EINVAL, "a lookup is made in one namespace: not --all-netns");
    for (size_t i = 0; asked && i < options->dump.kind_count; i++) {
        const struct kind *kind = kinds[options->dump.kinds[i]];
        if (!kind->asked_with && kind != &resolver_kind)
            return error_set(p->err, -EINVAL, "%s cannot be dumped with a lookup", kind->name);
    }
    return 0;
}

static int report_argument(const struct parsing *p, const char *text) {
    size_t len = strcspn(text, ",");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strncmp(kinds[i]->name, text, len) == 0 && kinds[i]->name[len] == '\0')
            return error_set(p->err, -EINVAL, "unexpected argument: %s (did you mean %s=%s?)", text,
                             is_given(p, "list-fields") ? "--list-fields" : "--dump", text);
    }
    return error_set(p->err, -EINVAL, "unexpected argument: %s", text);
}

// --- getopt --------------------------------------------------------------------------------------

static void make_getopt_tables(struct option *longs, char *letters) {
    *letters++ = ':'; // a missing value is ':' and not '?'
    for (size_t i = 0; i < option_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        int argument = spec->value == OPTION_NONE              ? no_argument
                       : option_value_is_optional(spec->value) ? optional_argument
                                                               : required_argument;
        longs[i] = (struct option){spec->name, argument, NULL, LONG_ONLY + (int)i};
        if (spec->letter != '\0')
            *letters++ = spec->letter; // those that have one take no value
    }
    *letters = '\0';
}

// What getopt_long answered for an option that it could not take.
static int report_getopt(int answer, const char *argument, struct error *err) {
    if (answer == ':')
        return error_set(err, -EINVAL, "%s needs a value", argument);
    if (optopt >= LONG_ONLY)
        return error_set(err, -EINVAL, "--%s takes no value",
                         option_specs[optopt - LONG_ONLY].name);
    if (optopt != 0)
        return error_set(err, -EINVAL, "unknown option: -%c", optopt);
    return report_option(err, argument + 2);
}

static size_t index_of_answer(int answer) {
    if (answer >= LONG_ONLY)
        return (size_t)(answer - LONG_ONLY);
    size_t i = 0;
    while (option_specs[i].letter != answer)
        i++;
    return i;
}

static int parse_options(struct parsing *p, int argc, char **argv) {
    struct option longs[OPTIONS_MAX] = {0};
    char letters[OPTIONS_MAX + 2];
    int answer;
    make_getopt_tables(longs, letters);
    optind = 0; // begin anew: tests parse many command lines
    opterr = 0;
    while ((answer = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (answer == '?' || answer == ':')
            return report_getopt(answer, argv[optind - 1], p->err);
        size_t i = index_of_answer(answer);
        if (option_specs[i].value != OPTION_NONE && p->given & 1ul << i)
            return error_set(p->err, -EINVAL, "--%s is given twice", option_specs[i].name);
        p->given |= 1ul << i;
        int r = take_value(p, &option_specs[i], optarg);
        if (r < 0)
            return r;
    }
    return optind < argc ? report_argument(p, argv[optind]) : 0;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct error *err) {
    struct parsing p = {.options.interval = INTERVAL_DEFAULT, .err = err};
    int r = parse_options(&p, argc, argv);
    if (r < 0)
        return r;
    take_switches(&p);
    r = check_together(&p);
    if (r == 0)
        r = check_kinds(&p);
    if (r == 0)
        r = check_dns(&p);
    if (r == 0)
        r = check_trace(&p);
    if (r < 0)
        return r;
    *ret_options = p.options;
    return 0;
}

// --- Help ----------------------------------------------------------------------------------------

static void format_option(const struct option_spec *spec, struct buffer *buffer) {
    size_t start = buffer->len;
    if (spec->letter)
        buffer_printf(buffer, "  -%c, --%s", spec->letter, spec->name);
    else
        buffer_printf(buffer, "      --%s", spec->name);
    if (spec->value_name)
        buffer_printf(buffer, option_value_is_optional(spec->value) ? "[=%s]" : " %s",
                      spec->value_name);
    size_t width = buffer->len - start;
    buffer_fill(buffer, ' ', width < 28 ? 28 - width : 1);
    buffer_printf(buffer, "%s\n", spec->help);
}

void options_format_help(struct buffer *buffer) {
    buffer_puts(buffer,
                "netscope - show a Linux node's network as the kernel has it\n"
                "\n"
                "usage: netscope [--netns NS | --all-netns] [--panel NAME[/VIEW]]\n"
                "       netscope --dump[=KIND,...] [--format FORMAT] [--filter EXPR] ...\n"
                "       netscope --dump=dns --name NAME [--type TYPE,...] [--server ADDR] ...\n"
                "       netscope --list-fields[=KIND] [--json]\n"
                "       netscope --route-get ADDR [--from ADDR] [--iif DEV | --oif DEV] ...\n"
                "       netscope --trace=FILTER [--count N] [--duration SECONDS] ...\n"
                "\n");
    for (size_t i = 0; i < option_count; i++)
        format_option(&option_specs[i], buffer);
    buffer_puts(buffer, "\nkinds:\n");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        buffer_printf(buffer, "  %s", kinds[i]->name);
        buffer_fill(buffer, ' ', 26 - strlen(kinds[i]->name));
        buffer_printf(buffer, "%s\n", kinds[i]->help);
    }
    buffer_puts(buffer, "\nSee netscope(8), and netscope(5) for fields, filters and JSON.\n");
}
