// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"

static int add_type(struct dns_plan *plan, const char *text, size_t len, struct error *err) {
    char word[32];
    uint16_t type;
    if (len == 0)
        return error_set(err, -EINVAL, "--type: the name of a type is missing");
    if (len >= sizeof(word))
        return error_set(err, -EINVAL, "--type: unknown type: %.*s", (int)len, text);
    memcpy(word, text, len);
    word[len] = '\0';
    if (dns_type_parse(word, &type) < 0)
        return error_set(err, -EINVAL, "--type: unknown type: %s", word);
    for (size_t i = 0; i < plan->type_count; i++) {
        if (plan->types[i] == type)
            return error_set(err, -EINVAL, "--type: %s is named twice", word);
    }
    if (plan->type_count == DNS_TYPES_MAX)
        return error_set(err, -EINVAL, "--type: more than %d types", DNS_TYPES_MAX);
    plan->types[plan->type_count++] = type;
    return 0;
}

static int take_types(struct dns_plan *plan, const char *text, struct error *err) {
    int r = 0;
    plan->types_named = text;
    if (!text)
        text = "A,AAAA";
    for (;;) {
        size_t len = strcspn(text, ",");
        r = add_type(plan, text, len, err);
        if (r < 0 || text[len] == '\0')
            return r;
        text += len + 1;
    }
}

static int take_rules(struct dns_plan *plan, const struct dns_request *request, struct error *err) {
    static const char *const words[] = {
        [DNS_RULES_GLIBC] = "glibc", [DNS_RULES_MUSL] = "musl", [DNS_RULES_EXACT] = "exact"};
    plan->rules = request->server ? DNS_RULES_EXACT : DNS_RULES_GLIBC;
    for (size_t i = 0; request->rules && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], request->rules) == 0) {
            plan->rules = (enum dns_rules)i;
            return 0;
        }
    }
    return request->rules
               ? error_set(err, -EINVAL, "--rules are glibc, musl or exact, not %s", request->rules)
               : 0;
}

// --- Servers -------------------------------------------------------------------------------------

static int use_resolver(struct dns_plan *plan, const struct resolver *resolver,
                        struct arena *arena) {
    struct dns_server_set *set = arena_alloc(arena, sizeof(*set));
    if (!set)
        return -ENOMEM;
    set->count = resolver_servers_used(resolver);
    memcpy(set->servers, resolver->servers, set->count * sizeof(set->servers[0]));
    plan->sets = set;
    plan->set_count = 1;
    return 0;
}

// Every server that is configured, those past the third too.
static int use_each(struct dns_plan *plan, const struct resolver *resolver, struct arena *arena) {
    struct dns_server_set *sets = arena_alloc(arena, resolver->server_count * sizeof(*sets));
    if (!sets)
        return -ENOMEM;
    for (size_t i = 0; i < resolver->server_count; i++)
        sets[i] = (struct dns_server_set){.servers = {resolver->servers[i]}, .count = 1};
    plan->sets = sets;
    plan->set_count = resolver->server_count;
    return 0;
}

static int take_port(struct dns_plan *plan, const char *text, const char *server,
                     struct error *err) {
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || port == 0 || port > UINT16_MAX)
        return error_set(err, -EINVAL, "--server: not a port: %s", server);
    plan->port = (uint16_t)port;
    return 0;
}

// "ADDR", "IPV4:PORT", "[ADDR]:PORT"; an IPv6 address can have a scope behind '%'.
static int use_typed(struct dns_plan *plan, const char *server, struct arena *arena,
                     struct error *err) {
    struct dns_server_set *set = arena_alloc(arena, sizeof(*set));
    char *text = arena_strdup(arena, server + (server[0] == '['));
    struct address address;
    int r = 0;
    if (!set || !text)
        return -ENOMEM;
    char *end = server[0] == '[' ? strchr(text, ']') : strchr(text, ':');
    bool bare_ipv6 = server[0] != '[' && end && strchr(end + 1, ':');
    if (server[0] == '[' && (!end || (end[1] != ':' && end[1] != '\0')))
        return error_set(err, -EINVAL, "--server: not an address: %s", server);
    if (end && !bare_ipv6) {
        const char *port = server[0] != '[' ? end + 1 : end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
        r = port ? take_port(plan, port, server, err) : 0;
    }
    char *bare = arena_strndup(arena, text, strcspn(text, "%"));
    if (!bare)
        return -ENOMEM;
    if (r == 0 && address_parse(bare, &address) < 0)
        r = error_set(err, -EINVAL, "--server: not an address: %s", server);
    *set = (struct dns_server_set){.servers = {text}, .count = 1};
    plan->sets = set;
    plan->set_count = 1;
    return r;
}

