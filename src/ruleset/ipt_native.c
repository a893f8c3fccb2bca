// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ipt_native.h"

#include <errno.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <netinet/in.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// linux/netfilter/nf_tables.h
enum {
    CMP_EQ = 0,
    CMP_NEQ = 1,
    CMP_LT = 2,
    CMP_LTE = 3,
    CMP_GT = 4,
    CMP_GTE = 5,
    META_MARK = 3,
    META_IIFNAME = 6,
    META_OIFNAME = 7,
    META_L4PROTO = 16,
    META_PKTTYPE = 19,
    META_NFTRACE = 12,
    BASE_NETWORK = 1,
    BASE_TRANSPORT = 2,
};

// linux/netfilter_ipv4/ipt_ttl.h and linux/netfilter_ipv6/ip6t_hl.h, which are alike.
struct hop_limit {
    uint8_t mode; // 0 ==, 1 !=, 2 <, 3 >
    uint8_t limit;
};

// linux/netfilter_ipv4/ip_tables.h struct ipt_icmp, and struct ip6t_icmp.
struct icmp {
    uint8_t type;
    uint8_t code[2];
    uint8_t invert;
};

static struct ipt_register *find_register(struct ipt_native *native, nf_register reg) {
    return reg < NF_REGISTER_COUNT ? &native->registers[reg] : NULL;
}

static int load(struct ipt_native *native, nf_register reg, const struct nf_expr *expr) {
    struct ipt_register *into = find_register(native, reg);
    if (!into)
        return -ENOTSUP;
    *into = (struct ipt_register){.load = expr};
    return 0;
}

static bool is_zero(const struct nf_data *data) {
    for (uint32_t i = 0; i < data->length; i++) {
        if (data->bytes[i] != 0)
            return false;
    }
    return true;
}

static int take_bitwise(struct ipt_native *native, const struct nf_expr *expr) {
    const struct nf_bitwise *bitwise = expr->bitwise;
    struct ipt_register *from = find_register(native, bitwise->source);
    struct ipt_register *into = find_register(native, bitwise->destination);
    if (!from || !into || bitwise->op != 0 || from->mask || !is_zero(&bitwise->xor) ||
        bitwise->mask.length != bitwise->length)
        return -ENOTSUP;
    *into = (struct ipt_register){.load = from->load, .mask = bitwise};
    return 0;
}

// A number that stands in the host's order in a register.
static bool read_u32(const struct nf_data *data, uint32_t *ret_number) {
    if (data->length != sizeof(*ret_number))
        return false;
    memcpy(ret_number, data->bytes, sizeof(*ret_number));
    return true;
}

static uint16_t read_port(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

// --- The header ----------------------------------------------------------------------------------

static void invert_if(struct ipt_native *native, const struct nf_cmp *cmp, uint8_t bit) {
    if (cmp->op == CMP_NEQ)
        native->view->entry.invert |= bit;
}

// A name that has no NUL is the beginning of one; "! -o +", which nothing meets, is written as a
// name that no interface can have.
static int take_interface(struct ipt_native *native, const struct nf_cmp *cmp, uint8_t invert,
                          char name[16], uint8_t *length) {
    static const char nothing[] = "INVAL/D";
    if (cmp->op > CMP_NEQ || cmp->data.length == 0 || cmp->data.length > 16)
        return -ENOTSUP;
    if (cmp->op == CMP_EQ && cmp->data.length == sizeof(nothing) &&
        memcmp(cmp->data.bytes, nothing, sizeof(nothing)) == 0) {
        memcpy(name, "+", 2);
        *length = 2;
        native->view->entry.invert |= invert;
        return 0;
    }
    memset(name, 0, 16);
    memcpy(name, cmp->data.bytes, cmp->data.length);
    const uint8_t *end = memchr(cmp->data.bytes, '\0', cmp->data.length);
    *length = (uint8_t)(end ? end - cmp->data.bytes + 1 : cmp->data.length);
    invert_if(native, cmp, invert);
    return 0;
}

static int take_protocol(struct ipt_native *native, const struct nf_cmp *cmp) {
    if (cmp->op > CMP_NEQ || cmp->data.length != 1)
        return -ENOTSUP;
    native->view->entry.protocol = cmp->data.bytes[0];
    invert_if(native, cmp, IPT_INVERT_PROTOCOL);
    return 0;
}

static int take_address(struct ipt_native *native, const struct ipt_register *reg,
                        const struct nf_cmp *cmp, uint8_t invert, uint8_t address[16],
                        uint8_t mask[16]) {
    size_t size = native->view->family == NF_FAMILY_IP6 ? 16 : 4;
    if (cmp->op > CMP_NEQ || cmp->data.length > size)
        return -ENOTSUP;
    memcpy(address, cmp->data.bytes, cmp->data.length);
    if (!reg->mask)
        memset(mask, 0xff, cmp->data.length);
    else if (reg->mask->mask.length <= size)
        memcpy(mask, reg->mask->mask.bytes, reg->mask->mask.length);
    else
        return -ENOTSUP;
    invert_if(native, cmp, invert);
    return 0;
}

static int take_fragment(struct ipt_native *native, const struct ipt_register *reg,
                         const struct nf_cmp *cmp) {
    if (!reg->mask || cmp->op > CMP_NEQ || !is_zero(&cmp->data))
        return -ENOTSUP;
    native->view->entry.flags |= IPT_FLAG_FRAGMENT;
    if (cmp->op == CMP_EQ)
        native->view->entry.invert |= IPT_INVERT_FRAGMENT;
    return 0;
}

// --- Matches -------------------------------------------------------------------------------------

// One more match, or the target, of a struct of the kernel's.
static int add(struct ipt_native *native, const char *name, uint8_t revision, bool is_target,
               const void *info, size_t size) {
    void *copy = ipt_view_alloc(native->view, size);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, info, size);
    return ipt_view_add(native->view, name, revision, is_target, copy);
}

