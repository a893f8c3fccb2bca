// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_set.h"

#include <string.h>

#define VERDICT_TYPE 0xffffff00 // linux/netfilter/nf_tables.h NFT_DATA_VERDICT

enum { // libnftnl's NFTNL_UDATA_SET_*
    NOTE_KEY_ORDER = 0,
    NOTE_DATA_ORDER = 1,
    NOTE_MERGE = 2,
    NOTE_KEY_TYPEOF = 3,
    NOTE_DATA_TYPEOF = 4,
    NOTE_DATA_RANGES = 6,
};

enum { ORDER_NONE = 0, ORDER_HOST = 1 }; // nft's enum byteorder

struct notes {
    uint32_t key_order, data_order, merge, data_ranges;
    struct nf_data key_typeof, data_typeof;
};

bool nft_note_next(struct nf_data *notes, uint8_t *ret_type, struct nf_data *ret_value) {
    if (notes->length < 2 || notes->bytes[1] > notes->length - 2)
        return false;
    *ret_type = notes->bytes[0];
    *ret_value = (struct nf_data){notes->bytes + 2, notes->bytes[1]};
    notes->bytes += 2 + ret_value->length;
    notes->length -= 2 + ret_value->length;
    return true;
}

static void read_number(struct nf_data value, uint32_t *ret_number) {
    if (value.length == sizeof(*ret_number))
        memcpy(ret_number, value.bytes, sizeof(*ret_number));
}

static struct notes read_notes(struct nf_data data) {
    struct notes notes = {0};
    uint8_t type;
    struct nf_data value;
    while (nft_note_next(&data, &type, &value)) {
        switch (type) {
        case NOTE_KEY_ORDER:
            read_number(value, &notes.key_order);
            break;
        case NOTE_DATA_ORDER:
            read_number(value, &notes.data_order);
            break;
        case NOTE_MERGE:
            read_number(value, &notes.merge);
            break;
        case NOTE_DATA_RANGES:
            read_number(value, &notes.data_ranges);
            break;
        case NOTE_KEY_TYPEOF:
            notes.key_typeof = value;
            break;
        case NOTE_DATA_TYPEOF:
            notes.data_typeof = value;
            break;
        }
    }
    return notes;
}

bool nft_set_has_data_ranges(const struct nf_set *set) {
    return read_notes(set->userdata).data_ranges != 0;
}

// --- Layout --------------------------------------------------------------------------------------

static void add_part(struct nft_parts *parts, const struct nft_type *type, unsigned bits,
                     bool host_order) {
    if (parts->count < NFT_PARTS_MAX)
        parts->parts[parts->count++] =
            (struct nft_part){.type = type, .bits = (uint16_t)bits, .host_order = host_order};
}

static void parts_of_type(struct nft_parts *parts, uint32_t type, uint32_t length, uint32_t order) {
    size_t count = nft_type_part_count(type);
    if (count <= 1) {
        const struct nft_type *known = nft_type(type);
        bool host_order = order == ORDER_NONE ? known && known->host_order : order == ORDER_HOST;
        add_part(parts, known, length * 8, host_order);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct nft_type *part = nft_type_part(type, i);
        add_part(parts, part, part ? part->bits : 0, part && part->host_order);
    }
}

static void parts_of_node(struct nft_parts *parts, struct nft_node *node) {
    parts->typeof_node = node;
    if (node->kind != NFT_NODE_CONCAT) {
        add_part(parts, node->type, node->bits, node->host_order);
        return;
    }
    for (const struct nft_node *part = node->child; part; part = part->next)
        add_part(parts, part->type, part->bits, part->host_order);
}

static unsigned padded_bytes(const struct nft_part *part) {
    return (part->bits + 31U) / 32 * 4;
}

static bool is_length(const struct nft_parts *parts, uint32_t length) {
    if (parts->count == 1)
        return (parts->parts[0].bits + 7U) / 8 == length;
    uint32_t sum = 0;
    for (size_t i = 0; i < parts->count; i++)
        sum += padded_bytes(&parts->parts[i]);
    return sum == length;
}

