// SPDX-License-Identifier: GPL-2.0-or-later
// What came of asking the DNS: replies, the queries that were sent on the way to them, and the
// answer to what was asked in the first place.
#ifndef MODEL_DNS_H
#define MODEL_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "model/conntrack.h"
#include "model/kind.h"

enum dns_section {
    DNS_SECTION_ANSWER,
    DNS_SECTION_AUTHORITY,
    DNS_SECTION_ADDITIONAL,
    DNS_SECTIONS,
};

// Bits of the header (RFC 1035 4.1.1, RFC 2535), as in its second pair of bytes.
enum dns_flag {
    DNS_QR = 0x8000,
    DNS_AA = 0x0400,
    DNS_TC = 0x0200,
    DNS_RD = 0x0100,
    DNS_RA = 0x0080,
    DNS_AD = 0x0020,
    DNS_CD = 0x0010,
};

extern const struct flag_name dns_flag_names[]; // "qr", "aa", ... in the order dig prints them

// Response codes (RFC 6895) that netscope acts upon.
enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_BADCOOKIE = 23,
};

extern const struct enum_names dns_rcode_names;  // "NOERROR", ...
extern const struct enum_names dns_opcode_names; // "QUERY", ...
const char *dns_extended_error(uint16_t code);   // RFC 8914; NULL if it has no words

// A record in the form of a zone file.
struct dns_record {
    const char *name, *class, *type, *data;
    uint32_t ttl;
    uint16_t type_number;
};

struct dns_records {
    const struct dns_record *items;
    size_t count;
};

// A message from a server. The texts are in the arena that it was decoded into.
struct dns_reply {
    uint16_t id;
    uint32_t flags;             // enum dns_flag
    uint32_t opcode;            // 0: QUERY
    uint32_t rcode;             // with EDNS's upper bits
    uint64_t size;              // bytes; of a zone transfer: all messages
    struct dns_record question; // ttl and data unused; name NULL: it has none
    struct dns_records sections[DNS_SECTIONS];
    bool edns;
    uint32_t edns_version, udp_size;
    bool dnssec_ok;
    const char *nsid, *cookie, *client_subnet;
    const uint8_t *cookie_bytes; // as it came
    size_t cookie_size;
    const uint8_t *client_subnet_bytes; // as it came
    size_t client_subnet_size;
    struct maybe cookie_state; // enum dns_cookie_state; unknown: none was sent, or none came
    const char *const *extended_errors; // in words
    size_t extended_error_count;
    const char *const *edns_options; // the others: "option 9: hex"
    size_t edns_option_count;
};

// What came back for a cookie (RFC 7873). A reply with another client's part is none.
enum dns_cookie_state {
    DNS_COOKIE_GOOD,   // with the server's part, to be sent back the next time
    DNS_COOKIE_ECHOED, // as it was sent
};

extern const struct enum_names dns_cookie_state_names;

enum dns_transport {
    DNS_UDP,
    DNS_TCP,
};

extern const struct enum_names dns_transport_names;

enum dns_query_outcome {
    DNS_QUERY_WAITING,
    DNS_QUERY_ANSWERED,
    DNS_QUERY_TIMED_OUT,
    DNS_QUERY_TRUNCATED,   // asked again over TCP
    DNS_QUERY_UNREACHABLE, // the kernel or an ICMP message said so
    DNS_QUERY_CLOSED,      // the server closed the connection
    DNS_QUERY_MALFORMED,   // what came is no DNS message
    DNS_QUERY_UNSENT,
    DNS_QUERY_ABANDONED, // another one's answer made it needless
};

extern const struct enum_names dns_query_outcome_names;

// A query that was sent: a step.
struct dns_query {
    const char *asked;     // the name as it was asked for
    const char *candidate; // the name that stands in the query
    const char *type, *class;
    const char *server;
    uint32_t port, attempt, transport; // enum dns_transport
    uint32_t id;
    uint32_t outcome;              // enum dns_query_outcome
    const char *reason;            // in words, where the outcome does not say it
    uint64_t sent;                 // microseconds since the lookup began
    struct maybe took;             // microseconds until the answer
    uint64_t query_size;           // bytes
    uint64_t strays;               // replies that came meanwhile and did not belong
    const struct dns_reply *reply; // NULL: none
    uint32_t lookup; // number of the one that it belongs to, where rows of several stand together
};

extern const struct kind dns_query_kind;

enum dns_outcome {
    DNS_ANSWERED,
    DNS_NO_DATA,  // the name is there, records of that type are not
    DNS_NO_NAME,  // NXDOMAIN
    DNS_FAILED,   // servers answered, but with an error
    DNS_NO_REPLY, // no server answered
    DNS_CANCELLED,
    DNS_UNDER_WAY, // nothing came of it so far
};

extern const struct enum_names dns_outcome_names;

enum dns_validity {
    DNS_NOT_VALIDATED,
    DNS_SECURE,
    DNS_BOGUS,
    DNS_INSECURE,
    DNS_INDETERMINATE,
};

extern const struct enum_names dns_validity_names;

// An address that getaddrinfo(3) returns, and what decides on its place (RFC 6724, 6).
struct dns_destination {
    struct address address;
    struct address source; // that a socket connected to it gets; NONE: it cannot be reached, or it
                           // is the only one, and its source was not asked for
    uint8_t source_length; // bits of the network that the source is in
    bool deprecated, home; // the source (IFA_F_DEPRECATED, IFA_F_HOMEADDRESS)
    bool tunnel;           // the source is one of a tunnel
    int32_t ifindex;       // of the interface that has the source; 0: none is known
    const char *why;       // in words, it stands before the next; NULL: it is the last
};

// What came of one name and type.
struct dns_answer {
    const char *asked, *type, *class;
    const char *candidate; // the name of the search list that gave it
    uint32_t outcome;      // enum dns_outcome
    const char *reason;    // in words
    const char *from;      // "dns" or "files" (the hosts file)
    const char *server;
    uint32_t port;
    struct maybe transport; // enum dns_transport; unknown: no server was asked
    uint64_t query_count, candidate_count;
    struct maybe round;           // of a watch, from 1 on
    struct conntrack_races races; // of a watch: by how much the counters grew in the round
    int64_t time;                 // when it was asked for: nanoseconds since 1970, UTC; 0: not said
    uint64_t took;                // microseconds, from the first query on
    struct maybe validity;        // enum dns_validity; unknown: not asked for
    const char *validity_reason;
    const struct dns_reply *reply; // NULL: none
    // Of the first answer of a lookup that getaddrinfo would make: what it returns, in its order.
    const struct dns_destination *returned;
    size_t returned_count;
    uint32_t lookup; // number of the one that it belongs to, where rows of several stand together
};

extern const struct kind dns_answer_kind;

#endif
