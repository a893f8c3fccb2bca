// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ruleset_names.h"

#include <stdlib.h>

struct ruleset_names *ruleset_names_new(void) {
    struct ruleset_names *names = calloc(1, sizeof(*names));
    if (names)
        atomic_init(&names->references, 1);
    return names;
}

struct ruleset_names *ruleset_names_ref(struct ruleset_names *names) {
    atomic_fetch_add_explicit(&names->references, 1, memory_order_relaxed);
    return names;
}

void ruleset_names_unref(struct ruleset_names *names) {
    if (!names || atomic_fetch_sub_explicit(&names->references, 1, memory_order_acq_rel) > 1)
        return;
    arena_done(&names->arena);
    free(names);
}

static int compare_number(const void *key, const void *item) {
    const uint32_t *number = key;
    const struct nf_name *name = item;
    return (*number > name->number) - (*number < name->number);
}

const char *nf_names_find(const struct nf_names *names, uint32_t number) {
    if (names->count == 0)
        return NULL;
    const struct nf_name *found =
        bsearch(&number, names->names, names->count, sizeof(*names->names), compare_number);
    return found ? found->name : NULL;
}