static int take_mark(struct ipt_native *native, const struct ipt_register *reg,
                     const struct nf_cmp *cmp) {
    struct xt_mark_mtinfo1 mark = {.mask = UINT32_MAX, .invert = cmp->op == CMP_NEQ};
    if (cmp->op > CMP_NEQ || !read_u32(&cmp->data, &mark.mark) ||
        (reg->mask && !read_u32(&reg->mask->mask, &mark.mask)))
        return -ENOTSUP;
    return add(native, "mark", 1, false, &mark, sizeof(mark));
}

static int take_packet_type(struct ipt_native *native, const struct nf_cmp *cmp) {
    struct xt_pkttype_info type = {.invert = cmp->op == CMP_NEQ};
    if (cmp->op > CMP_NEQ || cmp->data.length != 1)
        return -ENOTSUP;
    type.pkttype = cmp->data.bytes[0];
    return add(native, "pkttype", 0, false, &type, sizeof(type));
}

static int take_hop_limit(struct ipt_native *native, const struct nf_cmp *cmp) {
    static const uint8_t modes[] = {
        [CMP_EQ] = 0, [CMP_NEQ] = 1, [CMP_LT] = 2, [CMP_LTE] = 2, [CMP_GT] = 3, [CMP_GTE] = 3,
    };
    if (cmp->op > CMP_GTE || cmp->data.length != 1)
        return -ENOTSUP;
    struct hop_limit hops = {.mode = modes[cmp->op], .limit = cmp->data.bytes[0]};
    if ((cmp->op == CMP_LTE && hops.limit == UINT8_MAX) || (cmp->op == CMP_GTE && hops.limit == 0))
        return -ENOTSUP;
    hops.limit = (uint8_t)(hops.limit + (cmp->op == CMP_LTE) - (cmp->op == CMP_GTE));
    const char *name = native->view->family == NF_FAMILY_IP6 ? "hl" : "ttl";
    return add(native, name, 0, false, &hops, sizeof(hops));
}

static int take_limit(struct ipt_native *native, const struct nf_expr *expr) {
    const struct nf_limit *limit = expr->limit;
    if (limit->over || limit->type != 0 || limit->rate == 0)
        return -ENOTSUP;
    struct xt_rateinfo info = {
        .avg = (uint32_t)(XT_LIMIT_SCALE * limit->unit / limit->rate),
        .burst = limit->burst,
    };
    return info.avg == 0 ? -ENOTSUP : add(native, "limit", 0, false, &info, sizeof(info));
}

