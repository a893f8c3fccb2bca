// SPDX-License-Identifier: GPL-2.0-or-later
// The file of trust anchors.
#ifndef SOURCE_DNS_ANCHORS_H
#define SOURCE_DNS_ANCHORS_H

#include "base/error.h"
#include "resolve/dnssec_anchors.h"

// Reads the file, or the root's anchors where Debian's packages put them if path is NULL. Returns 0
// and anchors for dnssec_anchors_free(), or -errno (words in err).
int dns_anchors_read(const char *path, struct dnssec_anchors **ret_anchors, struct error *err);

#endif
