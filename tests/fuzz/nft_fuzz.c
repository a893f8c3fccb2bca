// SPDX-License-Identifier: GPL-2.0-or-later
// Native rules of any expressions, with any operands, registers and sets: their text is made, is
// the same when made twice, and their JSON is JSON.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ruleset/nf_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EXPRS_MAX    24
#define ELEMENTS_MAX 6

// The input, read bit by bit; zeroes behind its end.
struct input {
    const uint8_t *bytes;
    size_t left;
    struct arena *arena;
};

static uint8_t take(struct input *input) {
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

static uint32_t take_number(struct input *input) {
    uint32_t number = take(input);
    if (number < 128) // small numbers are the interesting ones
        return number;
    for (int i = 0; i < 3; i++)
        number = number << 8 | take(input);
    return number;
}

static void *make(struct input *input, size_t size) {
    void *piece = arena_alloc(input->arena, size);
    if (!piece)
        exit(1);
    return piece;
}

static struct nf_data take_data(struct input *input) {
    static const uint8_t lengths[] = {1, 2, 4, 4, 6, 8, 16, 16, 3, 12, 20, 32, 64, 0, 1, 2};
    uint32_t length = lengths[take(input) % sizeof(lengths)];
    uint8_t *bytes = make(input, length + 1);
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = take(input);
    return (struct nf_data){bytes, length};
}

// Mostly the first, so that what is loaded is also read.
static nf_register take_register(struct input *input) {
    uint8_t byte = take(input);
    if (byte < 160)
        return NF_REGISTER_FIRST;
    return byte < 250 ? (nf_register)(byte % 24) : NF_REGISTER_NONE;
}

static const char *take_name(struct input *input) {
    static const char *const names[] = {"a",        "__set0", "x\"y\\",
                                        "\xff\xfe", "",       "long-name-of-a-chain"};
    return names[take(input) % (sizeof(names) / sizeof(*names))];
}

static void take_expr(struct input *input, const struct nf_set *sets, struct nf_expr *expr,
                      int depth);

static struct nf_expr *take_exprs(struct input *input, const struct nf_set *sets, size_t count,
                                  int depth) {
    struct nf_expr *exprs = make(input, (count + 1) * sizeof(*exprs));
    for (size_t i = 0; i < count; i++)
        take_expr(input, sets, &exprs[i], depth);
    return exprs;
}

static const struct nf_set *take_set(struct input *input, const struct nf_set *sets) {
    uint8_t which = take(input) % 4;
    return which < 3 ? &sets[which] : NULL;
}

static const struct nf_chain chain_of_none;

static struct nf_verdict take_verdict(struct input *input) {
    return (struct nf_verdict){.code = (int32_t)(take(input) % 12) - 6,
                               .chain_name = take_name(input),
                               .chain = take(input) > 250 ? &chain_of_none : NULL};
}

static void take_behind(struct input *input, const struct nf_set *sets, struct nf_expr *expr,
                        int depth) {
    switch (expr->kind) {
    case NF_EXPR_BITWISE: {
        struct nf_bitwise *bitwise = make(input, sizeof(*bitwise));
        *bitwise = (struct nf_bitwise){.op = take(input) % 7,
                                       .length = take(input) % 20,
                                       .source = take_register(input),
                                       .source2 = NF_REGISTER_NONE,
                                       .destination = take_register(input)};
        bitwise->mask = take_data(input);
        bitwise->xor = take_data(input);
        bitwise->data = take_data(input);
        expr->bitwise = bitwise;
        return;
    }
    case NF_EXPR_RANGE: {
        struct nf_range *range = make(input, sizeof(*range));
        *range = (struct nf_range){.op = take(input) % 3, .source = take_register(input)};
        range->from = take_data(input);
        range->to = take_data(input);
        expr->range = range;
        return;
    }
    case NF_EXPR_DYNSET: {
        struct nf_dynset *dynset = make(input, sizeof(*dynset));
        *dynset = (struct nf_dynset){.set_name = take_name(input),
                                     .set = take_set(input, sets),
                                     .op = take(input) % 4,
                                     .key = take_register(input),
                                     .data = take_register(input),
                                     .timeout = take_number(input),
                                     .flags = take(input) % 3,
                                     .expr_count = depth > 0 ? 0 : take(input) % 3};
        dynset->exprs = take_exprs(input, sets, dynset->expr_count, depth + 1);
        expr->dynset = dynset;
        return;
    }
    case NF_EXPR_EXTHDR:
    case NF_EXPR_EXTHDR_SET: {
        struct nf_exthdr *exthdr = make(input, sizeof(*exthdr));
        *exthdr = (struct nf_exthdr){.op = take(input) % 6,
                                     .offset = take_number(input) % 70000,
                                     .length = take(input) % 20,
                                     .flags = take(input) % 2,
                                     .reg = take_register(input),
                                     .type = take(input)};
        expr->exthdr = exthdr;
        return;
    }
    case NF_EXPR_HASH: {
        struct nf_hash *hash = make(input, sizeof(*hash));
        *hash = (struct nf_hash){.type = take(input) % 3,
                                 .length = take(input) % 40,
                                 .modulus = take_number(input),
                                 .seed = take_number(input),
                                 .source = take_register(input),
                                 .destination = take_register(input),
                                 .has_seed = take(input) & 1};
        expr->hash = hash;
        return;
    }
    case NF_EXPR_INNER: {
        struct nf_inner *inner = make(input, sizeof(*inner));
        *inner = (struct nf_inner){.type = take(input)};
        inner->expr = depth > 0 ? NULL : take_exprs(input, sets, 1, depth + 1);
        expr->inner = inner;
        return;
    }
    case NF_EXPR_LIMIT: {
        struct nf_limit *limit = make(input, sizeof(*limit));
        *limit = (struct nf_limit){.rate = take_number(input),
                                   .unit = take_number(input),
                                   .burst = take_number(input),
                                   .type = take(input) % 2,
                                   .over = take(input) & 1};
        expr->limit = limit;
        return;
    }
    case NF_EXPR_LOG: {
        struct nf_log *log = make(input, sizeof(*log));
        *log = (struct nf_log){.prefix = take(input) & 1 ? take_name(input) : NULL,
                               .level = take(input),
                               .flags = take(input),
                               .group = take(input),
                               .has_level = take(input) & 1,
                               .has_flags = take(input) & 1,
                               .has_group = take(input) & 1};
        expr->log = log;
        return;
    }
    case NF_EXPR_MASQ:
    case NF_EXPR_NAT:
    case NF_EXPR_REDIR: {
        static const uint8_t families[] = {NF_FAMILY_IP, NF_FAMILY_IP6, NF_FAMILY_INET};
        struct nf_nat *nat = make(input, sizeof(*nat));
        *nat = (struct nf_nat){.type = take(input) % 2,
                               .flags = take(input),
                               .family = families[take(input) % 3],
                               .address_min = take_register(input),
                               .address_max = take_register(input),
                               .port_min = take_register(input),
                               .port_max = take_register(input)};
        expr->nat = nat;
        return;
    }
    case NF_EXPR_OBJREF: {
        struct nf_objref *objref = make(input, sizeof(*objref));
        *objref = (struct nf_objref){.type = take(input) % 12,
                                     .name = take_name(input),
                                     .key = take_register(input),
                                     .set = take_set(input, sets)};
        expr->objref = objref;
        return;
    }
    case NF_EXPR_UNKNOWN: {
        struct nf_unknown *unknown = make(input, sizeof(*unknown));
        *unknown = (struct nf_unknown){.name = take(input) & 1 ? take_name(input) : NULL};
        unknown->raw = take_data(input);
        expr->unknown = unknown;
        return;
    }
    default:
        return;
    }
}

static void take_plain(struct input *input, const struct nf_set *sets, struct nf_expr *expr) {
    switch (expr->kind) {
    case NF_EXPR_BYTEORDER:
        expr->byteorder = (struct nf_byteorder){.op = take(input) & 1,
                                                .length = take(input) % 20,
                                                .source = take_register(input),
                                                .destination = take_register(input)};
        return;
    case NF_EXPR_CMP:
        expr->cmp.op = take(input) % 7;
        expr->cmp.source = take_register(input);
        expr->cmp.data = take_data(input);
        return;
    case NF_EXPR_CT:
    case NF_EXPR_CT_SET:
        expr->ct = (struct nf_ct){
            .key = take(input) % 28, .reg = take_register(input), .direction = take(input)};
        return;
    case NF_EXPR_DUP:
    case NF_EXPR_FWD:
        expr->dup = (struct nf_dup){.address = take_register(input),
                                    .device = take_register(input),
                                    .family = take(input) % 12};
        return;
    case NF_EXPR_FIB:
        expr->fib = (struct nf_fib){
            .result = take(input) % 5, .flags = take(input), .destination = take_register(input)};
        return;
    case NF_EXPR_IMMEDIATE:
        expr->immediate.destination = take_register(input);
        expr->immediate.data = take_data(input);
        return;
    case NF_EXPR_VERDICT:
        expr->verdict = take_verdict(input);
        return;
    case NF_EXPR_LOOKUP:
        expr->lookup = (struct nf_lookup){.set_name = take_name(input),
                                          .set = take_set(input, sets),
                                          .source = take_register(input),
                                          .destination = NF_REGISTER_NONE,
                                          .inverted = take(input) & 1};
        if (take(input) & 1)
            expr->lookup.destination = take(input) & 1 ? NF_REGISTER_VERDICT : take_register(input);
        return;
    case NF_EXPR_META:
    case NF_EXPR_META_SET:
        expr->meta = (struct nf_meta){.key = take(input) % 40, .reg = take_register(input)};
        return;
    case NF_EXPR_NUMGEN:
        expr->numgen =
            (struct nf_numgen){.modulus = take_number(input), .destination = take_register(input)};
        return;
    case NF_EXPR_OSF:
        expr->osf = (struct nf_osf){.destination = take_register(input), .ttl = take(input) % 4};
        return;
    case NF_EXPR_PAYLOAD:
    case NF_EXPR_PAYLOAD_SET:
        expr->payload = (struct nf_payload){.base = take(input) % 6,
                                            .offset = take_number(input) % 70000,
                                            .length = take(input) % 20,
                                            .reg = take_register(input)};
        return;
    case NF_EXPR_QUEUE:
        expr->queue = (struct nf_queue){
            .number = take(input), .total = take(input), .source = take_register(input)};
        return;
    case NF_EXPR_REJECT:
        expr->reject = (struct nf_reject){.type = take(input) % 4, .code = take(input)};
        return;
    case NF_EXPR_RT:
        expr->rt = (struct nf_rt){.key = take(input) % 6, .destination = take_register(input)};
        return;
    case NF_EXPR_SOCKET:
        expr->socket =
            (struct nf_socket){.key = take(input) % 5, .destination = take_register(input)};
        return;
    case NF_EXPR_TPROXY:
        expr->tproxy = (struct nf_tproxy){.family = take(input) % 12,
                                          .address = take_register(input),
                                          .port = take_register(input)};
        return;
    case NF_EXPR_XFRM:
        expr->xfrm = (struct nf_xfrm){.key = take(input) % 8,
                                      .direction = take(input) % 3,
                                      .destination = take_register(input)};
        return;
    case NF_EXPR_FLOW_OFFLOAD:
        expr->flowtable = take_name(input);
        return;
    default:
        return;
    }
}

static void take_expr(struct input *input, const struct nf_set *sets, struct nf_expr *expr,
                      int depth) {
    expr->kind = take(input) % NF_EXPR_KIND_COUNT;
    if (expr->kind == NF_EXPR_XT_MATCH || expr->kind == NF_EXPR_XT_TARGET ||
        expr->kind == NF_EXPR_IPT_ENTRY)
        expr->kind = NF_EXPR_COUNTER; // not native
    take_plain(input, sets, expr);
    take_behind(input, sets, expr, depth);
}

static void take_elements(struct input *input, struct nf_set *set) {
    set->element_count = take(input) % ELEMENTS_MAX;
    struct nf_element *elements = make(input, (set->element_count + 1) * sizeof(*elements));
    for (size_t i = 0; i < set->element_count; i++) {
        elements[i].key = take_data(input);
        elements[i].flags = take(input) % 4;
        if (take(input) & 1)
            elements[i].key_end = take_data(input);
        if (take(input) & 1)
            elements[i].data = take_data(input);
        elements[i].has_verdict = take(input) > 200;
        elements[i].verdict = take_verdict(input);
        elements[i].object = take_name(input);
        elements[i].comment = take(input) > 200 ? take_name(input) : NULL;
        elements[i].timeout = take(input) > 200 ? take_number(input) : 0;
    }
    set->elements = elements;
    set->elements_read = true;
}

static void take_one_set(struct input *input, struct nf_table *table, struct nf_set *set) {
    static const uint32_t lengths[] = {1, 2, 4, 4, 8, 16, 16, 20};
    *set = (struct nf_set){.table = table,
                           .name = take_name(input),
                           .flags = take_number(input),
                           .key_type = take_number(input),
                           .key_length = lengths[take(input) % 8],
                           .data_type = take(input) & 1 ? 0xffffff00 : take_number(input),
                           .data_length = lengths[take(input) % 8],
                           .object_type = take(input) % 12};
    set->userdata = take_data(input);
    take_elements(input, set);
}

static void check_json(const struct nf_rule *rule) {
    struct buffer buffer = BUFFER_INIT;
    nft_rule_json(rule, &buffer);
    // A number of 64 bits is one, though it may not fit into jansson's.
    json_t *json =
        json_loadb(buffer.data, buffer.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
    if (!json || !json_is_array(json))
        abort();
    json_decref(json);
    buffer_done(&buffer);
}

static void check_text(const struct nf_table *table) {
    const struct nf_text_options options = {.handles = true};
    struct buffer once = BUFFER_INIT, twice = BUFFER_INIT;
    nft_table_format(table, &options, &once);
    nft_table_format(table, &options, &twice);
    if (once.len == 0 || once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
        abort();
    buffer_done(&once);
    buffer_done(&twice);
}

static void check_elements(const struct nf_set *set) {
    struct buffer buffer = BUFFER_INIT;
    nft_type_format(set, false, &buffer);
    nft_type_format(set, true, &buffer);
    for (size_t i = 0; i < set->element_count; i++)
        nft_element_format(set, &set->elements[i], &buffer);
    buffer_done(&buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t families[] = {NF_FAMILY_INET,   NF_FAMILY_IP,     NF_FAMILY_IP6,
                                       NF_FAMILY_BRIDGE, NF_FAMILY_NETDEV, NF_FAMILY_ARP};
    struct arena arena = ARENA_INIT;
    struct input input = {.bytes = data, .left = size, .arena = &arena};
    struct nf_table table = {.name = "t", .family = families[take(&input) % 6]};
    struct nf_set sets[3];
    for (size_t i = 0; i < 3; i++)
        take_one_set(&input, &table, &sets[i]);
    size_t count = 0;
    struct nf_expr *exprs = make(&input, EXPRS_MAX * sizeof(*exprs));
    while (count < EXPRS_MAX && input.left > 0)
        take_expr(&input, sets, &exprs[count++], 0);
    struct nf_chain chain = {.table = &table, .name = "c"};
    struct nf_rule rule = {.chain = &chain, .exprs = exprs, .expr_count = (uint32_t)count};
    chain.rules = &rule;
    chain.rule_count = 1;
    table.sets = sets;
    table.set_count = 3;
    table.chains = &chain;
    table.chain_count = 1;
    check_text(&table);
    check_json(&rule);
    for (size_t i = 0; i < 3; i++)
        check_elements(&sets[i]);
    arena_done(&arena);
    return 0;
}
