// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/service_rule.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_statistic.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <string.h>

#include "ruleset/xt_operands.h"

#define META_NFPROTO 15 // linux/netfilter/nf_tables.h enum nft_meta_keys
#define META_L4PROTO 16
#define CERTAIN      2147483648.0 // a probability of 1 in the kernel's fixed point

// What a register holds.
enum load {
    LOAD_NOTHING,
    LOAD_DESTINATION,
    LOAD_PORT,
    LOAD_PROTOCOL,
    LOAD_FAMILY,
    LOAD_DRAWN, // a number, of so many
    LOAD_DATA,
    LOAD_MAPPED, // what a map has for a drawn number
    LOAD_KEYED,  // what it has for the destination
    LOAD_OTHER,
};

struct reg {
    enum load load;
    uint8_t prefix; // of a destination: how much of it is looked at
    uint32_t modulus;
    struct nf_data data;
    const struct nf_set *set;
};

struct reader {
    struct service_rule *rule;
    uint8_t family;
    struct reg regs[NF_REGISTER_COUNT];
    struct reg none; // in the place of a register that does not exist
};

static struct reg *reg_at(struct reader *reader, nf_register number) {
    return number < NF_REGISTER_COUNT ? &reader->regs[number] : &reader->none;
}

static uint16_t port_of(const struct nf_data *data) {
    return data->length >= 2 ? (uint16_t)(data->bytes[0] << 8 | data->bytes[1]) : 0;
}

void service_target_parse(const struct nf_data *data, struct address *ret_address,
                          uint16_t *ret_port) {
    // A concatenation gives each part whole words.
    bool has_port = data->length == 8 || data->length == 20;
    uint32_t length = has_port ? data->length - 4 : data->length;
    *ret_address = address_from_bytes(data->bytes, length);
    if (has_port)
        *ret_port = port_of(&(struct nf_data){data->bytes + length, 4});
}

// --- Native expressions --------------------------------------------------------------------------

// RFC 791 and RFC 8200: where destination and protocol stand in the header; the ports of TCP, UDP
// and SCTP stand in the same place. A destination's prefix of whole bytes is a shorter load.
static enum load load_of_payload(const struct nf_payload *payload) {
    if (payload->base == 2)
        return payload->offset == 2 && payload->length == 2 ? LOAD_PORT : LOAD_OTHER;
    if (payload->base != 1)
        return LOAD_OTHER;
    if ((payload->offset == 16 && payload->length <= 4) ||
        (payload->offset == 24 && payload->length <= 16))
        return LOAD_DESTINATION;
    bool is_protocol = payload->length == 1 && (payload->offset == 9 || payload->offset == 6);
    return is_protocol ? LOAD_PROTOCOL : LOAD_OTHER;
}

static void read_payload(struct reader *reader, const struct nf_payload *payload) {
    *reg_at(reader, payload->reg) = (struct reg){
        .load = load_of_payload(payload),
        .prefix = payload->length <= 16 ? (uint8_t)(payload->length * 8) : 0,
    };
}

static void read_meta(struct reader *reader, const struct nf_meta *meta) {
    enum load load = meta->key == META_L4PROTO   ? LOAD_PROTOCOL
                     : meta->key == META_NFPROTO ? LOAD_FAMILY
                                                 : LOAD_OTHER;
    *reg_at(reader, meta->reg) = (struct reg){.load = load};
}

static void read_bitwise(struct reader *reader, const struct nf_bitwise *bitwise) {
    struct reg reg = *reg_at(reader, bitwise->source);
    if (reg.load != LOAD_DESTINATION || bitwise->op != 0)
        reg.load = LOAD_OTHER;
    reg.prefix = 0;
    for (uint32_t i = 0; i < bitwise->mask.length && i < 16; i++)
        reg.prefix = (uint8_t)(reg.prefix + __builtin_popcount(bitwise->mask.bytes[i]));
    *reg_at(reader, bitwise->destination) = reg;
}

static void set_destination(struct service_rule *rule, const uint8_t *bytes, size_t length,
                            bool is_ipv6, uint8_t prefix) {
    uint8_t whole[16] = {0};
    memcpy(whole, bytes, length < sizeof(whole) ? length : sizeof(whole));
    rule->destination.address.address = address_from_bytes(whole, is_ipv6 ? 16 : 4);
    rule->destination.address.length =
        prefix < (is_ipv6 ? 128 : 32) ? prefix : (is_ipv6 ? 128 : 32);
    rule->to_destination = true;
}

static void set_ports(struct service_rule *rule, uint16_t min, uint16_t max) {
    rule->destination.port_min = min;
    rule->destination.port_max = max;
    rule->to_destination = true;
}

