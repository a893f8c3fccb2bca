// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/xt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XT_ARRAY(array) (array),
const struct xt_extension *const xt_extensions[] = {XT_LIST(XT_ARRAY)};
#undef XT_ARRAY

const size_t xt_extension_count = sizeof(xt_extensions) / sizeof(*xt_extensions);

// Most names differ in their first letter.
static int compare_name(const void *key, const void *item) {
    const char *name = key;
    const struct xt_extension *const *extension = item;
    int difference = (unsigned char)name[0] - (unsigned char)(*extension)->name[0];
    return difference != 0 ? difference : strcmp(name, (*extension)->name);
}

const struct xt_extension *xt_find(const char *name, uint8_t revision, bool is_target,
                                   uint8_t family) {
    const struct xt_extension *const *found =
        bsearch(name, xt_extensions, xt_extension_count, sizeof(*xt_extensions), compare_name);
    for (const struct xt_extension *one = found ? *found : NULL; one && one->name; one++) {
        if (one->revision == revision && one->is_target == is_target &&
            (one->family == NF_FAMILY_UNSPEC || one->family == family))
            return one;
    }
    return NULL;
}

// The blob's struct is copied even where decode copies again: bytes of a netlink attribute are not
// aligned for all that a struct may hold.
static int decode_info(const struct xt_extension *extension, const uint8_t *bytes,
                       struct arena *arena, struct nf_xt *xt) {
    if (extension->size == 0) { // no struct, no operands
        xt->extension = extension;
        return 0;
    }
    _Alignas(max_align_t) uint8_t aligned[XT_SIZE_MAX];
    memcpy(aligned, bytes, extension->size);
    if (extension->check && !extension->check(aligned))
        return 0;
    xt->info = extension->decode ? extension->decode(aligned, arena)
                                 : arena_copy(arena, aligned, extension->size);
    if (!xt->info)
        return -ENOMEM;
    xt->extension = extension;
    return 0;
}

static int keep_raw(const uint8_t *bytes, size_t length, struct arena *arena, struct nf_xt *xt) {
    xt->foreign = arena_alloc(arena, sizeof(*xt->foreign));
    if (!xt->foreign)
        return -ENOMEM;
    *xt->foreign = (struct nf_foreign_xt){0};
    if (length == 0)
        return 0;
    xt->foreign->raw = (struct nf_data){arena_copy(arena, bytes, length), (uint32_t)length};
    return xt->foreign->raw.bytes ? 0 : -ENOMEM;
}

int xt_decode(const char *name, uint8_t revision, bool is_target, uint8_t family,
              const uint8_t *bytes, size_t length, struct arena *arena, struct nf_xt *ret_xt) {
    // Ours have no text but iptables', which those of other families are not printed as.
    bool is_nft_text = family == NF_FAMILY_ARP || family == NF_FAMILY_BRIDGE;
    const struct xt_extension *extension =
        is_nft_text ? NULL : xt_find(name, revision, is_target, family);
    struct nf_xt xt = {.revision = revision};
    xt.name = extension ? extension->name : arena_strdup(arena, name);
    int r = xt.name ? 0 : -ENOMEM;
    if (r == 0 && extension && length >= extension->size)
        r = decode_info(extension, bytes, arena, &xt);
    if (r == 0 && !xt.extension)
        r = keep_raw(bytes, length, arena, &xt);
    if (r == 0)
        *ret_xt = xt;
    return r;
}
