// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_hosts.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "model/dns.h"
#include "resolve/dns_lookup.h"

static bool has_name(const struct resolver_host *host, const char *name) {
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '.')
        len--;
    for (size_t i = 0; i < host->name_count; i++) {
        if (strncasecmp(host->names[i], name, len) == 0 && host->names[i][len] == '\0')
            return true;
    }
    return false;
}

// Whose name is looked up, and how many of the file's lines are looked at: all, or those up to the
// first that has the name.
struct search {
    const struct resolver *resolver;
    const char *name;
    size_t line_count;
    bool found;
};

static struct search begin_search(const struct resolver *resolver, enum dns_rules rules,
                                  const char *name) {
    struct search search = {resolver, name, resolver->host_count, false};
    for (size_t i = 0; i < resolver->host_count && !search.found; i++) {
        search.found = has_name(&resolver->hosts[i], name);
        if (search.found && rules != DNS_RULES_MUSL && !resolver->multi)
            search.line_count = i + 1;
    }
    return search;
}

// Whether the DNS is asked when the hosts file has been: it stands behind it, and no action ends
// the search before (nsswitch.conf(5)).
static bool comes_first(const struct resolver *resolver, enum dns_rules rules, bool *ret_last) {
    bool first = false;
    *ret_last = rules != DNS_RULES_MUSL;
    if (rules == DNS_RULES_MUSL)
        return true;
    for (size_t i = 0; i < resolver->order_count; i++) {
        const char *word = resolver->order[i];
        if (strcmp(word, "dns") == 0) {
            *ret_last = false;
            return first;
        }
        first = first || strcmp(word, "files") == 0;
        if (first && strcasecmp(word, "[NOTFOUND=return]") == 0)
            return true;
    }
    return first;
}

static struct dns_record *add_record(struct arena *arena, struct dns_record *record,
                                     const struct resolver_host *host) {
    struct buffer text = BUFFER_INIT;
    bool ipv4 = host->address.family == ADDRESS_IPV4;
    address_format(&host->address, &text);
    *record = (struct dns_record){
        .name = arena_strdup(arena, host->names[0]),
        .class = "IN",
        .type = ipv4 ? "A" : "AAAA",
        .type_number = ipv4 ? DNS_TYPE_A : DNS_TYPE_AAAA,
        .data = text.failed ? NULL : arena_strdup(arena, buffer_text(&text)),
    };
    buffer_done(&text);
    return record->name && record->data ? record : NULL;
}

static int add_records(const struct search *search, uint8_t family, struct arena *arena,
                       struct dns_reply *reply) {
    struct dns_record *items = arena_alloc(arena, (search->line_count + 1) * sizeof(*items));
    size_t count = 0;
    for (size_t i = 0; items && i < search->line_count; i++) {
        const struct resolver_host *host = &search->resolver->hosts[i];
        if (host->address.family != family || !has_name(host, search->name))
            continue;
        if (!add_record(arena, &items[count++], host))
            return -ENOMEM;
    }
    reply->sections[DNS_SECTION_ANSWER] = (struct dns_records){items, count};
    return items ? 0 : -ENOMEM;
}

static int add_answer(const struct search *search, uint8_t family, struct table *answers) {
    struct dns_reply *reply = arena_alloc(&answers->arena, sizeof(*reply));
    struct dns_answer *row = table_add(answers);
    if (!reply || !row || add_records(search, family, &answers->arena, reply) < 0)
        return -ENOMEM;
    bool found = reply->sections[DNS_SECTION_ANSWER].count > 0;
    *row = (struct dns_answer){
        .asked = arena_strdup(&answers->arena, search->name),
        .type = family == ADDRESS_IPV4 ? "A" : "AAAA",
        .class = "IN",
        .outcome = found           ? DNS_ANSWERED
                   : search->found ? DNS_NO_DATA
                                   : DNS_NO_NAME,
        .from = "files",
        .reason = found ? NULL
                  : search->found
                      ? "the hosts file has the name with other addresses only"
                      : "the hosts file does not have the name, and nothing else is asked",
        .reply = found ? reply : NULL,
    };
    return row->asked ? 0 : -ENOMEM;
}

int dns_hosts_answer(const struct resolver *resolver, enum dns_rules rules, const char *name,
                     struct table **ret_answers, struct table **ret_queries) {
    const struct search search = begin_search(resolver, rules, name);
    bool last, first = comes_first(resolver, rules, &last);
    if (!first || (!last && !search.found))
        return 0;
    struct table *answers = table_new(&dns_answer_kind), *queries = table_new(&dns_query_kind);
    if (!answers || !queries || add_answer(&search, ADDRESS_IPV4, answers) < 0 ||
        add_answer(&search, ADDRESS_IPV6, answers) < 0) {
        table_unref(answers);
        table_unref(queries);
        return -ENOMEM;
    }
    *ret_answers = answers;
    *ret_queries = queries;
    return 1;
}
