// SPDX-License-Identifier: GPL-2.0-or-later
// A table as `nft list table` prints it.
#include <stdlib.h>

#include "ruleset/nft_text.h"

// --- Priorities by name --------------------------------------------------------------------------

struct priority {
    int value;
    const char *name;
    int hook; // where alone it has that name; -1: everywhere
};

// linux/netfilter_ipv4.h enum nf_ip_hook_priorities, linux/netfilter_bridge.h
static const struct priority inet_priorities[] = {
    {-300, "raw", -1}, {-150, "mangle", -1}, {-100, "dstnat", NF_HOOK_PREROUTING},
    {0, "filter", -1}, {50, "security", -1}, {100, "srcnat", NF_HOOK_POSTROUTING},
};
static const struct priority bridge_priorities[] = {
    {-300, "dstnat", NF_HOOK_PREROUTING},
    {-200, "filter", -1},
    {100, "out", NF_HOOK_OUTPUT},
    {300, "srcnat", NF_HOOK_POSTROUTING},
};

#define PRIORITY_REACH 10

static bool has_name(const struct priority *priority, uint8_t family, uint32_t hook) {
    bool only_filter = family == NF_FAMILY_ARP || family == NF_FAMILY_NETDEV;
    if (only_filter && priority->value != 0)
        return false;
    return priority->hook < 0 || (uint32_t)priority->hook == hook;
}

static const struct priority *find_priority(uint8_t family, uint32_t hook, int32_t value) {
    bool is_bridge = family == NF_FAMILY_BRIDGE;
    const struct priority *known = is_bridge ? bridge_priorities : inet_priorities;
    size_t count = is_bridge ? sizeof(bridge_priorities) / sizeof(*known)
                             : sizeof(inet_priorities) / sizeof(*known);
    for (size_t i = 0; i < count; i++) {
        int64_t away = (int64_t)value - known[i].value;
        if (llabs(away) <= PRIORITY_REACH)
            return has_name(&known[i], family, hook) ? &known[i] : NULL;
    }
    return NULL;
}

void nft_priority_format(uint8_t family, uint32_t hook, int32_t value, struct buffer *buffer) {
    const struct priority *known = find_priority(family, hook, value);
    if (!known) {
        buffer_put_int(buffer, value);
        return;
    }
    int away = value - known->value;
    buffer_puts(buffer, known->name);
    if (away == 0)
        return;
    buffer_puts(buffer, away > 0 ? " + " : " - ");
    buffer_put_uint(buffer, (uint64_t)abs(away));
}

// --- Chains --------------------------------------------------------------------------------------

static void put_handle(struct buffer *buffer, uint64_t handle) {
    buffer_puts(buffer, " # handle ");
    buffer_put_uint(buffer, handle);
}

static void put_devices(struct buffer *buffer, const char *const *devices, size_t count) {
    buffer_puts(buffer, "devices = { ");
    for (size_t i = 0; i < count; i++) {
        buffer_puts(buffer, i > 0 ? ", " : "");
        buffer_puts(buffer, devices[i]);
    }
    buffer_puts(buffer, " }");
}

static void format_base(struct buffer *buffer, const struct nf_chain *chain) {
    uint8_t family = chain->table->family;
    const char *hook = nf_hook_name(family, chain->hook);
    buffer_puts(buffer, "\t\ttype ");
    buffer_puts(buffer, chain->type ? chain->type : "unknown");
    buffer_puts(buffer, " hook ");
    buffer_puts(buffer, hook ? hook : "unknown");
    if (chain->device_count == 1) {
        buffer_puts(buffer, " device \"");
        buffer_puts(buffer, chain->devices[0]);
        buffer_putc(buffer, '"');
    } else if (chain->device_count > 1) {
        buffer_putc(buffer, ' ');
        put_devices(buffer, chain->devices, chain->device_count);
    }
    buffer_puts(buffer, " priority ");
    nft_priority_format(family, chain->hook, chain->priority, buffer);
    buffer_puts(buffer, "; policy ");
    buffer_puts(buffer, chain->policy == NF_VERDICT_DROP ? "drop" : "accept");
    buffer_puts(buffer, chain->flags & 2 ? "; flags offload;\n" : ";\n"); // NFT_CHAIN_HW_OFFLOAD
}