static void compare_port(struct service_rule *rule, uint32_t op, uint16_t port) {
    if (op == 0)
        set_ports(rule, port, port);
    else if (op == 5) // at least
        set_ports(rule, port, rule->destination.port_max ? rule->destination.port_max : UINT16_MAX);
    else if (op == 3) // at most
        set_ports(rule, rule->destination.port_min, port);
    else
        rule->conditional = true;
}

static void read_cmp(struct reader *reader, const struct nf_cmp *cmp) {
    struct service_rule *rule = reader->rule;
    const struct reg *reg = reg_at(reader, cmp->source);
    if (reg->load == LOAD_PORT)
        compare_port(rule, cmp->op, port_of(&cmp->data));
    else if (reg->load == LOAD_FAMILY && cmp->op == 0)
        return;
    else if (reg->load == LOAD_PROTOCOL && cmp->op == 0 && cmp->data.length > 0)
        rule->destination.protocol = cmp->data.bytes[0];
    else if (reg->load == LOAD_DESTINATION && cmp->op == 0 && cmp->data.length > 0)
        set_destination(rule, cmp->data.bytes, cmp->data.length,
                        cmp->data.length > 4 || reader->family == NF_FAMILY_IP6, reg->prefix);
    else
        rule->conditional = true;
}

static void read_range(struct reader *reader, const struct nf_range *range) {
    if (reg_at(reader, range->source)->load == LOAD_PORT && range->op == 0)
        set_ports(reader->rule, port_of(&range->from), port_of(&range->to));
    else
        reader->rule->conditional = true;
}

// kube-proxy's sets of clients that keep their backend are called so.
static bool is_affinity(const struct nf_lookup *lookup) {
    return lookup->set_name && strncmp(lookup->set_name, "affinity-", 9) == 0;
}

// What is looked up, by what was loaded into the registers of the key. Returns false if some of it
// says nothing of the destination.
static bool find_key(struct reader *reader, const struct nf_lookup *lookup,
                     struct service_key *ret_key) {
    struct service_key key = {.set = lookup->set};
    uint32_t length = lookup->set ? lookup->set->key_length : 0;
    for (uint32_t at = 0; at < length;) {
        const struct reg *reg = reg_at(reader, (nf_register)(lookup->source + at / 4));
        bool is_address =
            reg->load == LOAD_DESTINATION && (reg->prefix == 32 || reg->prefix == 128);
        uint8_t words = is_address ? reg->prefix / 32 : 1;
        if (!is_address && reg->load != LOAD_PORT && reg->load != LOAD_PROTOCOL)
            return false;
        if (!service_key_add(&key,
                             is_address               ? SERVICE_PART_ADDRESS
                             : reg->load == LOAD_PORT ? SERVICE_PART_PORT
                                                      : SERVICE_PART_PROTOCOL,
                             words))
            return false;
        at += words * 4U;
    }
    *ret_key = key;
    return key.count > 0;
}

// A set of protocols alone makes no destination.
static bool has_destination(const struct service_key *key) {
    for (size_t i = 0; i < key->count; i++) {
        if (key->parts[i] != SERVICE_PART_PROTOCOL)
            return true;
    }
    return false;
}

// A rule that looks at two sets of destinations is taken for one of the first for some packets.
static bool take_key(struct reader *reader, const struct nf_lookup *lookup) {
    struct service_rule *rule = reader->rule;
    struct service_key key;
    if (rule->key.set || lookup->inverted || !find_key(reader, lookup, &key))
        return false;
    rule->key = key;
    rule->to_destination |= has_destination(&key);
    return true;
}

static void read_membership(struct reader *reader, const struct nf_lookup *lookup) {
    struct service_rule *rule = reader->rule;
    rule->affinity |= is_affinity(lookup);
    if (!take_key(reader, lookup))
        rule->conditional = true;
}

static void read_lookup(struct reader *reader, const struct nf_lookup *lookup) {
    const struct reg from = *reg_at(reader, lookup->source);
    struct service_rule *rule = reader->rule;
    if (lookup->destination == NF_REGISTER_NONE) {
        read_membership(reader, lookup);
    } else if (lookup->destination != NF_REGISTER_VERDICT) {
        enum load load = from.load == LOAD_DRAWN    ? LOAD_MAPPED
                         : take_key(reader, lookup) ? LOAD_KEYED
                                                    : LOAD_OTHER;
        *reg_at(reader, lookup->destination) =
            (struct reg){.load = load, .modulus = from.modulus, .set = lookup->set};
    } else if (from.load == LOAD_DRAWN && lookup->set) {
        rule->target = SERVICE_TARGET_SHARED;
        rule->set = lookup->set;
        rule->modulus = from.modulus;
    } else if (take_key(reader, lookup)) {
        rule->target = SERVICE_TARGET_KEYED;
    }
}