// What a note says with typeof, if it fits the length that the kernel knows.
static bool parts_of_typeof(struct nft_tree *tree, struct nft_parts *parts, struct nf_data note,
                            uint32_t length) {
    struct nft_node *node = note.length > 0 ? nft_typeof_parse(tree, note) : NULL;
    if (!node)
        return false;
    parts_of_node(parts, node);
    if (parts->count > 0 && is_length(parts, length))
        return true;
    *parts = (struct nft_parts){0};
    return false;
}

void nft_set_layout(struct nft_tree *tree, const struct nf_set *set, struct nft_set_layout *ret) {
    struct notes notes = read_notes(set->userdata);
    *ret = (struct nft_set_layout){
        .is_object_map = set->flags & NFT_SET_FLAG_OBJECT,
        .is_map = set->flags & (NFT_SET_FLAG_MAP | NFT_SET_FLAG_OBJECT),
        .has_data_ranges = notes.data_ranges != 0,
        .auto_merge = notes.merge != 0,
    };
    ret->is_verdict_map = set->flags & NFT_SET_FLAG_MAP && set->data_type == VERDICT_TYPE;
    bool is_typeof = !ret->is_object_map;
    if (set->flags & NFT_SET_FLAG_MAP) {
        if (!parts_of_typeof(tree, &ret->data, notes.data_typeof, set->data_length)) {
            is_typeof = false;
            if (!ret->is_verdict_map)
                parts_of_type(&ret->data, set->data_type, set->data_length, notes.data_order);
        }
    }
    if (!is_typeof || !parts_of_typeof(tree, &ret->key, notes.key_typeof, set->key_length))
        parts_of_type(&ret->key, set->key_type, set->key_length, notes.key_order);
    // Keys of intervals are compared, and so they are numbers in network order.
    for (size_t i = 0; set->flags & NFT_SET_FLAG_INTERVAL && i < ret->key.count; i++)
        ret->key.parts[i].host_order = false;
}

// --- Keys and data -------------------------------------------------------------------------------

static struct nft_node *part_value(struct nft_tree *tree, const struct nft_part *part,
                                   struct nf_data *data, unsigned shift) {
    const struct nft_type *type = part->type ? part->type : nft_type(NFT_TYPE_RAW);
    unsigned bits = part->bits ? part->bits : data->length * 8;
    uint32_t length = (bits + 7) / 8, space = (bits + 31) / 32 * 4;
    if (length > data->length) {
        tree->failed = true;
        length = data->length;
    }
    bool host_order = part->host_order && type->form != NFT_FORM_STRING;
    nft_number number = nft_number_read(tree, data->bytes, length, host_order);
    uint32_t taken = space < data->length ? space : data->length;
    data->bytes += taken;
    data->length -= taken;
    return nft_node_value(tree, type, bits, number >> shift);
}

// From a value to another: one value, a prefix, the beginning of a name, or a range.
static struct nft_node *interval(struct nft_tree *tree, struct nft_node *from,
                                 nft_number to_number) {
    nft_number differ = from->number ^ to_number;
    if (differ == 0 || tree->failed)
        return from;
    unsigned low, high;
    bool is_block = nft_number_run(differ, &low, &high) && low == 0 && !(from->number & differ);
    if (is_block && from->type->form == NFT_FORM_STRING && high < from->bits &&
        (from->bits - high) % 8 == 0) {
        from->number >>= high;
        from->bits = (uint16_t)(from->bits - high);
        return from;
    }
    if (!is_block || !from->type->is_prefix)
        return nft_node_range(tree, from, nft_node_value(tree, from->type, from->bits, to_number));
    struct nft_node *prefix = nft_node_new(tree, NFT_NODE_PREFIX, from->type, from->bits);
    prefix->child = from;
    prefix->length = from->bits - high;
    return prefix;
}

