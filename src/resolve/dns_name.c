// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dns_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <idn2.h>
#include <ldns/ldns.h>

#include "base/address.h"

#define CANDIDATES_MAX 64 // more domains than that nobody waits for; one place is the name's own

// --- Types and classes ---------------------------------------------------------------------------

// "257", or a word with a number behind it: "TYPE257". Returns -ENOENT for what is no number,
// -EINVAL for one that is too large.
static int parse_number(const char *text, const char *prefix, uint16_t *ret) {
    char *end;
    if (strncasecmp(text, prefix, strlen(prefix)) == 0)
        text += strlen(prefix);
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0')
        return -ENOENT;
    if (number > UINT16_MAX)
        return -EINVAL;
    *ret = (uint16_t)number;
    return 0;
}

int dns_type_parse(const char *text, uint16_t *ret_type) {
    int r = parse_number(text, "TYPE", ret_type);
    if (r != -ENOENT)
        return r;
    ldns_rr_type type = ldns_get_rr_type_by_name(text);
    if (type == 0)
        return -EINVAL;
    *ret_type = (uint16_t)type;
    return 0;
}

int dns_class_parse(const char *text, uint16_t *ret_class) {
    int r = parse_number(text, "CLASS", ret_class);
    if (r != -ENOENT)
        return r;
    ldns_rr_class class = ldns_get_rr_class_by_name(text);
    if (class == 0)
        return -EINVAL;
    *ret_class = (uint16_t) class;
    return 0;
}

// ldns writes into a buffer of its own.
static const char *take_text(struct arena *arena, char *text) {
    const char *copy = text ? arena_strdup(arena, text) : NULL;
    free(text);
    return copy;
}

const char *dns_type_word(struct arena *arena, uint16_t type) {
    return take_text(arena, ldns_rr_type2str((ldns_rr_type)type));
}

const char *dns_class_word(struct arena *arena, uint16_t class) {
    return take_text(arena, ldns_rr_class2str((ldns_rr_class) class));
}

// --- Names ---------------------------------------------------------------------------------------

static char *reverse_name(struct arena *arena, const struct address *address) {
    struct buffer name = BUFFER_INIT;
    size_t size = address_size(address);
    for (size_t i = size; i-- > 0;) {
        uint8_t byte = address->bytes[i];
        if (size == 4)
            buffer_printf(&name, "%u.", byte);
        else
            buffer_printf(&name, "%x.%x.", byte & 15, byte >> 4);
    }
    buffer_puts(&name, size == 4 ? "in-addr.arpa." : "ip6.arpa.");
    char *copy = name.failed ? NULL : arena_strdup(arena, buffer_text(&name));
    buffer_done(&name);
    return copy;
}

