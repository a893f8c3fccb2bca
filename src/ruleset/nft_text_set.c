// SPDX-License-Identifier: GPL-2.0-or-later
// Sets: what they are made of, and their elements.
#include <stdlib.h>
#include <string.h>

#include "ruleset/nft_text.h"

#define ELEMENT_INDENT ",\n\t\t\t     "

static void format_notes(const struct nft_text *text, const struct nf_element *element) {
    struct buffer *buffer = text->buffer;
    for (size_t i = 0; i < element->expr_count; i++) {
        buffer_putc(buffer, ' ');
        if (!nft_state_format(text, &element->exprs[i]))
            nft_raw_format(buffer, &element->exprs[i], 1);
    }
    if (element->timeout) {
        buffer_puts(buffer, " timeout ");
        nft_time_format(buffer, element->timeout);
    }
    if (!text->stateless && element->expiration) {
        buffer_puts(buffer, " expires ");
        nft_time_format(buffer, element->expiration);
    }
    if (element->comment) {
        buffer_puts(buffer, " comment \"");
        buffer_puts(buffer, element->comment);
        buffer_putc(buffer, '"');
    }
}

// The tree is empty before and after: it holds one element at a time.
static void format_element(const struct nft_text *text, struct nft_tree *tree,
                           const struct nf_set *set, const struct nft_set_layout *layout,
                           const struct nft_listed *listed, unsigned shift) {
    size_t used = tree->space_used;
    struct nft_node *key = nft_listed_key(tree, set, layout, listed, shift);
    struct nft_node *data = nft_listed_data(tree, set, layout, listed);
    if (tree->failed) {
        nft_raw_element_format(text->buffer, listed->element);
        tree->failed = false;
    } else {
        nft_node_format(text, key);
        format_notes(text, listed->element);
        if (data) {
            buffer_puts(text->buffer, " : ");
            nft_node_format(text, data);
        }
    }
    tree->space_used = used;
}

// How many elements of a named set stand in a line, by the type of its keys.
static unsigned per_line(const struct nft_set_layout *layout) {
    const struct nft_type *type = layout->key.count == 1 ? layout->key.parts[0].type : NULL;
    return type && type->per_line ? type->per_line : 1;
}

static void format_elements(const struct nft_text *text, struct nft_tree *tree,
                            const struct nf_set *set, const struct nft_set_layout *layout,
                            unsigned shift) {
    struct nft_listing listing;
    if (!nft_set_list(set, layout, &listing)) {
        text->buffer->failed = true;
        return;
    }
    unsigned in_line = 0, limit = per_line(layout);
    bool is_anonymous = set->flags & NFT_SET_FLAG_ANONYMOUS;
    buffer_puts(text->buffer, "{ ");
    for (size_t i = 0; i < listing.count; i++) {
        if (i > 0 && (is_anonymous || in_line < limit))
            buffer_puts(text->buffer, ", ");
        else if (i > 0)
            buffer_puts(text->buffer, ELEMENT_INDENT);
        in_line = in_line < limit ? in_line + 1 : 1;
        format_element(text, tree, set, layout, &listing.items[i], shift);
    }
    buffer_puts(text->buffer, " }");
    free(listing.items);
}

void nft_set_elements_format(const struct nft_text *text, const struct nf_set *set,
                             unsigned shift) {
    struct nft_tree tree;
    struct nft_set_layout layout;
    nft_tree_init(&tree, text->names, set->table ? set->table->family : 0);
    nft_set_layout(&tree, set, &layout);
    tree.failed = false;
    format_elements(text, &tree, set, &layout, shift);
    nft_tree_done(&tree);
}

// --- One element ---------------------------------------------------------------------------------

// The kernel gives the bounds of intervals side by side, in the order of their keys or against it.
static struct nft_listed find_end(const struct nf_set *set, const struct nf_element *element) {
    struct nft_listed listed = {.element = element};
    if (!(set->flags & NFT_SET_FLAG_INTERVAL) || element < set->elements ||
        element >= set->elements + set->element_count || !element->key.bytes)
        return listed;
    size_t place = (size_t)(element - set->elements);
    for (int step = -1; step <= 1; step += 2) {
        if ((step < 0 && place == 0) || (step > 0 && place + 1 == set->element_count))
            continue;
        const struct nf_element *other = element + step;
        if (other->key.length == element->key.length &&
            memcmp(other->key.bytes, element->key.bytes, element->key.length) > 0)
            listed.end = other;
    }
    listed.is_open = !listed.end && !element->key_end.bytes;
    return listed;
}

void nft_element_format(const struct nf_set *set, const struct nf_element *element,
                        struct buffer *buffer) {
    struct nft_text text = {.names = set->table ? set->table->names : NULL, .buffer = buffer};
    struct nft_tree tree;
    struct nft_set_layout layout;
    nft_tree_init(&tree, text.names, set->table ? set->table->family : 0);
    nft_set_layout(&tree, set, &layout);
    tree.failed = false;
    struct nft_listed listed =
        layout.key.count == 1 ? find_end(set, element) : (struct nft_listed){.element = element};
    format_element(&text, &tree, set, &layout, &listed, 0);
    nft_tree_done(&tree);
}

// --- Types ---------------------------------------------------------------------------------------

static void format_parts(const struct nft_text *text, const struct nft_parts *parts) {
    if (parts->typeof_node) {
        nft_node_format(text, parts->typeof_node);
        return;
    }
    for (size_t i = 0; i < parts->count; i++) {
        const struct nft_type *type = parts->parts[i].type;
        buffer_puts(text->buffer, i > 0 ? " . " : "");
        buffer_puts(text->buffer, type ? type->name : "unknown");
    }
}