static int take_icmp(struct ipt_native *native, const struct nf_payload *payload,
                     const struct nf_cmp *cmp) {
    struct icmp icmp = {.type = UINT8_MAX, .code = {0, UINT8_MAX}, .invert = cmp->op == CMP_NEQ};
    const uint8_t *bytes = cmp->data.bytes;
    size_t length = cmp->data.length;
    bool is_v6 = native->view->family == NF_FAMILY_IP6;
    if (cmp->op > CMP_NEQ || length + payload->offset > 2 || length == 0 ||
        (is_v6 && payload->offset > 0))
        return -ENOTSUP;
    if (payload->offset == 0)
        icmp.type = *bytes;
    if (payload->offset + length == 2)
        icmp.code[0] = icmp.code[1] = bytes[length - 1];
    return add(native, is_v6 ? "icmp6" : "icmp", 0, false, &icmp, sizeof(icmp));
}

// --- Ports ---------------------------------------------------------------------------------------

// The ports and inversions of the tcp or udp match, which is made if there is none. They have the
// same bits for the inversions.
struct ports {
    uint16_t *source, *destination;
    uint8_t *invert;
};

static int find_tcp(struct ipt_native *native) {
    if (native->tcp)
        return 0;
    struct xt_tcp *tcp = ipt_view_alloc(native->view, sizeof(*tcp));
    if (!tcp)
        return -ENOMEM;
    *tcp = (struct xt_tcp){.spts = {0, UINT16_MAX}, .dpts = {0, UINT16_MAX}};
    native->tcp = tcp;
    return ipt_view_add(native->view, "tcp", 0, false, tcp);
}

static int find_udp(struct ipt_native *native) {
    if (native->udp)
        return 0;
    struct xt_udp *udp = ipt_view_alloc(native->view, sizeof(*udp));
    if (!udp)
        return -ENOMEM;
    *udp = (struct xt_udp){.spts = {0, UINT16_MAX}, .dpts = {0, UINT16_MAX}};
    native->udp = udp;
    return ipt_view_add(native->view, "udp", 0, false, udp);
}

static int find_ports(struct ipt_native *native, struct ports *ret_ports) {
    bool is_tcp = native->view->entry.protocol == IPPROTO_TCP;
    if (!is_tcp && native->view->entry.protocol != IPPROTO_UDP)
        return -ENOTSUP;
    int r = is_tcp ? find_tcp(native) : find_udp(native);
    if (r < 0)
        return r;
    if (is_tcp)
        *ret_ports = (struct ports){native->tcp->spts, native->tcp->dpts, &native->tcp->invflags};
    else
        *ret_ports = (struct ports){native->udp->spts, native->udp->dpts, &native->udp->invflags};
    return 0;
}

// port OP number, as a range.
static void set_port(uint16_t range[2], uint8_t *invert, uint8_t bit, uint32_t op, uint16_t port) {
    switch (op) {
    case CMP_EQ:
    case CMP_NEQ:
        range[0] = range[1] = port;
        *invert |= op == CMP_NEQ ? bit : 0;
        break;
    case CMP_LT:
        range[1] = (uint16_t)(port > 1 ? port - 1 : 1);
        break;
    case CMP_LTE:
        range[1] = port;
        break;
    case CMP_GT:
        range[0] = (uint16_t)(port < UINT16_MAX ? port + 1 : UINT16_MAX);
        break;
    case CMP_GTE:
        range[0] = port;
        break;
    }
}

static int take_port(struct ipt_native *native, const struct nf_payload *payload,
                     const struct nf_cmp *cmp) {
    struct ports ports;
    bool is_source = payload->offset == 0;
    if (cmp->op > CMP_GTE || (payload->offset != 0 && payload->offset != 2) ||
        (cmp->data.length != 2 && (cmp->data.length != 4 || !is_source)))
        return -ENOTSUP;
    int r = find_ports(native, &ports);
    if (r < 0)
        return r;
    const uint8_t *bytes = cmp->data.bytes;
    if (is_source)
        set_port(ports.source, ports.invert, XT_TCP_INV_SRCPT, cmp->op, read_port(bytes));
    if (!is_source || cmp->data.length == 4)
        set_port(ports.destination, ports.invert, XT_TCP_INV_DSTPT, cmp->op,
                 read_port(bytes + cmp->data.length - 2));
    return 0;
}

