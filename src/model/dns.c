// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/dns.h"

#define NAMES_OF(words) \
    { words, sizeof(words) / sizeof(words[0]) }

const struct flag_name dns_flag_names[] = {
    {DNS_QR, "qr"}, {DNS_AA, "aa"}, {DNS_TC, "tc"}, {DNS_RD, "rd"},
    {DNS_RA, "ra"}, {DNS_AD, "ad"}, {DNS_CD, "cd"}, {0, NULL},
};

// IANA's registry of DNS RCODEs.
static const char *const rcodes[] = {
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI", NULL,      NULL,      NULL,       NULL,
    "BADVERS", "BADKEY",  "BADTIME",  "BADMODE",   "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE",
};
const struct enum_names dns_rcode_names = NAMES_OF(rcodes);

static const char *const opcodes[] = {"QUERY", "IQUERY", "STATUS", NULL, "NOTIFY", "UPDATE", "DSO"};
const struct enum_names dns_opcode_names = NAMES_OF(opcodes);

static const char *const cookie_states[] = {
    [DNS_COOKIE_GOOD] = "good",
    [DNS_COOKIE_ECHOED] = "echoed",
};
const struct enum_names dns_cookie_state_names = NAMES_OF(cookie_states);

static const char *const transports[] = {"udp", "tcp"};
const struct enum_names dns_transport_names = NAMES_OF(transports);

static const char *const query_outcomes[] = {
    [DNS_QUERY_WAITING] = "waiting",         [DNS_QUERY_ANSWERED] = "answered",
    [DNS_QUERY_TIMED_OUT] = "timed_out",     [DNS_QUERY_TRUNCATED] = "truncated",
    [DNS_QUERY_UNREACHABLE] = "unreachable", [DNS_QUERY_CLOSED] = "closed",
    [DNS_QUERY_MALFORMED] = "malformed",     [DNS_QUERY_UNSENT] = "unsent",
    [DNS_QUERY_ABANDONED] = "abandoned",
};
const struct enum_names dns_query_outcome_names = NAMES_OF(query_outcomes);

static const char *const outcomes[] = {
    [DNS_ANSWERED] = "answer",     [DNS_NO_DATA] = "no_data",   [DNS_NO_NAME] = "no_name",
    [DNS_FAILED] = "failed",       [DNS_NO_REPLY] = "no_reply", [DNS_CANCELLED] = "cancelled",
    [DNS_UNDER_WAY] = "under_way",
};
const struct enum_names dns_outcome_names = NAMES_OF(outcomes);

static const char *const validities[] = {
    [DNS_NOT_VALIDATED] = "not_validated",
    [DNS_SECURE] = "valid",
    [DNS_BOGUS] = "bogus",
    [DNS_INSECURE] = "insecure",
    [DNS_INDETERMINATE] = "indeterminate",
};
const struct enum_names dns_validity_names = NAMES_OF(validities);

// IANA's registry of Extended DNS Error Codes.
static const char *const extended_errors[] = {
    "Other Error",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
};

const char *dns_extended_error(uint16_t code) {
    return code < sizeof(extended_errors) / sizeof(extended_errors[0]) ? extended_errors[code]
                                                                       : NULL;
}