static void read_nat(struct reader *reader, const struct nf_nat *nat) {
    struct service_rule *rule = reader->rule;
    const struct reg *address = reg_at(reader, nat->address_min);
    const struct reg *port = reg_at(reader, nat->port_min);
    if (nat->type != 1)
        return;
    if (address->load == LOAD_MAPPED && address->set) {
        rule->target = SERVICE_TARGET_DNAT_SHARED;
        rule->set = address->set;
        rule->modulus = address->modulus;
        return;
    }
    if (address->load == LOAD_KEYED) {
        rule->target = SERVICE_TARGET_DNAT_KEYED;
        return;
    }
    const struct reg *last = reg_at(reader, nat->address_max);
    rule->target = SERVICE_TARGET_DNAT;
    if (address->load == LOAD_DATA)
        service_target_parse(&address->data, &rule->to, &rule->to_port);
    rule->to_last = rule->to;
    if (last->load == LOAD_DATA)
        service_target_parse(&last->data, &rule->to_last, &(uint16_t){0});
    if (port->load == LOAD_DATA)
        rule->to_port = port_of(&port->data);
}

// --- Extensions of xtables -----------------------------------------------------------------------

static void read_ports(struct service_rule *rule, const uint16_t ports[2], bool inverted) {
    if (inverted)
        rule->conditional = true;
    else if (ports[0] > 0 || ports[1] < UINT16_MAX)
        set_ports(rule, ports[0], ports[1]);
}

// A list of ports; one that is the source's as well says nothing of the destination.
static void read_multiport(struct service_rule *rule, const struct xt_multiport_v1 *info) {
    if (info->invert || info->flags != XT_MULTIPORT_DESTINATION || rule->port_count > 0) {
        rule->conditional = true;
        return;
    }
    for (size_t i = 0; i < info->count && i < XT_MULTI_PORTS; i++) {
        uint16_t *range = rule->ports[rule->port_count++];
        range[0] = range[1] = info->ports[i];
        if (info->pflags[i] && i + 1 < info->count)
            range[1] = info->ports[++i];
    }
    rule->to_destination = true;
}

static void read_statistic(struct service_rule *rule, const struct xt_statistic_info *info) {
    double part = info->mode == XT_STATISTIC_MODE_RANDOM ? info->u.random.probability / CERTAIN
                                                         : 1.0 / ((double)info->u.nth.every + 1);
    rule->probability *= info->flags & XT_STATISTIC_INVERT ? 1 - part : part;
}

static void read_recent(struct service_rule *rule, const struct xt_recent_mtinfo_v1 *info) {
    if (info->check_set & (XT_RECENT_CHECK | XT_RECENT_UPDATE))
        rule->affinity = rule->conditional = true;
}

static void read_match(struct service_rule *rule, const struct nf_xt *xt) {
    if (strcmp(xt->name, "comment") == 0)
        return;
    if (!xt->info) {
        rule->conditional = true;
    } else if (strcmp(xt->name, "tcp") == 0) {
        const struct xt_tcp *tcp = xt->info;
        read_ports(rule, tcp->dpts, tcp->invflags & XT_TCP_INV_DSTPT);
    } else if (strcmp(xt->name, "udp") == 0) {
        const struct xt_udp *udp = xt->info;
        read_ports(rule, udp->dpts, udp->invflags & XT_UDP_INV_DSTPT);
    } else if (strcmp(xt->name, "sctp") == 0) {
        const struct xt_sctp_info *sctp = xt->info;
        rule->conditional |= sctp->flags & ~(uint32_t)XT_SCTP_DEST_PORTS;
        if (sctp->flags & XT_SCTP_DEST_PORTS)
            read_ports(rule, sctp->dpts, sctp->invflags & XT_SCTP_DEST_PORTS);
    } else if (strcmp(xt->name, "multiport") == 0) {
        read_multiport(rule, xt->info);
    } else if (strcmp(xt->name, "statistic") == 0) {
        read_statistic(rule, xt->info);
    } else if (strcmp(xt->name, "recent") == 0) {
        read_recent(rule, xt->info);
    } else {
        rule->conditional = true;
    }
}

