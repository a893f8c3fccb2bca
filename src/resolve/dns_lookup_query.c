// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "resolve/dns_lookup_state.h"

#define GLIBC_EDNS_SIZE 1200

static uint16_t flags_of(const struct dns_lookup *lookup) {
    const struct dns_settings *settings = &lookup->settings;
    bool asks_ad =
        settings->rules == DNS_RULES_EXACT || lookup_has_option(lookup, RESOLVER_TRUST_AD);
    return (uint16_t)(DNS_RD | (settings->checking_disabled ? DNS_CD : 0) | (asks_ad ? DNS_AD : 0));
}

static uint16_t udp_size_of(const struct dns_lookup *lookup) {
    if (lookup->settings.edns)
        return DNS_EDNS_SIZE;
    return lookup_has_option(lookup, RESOLVER_EDNS0) ? GLIBC_EDNS_SIZE : 0;
}

int lookup_make_query(const struct dns_lookup *lookup, struct exchange *exchange, size_t server) {
    const struct dns_settings *settings = &lookup->settings;
    const struct cookie *cookie = &lookup->cookies[server];
    const struct dns_query_form form = {.name = lookup->candidates.names[lookup->candidate],
                                        .type = exchange->type,
                                        .class = lookup->question.class,
                                        .id = exchange->id,
                                        .flags = flags_of(lookup),
                                        .edns = {.udp_size = udp_size_of(lookup),
                                                 .dnssec_ok = settings->dnssec_ok,
                                                 .nsid = settings->edns,
                                                 .cookie = cookie->bytes,
                                                 .cookie_size = cookie->size,
                                                 .subnet = settings->subnet}};
    int len = dns_query_encode(&form, exchange->query);
    exchange->query_len = len > 0 ? (size_t)len : 0;
    return len < 0 ? len : 0;
}

// --- Cookies -------------------------------------------------------------------------------------

// Another one for each server, so that it tells nobody who asks elsewhere (RFC 7873 5.1).
void lookup_make_cookies(struct dns_lookup *lookup) {
    for (size_t i = 0; lookup->settings.cookies && i < lookup->settings.server_count; i++) {
        uint64_t random = lookup_next_random(lookup);
        memcpy(lookup->cookies[i].bytes, &random, DNS_COOKIE_CLIENT);
        lookup->cookies[i].size = DNS_COOKIE_CLIENT;
    }
}

// RFC 7873 5.3: one without a cookie is taken, since many servers have none.
static bool take_cookie(struct dns_lookup *lookup, size_t server, struct dns_reply *reply) {
    struct cookie *cookie = &lookup->cookies[server];
    if (cookie->size == 0 || !reply->cookie)
        return true;
    if (reply->cookie_size < DNS_COOKIE_CLIENT || reply->cookie_size > DNS_COOKIE_MAX ||
        memcmp(reply->cookie_bytes, cookie->bytes, DNS_COOKIE_CLIENT) != 0)
        return false;
    bool has_servers_part = reply->cookie_size > DNS_COOKIE_CLIENT;
    reply->cookie_state = maybe_of(has_servers_part ? DNS_COOKIE_GOOD : DNS_COOKIE_ECHOED);
    memcpy(cookie->bytes, reply->cookie_bytes, reply->cookie_size);
    cookie->size = reply->cookie_size;
    return true;
}

// --- What a reply echoes -------------------------------------------------------------------------

// RFC 7871 7.3: a reply for another network is dropped; one that names none is for all.
static bool is_for_subnet(const struct dns_lookup *lookup, const struct dns_reply *reply) {
    const struct prefix *subnet = &lookup->settings.subnet;
    return subnet->address.family == ADDRESS_NONE || !reply->client_subnet ||
           dns_edns_echoes_subnet(subnet, reply);
}

bool lookup_takes_options(struct dns_lookup *lookup, size_t server, struct dns_reply *reply) {
    return is_for_subnet(lookup, reply) && take_cookie(lookup, server, reply);
}