static void format_chain(const struct nft_text *text, const struct nf_chain *chain,
                         const struct nf_text_options *options) {
    struct buffer *buffer = text->buffer;
    buffer_puts(buffer, "\tchain ");
    buffer_puts(buffer, chain->name);
    buffer_puts(buffer, " {");
    if (options->handles)
        put_handle(buffer, chain->handle);
    if (chain->comment) {
        buffer_puts(buffer, "\n\t\tcomment \"");
        buffer_puts(buffer, chain->comment);
        buffer_putc(buffer, '"');
    }
    buffer_putc(buffer, '\n');
    if (chain->is_base)
        format_base(buffer, chain);
    for (size_t i = 0; i < chain->rule_count; i++) {
        buffer_puts(buffer, "\t\t");
        nft_rule_format(&chain->rules[i], options, buffer);
        buffer_putc(buffer, '\n');
    }
    buffer_puts(buffer, "\t}\n");
}

// --- Flowtables ----------------------------------------------------------------------------------

static void format_flowtable(struct buffer *buffer, const struct nf_flowtable *flowtable,
                             bool handles) {
    const char *hook = nf_hook_name(NF_FAMILY_NETDEV, flowtable->hook);
    buffer_puts(buffer, "\tflowtable ");
    buffer_puts(buffer, flowtable->name);
    buffer_puts(buffer, " {");
    if (handles)
        put_handle(buffer, flowtable->handle);
    buffer_puts(buffer, "\n\t\thook ");
    buffer_puts(buffer, hook ? hook : "unknown");
    buffer_puts(buffer, " priority ");
    nft_priority_format(NF_FAMILY_NETDEV, flowtable->hook, flowtable->priority, buffer);
    buffer_putc(buffer, '\n');
    if (flowtable->device_count > 0) {
        buffer_puts(buffer, "\t\t");
        put_devices(buffer, flowtable->devices, flowtable->device_count);
        buffer_putc(buffer, '\n');
    }
    if (flowtable->flags & 1)
        buffer_puts(buffer, "\t\tflags offload\n");
    if (flowtable->flags & 2)
        buffer_puts(buffer, "\t\tcounter\n");
    buffer_puts(buffer, "\t}\n");
}

// --- The table -----------------------------------------------------------------------------------

static const struct nft_symbol table_flags[] = { // NFT_TABLE_F_*
    {"dormant", 1},
    {"owner", 2},
    {"persist", 4},
    {NULL, 0}};

static void format_head(struct buffer *buffer, const struct nf_table *table, bool handles) {
    buffer_puts(buffer, "table ");
    buffer_puts(buffer, nf_family_name(table->family) ? nf_family_name(table->family) : "unknown");
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, table->name);
    buffer_puts(buffer, " {");
    if (handles)
        put_handle(buffer, table->handle);
    if (table->flags & 2) {
        buffer_puts(buffer, handles ? " portid " : " # portid ");
        buffer_put_uint(buffer, table->owner);
    }
    buffer_putc(buffer, '\n');
    const char *before = "\tflags ";
    for (const struct nft_symbol *flag = table_flags; flag->name; flag++) {
        if (!(table->flags & flag->value))
            continue;
        buffer_puts(buffer, before);
        buffer_puts(buffer, flag->name);
        before = ",";
    }
    if (*before == ',')
        buffer_putc(buffer, '\n');
    if (table->comment) {
        buffer_puts(buffer, "\tcomment \"");
        buffer_puts(buffer, table->comment);
        buffer_puts(buffer, "\"\n");
    }
}

// A blank line between parts, and none before the first; but one below the flags.
static void separate(struct buffer *buffer, bool *is_first) {
    if (!*is_first)
        buffer_putc(buffer, '\n');
    *is_first = false;
}

void nft_table_format(const struct nf_table *table, const struct nf_text_options *options,
                      struct buffer *buffer) {
    struct nft_text text = {
        .names = table->names, .buffer = buffer, .stateless = options->stateless};
    bool is_first = table->flags == 0;
    format_head(buffer, table, options->handles);
    for (size_t i = 0; i < table->object_count; i++) {
        separate(buffer, &is_first);
        nft_object_format(&text, &table->objects[i], options->handles);
    }
    for (size_t i = 0; i < table->set_count; i++) {
        if (table->sets[i].flags & NFT_SET_FLAG_ANONYMOUS)
            continue;
        separate(buffer, &is_first);
        nft_set_format(&text, &table->sets[i], options->handles);
    }
    for (size_t i = 0; i < table->flowtable_count; i++) {
        separate(buffer, &is_first);
        format_flowtable(buffer, &table->flowtables[i], options->handles);
    }
    for (size_t i = 0; i < table->chain_count; i++) {
        if (table->chains[i].flags & 4) // NFT_CHAIN_BINDING: stands where it is jumped to
            continue;
        separate(buffer, &is_first);
        format_chain(&text, &table->chains[i], options);
    }
    buffer_puts(buffer, "}\n");
}
