// SPDX-License-Identifier: GPL-2.0-or-later
// What DNS servers send. The first byte says how the rest is fed to a lookup: which question, over
// which transport; then come messages, a length of two bytes before each. A message's id and
// question are made to belong where the length's highest bit is set.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/dns_lookup.h"
#include "resolve/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const servers[] = {"127.0.0.1", "127.0.0.2"};
static const char *const search[] = {"svc.example", "."};

struct feeding {
    struct dns_lookup *lookup;
    struct dns_action sent; // the latest query
    uint8_t query[DNS_QUERY_MAX];
    int64_t now;
};

// Sends what is to be sent; false once the lookup is done.
static bool advance(struct feeding *feeding) {
    struct dns_action action;
    for (;;) {
        dns_lookup_next(feeding->lookup, feeding->now, &action);
        if (action.kind != DNS_SEND)
            return action.kind == DNS_AWAIT;
        feeding->sent = action;
        memcpy(feeding->query, action.bytes, action.len);
    }
}

static void feed(struct feeding *feeding, const uint8_t *bytes, size_t len, bool belongs) {
    uint8_t *message = malloc(len + 1);
    if (!message)
        return;
    memcpy(message, bytes, len);
    size_t question = feeding->sent.len - DNS_HEADER_SIZE;
    if (belongs && len >= DNS_HEADER_SIZE + question) {
        memcpy(message, feeding->query, 2);
        message[2] |= 0x80;
        memcpy(message + 4, "\0\1", 2);
        memcpy(message + DNS_HEADER_SIZE, feeding->query + DNS_HEADER_SIZE, question);
    }
    feeding->now += 1000;
    dns_lookup_received(feeding->lookup, feeding->now, feeding->sent.server,
                        feeding->sent.transport, true, message, len);
    free(message);
}

static void touch(const struct dns_reply *reply) {
    for (size_t s = 0; reply && s < DNS_SECTIONS; s++) {
        for (size_t i = 0; i < reply->sections[s].count; i++) {
            const struct dns_record *record = &reply->sections[s].items[i];
            if (strlen(record->name) + strlen(record->type) + strlen(record->data) == 0)
                abort();
        }
    }
    for (size_t i = 0; reply && i < reply->extended_error_count; i++) {
        if (reply->extended_errors[i][0] == '\0')
            abort();
    }
}

// Every lookup comes to an end: nothing more comes, and time goes on.
static void finish(struct feeding *feeding) {
    struct table *answers, *queries;
    for (int i = 0; advance(feeding); i++) {
        if (i > 1000)
            abort();
        feeding->now += INT64_C(60000000);
    }
    if (dns_lookup_take(feeding->lookup, &answers, &queries) == 0) {
        for (size_t i = 0; i < queries->count; i++) {
            const struct dns_query *query = table_row(queries, i);
            if (query->outcome == DNS_QUERY_WAITING)
                abort();
            touch(query->reply);
        }
        table_unref(answers);
        table_unref(queries);
    }
}

// The root's, so that what comes is validated; made once.
static const struct dnssec_anchors *find_anchors(void) {
    static const char text[] = ". DS 20326 8 2 "
                               "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
    static struct dnssec_anchors *anchors;
    if (!anchors && dnssec_anchors_parse(text, sizeof(text) - 1, "text", &anchors, NULL) < 0)
        abort();
    return anchors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint16_t types[] = {DNS_TYPE_A, DNS_TYPE_AXFR, DNS_TYPE_ANY, 64};
    struct resolver resolver = resolver_default();
    if (size == 0)
        return 0;
    uint8_t how = *data++;
    size--;
    resolver.search = search;
    resolver.search_count = 2;
    resolver.ndots = how & 64 ? 5 : 1;
    const struct dns_settings settings = {.rules = (enum dns_rules)(how % 3),
                                          .resolver = &resolver,
                                          .servers = servers,
                                          .server_count = 2,
                                          .port = DNS_PORT,
                                          .tcp = how & 4,
                                          .edns = how & 8,
                                          .anchors = how & 8 ? find_anchors() : NULL};
    const struct dns_question question = {.asked = "a.b",
                                          .name = "a.b",
                                          .types = {types[how >> 4 & 3], DNS_TYPE_AAAA},
                                          .type_count = how & 128 ? 2 : 1,
                                          .class = 1};
    struct feeding feeding = {.lookup = dns_lookup_new(&settings, &question, 1, 0)};
    if (!feeding.lookup)
        return 0;
    while (size >= 2 && advance(&feeding)) {
        size_t len = (size_t)((data[0] & 0x7f) << 8 | data[1]);
        bool belongs = data[0] & 0x80;
        data += 2;
        size -= 2;
        len = len < size ? len : size;
        feed(&feeding, data, len, belongs);
        data += len;
        size -= len;
    }
    finish(&feeding);
    dns_lookup_free(feeding.lookup);
    return 0;
}
