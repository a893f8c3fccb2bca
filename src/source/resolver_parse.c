// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/resolver_parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/file_line.h"

#define WORDS_MAX    4096 // in a line, lines of a kind: past these nobody reads on
#define PROBLEMS_MAX 64

// musl keeps the search list in 256 bytes, and glibc did so until 2.26.
#define SEARCH_BYTES 256
#define SEARCH_COUNT 6

// Texts that grow; the arena keeps the older, smaller arrays.
struct words {
    const char **items;
    size_t count, capacity;
};

static int grow(struct arena *arena, void **items, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    char *grown = arena_alloc(arena, wanted * size);
    if (!grown)
        return -ENOMEM;
    if (count > 0)
        memcpy(grown, *items, count * size);
    *items = grown;
    *capacity = wanted;
    return 0;
}

static int add_word(struct arena *arena, struct words *words, const char *text, size_t len) {
    if (words->count >= WORDS_MAX)
        return 0;
    int r = grow(arena, (void **)&words->items, &words->capacity, words->count, sizeof(char *));
    char *copy = r == 0 ? arena_strndup(arena, text, len) : NULL;
    if (!copy)
        return -ENOMEM;
    words->items[words->count++] = copy;
    return 0;
}

int resolver_problem(struct resolver_build *build, const char *format, ...) {
    struct resolver *resolver = build->resolver;
    char text[200];
    va_list args;
    if (resolver->problem_count >= PROBLEMS_MAX)
        return 0;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    int r = grow(build->arena, (void **)&build->problems, &build->problem_capacity,
                 resolver->problem_count, sizeof(char *));
    char *copy = r == 0 ? arena_strdup(build->arena, text) : NULL;
    if (!copy)
        return -ENOMEM;
    build->problems[resolver->problem_count++] = copy;
    resolver->problems = build->problems;
    return 0;
}

static int take_words(struct arena *arena, struct file_line line, struct words *words) {
    struct file_line word;
    int r = 0;
    words->count = 0;
    words->capacity = 0;
    while (r == 0 && file_line_take(&line, &word))
        r = add_word(arena, words, word.text, word.len);
    return r;
}

// --- resolv.conf ---------------------------------------------------------------------------------

struct conf {
    struct resolver_build *build;
    struct words servers, search, sortlist;
    bool has_search, has_domain;
};

static int take_server(struct conf *conf, struct file_line line) {
    struct file_line word;
    struct address address;
    char text[128];
    file_line_cut(&line, ";#");
    if (!file_line_take(&line, &word))
        return resolver_problem(conf->build, "a nameserver line without an address");
    snprintf(text, sizeof(text), "%.*s", (int)word.len, word.text);
    char *scope = strchr(text, '%');
    if (scope)
        *scope = '\0';
    if (word.len >= sizeof(text) || address_parse(text, &address) < 0 ||
        (scope && address.family != ADDRESS_IPV6))
        return resolver_problem(conf->build, "nameserver %.*s is not an address",
                                (int)(word.len < 100 ? word.len : 100), word.text);
    return add_word(conf->build->arena, &conf->servers, word.text, word.len);
}

static int take_number(struct conf *conf, const char *what, const struct file_line *value,
                       uint32_t most, uint32_t *ret) {
    char text[16];
    snprintf(text, sizeof(text), "%.*s", (int)value->len, value->text);
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-')
        return resolver_problem(conf->build, "option %s has no number: %s", what, text);
    *ret = number < most ? (uint32_t)number : most;
    return number > most
               ? resolver_problem(conf->build, "%s:%s is more than the most, %u", what, text, most)
               : 0;
}

static int take_flag(struct conf *conf, const struct file_line *word) {
    for (const struct flag_name *flag = resolver_option_names; flag->name; flag++) {
        if (file_line_is(word, flag->name)) {
            conf->build->resolver->options |= (uint32_t)flag->bit;
            return 0;
        }
    }
    if (file_line_is(word, "no_tld_query")) {
        conf->build->resolver->options |= RESOLVER_NO_TLD_QUERY;
        return 0;
    }
    return resolver_problem(conf->build, "unknown option: %.*s",
                            (int)(word->len < 100 ? word->len : 100), word->text);
}

