// SPDX-License-Identifier: GPL-2.0-or-later
#include "panels/dns_typed.h"

#include <errno.h>
#include <string.h>

#define WATCH_USUAL "1" // seconds

static int take_option(const char *word, struct dns_request *request, struct error *err) {
    if (strcmp(word, "+tcp") == 0)
        request->tcp = true;
    else if (strcmp(word, "+glibc") == 0 || strcmp(word, "+musl") == 0 ||
             strcmp(word, "+exact") == 0)
        request->rules = word + 1;
    else if (strcmp(word, "+watch") == 0)
        request->watch = WATCH_USUAL;
    else if (strncmp(word, "+watch=", 7) == 0)
        request->watch = word + 7;
    else if (strcmp(word, "+dnssec") == 0)
        request->dnssec = true;
    else if (strcmp(word, "+validate") == 0)
        request->validate = true;
    else if (strncmp(word, "+validate=", 10) == 0)
        request->validate = (request->anchors = word + 10);
    else if (strncmp(word, "+subnet=", 8) == 0)
        request->subnet = word + 8;
    else
        return error_set(err, -EINVAL, "unknown word: %s (there are " DNS_TYPED_WORDS ")", word);
    return 0;
}

// Types that stand apart are all asked for.
static int take_types(const char *word, struct arena *arena, struct dns_request *request) {
    request->types = request->types ? arena_printf(arena, "%s,%s", request->types, word) : word;
    return request->types ? 0 : -ENOMEM;
}

static bool is_class(const char *word) {
    uint16_t number;
    return dns_class_parse(word, &number) == 0 && dns_type_parse(word, &number) < 0;
}

static int take_word(const char *word, struct arena *arena, struct dns_request *request,
                     struct error *err) {
    if (word[0] == '+')
        return take_option(word, request, err);
    if (word[0] == '@')
        request->server = word + 1;
    else if (!request->name)
        request->name = word;
    else if (is_class(word))
        request->class = word;
    else
        return take_types(word, arena, request);
    return 0;
}

int dns_typed_parse(const char *typed, struct arena *arena, struct dns_request *ret_request,
                    struct error *err) {
    struct dns_request request = {0};
    char *text = arena_strdup(arena, typed), *rest = NULL;
    int r = text ? 0 : -ENOMEM;
    for (char *word = text ? strtok_r(text, " ", &rest) : NULL; word && r == 0;
         word = strtok_r(NULL, " ", &rest))
        r = take_word(word, arena, &request, err);
    if (r == 0 && !request.name)
        r = error_set(err, -EINVAL, "the name is missing");
    if (r == -ENOMEM)
        error_set(err, r, "out of memory");
    if (r == 0)
        *ret_request = request;
    return r;
}
