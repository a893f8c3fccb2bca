// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve/dnssec_anchors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/dnssec_name.h"
#include "resolve/dnssec_rrset.h"

#define LINE_MAX_BYTES 4096
#define ANCHORS_MAX    1000

struct dnssec_anchors {
    ldns_rr_list *list; // of DS
};

// unbound notes behind a key what it knows of it (RFC 5011 4): 2 is valid, 3 valid but missing.
// One that waits for its time or was revoked is none to begin with.
static bool is_in_use(const char *line) {
    const char *state = strstr(line, ";;state=");
    return !state || state[8] == '2' || state[8] == '3';
}

// Replaces a key by its DS, so that there is one form of them.
static ldns_rr *make_ds(ldns_rr *rr) {
    if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS)
        return rr;
    ldns_rr *ds = ldns_key_rr2ds(rr, LDNS_SHA256);
    ldns_rr_free(rr);
    return ds;
}

// Returns 0, -EINVAL for what is no such record, or -ENOMEM.
static int add_line(struct dnssec_anchors *anchors, char *line) {
    ldns_rr *rr = NULL;
    bool in_use = is_in_use(line);
    line[strcspn(line, ";")] = '\0';
    if (line[strspn(line, " \t\r")] == '\0' || !in_use)
        return 0;
    if (ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL) != LDNS_STATUS_OK)
        return -EINVAL;
    uint16_t type = (uint16_t)ldns_rr_get_type(rr);
    if ((type != LDNS_RR_TYPE_DS && type != LDNS_RR_TYPE_DNSKEY) || !dnssec_rr_is_whole(rr) ||
        ldns_rr_list_rr_count(anchors->list) >= ANCHORS_MAX) {
        ldns_rr_free(rr);
        return -EINVAL;
    }
    ldns_rr2canonical(rr);
    rr = make_ds(rr);
    if (rr && ldns_rr_list_push_rr(anchors->list, rr))
        return 0;
    ldns_rr_free(rr);
    return -ENOMEM;
}

static int add_lines(struct dnssec_anchors *anchors, const char *text, size_t len, const char *path,
                     struct error *err) {
    const char *end = text + len;
    for (size_t number = 1; text < end; number++) {
        char line[LINE_MAX_BYTES];
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t size = (size_t)((newline ? newline : end) - text);
        int r = -EINVAL;
        if (size < sizeof(line) && !memchr(text, '\0', size)) {
            memcpy(line, text, size);
            line[size] = '\0';
            r = add_line(anchors, line);
        }
        if (r == -EINVAL)
            return error_set(err, r, "%s: line %zu is no DS or DNSKEY record", path, number);
        if (r < 0)
            return r;
        text = newline ? newline + 1 : end;
    }
    return ldns_rr_list_rr_count(anchors->list) > 0
               ? 0
               : error_set(err, -EINVAL, "%s: there is no trust anchor in it", path);
}

int dnssec_anchors_parse(const char *text, size_t len, const char *path,
                         struct dnssec_anchors **ret_anchors, struct error *err) {
    struct dnssec_anchors *anchors = calloc(1, sizeof(*anchors));
    int r = -ENOMEM;
    if (anchors)
        anchors->list = ldns_rr_list_new();
    if (anchors && anchors->list)
        r = add_lines(anchors, text, len, path, err);
    if (r < 0) {
        dnssec_anchors_free(anchors);
        return r;
    }
    *ret_anchors = anchors;
    return 0;
}

void dnssec_anchors_free(struct dnssec_anchors *anchors) {
    if (anchors)
        ldns_rr_list_deep_free(anchors->list);
    free(anchors);
}

// How many labels the nearest name of an anchor has; SIZE_MAX: none is above.
static size_t nearest_labels(const struct dnssec_anchors *anchors, const ldns_rdf *name) {
    size_t nearest = SIZE_MAX;
    for (size_t i = 0; i < ldns_rr_list_rr_count(anchors->list); i++) {
        const ldns_rdf *owner = ldns_rr_owner(ldns_rr_list_rr(anchors->list, i));
        size_t labels = dnssec_name_labels(owner);
        if (dnssec_name_is_under(name, owner) && (nearest == SIZE_MAX || labels > nearest))
            nearest = labels;
    }
    return nearest;
}

int dnssec_anchors_find(const struct dnssec_anchors *anchors, const ldns_rdf *name,
                        ldns_rr_list *ret_list) {
    size_t labels = nearest_labels(anchors, name);
    for (size_t i = 0; labels != SIZE_MAX && i < ldns_rr_list_rr_count(anchors->list); i++) {
        ldns_rr *ds = ldns_rr_list_rr(anchors->list, i);
        ldns_rdf *owner = ldns_rr_owner(ds);
        if (dnssec_name_labels(owner) == labels && dnssec_name_is_under(name, owner) &&
            !ldns_rr_list_push_rr(ret_list, ds))
            return -ENOMEM;
    }
    return 0;
}