static int take_option(struct conf *conf, const struct file_line *word) {
    struct resolver *resolver = conf->build->resolver;
    const struct {
        const char *name;
        uint32_t most;
        uint32_t *value;
    } numbers[] = {
        {"ndots", RESOLVER_NDOTS_MAX, &resolver->ndots},
        {"timeout", RESOLVER_TIMEOUT_MAX, &resolver->timeout},
        {"attempts", RESOLVER_ATTEMPTS_MAX, &resolver->attempts},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        size_t len = strlen(numbers[i].name);
        if (word->len > len && strncmp(word->text, numbers[i].name, len) == 0 &&
            word->text[len] == ':') {
            struct file_line value = {word->text + len + 1, word->len - len - 1};
            return take_number(conf, numbers[i].name, &value, numbers[i].most, numbers[i].value);
        }
    }
    return take_flag(conf, word);
}

static int take_options(struct conf *conf, struct file_line line) {
    struct file_line word;
    int r = 0;
    while (r == 0 && file_line_take(&line, &word) && word.text[0] != '#' && word.text[0] != ';')
        r = take_option(conf, &word);
    return r;
}

static int take_domain(struct conf *conf, struct file_line line) {
    struct file_line word;
    conf->has_domain = true;
    conf->search.count = conf->search.capacity = 0;
    return file_line_take(&line, &word)
               ? add_word(conf->build->arena, &conf->search, word.text, word.len)
               : 0;
}

static int take_conf_line(struct conf *conf, struct file_line line) {
    struct file_line word;
    if (line.len == 0 || line.text[0] == ';' || line.text[0] == '#')
        return 0;
    bool indented = file_line_is_blank(line.text[0]);
    if (!file_line_take(&line, &word))
        return 0;
    if (indented)
        return resolver_problem(conf->build, "a line that begins with a blank is passed over: %.*s",
                                (int)(word.len < 100 ? word.len : 100), word.text);
    if (file_line_is(&word, "nameserver"))
        return take_server(conf, line);
    if (file_line_is(&word, "options"))
        return take_options(conf, line);
    if (file_line_is(&word, "domain"))
        return take_domain(conf, line);
    if (file_line_is(&word, "sortlist"))
        return take_words(conf->build->arena, line, &conf->sortlist);
    if (file_line_is(&word, "search")) {
        conf->has_search = true;
        return take_words(conf->build->arena, line, &conf->search);
    }
    return resolver_problem(conf->build, "unknown word: %.*s",
                            (int)(word.len < 100 ? word.len : 100), word.text);
}

static int judge_conf(struct conf *conf) {
    struct resolver_build *build = conf->build;
    size_t bytes = 0;
    int r = 0;
    for (size_t i = 0; i < conf->search.count; i++)
        bytes += strlen(conf->search.items[i]) + 1;
    if (conf->servers.count > RESOLVER_SERVERS_USED)
        r = resolver_problem(build, "%zu nameservers: only the first three are asked",
                             conf->servers.count);
    if (r == 0 && conf->servers.count == 0)
        r = resolver_problem(build, "no nameserver: 127.0.0.1 is asked");
    if (r == 0 && conf->search.count > SEARCH_COUNT)
        r = resolver_problem(build, "%zu search domains: glibc before 2.26 takes six",
                             conf->search.count);
    if (r == 0 && bytes > SEARCH_BYTES)
        r = resolver_problem(build, "a search list of %zu bytes: musl takes %d", bytes,
                             SEARCH_BYTES - 1);
    if (r == 0 && conf->has_domain && conf->has_search)
        r = resolver_problem(build, "both domain and search: the last one counts");
    return r;
}

