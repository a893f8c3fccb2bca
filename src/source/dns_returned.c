// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/dns_returned.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/if_arp.h>

#include "model/dns.h"
#include "model/link.h"
#include "resolve/destination_order.h"
#include "source/netns_enter.h"
#include "source/socket_address.h"
#include "source/source.h"

#define ANY_PORT 53 // to connect to: nothing is sent

// --- Addresses -----------------------------------------------------------------------------------

static const struct dns_records *answer_of(const struct dns_answer *answer) {
    static const struct dns_records none;
    bool answered = answer->reply && answer->outcome == DNS_ANSWERED;
    return answered ? &answer->reply->sections[DNS_SECTION_ANSWER] : &none;
}

static size_t count_records(const struct table *answers) {
    size_t count = 0;
    for (size_t i = 0; i < answers->count; i++)
        count += answer_of(table_row(answers, i))->count;
    return count;
}

static size_t put_addresses(const struct table *answers, struct dns_destination *ret) {
    size_t count = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct dns_answer *answer = table_row(answers, i);
        const struct dns_records *records = answer_of(answer);
        for (size_t j = 0; j < records->count; j++) {
            struct dns_destination destination = {0};
            if (strcmp(records->items[j].type, answer->type) == 0 &&
                address_parse(records->items[j].data, &destination.address) == 0)
                ret[count++] = destination;
        }
    }
    return count;
}

// --- Their sources -------------------------------------------------------------------------------

static void find_source(const struct netns *netns, struct dns_destination *destination) {
    struct error err = {0};
    struct sockaddr_storage name;
    socklen_t len = socket_address_make(&destination->address, ANY_PORT, 0, &name);
    int fd = netns_socket(netns, name.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0, &err);
    if (fd < 0)
        return;
    if (connect(fd, (struct sockaddr *)&name, len) == 0 &&
        getsockname(fd, (struct sockaddr *)&name, &len) == 0)
        destination->source = socket_address_of(&name);
    close(fd);
}

static void take_link(const struct link *link, const struct link_address *own,
                      struct dns_destination *destination) {
    destination->ifindex = link->ifindex;
    destination->source_length = own->prefixlen;
    destination->deprecated = own->flags & IFA_F_DEPRECATED;
    destination->home = own->flags & IFA_F_HOMEADDRESS;
    destination->tunnel = link->link_type == ARPHRD_TUNNEL || link->link_type == ARPHRD_TUNNEL6 ||
                          link->link_type == ARPHRD_SIT;
}

static void find_link(const struct table *links, struct dns_destination *destination) {
    for (size_t i = 0; links && i < links->count; i++) {
        const struct link *link = table_row(links, i);
        for (size_t j = 0; j < link->addr_count; j++) {
            if (address_compare(&link->addr_info[j].local, &destination->source) == 0) {
                take_link(link, &link->addr_info[j], destination);
                return;
            }
        }
    }
}

static void read_links(struct dns_returned *returned) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct source_request request = {
        .netns = returned->netns,
        .namespaces = returned->namespaces,
        .now = now.tv_sec * INT64_C(1000000000) + now.tv_nsec,
    };
    if (!returned->links)
        returned->links = source_of(KIND_INTERFACES)->read(&request);
}

static void find_sources(struct dns_returned *returned, struct dns_destination *destinations,
                         size_t count) {
    read_links(returned);
    for (size_t i = 0; i < count; i++) {
        find_source(returned->netns, &destinations[i]);
        if (destinations[i].source.family != ADDRESS_NONE)
            find_link(returned->links, &destinations[i]);
    }
}

// --- The whole -----------------------------------------------------------------------------------

int dns_returned_add(struct dns_returned *returned, struct table *answers) {
    size_t records = count_records(answers);
    if (records == 0)
        return 0;
    struct dns_destination *destinations =
        arena_alloc(&answers->arena, records * sizeof(*destinations));
    if (!destinations)
        return -ENOMEM;
    size_t count = put_addresses(answers, destinations);
    int r = 0;
    if (count > 1) {
        find_sources(returned, destinations, count);
        r = destinations_order(returned->resolver, returned->rules, destinations, count);
    }
    struct dns_answer *first = (struct dns_answer *)(uintptr_t)table_row(answers, 0);
    first->returned = destinations;
    first->returned_count = count;
    return r;
}

void dns_returned_done(struct dns_returned *returned) {
    table_unref(returned->links);
    returned->links = NULL;
}