static void format_data_type(const struct nft_text *text, const struct nf_set *set,
                             const struct nft_set_layout *layout) {
    if (layout->is_object_map) {
        const char *name = nft_object_type_name(set->object_type);
        buffer_puts(text->buffer, name ? name : "unknown");
        return;
    }
    if (layout->has_data_ranges)
        buffer_puts(text->buffer, "interval ");
    if (layout->is_verdict_map && !layout->data.typeof_node)
        buffer_puts(text->buffer, "verdict");
    else
        format_parts(text, &layout->data);
}

void nft_type_format(const struct nf_set *set, bool data, struct buffer *buffer) {
    struct nft_text text = {.names = set->table ? set->table->names : NULL, .buffer = buffer};
    struct nft_tree tree;
    struct nft_set_layout layout;
    nft_tree_init(&tree, text.names, set->table ? set->table->family : 0);
    nft_set_layout(&tree, set, &layout);
    if (!data)
        format_parts(&text, &layout.key);
    else if (layout.is_map)
        format_data_type(&text, set, &layout);
    nft_tree_done(&tree);
}

// --- The whole -----------------------------------------------------------------------------------

static void put_line(struct buffer *buffer, const char *text) {
    buffer_puts(buffer, "\t\t");
    buffer_puts(buffer, text);
}

static void format_flags(struct buffer *buffer, const struct nf_set *set) {
    static const struct nft_symbol words[] = {{"constant", NFT_SET_FLAG_CONSTANT},
                                              {"dynamic", NFT_SET_FLAG_EVAL},
                                              {"interval", NFT_SET_FLAG_INTERVAL},
                                              {"timeout", NFT_SET_FLAG_TIMEOUT}};
    uint32_t all = NFT_SET_FLAG_CONSTANT | NFT_SET_FLAG_EVAL | NFT_SET_FLAG_INTERVAL;
    if (!(set->flags & all) && (!(set->flags & NFT_SET_FLAG_TIMEOUT) || set->timeout))
        return;
    const char *before = "flags ";
    buffer_puts(buffer, "\t\t");
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!(set->flags & words[i].value))
            continue;
        buffer_puts(buffer, before);
        buffer_puts(buffer, words[i].name);
        before = ",";
    }
    buffer_putc(buffer, '\n');
}

static void format_limits(struct buffer *buffer, const struct nf_set *set) {
    if (set->flags & NFT_SET_FLAG_CONSTANT)
        return;
    if (set->policy == 1) // NFT_SET_POL_MEMORY
        put_line(buffer, "policy memory\n");
    if (set->size) {
        put_line(buffer, "size ");
        buffer_put_uint(buffer, set->size);
        buffer_putc(buffer, '\n');
    }
}

static void format_time(struct buffer *buffer, const char *name, uint64_t milliseconds) {
    if (milliseconds == 0)
        return;
    put_line(buffer, name);
    nft_time_format(buffer, milliseconds);
    buffer_putc(buffer, '\n');
}

static void format_state(const struct nft_text *text, const struct nf_set *set) {
    struct nft_text stateless = *text;
    stateless.stateless = true;
    for (size_t i = 0; i < set->expr_count; i++) {
        buffer_puts(text->buffer, i == 0 ? "\t\t" : " ");
        if (!nft_state_format(&stateless, &set->exprs[i]))
            nft_raw_format(text->buffer, &set->exprs[i], 1);
    }
    if (set->expr_count > 0)
        buffer_putc(text->buffer, '\n');
}

static void format_declaration(const struct nft_text *text, const struct nf_set *set,
                               const struct nft_set_layout *layout) {
    struct buffer *buffer = text->buffer;
    bool is_typeof = layout->key.typeof_node;
    put_line(buffer, is_typeof ? "typeof " : "type ");
    format_parts(text, &layout->key);
    if (layout->is_map) {
        buffer_puts(buffer, " : ");
        format_data_type(text, set, layout);
    }
    buffer_putc(buffer, '\n');
    format_limits(buffer, set);
    format_flags(buffer, set);
    format_state(text, set);
    if (layout->auto_merge)
        put_line(buffer, "auto-merge\n");
    format_time(buffer, "timeout ", set->timeout);
    format_time(buffer, "gc-interval ", set->gc_interval);
    if (set->comment) {
        put_line(buffer, "comment \"");
        buffer_puts(buffer, set->comment);
        buffer_puts(buffer, "\"\n");
    }
}

void nft_set_format(const struct nft_text *text, const struct nf_set *set, bool handles) {
    struct buffer *buffer = text->buffer;
    struct nft_tree tree;
    struct nft_set_layout layout;
    nft_tree_init(&tree, text->names, set->table->family);
    nft_set_layout(&tree, set, &layout);
    tree.failed = false;
    bool is_meter = set->flags & NFT_SET_FLAG_ANONYMOUS && set->flags & NFT_SET_FLAG_EVAL;
    buffer_puts(buffer, is_meter ? "\tmeter " : layout.is_map ? "\tmap " : "\tset ");
    buffer_puts(buffer, set->name);
    buffer_puts(buffer, " {");
    if (handles) {
        buffer_puts(buffer, " # handle ");
        buffer_put_uint(buffer, set->handle);
    }
    buffer_putc(buffer, '\n');
    format_declaration(text, set, &layout);
    if (set->element_count > 0) {
        put_line(buffer, "elements = ");
        format_elements(text, &tree, set, &layout, 0);
        buffer_putc(buffer, '\n');
    }
    buffer_puts(buffer, "\t}\n");
    nft_tree_done(&tree);
}
