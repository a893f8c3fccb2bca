// SPDX-License-Identifier: GPL-2.0-or-later
// DNAT, SNAT, MASQUERADE, REDIRECT and NETMAP: change addresses and ports. Their revisions have
// structs of three kinds, of which the operands are one.
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "ruleset/xt_writer.h"

static bool check_ipv4(const void *bytes) {
    const struct nf_nat_ipv4_multi_range_compat *info = bytes;
    return info->rangesize == 1;
}

static const void *decode_ipv4(const void *bytes, struct arena *arena) {
    const struct nf_nat_ipv4_range *range =
        ((const struct nf_nat_ipv4_multi_range_compat *)bytes)->range;
    struct xt_nat *nat = arena_alloc(arena, sizeof(*nat));
    if (!nat)
        return NULL;
    nat->flags = range->flags;
    memcpy(nat->address_min, &range->min_ip, sizeof(range->min_ip));
    memcpy(nat->address_max, &range->max_ip, sizeof(range->max_ip));
    nat->port_min = ntohs(range->min.all);
    nat->port_max = ntohs(range->max.all);
    return nat;
}

static struct xt_nat *decode_common(const struct nf_nat_range *range, struct arena *arena) {
    struct xt_nat *nat = arena_alloc(arena, sizeof(*nat));
    if (!nat)
        return NULL;
    nat->flags = range->flags;
    memcpy(nat->address_min, &range->min_addr, sizeof(range->min_addr));
    memcpy(nat->address_max, &range->max_addr, sizeof(range->max_addr));
    nat->port_min = ntohs(range->min_proto.all);
    nat->port_max = ntohs(range->max_proto.all);
    return nat;
}

static const void *decode_range(const void *bytes, struct arena *arena) {
    struct xt_nat *nat = decode_common(bytes, arena);
    if (nat)
        nat->flags &= ~(uint32_t)NF_NAT_RANGE_PROTO_OFFSET;
    return nat;
}

// It begins with the same members.
static const void *decode_range2(const void *bytes, struct arena *arena) {
    const struct nf_nat_range2 *range = bytes;
    struct xt_nat *nat = decode_common(bytes, arena);
    if (nat)
        nat->port_base = ntohs(range->base_proto.all);
    return nat;
}

static void put_addresses(struct xt_writer *writer, const struct xt_nat *nat) {
    uint8_t family = writer->context->family;
    bool brackets = family == NF_FAMILY_IP6 && nat->flags & NF_NAT_RANGE_PROTO_SPECIFIED;
    if (brackets)
        buffer_putc(writer->value, '[');
    xt_put_address(writer, family, nat->address_min);
    if (memcmp(nat->address_min, nat->address_max, sizeof(nat->address_min)) != 0) {
        buffer_putc(writer->value, '-');
        xt_put_address(writer, family, nat->address_max);
    }
    if (brackets)
        buffer_putc(writer->value, ']');
}

static void put_ports(struct xt_writer *writer, const struct xt_nat *nat) {
    buffer_put_uint(writer->value, nat->port_min);
    if (nat->port_max != nat->port_min) {
        buffer_putc(writer->value, '-');
        buffer_put_uint(writer->value, nat->port_max);
    }
    if (nat->flags & NF_NAT_RANGE_PROTO_OFFSET) {
        buffer_putc(writer->value, '/');
        buffer_put_uint(writer->value, nat->port_base);
    }
}

static void write_flags(const struct xt_nat *nat, struct xt_writer *writer) {
    if (nat->flags & NF_NAT_RANGE_PROTO_RANDOM)
        xt_flag(writer, "--random", false);
    if (nat->flags & NF_NAT_RANGE_PROTO_RANDOM_FULLY)
        xt_flag(writer, "--random-fully", false);
    if (nat->flags & NF_NAT_RANGE_PERSISTENT)
        xt_flag(writer, "--persistent", false);
}

static void write_to(const struct xt_nat *nat, struct xt_writer *writer, const char *option) {
    if (nat->flags & (NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED))
        xt_option(writer, option, false);
    if (nat->flags & NF_NAT_RANGE_MAP_IPS)
        put_addresses(writer, nat);
    if (nat->flags & NF_NAT_RANGE_PROTO_SPECIFIED) {
        buffer_putc(writer->value, ':');
        put_ports(writer, nat);
    }
    write_flags(nat, writer);
}

static void write_dnat(const void *info, struct xt_writer *writer) {
    write_to(info, writer, "--to-destination");
}

static void write_snat(const void *info, struct xt_writer *writer) {
    write_to(info, writer, "--to-source");
}

// MASQUERADE and REDIRECT take the address from an interface.
static void write_to_ports(const void *info, struct xt_writer *writer) {
    const struct xt_nat *nat = info;
    if (nat->flags & NF_NAT_RANGE_PROTO_SPECIFIED) {
        xt_option(writer, "--to-ports", false);
        put_ports(writer, nat);
    }
    write_flags(nat, writer);
}

// The mask is where both addresses are the same.
static void write_netmap(const void *info, struct xt_writer *writer) {
    const struct xt_nat *nat = info;
    uint8_t mask[sizeof(nat->address_min)];
    for (size_t i = 0; i < sizeof(mask); i++)
        mask[i] = (uint8_t) ~(nat->address_min[i] ^ nat->address_max[i]);
    xt_option(writer, "--to", false);
    xt_put_address(writer, writer->context->family, nat->address_min);
    buffer_putc(writer->value, '/');
    xt_put_mask_bits(writer, writer->context->family, mask);
}

// One revision, by what its struct is.
#define IPV4(target, writes)                                                        \
    {                                                                               \
        .name = (target), .is_target = true, .family = NF_FAMILY_IP,                \
        .size = sizeof(struct nf_nat_ipv4_multi_range_compat), .check = check_ipv4, \
        .decode = decode_ipv4, .write = (writes),                                   \
    }
#define RANGE(target, number, of_family, writes)                                          \
    {                                                                                     \
        .name = (target), .is_target = true, .revision = (number), .family = (of_family), \
        .size = sizeof(struct nf_nat_range), .decode = decode_range, .write = (writes),   \
    }
#define RANGE2(target, number, writes)                                                    \
    {                                                                                     \
        .name = (target), .is_target = true, .revision = (number),                        \
        .size = sizeof(struct nf_nat_range2), .decode = decode_range2, .write = (writes), \
    }

const struct xt_extension xt_target_dnat[] = {
    RANGE2("DNAT", 2, write_dnat),
    RANGE("DNAT", 1, NF_FAMILY_UNSPEC, write_dnat),
    IPV4("DNAT", write_dnat),
    {0},
};

const struct xt_extension xt_target_snat[] = {
    RANGE2("SNAT", 2, write_snat),
    RANGE("SNAT", 1, NF_FAMILY_UNSPEC, write_snat),
    IPV4("SNAT", write_snat),
    {0},
};

const struct xt_extension xt_target_masquerade[] = {
    IPV4("MASQUERADE", write_to_ports),
    RANGE("MASQUERADE", 0, NF_FAMILY_IP6, write_to_ports),
    {0},
};

const struct xt_extension xt_target_redirect[] = {
    IPV4("REDIRECT", write_to_ports),
    RANGE("REDIRECT", 0, NF_FAMILY_IP6, write_to_ports),
    {0},
};

const struct xt_extension xt_target_netmap[] = {
    IPV4("NETMAP", write_netmap),
    RANGE("NETMAP", 0, NF_FAMILY_IP6, write_netmap),
    {0},
};