static struct nft_node *concat(struct nft_tree *tree, const struct nft_parts *parts,
                               struct nf_data data, struct nf_data end) {
    struct nft_node *node = nft_node_new(tree, NFT_NODE_CONCAT, NULL, 0);
    struct nft_node **tail = &node->child;
    for (size_t i = 0; i < parts->count; i++) {
        struct nft_node *value = part_value(tree, &parts->parts[i], &data, 0);
        if (end.bytes)
            value = interval(tree, value, part_value(tree, &parts->parts[i], &end, 0)->number);
        *tail = nft_node_ors(tree, value);
        tail = &(*tail)->next;
    }
    return node;
}

struct nft_node *nft_listed_key(struct nft_tree *tree, const struct nf_set *set,
                                const struct nft_set_layout *layout,
                                const struct nft_listed *listed, unsigned shift) {
    const struct nf_element *element = listed->element;
    if (element->flags & 2 || !element->key.bytes) // NFT_SET_ELEM_CATCHALL
        return nft_node_new(tree, NFT_NODE_ANY, NULL, 0);
    if (layout->key.count != 1)
        return concat(tree, &layout->key, element->key, element->key_end);
    const struct nft_part *part = &layout->key.parts[0];
    struct nf_data data = element->key;
    struct nft_node *from = part_value(tree, part, &data, shift);
    if (!(set->flags & NFT_SET_FLAG_INTERVAL))
        return nft_node_ors(tree, from);
    struct nf_data end = listed->end ? listed->end->key : element->key_end;
    nft_number to = from->number;
    if (listed->is_open)
        to = nft_number_ones(from->bits);
    else if (end.bytes)
        to = (nft_number_read(tree, end.bytes, end.length, part->host_order) -
              (listed->end ? 1 : 0)) >>
             shift;
    return interval(tree, from, to);
}

static struct nft_node *concat_ranges(struct nft_tree *tree, const struct nft_parts *parts,
                                      struct nf_data data) {
    struct nf_data half = {data.bytes, data.length / 2};
    struct nf_data end = {data.bytes + half.length, half.length};
    struct nft_node *node = nft_node_new(tree, NFT_NODE_CONCAT, NULL, 0);
    struct nft_node **tail = &node->child;
    for (size_t i = 0; i < parts->count; i++) {
        struct nft_node *value = part_value(tree, &parts->parts[i], &half, 0);
        *tail = interval(tree, value, part_value(tree, &parts->parts[i], &end, 0)->number);
        tail = &(*tail)->next;
    }
    return node;
}

static struct nft_node *data_range(struct nft_tree *tree, const struct nft_part *part,
                                   struct nf_data data) {
    struct nft_part half = *part;
    half.bits = (uint16_t)(data.length * 4);
    struct nf_data from = {data.bytes, data.length / 2};
    struct nf_data to = {data.bytes + from.length, from.length};
    struct nft_node *value = part_value(tree, &half, &from, 0);
    return interval(tree, value, part_value(tree, &half, &to, 0)->number);
}

struct nft_node *nft_listed_data(struct nft_tree *tree, const struct nf_set *set,
                                 const struct nft_set_layout *layout,
                                 const struct nft_listed *listed) {
    const struct nf_element *element = listed->element;
    if (!layout->is_map)
        return NULL;
    struct nft_node *node;
    if (element->has_verdict) {
        node = nft_node_new(tree, NFT_NODE_VERDICT, NULL, 0);
        node->verdict = element->verdict;
        return node;
    }
    if (set->flags & NFT_SET_FLAG_OBJECT) {
        node = nft_node_new(tree, NFT_NODE_TEXT, NULL, 0);
        node->text = element->object;
        return element->object ? node : NULL;
    }
    if (!element->data.bytes)
        return NULL;
    if (layout->data.count != 1)
        return layout->has_data_ranges
                   ? concat_ranges(tree, &layout->data, element->data)
                   : concat(tree, &layout->data, element->data, (struct nf_data){0});
    const struct nft_part *part = &layout->data.parts[0];
    struct nf_data data = element->data;
    if (layout->has_data_ranges)
        return data_range(tree, part, data);
    return nft_node_ors(tree, part_value(tree, part, &data, 0));
}