int dns_plan_make(const struct dns_request *request, const struct resolver *resolver,
                  struct arena *arena, struct dns_plan *ret_plan, struct error *err) {
    struct dns_plan plan = {.class = 1, .port = DNS_PORT, .tcp = request->tcp};
    int r = take_types(&plan, request->types, err);
    if (r == 0)
        r = take_rules(&plan, request, err);
    if (r == 0 && request->class && dns_class_parse(request->class, &plan.class) < 0)
        r = error_set(err, -EINVAL, "--class: unknown class: %s", request->class);
    if (r == 0 && request->subnet && prefix_parse(request->subnet, &plan.subnet) < 0)
        r = error_set(err, -EINVAL, "--subnet: not a network: %s", request->subnet);
    if (r < 0)
        return r;
    if (!request->server)
        r = use_resolver(&plan, resolver, arena);
    else if (strcmp(request->server, "all") == 0)
        r = use_each(&plan, resolver, arena);
    else
        r = use_typed(&plan, request->server, arena, err);
    plan.as_getaddrinfo = !plan.types_named && plan.rules != DNS_RULES_EXACT;
    // dig's habit, where it is dig's way to ask.
    plan.cookies = plan.rules == DNS_RULES_EXACT;
    plan.dnssec = request->dnssec || request->validate;
    plan.edns = plan.rules == DNS_RULES_EXACT || plan.dnssec || request->subnet;
    *ret_plan = plan;
    return r;
}

// --- Lookups -------------------------------------------------------------------------------------

static bool is_address_type(uint16_t type) {
    return type == DNS_TYPE_A || type == DNS_TYPE_AAAA;
}

// The questions for one name, of which a second type of address joins the first one.
static size_t make_questions(const struct dns_plan *plan, const struct dns_subject *subject,
                             struct dns_question ret[DNS_TYPES_MAX]) {
    struct dns_question one = {.asked = subject->asked,
                               .name = subject->name,
                               .types = {DNS_TYPE_PTR},
                               .type_count = 1,
                               .class = plan->class};
    struct dns_question *addresses = NULL;
    size_t count = 0;
    ret[0] = one;
    if (subject->reverse && !plan->types_named)
        return 1;
    for (size_t i = 0; i < plan->type_count; i++) {
        if (addresses && is_address_type(plan->types[i])) {
            addresses->types[addresses->type_count++] = plan->types[i];
            continue;
        }
        one.types[0] = plan->types[i];
        if (is_address_type(plan->types[i]))
            addresses = &ret[count];
        ret[count++] = one;
    }
    return count;
}

bool dns_plan_lookup(const struct dns_plan *plan, const struct resolver *resolver,
                     const struct dns_subject *subject, size_t index,
                     struct dns_settings *ret_settings, struct dns_question *ret_question) {
    struct dns_question questions[DNS_TYPES_MAX];
    size_t count = make_questions(plan, subject, questions);
    if (index >= count * plan->set_count)
        return false;
    const struct dns_server_set *set = &plan->sets[index / count];
    *ret_question = questions[index % count];
    *ret_settings = (struct dns_settings){.rules = subject->reverse ? DNS_RULES_EXACT : plan->rules,
                                          .resolver = resolver,
                                          .servers = set->servers,
                                          .server_count = set->count,
                                          .port = plan->port,
                                          .tcp = plan->tcp,
                                          .edns = plan->edns,
                                          .dnssec_ok = plan->dnssec,
                                          .cookies = plan->cookies,
                                          .subnet = plan->subnet,
                                          .checking_disabled = plan->anchors,
                                          .anchors = plan->anchors,
                                          .memory = plan->memory};
    return true;
}
