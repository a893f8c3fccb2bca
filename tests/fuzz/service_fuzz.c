// SPDX-License-Identifier: GPL-2.0-or-later
// Services of any rules, sets and chains: finding them ends, shares are parts of a whole, and
// prefixes fit their addresses. The input makes a table of four chains and two sets, byte by byte.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_statistic.h>

#include "ruleset/service.h"
#include "ruleset/xt_operands.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHAINS    4
#define SETS      2
#define RULES     6
#define EXPRS     8
#define ELEMENTS  6
#define REGISTERS 6

struct input {
    const uint8_t *bytes;
    size_t left;
    struct arena arena;
    struct nf_chain chains[CHAINS];
    struct nf_set sets[SETS];
};

static uint8_t take(struct input *input) {
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

static void *make(struct input *input, size_t size) {
    void *piece = arena_alloc(&input->arena, size);
    if (!piece)
        exit(1);
    return piece;
}

static struct nf_data take_data(struct input *input, uint32_t length) {
    uint8_t *bytes = make(input, length);
    for (uint32_t i = 0; i < length; i++)
        bytes[i] = take(input);
    return (struct nf_data){length > 0 ? bytes : NULL, length};
}

static struct nf_data take_any(struct input *input) {
    static const uint8_t lengths[] = {0, 1, 2, 4, 4, 8, 8, 12, 16, 20, 24, 64};
    return take_data(input, lengths[take(input) % sizeof(lengths)]);
}

static nf_register take_register(struct input *input) {
    uint8_t byte = take(input);
    return byte == 255 ? NF_REGISTER_NONE : (nf_register)(NF_REGISTER_FIRST + byte % REGISTERS);
}

static struct nf_verdict take_verdict(struct input *input) {
    uint8_t chain = take(input) % (CHAINS + 1);
    if (chain == CHAINS)
        return (struct nf_verdict){.code = NF_VERDICT_ACCEPT};
    return (struct nf_verdict){.code = NF_VERDICT_JUMP,
                               .chain = &input->chains[chain],
                               .chain_name = input->chains[chain].name};
}

// --- Expressions ---------------------------------------------------------------------------------

static void take_lookup(struct input *input, struct nf_expr *expr) {
    uint8_t set = take(input);
    expr->kind = NF_EXPR_LOOKUP;
    expr->lookup = (struct nf_lookup){.set_name = set & 4 ? "affinity-a" : "s",
                                      .set = set & 8 ? NULL : &input->sets[set % SETS],
                                      .source = take_register(input),
                                      .inverted = (set & 16) != 0};
    expr->lookup.destination = set & 32   ? NF_REGISTER_VERDICT
                               : set & 64 ? take_register(input)
                                          : NF_REGISTER_NONE;
}

static void take_nat(struct input *input, struct nf_expr *expr) {
    struct nf_nat *nat = make(input, sizeof(*nat));
    nat->type = take(input) % 3;
    nat->address_min = take_register(input);
    nat->address_max = take_register(input);
    nat->port_min = nat->port_max = take_register(input);
    expr->kind = NF_EXPR_NAT;
    expr->nat = nat;
}

static void take_bitwise(struct input *input, struct nf_expr *expr) {
    struct nf_bitwise *bitwise = make(input, sizeof(*bitwise));
    bitwise->op = take(input) % 2;
    bitwise->source = take_register(input);
    bitwise->destination = take_register(input);
    bitwise->mask = take_data(input, take(input) % 20);
    expr->kind = NF_EXPR_BITWISE;
    expr->bitwise = bitwise;
}

static void take_match(struct input *input, struct nf_expr *expr) {
    static const char *const names[] = {"statistic", "multiport", "comment", "owner"};
    struct nf_xt *xt = make(input, sizeof(*xt));
    struct xt_statistic_info *statistic = make(input, sizeof(*statistic));
    struct xt_multiport_v1 *ports = make(input, sizeof(*ports));
    xt->name = names[take(input) % 4];
    statistic->mode = take(input) % 2;
    statistic->flags = take(input) % 2;
    statistic->u.random.probability = (uint32_t)take(input) << 23;
    ports->flags = take(input) % 3;
    ports->count = take(input) % (XT_MULTI_PORTS + 1);
    for (size_t i = 0; i < ports->count; i++) {
        ports->ports[i] = take(input);
        ports->pflags[i] = take(input) % 2;
    }
    if (ports->count > 0) // the extension refuses it
        ports->pflags[ports->count - 1] = 0;
    xt->info = xt->name == names[0] ? (const void *)statistic : xt->name == names[1] ? ports : NULL;
    expr->kind = NF_EXPR_XT_MATCH;
    expr->xt = xt;
}

static void take_target(struct input *input, struct nf_expr *expr) {
    struct nf_xt *xt = make(input, sizeof(*xt));
    struct xt_nat *nat = make(input, sizeof(*nat));
    xt->name = take(input) % 4 == 0 ? "REJECT" : "DNAT";
    xt->info = nat;
    nat->flags = take(input);
    memcpy(nat->address_min, take_data(input, 4).bytes, 4);
    memcpy(nat->address_max, take_data(input, 4).bytes, 4);
    nat->port_min = take(input);
    expr->kind = NF_EXPR_XT_TARGET;
    expr->xt = xt;
}

static void take_expr(struct input *input, struct nf_expr *expr) {
    static const struct nf_payload loads[] = {
        {.base = 1, .offset = 16, .length = 4}, {.base = 1, .offset = 24, .length = 16},
        {.base = 2, .offset = 2, .length = 2},  {.base = 1, .offset = 9, .length = 1},
        {.base = 1, .offset = 16, .length = 3}, {.base = 2, .offset = 0, .length = 4},
    };
    switch (take(input) % 11) {
    case 0:
        expr->kind = NF_EXPR_PAYLOAD;
        expr->payload = loads[take(input) % 6];
        expr->payload.reg = take_register(input);
        break;
    case 1:
        expr->kind = NF_EXPR_META;
        expr->meta = (struct nf_meta){.key = 14 + take(input) % 4, .reg = take_register(input)};
        break;
    case 2:
        expr->kind = NF_EXPR_CMP;
        expr->cmp = (struct nf_cmp){
            .op = take(input) % 6, .source = take_register(input), .data = take_any(input)};
        break;
    case 3:
        take_lookup(input, expr);
        break;
    case 4:
        expr->kind = NF_EXPR_NUMGEN;
        expr->numgen.modulus = take(input);
        expr->numgen.destination = take_register(input);
        break;
    case 5:
        expr->kind = NF_EXPR_IMMEDIATE;
        expr->immediate.destination = take_register(input);
        expr->immediate.data = take_any(input);
        break;
    case 6:
        take_nat(input, expr);
        break;
    case 7:
        expr->kind = NF_EXPR_VERDICT;
        expr->verdict = take_verdict(input);
        break;
    case 8:
        take_bitwise(input, expr);
        break;
    case 9:
        take_match(input, expr);
        break;
    default:
        take_target(input, expr);
    }
}

// --- The table -----------------------------------------------------------------------------------

static void take_chain(struct input *input, struct nf_chain *chain) {
    chain->rule_count = take(input) % (RULES + 1);
    struct nf_rule *rules = make(input, (chain->rule_count + 1) * sizeof(*rules));
    for (size_t i = 0; i < chain->rule_count; i++) {
        uint32_t count = take(input) % (EXPRS + 1);
        struct nf_expr *exprs = make(input, (count + 1) * sizeof(*exprs));
        for (uint32_t k = 0; k < count; k++)
            take_expr(input, &exprs[k]);
        rules[i] = (struct nf_rule){.chain = chain,
                                    .handle = i,
                                    .comment = take(input) & 1 ? "a/b:c has no endpoints" : NULL,
                                    .exprs = exprs,
                                    .expr_count = count};
    }
    chain->rules = rules;
}

static void take_set(struct input *input, struct nf_set *set) {
    static const uint32_t types[] = {7, 8, 13, 12 << 6 | 13, 7 << 12 | 12 << 6 | 13, 7 << 6 | 13};
    static const uint8_t lengths[] = {4, 16, 2, 8, 12, 8};
    uint8_t kind = take(input) % 6;
    set->flags = take(input);
    set->key_type = types[kind];
    set->key_length = lengths[kind];
    set->data_type = take(input) & 1 ? 0xffffff00 : 7;
    set->field_count = take(input) % 3;
    set->element_count = take(input) % (ELEMENTS + 1);
    struct nf_element *elements = make(input, (set->element_count + 1) * sizeof(*elements));
    for (size_t i = 0; i < set->element_count; i++) {
        uint8_t flags = take(input);
        struct nf_element *element = &elements[i];
        element->flags = flags & 3;
        element->key = flags & 4 ? take_any(input) : take_data(input, set->key_length);
        if (flags & 8)
            element->key_end = take_data(input, element->key.length);
        element->has_verdict = flags & 16;
        if (flags & 16)
            element->verdict = take_verdict(input);
        else
            element->data = take_any(input);
    }
    set->elements = elements;
    set->elements_read = true;
}

static int check_service(const struct nf_service *service, void *user_data) {
    const struct prefix *address = &service->address;
    double sum = 0;
    (void)user_data;
    if (!service->chain || address->length > address_size(&address->address) * 8)
        abort();
    for (size_t i = 0; i < service->backend_count; i++) {
        if (!(service->backends[i].share >= 0))
            abort();
        sum += service->backends[i].share;
    }
    // A map can have a number for more than can be drawn.
    if (service->backend_count > 0 && !(sum <= 1e6))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"KUBE-SVC-A", "service-X-a/b/tcp/c", "c", "DOCKER"};
    struct input *input = calloc(1, sizeof(*input));
    struct nf_table table = {.name = "t", .manager = "nft"};
    if (!input)
        exit(1);
    input->bytes = data;
    input->left = size;
    table.family = take(input) & 1 ? NF_FAMILY_IP6 : NF_FAMILY_IP;
    table.chains = input->chains;
    table.chain_count = CHAINS;
    table.sets = input->sets;
    table.set_count = SETS;
    for (size_t i = 0; i < CHAINS; i++)
        input->chains[i] = (struct nf_chain){.table = &table, .name = names[i]};
    for (size_t i = 0; i < SETS; i++)
        input->sets[i] = (struct nf_set){.table = &table, .name = i == 0 ? "s" : "no-endpoint-s"};
    for (size_t i = 0; i < SETS; i++)
        take_set(input, &input->sets[i]);
    for (size_t i = 0; i < CHAINS; i++)
        take_chain(input, &input->chains[i]);
    struct arena arena = ARENA_INIT;
    if (nf_service_find(&table, &arena, check_service, NULL) != 0)
        abort();
    arena_done(&arena);
    arena_done(&input->arena);
    free(input);
    return 0;
}