int resolver_parse_conf(struct resolver_build *build, const char *text, size_t len) {
    struct conf conf = {.build = build};
    struct resolver *resolver = build->resolver;
    struct file_line line;
    int r = 0;
    for (const char *at = text; r == 0 && file_line_next(&at, text + len, &line);)
        r = take_conf_line(&conf, line);
    if (r == 0)
        r = judge_conf(&conf);
    if (conf.servers.count > 0) {
        resolver->servers = conf.servers.items;
        resolver->server_count = conf.servers.count;
    }
    resolver->search = conf.search.items;
    resolver->search_count = conf.search.count;
    resolver->sortlist = conf.sortlist.items;
    resolver->sortlist_count = conf.sortlist.count;
    return r;
}

// --- hosts ---------------------------------------------------------------------------------------

static int take_host(struct resolver_build *build, struct file_line line,
                     struct resolver_host *ret) {
    struct file_line word;
    char text[64];
    struct words names = {0};
    file_line_cut(&line, "#");
    if (!file_line_take(&line, &word))
        return -ENOENT;
    snprintf(text, sizeof(text), "%.*s", (int)word.len, word.text);
    if (word.len >= sizeof(text) || address_parse(text, &ret->address) < 0)
        return resolver_problem(build, "the hosts file has a line without an address: %.*s",
                                (int)(word.len < 100 ? word.len : 100), word.text) < 0
                   ? -ENOMEM
                   : -ENOENT;
    int r = take_words(build->arena, line, &names);
    ret->names = names.items;
    ret->name_count = names.count;
    return r < 0 || names.count > 0 ? r : -ENOENT;
}

int resolver_parse_hosts(struct resolver_build *build, const char *text, size_t len) {
    struct resolver_host *hosts = NULL;
    size_t count = 0, capacity = 0;
    struct file_line line;
    int r = 0;
    for (const char *at = text; r == 0 && file_line_next(&at, text + len, &line);) {
        r = grow(build->arena, (void **)&hosts, &capacity, count, sizeof(*hosts));
        if (r == 0)
            r = take_host(build, line, &hosts[count]);
        count += r == 0;
        if (r == -ENOENT)
            r = 0;
    }
    build->resolver->hosts = hosts;
    build->resolver->host_count = count;
    return r;
}

int resolver_parse_host_conf(struct resolver_build *build, const char *text, size_t len) {
    struct file_line line, word, value;
    for (const char *at = text; file_line_next(&at, text + len, &line);) {
        file_line_cut(&line, "#");
        file_line_take(&line, &word);
        if (file_line_is(&word, "multi") && file_line_take(&line, &value))
            build->resolver->multi = file_line_is(&value, "on");
    }
    return 0;
}

// --- nsswitch.conf -------------------------------------------------------------------------------

static const char *const known_services[] = {
    "files",   "dns",           "myhostname",   "resolve", "mymachines",    "mdns",
    "mdns4",   "mdns4_minimal", "mdns_minimal", "mdns6",   "mdns6_minimal", "nis",
    "nisplus", "compat",        "db",           "ldap",    "sss",           "wins",
    "libvirt", "libvirt_guest", "hesiod",       NULL};

static int judge_service(struct resolver_build *build, const char *word) {
    if (word[0] == '[')
        return 0;
    for (size_t i = 0; known_services[i]; i++) {
        if (strcmp(known_services[i], word) == 0)
            return 0;
    }
    return resolver_problem(build, "nsswitch.conf: unknown service for hosts: %.100s", word);
}

int resolver_parse_order(struct resolver_build *build, const char *text, size_t len) {
    static const char key[] = "hosts:";
    struct words words = {0};
    struct file_line line;
    int r = 0;
    for (const char *at = text; r == 0 && file_line_next(&at, text + len, &line);) {
        file_line_cut(&line, "#");
        while (line.len > 0 && file_line_is_blank(*line.text)) {
            line.text++;
            line.len--;
        }
        if (line.len < sizeof(key) - 1 || strncmp(line.text, key, sizeof(key) - 1) != 0)
            continue;
        line.text += sizeof(key) - 1;
        line.len -= sizeof(key) - 1;
        r = take_words(build->arena, line, &words);
    }
    for (size_t i = 0; r == 0 && i < words.count; i++)
        r = judge_service(build, words.items[i]);
    if (words.count > 0) {
        build->resolver->order = words.items;
        build->resolver->order_count = words.count;
    }
    return r;
}
