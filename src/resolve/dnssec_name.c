// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_name.h"

#include <stdlib.h>
#include <string.h>

static ldns_rdf name_of(const uint8_t *bytes, size_t size) {
    ldns_rdf name;
    ldns_rdf_set_type(&name, LDNS_RDF_TYPE_DNAME);
    ldns_rdf_set_size(&name, size);
    ldns_rdf_set_data(&name, (void *)(uintptr_t)bytes);
    return name;
}

size_t dnssec_name_labels(const ldns_rdf *name) {
    return ldns_dname_label_count(name);
}

ldns_rdf dnssec_name_ancestor(const ldns_rdf *name, size_t labels) {
    const uint8_t *at = ldns_rdf_data(name);
    size_t left = ldns_rdf_size(name);
    for (size_t i = dnssec_name_labels(name); i > labels; i--) {
        left -= *at + 1u;
        at += *at + 1u;
    }
    return name_of(at, left);
}

bool dnssec_name_equals(const ldns_rdf *a, const ldns_rdf *b) {
    return ldns_dname_compare(a, b) == 0;
}

bool dnssec_name_is_under(const ldns_rdf *name, const ldns_rdf *ancestor) {
    size_t labels = dnssec_name_labels(ancestor);
    if (dnssec_name_labels(name) < labels)
        return false;
    ldns_rdf end = dnssec_name_ancestor(name, labels);
    return dnssec_name_equals(&end, ancestor);
}

size_t dnssec_name_common(const ldns_rdf *a, const ldns_rdf *b) {
    size_t of_a = dnssec_name_labels(a), of_b = dnssec_name_labels(b);
    size_t labels = of_a < of_b ? of_a : of_b;
    for (; labels > 0; labels--) {
        ldns_rdf end = dnssec_name_ancestor(a, labels);
        if (dnssec_name_is_under(b, &end))
            break;
    }
    return labels;
}

bool dnssec_wildcard_make(const ldns_rdf *above, struct dnssec_wildcard *ret) {
    size_t size = ldns_rdf_size(above);
    if (size + 2 > LDNS_MAX_DOMAINLEN)
        return false;
    ret->bytes[0] = 1;
    ret->bytes[1] = '*';
    memcpy(ret->bytes + 2, ldns_rdf_data(above), size);
    ret->name = name_of(ret->bytes, size + 2);
    return true;
}

ldns_rdf dnssec_name_copy(struct arena *arena, const ldns_rdf *name) {
    size_t size = ldns_rdf_size(name);
    return name_of(arena_copy(arena, ldns_rdf_data(name), size), size);
}

const char *dnssec_name_text(struct arena *arena, const ldns_rdf *name) {
    char *text = ldns_rdf2str(name);
    const char *copy = arena_strdup(arena, text);
    free(text);
    return copy;
}