static bool is_ascii(const char *text) {
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

static int prepare_idn(struct arena *arena, const char *typed, const char **ret_name,
                       struct error *err) {
    char *ascii = NULL;
    int r = idn2_to_ascii_8z(typed, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (r != IDN2_OK)
        return error_set(err, -EINVAL, "%s: %s", typed, idn2_strerror(r));
    *ret_name = arena_strdup(arena, ascii);
    idn2_free(ascii);
    return *ret_name ? 0 : -ENOMEM;
}

int dns_name_prepare(struct arena *arena, const char *typed, const char **ret_name,
                     bool *ret_reverse, struct error *err) {
    struct address address;
    uint8_t wire[DNS_NAME_MAX];
    const char *name = NULL;
    int r = 0;
    *ret_reverse = address_parse(typed, &address) == 0;
    if (*ret_reverse)
        name = reverse_name(arena, &address);
    else if (is_ascii(typed))
        name = arena_strdup(arena, typed);
    else
        r = prepare_idn(arena, typed, &name, err);
    if (r < 0)
        return r;
    if (!name)
        return -ENOMEM;
    if (dns_name_encode(name, wire) < 0)
        return error_set(err, -EINVAL, "not a name of the DNS: %.100s", typed);
    *ret_name = name;
    return 0;
}

int dns_name_encode(const char *name, uint8_t wire[DNS_NAME_MAX]) {
    ldns_rdf *rdf = *name ? ldns_dname_new_frm_str(name) : NULL;
    if (!rdf)
        return -EINVAL;
    size_t size = ldns_rdf_size(rdf);
    bool fits = size > 0 && size <= DNS_NAME_MAX;
    if (fits)
        memcpy(wire, ldns_rdf_data(rdf), size);
    ldns_rdf_deep_free(rdf);
    return fits ? (int)size : -EINVAL;
}

// --- Candidates ----------------------------------------------------------------------------------

struct making {
    struct arena *arena;
    struct dns_candidates *candidates;
    const char **names;
};

static int add_name(struct making *making, const char *name) {
    if (!name)
        return -ENOMEM;
    if (making->candidates->count + 1 < CANDIDATES_MAX)
        making->names[making->candidates->count++] = name;
    return 0;
}

static int add_as_is(struct making *making, const char *name) {
    making->candidates->as_is = making->candidates->count;
    making->names[making->candidates->count++] = name;
    return 0;
}

// A domain of the search list behind the name. A root domain makes it the name itself.
static int add_with_domain(struct making *making, const char *name, const char *domain) {
    struct dns_candidates *candidates = making->candidates;
    if (domain[0] == '.')
        domain++;
    if (domain[0] == '\0' && candidates->root == SIZE_MAX)
        candidates->root = candidates->count;
    return add_name(making, arena_printf(making->arena, "%s.%s", name, domain));
}

static size_t count_dots(const char *name) {
    size_t dots = 0;
    for (; *name; name++)
        dots += *name == '.';
    return dots;
}

// With enough dots first as it is, then behind it each domain, and at last as it is.
static int make_glibc(struct making *making, const struct resolver *resolver, const char *name) {
    size_t dots = count_dots(name);
    bool absolute = name[strlen(name) - 1] == '.';
    bool first = dots >= resolver->ndots || absolute;
    int r = first ? add_as_is(making, name) : 0;
    for (size_t i = 0; !absolute && i < resolver->search_count && r == 0; i++)
        r = add_with_domain(making, name, resolver->search[i]);
    bool last =
        dots > 0 || resolver->search_count == 0 || !(resolver->options & RESOLVER_NO_TLD_QUERY);
    if (r < 0 || first || !last)
        return r;
    r = add_as_is(making, name);
    // With the root domain on the list the name as it is has had its turn.
    making->candidates->count -= making->candidates->root != SIZE_MAX;
    return r;
}

// With enough dots as it is and nothing else.
static int make_musl(struct making *making, const struct resolver *resolver, const char *name) {
    bool searches = count_dots(name) < resolver->ndots && name[strlen(name) - 1] != '.';
    int r = 0;
    for (size_t i = 0; searches && i < resolver->search_count && r == 0; i++)
        r = add_with_domain(making, name, resolver->search[i]);
    return r == 0 ? add_as_is(making, name) : r;
}

int dns_candidates_make(struct arena *arena, const struct resolver *resolver, enum dns_rules rules,
                        const char *name, struct dns_candidates *ret_candidates) {
    struct making making = {.arena = arena, .candidates = ret_candidates};
    int r = 0;
    *ret_candidates = (struct dns_candidates){0};
    making.names = arena_alloc(arena, CANDIDATES_MAX * sizeof(char *));
    if (!making.names)
        return -ENOMEM;
    ret_candidates->names = making.names;
    ret_candidates->as_is = ret_candidates->root = SIZE_MAX;
    switch (rules) {
    case DNS_RULES_GLIBC:
        r = make_glibc(&making, resolver, name);
        break;
    case DNS_RULES_MUSL:
        r = make_musl(&making, resolver, name);
        break;
    case DNS_RULES_EXACT:
        r = add_as_is(&making, name);
        break;
    }
    return r;
}