static int take_port_range(struct ipt_native *native, const struct nf_expr *expr) {
    const struct nf_range *range = expr->range;
    struct ports ports;
    struct ipt_register *reg = find_register(native, range->source);
    if (!reg || !reg->load || reg->mask || reg->load->kind != NF_EXPR_PAYLOAD ||
        reg->load->payload.base != BASE_TRANSPORT || range->op > 1 || range->from.length != 2 ||
        range->to.length != 2 || reg->load->payload.offset > 2 || reg->load->payload.offset == 1)
        return -ENOTSUP;
    int r = find_ports(native, &ports);
    if (r < 0)
        return r;
    bool is_source = reg->load->payload.offset == 0;
    uint16_t *into = is_source ? ports.source : ports.destination;
    into[0] = read_port(range->from.bytes);
    into[1] = read_port(range->to.bytes);
    if (range->op == 1)
        *ports.invert |= is_source ? XT_TCP_INV_SRCPT : XT_TCP_INV_DSTPT;
    return 0;
}

static int take_tcp_flags(struct ipt_native *native, const struct ipt_register *reg,
                          const struct nf_cmp *cmp) {
    if (cmp->op > CMP_NEQ || cmp->data.length != 1 || native->view->entry.protocol != IPPROTO_TCP ||
        (reg->mask && reg->mask->mask.length != 1))
        return -ENOTSUP;
    int r = find_tcp(native);
    if (r < 0)
        return r;
    native->tcp->flg_cmp = cmp->data.bytes[0];
    native->tcp->flg_mask = reg->mask ? reg->mask->mask.bytes[0] : UINT8_MAX;
    if (cmp->op == CMP_NEQ)
        native->tcp->invflags |= XT_TCP_INV_FLAGS;
    return 0;
}

// --- Comparisons ---------------------------------------------------------------------------------

static int compare_meta(struct ipt_native *native, const struct ipt_register *reg,
                        const struct nf_cmp *cmp) {
    struct nf_ipt_entry *entry = &native->view->entry;
    uint32_t key = reg->load->meta.key;
    if (reg->mask && key != META_MARK)
        return -ENOTSUP;
    switch (key) {
    case META_IIFNAME:
        return take_interface(native, cmp, IPT_INVERT_IN, entry->iniface, &entry->iniface_length);
    case META_OIFNAME:
        return take_interface(native, cmp, IPT_INVERT_OUT, entry->outiface,
                              &entry->outiface_length);
    case META_L4PROTO:
        return take_protocol(native, cmp);
    case META_MARK:
        return take_mark(native, reg, cmp);
    case META_PKTTYPE:
        return take_packet_type(native, cmp);
    }
    return -ENOTSUP;
}

static int compare_ipv4(struct ipt_native *native, const struct ipt_register *reg,
                        const struct nf_cmp *cmp) {
    struct nf_ipt_entry *entry = &native->view->entry;
    switch (reg->load->payload.offset) {
    case 6:
        return take_fragment(native, reg, cmp);
    case 8:
        return reg->mask ? -ENOTSUP : take_hop_limit(native, cmp);
    case 9:
        return reg->mask ? -ENOTSUP : take_protocol(native, cmp);
    case 12:
        return take_address(native, reg, cmp, IPT_INVERT_SOURCE, entry->source, entry->source_mask);
    case 16:
        return take_address(native, reg, cmp, IPT_INVERT_DESTINATION, entry->destination,
                            entry->destination_mask);
    }
    return -ENOTSUP;
}

static int compare_ipv6(struct ipt_native *native, const struct ipt_register *reg,
                        const struct nf_cmp *cmp) {
    struct nf_ipt_entry *entry = &native->view->entry;
    switch (reg->load->payload.offset) {
    case 6:
        return reg->mask ? -ENOTSUP : take_protocol(native, cmp);
    case 7:
        return reg->mask ? -ENOTSUP : take_hop_limit(native, cmp);
    case 8:
        return take_address(native, reg, cmp, IPT_INVERT_SOURCE, entry->source, entry->source_mask);
    case 24:
        return take_address(native, reg, cmp, IPT_INVERT_DESTINATION, entry->destination,
                            entry->destination_mask);
    }
    return -ENOTSUP;
}

