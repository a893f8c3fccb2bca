// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/xt_set.h"

struct xt_set_reference xt_set_reference_of_v0(const struct xt_set_info_v0 *info) {
    struct xt_set_reference set = {.index = info->index};
    while (set.dimensions < IPSET_DIM_MAX && info->u.flags[set.dimensions]) {
        bool source = info->u.flags[set.dimensions] & IPSET_SRC;
        set.dimensions++;
        if (source)
            set.sources |= (uint8_t)(1U << set.dimensions);
    }
    return set;
}

// The kernel takes no more dimensions than these; more are cut.
struct xt_set_reference xt_set_reference_of(const struct xt_set_info *info) {
    uint8_t dimensions = info->dim < IPSET_DIM_MAX ? info->dim : IPSET_DIM_MAX;
    return (struct xt_set_reference){
        .index = info->index, .dimensions = dimensions, .sources = info->flags};
}

static void put_set_name(struct xt_writer *writer, uint16_t index) {
    const struct ruleset_names *names = writer->context->names;
    const char *name = names ? nf_names_find(&names->ipsets, index) : NULL;
    if (name)
        buffer_puts(writer->value, name);
    else
        buffer_printf(writer->value, "#%u", index);
}

void xt_option_set(struct xt_writer *writer, const char *option, bool inverted,
                   const struct xt_set_reference *set) {
    if (set->index == XT_SET_NONE)
        return;
    xt_option(writer, option, inverted);
    put_set_name(writer, set->index);
    for (unsigned int i = 1; i <= set->dimensions; i++) {
        buffer_putc(writer->value, i == 1 ? ' ' : ',');
        buffer_puts(writer->value, set->sources & 1U << i ? "src" : "dst");
    }
}
