// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/source.h"

#include "source/link_source.h"

const struct source *const sources[] = {
    &link_source,
    NULL,
};

const struct source *source_of(enum kind_id kind) {
    for (size_t i = 0; sources[i]; i++) {
        if (sources[i]->kind == kind)
            return sources[i];
    }
    return NULL;
}