static int compare_transport(struct ipt_native *native, const struct ipt_register *reg,
                             const struct nf_cmp *cmp) {
    uint16_t protocol = native->view->entry.protocol;
    if (reg->load->payload.offset == 13)
        return take_tcp_flags(native, reg, cmp);
    if (reg->mask)
        return -ENOTSUP;
    if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
        return take_icmp(native, &reg->load->payload, cmp);
    return take_port(native, &reg->load->payload, cmp);
}

static int take_cmp(struct ipt_native *native, const struct nf_expr *expr) {
    const struct nf_cmp *cmp = &expr->cmp;
    struct ipt_register *reg = find_register(native, cmp->source);
    if (!reg || !reg->load)
        return -ENOTSUP;
    if (reg->load->kind == NF_EXPR_META)
        return compare_meta(native, reg, cmp);
    if (reg->load->kind != NF_EXPR_PAYLOAD)
        return -ENOTSUP;
    if (reg->load->payload.base == BASE_TRANSPORT)
        return compare_transport(native, reg, cmp);
    if (reg->load->payload.base != BASE_NETWORK)
        return -ENOTSUP;
    return native->view->family == NF_FAMILY_IP6 ? compare_ipv6(native, reg, cmp)
                                                 : compare_ipv4(native, reg, cmp);
}

// --- Targets -------------------------------------------------------------------------------------

// nftables' prefix may be longer than the struct of the extension has room for, so it is written
// from the expression.
static void write_nflog(const void *info, struct xt_writer *writer) {
    const struct nf_log *log = info;
    if (log->prefix)
        xt_option_text(writer, "--nflog-prefix", false, log->prefix, SIZE_MAX);
    if (log->group != 0)
        xt_option_uint(writer, "--nflog-group", false, log->group);
    if (log->has_snaplen)
        xt_option_uint(writer, "--nflog-size", false, log->snaplen);
    if (log->qthreshold != 0)
        xt_option_uint(writer, "--nflog-threshold", false, log->qthreshold);
}

static const struct xt_extension nflog_of_log = {
    .name = "NFLOG",
    .is_target = true,
    .write = write_nflog,
};

static int take_log(struct ipt_native *native, const struct nf_expr *expr) {
    if (!expr->log->has_group)
        return -ENOTSUP;
    native->view->target =
        (struct nf_xt){.name = nflog_of_log.name, .extension = &nflog_of_log, .info = expr->log};
    return 0;
}

static int take_meta_set(struct ipt_native *native, const struct nf_expr *expr) {
    const struct nf_meta *meta = &expr->meta;
    struct ipt_register *reg = find_register(native, meta->reg);
    if (!reg || !reg->load || reg->load->kind != NF_EXPR_IMMEDIATE || reg->mask)
        return -ENOTSUP;
    const struct nf_data *data = &reg->load->immediate.data;
    if (meta->key == META_NFTRACE && !is_zero(data))
        return ipt_view_add(native->view, "TRACE", 0, true, "");
    struct xt_mark_tginfo2 mark = {.mask = UINT32_MAX};
    if (meta->key != META_MARK || !read_u32(data, &mark.mark))
        return -ENOTSUP;
    return add(native, "MARK", 2, true, &mark, sizeof(mark));
}

// --- The register of what iptables-nft writes ----------------------------------------------------

static int load_meta(struct ipt_native *native, const struct nf_expr *expr) {
    return load(native, expr->meta.reg, expr);
}

static int load_payload(struct ipt_native *native, const struct nf_expr *expr) {
    return load(native, expr->payload.reg, expr);
}

static int load_immediate(struct ipt_native *native, const struct nf_expr *expr) {
    return load(native, expr->immediate.destination, expr);
}

int ipt_native_take(struct ipt_native *native, const struct nf_expr *expr) {
    static int (*const takers[NF_EXPR_KIND_COUNT])(struct ipt_native *, const struct nf_expr *) = {
        [NF_EXPR_BITWISE] = take_bitwise,
        [NF_EXPR_CMP] = take_cmp,
        [NF_EXPR_IMMEDIATE] = load_immediate,
        [NF_EXPR_LIMIT] = take_limit,
        [NF_EXPR_LOG] = take_log,
        [NF_EXPR_META] = load_meta,
        [NF_EXPR_META_SET] = take_meta_set,
        [NF_EXPR_PAYLOAD] = load_payload,
        [NF_EXPR_RANGE] = take_port_range,
    };
    return takers[expr->kind] ? takers[expr->kind](native, expr) : -ENOTSUP;
}