static void read_target(struct reader *reader, const struct nf_xt *xt) {
    struct service_rule *rule = reader->rule;
    const struct xt_nat *nat = xt->info;
    if (strcmp(xt->name, "REJECT") == 0)
        rule->target = SERVICE_TARGET_REJECT;
    if (strcmp(xt->name, "DNAT") != 0 || !nat)
        return;
    rule->target = SERVICE_TARGET_DNAT;
    size_t length = reader->family == NF_FAMILY_IP6 ? 16 : 4;
    if (nat->flags & NF_NAT_RANGE_MAP_IPS) {
        rule->to = address_from_bytes(nat->address_min, length);
        rule->to_last = address_from_bytes(nat->address_max, length);
    }
    if (nat->flags & NF_NAT_RANGE_PROTO_SPECIFIED)
        rule->to_port = nat->port_min;
}

static void read_entry(struct reader *reader, const struct nf_ipt_entry *entry) {
    static const uint8_t zero[16];
    struct service_rule *rule = reader->rule;
    bool is_ipv6 = reader->family == NF_FAMILY_IP6;
    uint8_t prefix = 0;
    for (size_t i = 0; i < (is_ipv6 ? 16 : 4); i++)
        prefix = (uint8_t)(prefix + __builtin_popcount(entry->destination_mask[i]));
    rule->destination.protocol = entry->protocol <= UINT8_MAX ? (uint8_t)entry->protocol : 0;
    if (entry->invert || entry->iniface_length || entry->outiface_length ||
        memcmp(entry->source_mask, zero, sizeof(zero)) != 0)
        rule->conditional = true;
    if (prefix > 0)
        set_destination(rule, entry->destination, is_ipv6 ? 16 : 4, is_ipv6, prefix);
}

// --- All of a rule -------------------------------------------------------------------------------

static void load_other(struct reader *reader, nf_register number) {
    *reg_at(reader, number) = (struct reg){.load = LOAD_OTHER};
}

static void read_verdict(struct service_rule *rule, const struct nf_verdict *verdict) {
    if (!verdict->chain)
        return;
    rule->target = SERVICE_TARGET_CHAIN;
    rule->chain = verdict->chain;
}

// What is not named here neither loads what services look at nor decides.
static void read_expr(struct reader *reader, const struct nf_expr *expr) {
    if (expr->kind == NF_EXPR_PAYLOAD)
        read_payload(reader, &expr->payload);
    else if (expr->kind == NF_EXPR_META)
        read_meta(reader, &expr->meta);
    else if (expr->kind == NF_EXPR_BITWISE)
        read_bitwise(reader, expr->bitwise);
    else if (expr->kind == NF_EXPR_CMP)
        read_cmp(reader, &expr->cmp);
    else if (expr->kind == NF_EXPR_RANGE)
        read_range(reader, expr->range);
    else if (expr->kind == NF_EXPR_IMMEDIATE)
        *reg_at(reader, expr->immediate.destination) =
            (struct reg){.load = LOAD_DATA, .data = expr->immediate.data};
    else if (expr->kind == NF_EXPR_NUMGEN)
        *reg_at(reader, expr->numgen.destination) =
            (struct reg){.load = LOAD_DRAWN, .modulus = expr->numgen.modulus};
    else if (expr->kind == NF_EXPR_HASH)
        *reg_at(reader, expr->hash->destination) =
            (struct reg){.load = LOAD_DRAWN, .modulus = expr->hash->modulus};
    else if (expr->kind == NF_EXPR_CT)
        load_other(reader, expr->ct.reg);
    else if (expr->kind == NF_EXPR_FIB || expr->kind == NF_EXPR_SOCKET ||
             expr->kind == NF_EXPR_LIMIT || expr->kind == NF_EXPR_UNKNOWN)
        reader->rule->conditional = true;
    else if (expr->kind == NF_EXPR_LOOKUP)
        read_lookup(reader, &expr->lookup);
    else if (expr->kind == NF_EXPR_NAT)
        read_nat(reader, expr->nat);
    else if (expr->kind == NF_EXPR_VERDICT)
        read_verdict(reader->rule, &expr->verdict);
    else if (expr->kind == NF_EXPR_REJECT)
        reader->rule->target = SERVICE_TARGET_REJECT;
    else if (expr->kind == NF_EXPR_XT_MATCH)
        read_match(reader->rule, expr->xt);
    else if (expr->kind == NF_EXPR_XT_TARGET)
        read_target(reader, expr->xt);
    else if (expr->kind == NF_EXPR_IPT_ENTRY)
        read_entry(reader, expr->entry);
}

void service_rule_read(const struct nf_rule *rule, struct service_rule *ret_rule) {
    struct reader reader = {.rule = ret_rule, .family = rule->chain->table->family};
    *ret_rule = (struct service_rule){.probability = 1};
    for (uint32_t i = 0; i < rule->expr_count; i++)
        read_expr(&reader, &rule->exprs[i]);
}
