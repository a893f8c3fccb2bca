// SPDX-License-Identifier: GPL-2.0-or-later
// Trust anchors: the keys that a validator begins with. A file of them has a DS or DNSKEY record a
// line, as Debian's dns-root-data and unbound-anchor(8) keep the root's.
#ifndef RESOLVE_DNSSEC_ANCHORS_H
#define RESOLVE_DNSSEC_ANCHORS_H

#include <stddef.h>

#include <ldns/ldns.h>

#include "base/error.h"

struct dnssec_anchors;

// Reads them from a file's text; `path` is for words. Returns 0 and anchors for
// dnssec_anchors_free(), -EINVAL (words in err) for a line that is neither record nor comment, or
// for no anchor at all, or -ENOMEM.
int dnssec_anchors_parse(const char *text, size_t len, const char *path,
                         struct dnssec_anchors **ret_anchors, struct error *err);
void dnssec_anchors_free(struct dnssec_anchors *anchors);

// The anchors, all as DS records, of the name that is nearest to this one, above it or the same.
// Adds them to the list. Returns 0, or -ENOMEM.
int dnssec_anchors_find(const struct dnssec_anchors *anchors, const ldns_rdf *name,
                        ldns_rr_list *ret_list);

#endif
