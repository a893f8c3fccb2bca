// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/encap_parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/ila.h>
#include <linux/ioam6.h>
#include <linux/ioam6_iptunnel.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rpl_iptunnel.h>
#include <linux/seg6_iptunnel.h>
#include <linux/seg6_local.h>

#include "source/attr.h"

#define REST_MAX       32
#define SEGMENTS_MAX   128 // more than fit into a routing header
#define LABELS_MAX     32
#define LABEL_BYTES    4
#define SEGMENT_BYTES  16
#define SRH_HEAD_BYTES 8
#define ENCAP_XFRM     10 // LWTUNNEL_ENCAP_XFRM: newer than Debian 12's headers

struct parsing {
    struct encap encap;
    const struct route_context *context;
    const char *rest[REST_MAX];
    size_t rest_count;
};

// --- Texts ---------------------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static int add_rest(const struct attr_target *target,
                                                          const char *format, ...) {
    struct parsing *parsing = target->row;
    char text[320]; // the longest is the option of a geneve tunnel
    va_list args;
    if (parsing->rest_count == REST_MAX)
        return -EBADMSG;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const char *copy = arena_strdup(target->arena, text);
    if (!copy)
        return -ENOMEM;
    parsing->rest[parsing->rest_count++] = copy;
    return 0;
}

static int add_rest_u32(const struct attr_target *target, const char *name,
                        const struct nlattr *attr) {
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    return add_rest(target, "%s %u", name, nla_get_u32(attr));
}

static int add_rest_address(const struct attr_target *target, const char *name, int family,
                            const struct nlattr *attr) {
    char text[INET6_ADDRSTRLEN];
    if (nla_len(attr) < (family == AF_INET ? 4 : SEGMENT_BYTES))
        return -EBADMSG;
    return add_rest(target, "%s %s", name, inet_ntop(family, nla_data(attr), text, sizeof(text)));
}

static int set_word(const char **member, const char *word, unsigned number, struct arena *arena) {
    *member = word ? word : arena_printf(arena, "unknown(%u)", number);
    return *member ? 0 : -ENOMEM;
}

// --- MPLS ----------------------------------------------------------------------------------------

// A label stack entry: label, traffic class, bottom of stack, time to live (RFC 3032, 2.1).
const char *mpls_labels_text(const struct nlattr *attr, struct arena *arena) {
    char text[LABELS_MAX * sizeof("1048575/")];
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < nla_len(attr) / LABEL_BYTES && i < LABELS_MAX; i++) {
        uint32_t entry;
        memcpy(&entry, (const char *)nla_data(attr) + (size_t)i * LABEL_BYTES, sizeof(entry));
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%u", i > 0 ? "/" : "",
                                   ntohl(entry) >> 12);
    }
    return arena_strdup(arena, text);
}

static int take_labels(const struct nlattr *attr, const struct attr_target *target) {
    struct parsing *parsing = target->row;
    parsing->encap.labels = mpls_labels_text(attr, target->arena);
    return parsing->encap.labels ? 0 : -ENOMEM;
}

static const struct attr_rule mpls_rules[] = {
    [MPLS_IPTUNNEL_DST] = ATTR_BY(take_labels),
    [MPLS_IPTUNNEL_TTL] = ATTR(ATTR_U8, struct parsing, encap.ttl),
};

// --- IP in IP, GRE, VXLAN ------------------------------------------------------------------------

static int take_id(const struct nlattr *attr, const struct attr_target *target) {
    struct parsing *parsing = target->row;
    const unsigned char *bytes = nla_data(attr);
    uint64_t id = 0;
    if (nla_len(attr) < (int)sizeof(id))
        return -EBADMSG;
    for (size_t i = 0; i < sizeof(id); i++)
        id = id << 8 | bytes[i];
    parsing->encap.id = maybe_of(id);
    return 0;
}

// TUNNEL_* of the kernel's net/ip_tunnels.h.
static int take_tunnel_flags(const struct nlattr *attr, const struct attr_target *target) {
    if (nla_len(attr) < (int)sizeof(uint16_t))
        return -EBADMSG;
    uint16_t flags = ntohs(nla_get_u16(attr));
    int r = flags & 0x04 ? add_rest(target, "key") : 0;
    if (r == 0 && flags & 0x01)
        r = add_rest(target, "csum");
    if (r == 0 && flags & 0x08)
        r = add_rest(target, "seq");
    return r;
}

struct geneve_option {
    struct maybe class, type;
};

static const struct attr_rule geneve_rules[] = {
    [LWTUNNEL_IP_OPT_GENEVE_CLASS] = ATTR(ATTR_BE16, struct geneve_option, class),
    [LWTUNNEL_IP_OPT_GENEVE_TYPE] = ATTR(ATTR_U8, struct geneve_option, type),
};
static const struct attr_table geneve_table = ATTR_TABLE(geneve_rules);

static int add_geneve(const struct geneve_option *option, const struct nlattr *data,
                      const struct attr_target *target) {
    char text[2 * 127 + 1] = ""; // no option is longer
    if (!option->class.known || !option->type.known)
        return -EBADMSG;
    for (int i = 0; i < nla_len(data) && i < 127; i++)
        snprintf(text + (size_t)i * 2, 3, "%02x", ((const unsigned char *)nla_data(data))[i]);
    return add_rest(target, "geneve_opts %u:%u:%s", (unsigned)option->class.value,
                    (unsigned)option->type.value, text);
}

// "geneve_opts 258:1:0011": class, type and data of one option, then of the next.
static int take_geneve(const struct nlattr *attr, const struct attr_target *target) {
    struct geneve_option option = {0};
    const struct attr_target here = {&option, target->arena};
    struct nlattr *inner;
    int left, r = 0;
    ATTR_FOR_EACH_NESTED(inner, attr, left) {
        if (r == 0 && nla_type(inner) == LWTUNNEL_IP_OPT_GENEVE_DATA)
            r = add_geneve(&option, inner, target);
        else if (r == 0)
            r = attr_read(inner, nla_total_size(nla_len(inner)), &geneve_table, &here);
    }
    return r;
}

static int take_vxlan(const struct nlattr *attr, const struct attr_target *target) {
    const struct nlattr *gbp = nla_find(nla_data(attr), nla_len(attr), LWTUNNEL_IP_OPT_VXLAN_GBP);
    return gbp ? add_rest_u32(target, "vxlan_opts", gbp) : -EBADMSG;
}

// "erspan_opts 1:5:0:0": version, index, direction, hardware id.
static int take_erspan(const struct nlattr *attr, const struct attr_target *target) {
    struct nlattr *attrs[LWTUNNEL_IP_OPT_ERSPAN_MAX + 1];
    if (nla_parse(attrs, LWTUNNEL_IP_OPT_ERSPAN_MAX, nla_data(attr), nla_len(attr), NULL) < 0)
        return -EBADMSG;
    const struct nlattr *version = attrs[LWTUNNEL_IP_OPT_ERSPAN_VER];
    const struct nlattr *index = attrs[LWTUNNEL_IP_OPT_ERSPAN_INDEX];
    const struct nlattr *direction = attrs[LWTUNNEL_IP_OPT_ERSPAN_DIR];
    const struct nlattr *hardware = attrs[LWTUNNEL_IP_OPT_ERSPAN_HWID];
    if (!version || nla_len(version) < 1 || (index && nla_len(index) < 4) ||
        (direction && nla_len(direction) < 1) || (hardware && nla_len(hardware) < 1))
        return -EBADMSG;
    return add_rest(target, "erspan_opts %u:%u:%u:%u", nla_get_u8(version),
                    index ? ntohl(nla_get_u32(index)) : 0, direction ? nla_get_u8(direction) : 0,
                    hardware ? nla_get_u8(hardware) : 0);
}

static const struct attr_rule option_rules[] = {
    [LWTUNNEL_IP_OPTS_GENEVE] = ATTR_BY(take_geneve),
    [LWTUNNEL_IP_OPTS_VXLAN] = ATTR_BY(take_vxlan),
    [LWTUNNEL_IP_OPTS_ERSPAN] = ATTR_BY(take_erspan),
};
static const struct attr_table option_table = ATTR_TABLE(option_rules);

static int take_options(const struct nlattr *attr, const struct attr_target *target) {
    return attr_read_nested(attr, &option_table, target);
}

// LWTUNNEL_IP6_* have the same numbers.
static const struct attr_rule ip_rules[] = {
    [LWTUNNEL_IP_ID] = ATTR_BY(take_id),
    [LWTUNNEL_IP_DST] = ATTR(ATTR_ADDRESS, struct parsing, encap.dst),
    [LWTUNNEL_IP_SRC] = ATTR(ATTR_ADDRESS, struct parsing, encap.src),
    [LWTUNNEL_IP_TTL] = ATTR(ATTR_U8, struct parsing, encap.ttl),
    [LWTUNNEL_IP_TOS] = ATTR(ATTR_U8, struct parsing, encap.tos),
    [LWTUNNEL_IP_FLAGS] = ATTR_BY(take_tunnel_flags),
    [LWTUNNEL_IP_OPTS] = ATTR_BY(take_options),
};

// --- Segment routing -----------------------------------------------------------------------------

// Segments stand in the header from the last to the first (RFC 8754, 2).
static int take_segments(const unsigned char *segments, size_t count,
                         const struct attr_target *target) {
    struct parsing *parsing = target->row;
    const char *texts[SEGMENTS_MAX];
    char text[INET6_ADDRSTRLEN];
    for (size_t i = 0; i < count; i++) {
        const unsigned char *segment = segments + (count - 1 - i) * SEGMENT_BYTES;
        texts[i] = arena_strdup(target->arena, inet_ntop(AF_INET6, segment, text, sizeof(text)));
        if (!texts[i])
            return -ENOMEM;
    }
    parsing->encap.segments = arena_copy(target->arena, texts, count * sizeof(texts[0]));
    parsing->encap.segment_count = parsing->encap.segments ? count : 0;
    return parsing->encap.segments ? 0 : -ENOMEM;
}

// A TLV of type 5 behind the segments, and a flag that it is there (RFC 8754, 2.1.2).
static int take_hmac(const unsigned char *srh, size_t length, const struct attr_target *target) {
    size_t end = ((size_t)srh[1] + 1) * 8;
    if (!(srh[5] & 0x08))
        return 0;
    if (end > length || end < SRH_HEAD_BYTES + 40)
        return -EBADMSG;
    uint32_t key;
    memcpy(&key, srh + end - 40 + 4, sizeof(key));
    return add_rest(target, "hmac %X", ntohl(key));
}

static int take_srh(const unsigned char *srh, size_t length, const struct attr_target *target) {
    if (length < SRH_HEAD_BYTES)
        return -EBADMSG;
    size_t count = (size_t)srh[4] + 1; // the number of the last
    if (count > SEGMENTS_MAX || length < SRH_HEAD_BYTES + count * SEGMENT_BYTES)
        return -EBADMSG;
    int r = take_segments(srh + SRH_HEAD_BYTES, count, target);
    return r < 0 ? r : take_hmac(srh, length, target);
}

static int take_seg6(const struct nlattr *attr, const struct attr_target *target) {
    static const char *const modes[] = {"inline", "encap", "l2encap", "encap.red", "l2encap.red"};
    struct parsing *parsing = target->row;
    int mode;
    if (nla_len(attr) < (int)sizeof(mode))
        return -EBADMSG;
    memcpy(&mode, nla_data(attr), sizeof(mode));
    bool known = mode >= 0 && (size_t)mode < sizeof(modes) / sizeof(modes[0]);
    int r =
        set_word(&parsing->encap.mode, known ? modes[mode] : NULL, (unsigned)mode, target->arena);
    if (r < 0)
        return r;
    return take_srh((const unsigned char *)nla_data(attr) + sizeof(mode),
                    (size_t)nla_len(attr) - sizeof(mode), target);
}

static const struct attr_rule seg6_rules[] = {
    [SEG6_IPTUNNEL_SRH] = ATTR_BY(take_seg6),
};

static int take_action(const struct nlattr *attr, const struct attr_target *target) {
    static const char *const actions[] = {
        NULL,      "End",     "End.X",   "End.T",   "End.DX2",       "End.DX6",
        "End.DX4", "End.DT6", "End.DT4", "End.B6",  "End.B6.Encaps", "End.BM",
        "End.S",   "End.AS",  "End.AM",  "End.BPF", "End.DT46",
    };
    struct parsing *parsing = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    uint32_t action = nla_get_u32(attr);
    return set_word(&parsing->encap.action,
                    action < sizeof(actions) / sizeof(actions[0]) ? actions[action] : NULL, action,
                    target->arena);
}

static int take_local_srh(const struct nlattr *attr, const struct attr_target *target) {
    return take_srh(nla_data(attr), (size_t)nla_len(attr), target);
}

static int add_table(const char *name, const struct nlattr *attr,
                     const struct attr_target *target) {
    const struct parsing *parsing = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    const char *table =
        route_name_text(&parsing->context->names->tables, nla_get_u32(attr), target->arena);
    return table ? add_rest(target, "%s %s", name, table) : -ENOMEM;
}

static int take_table(const struct nlattr *attr, const struct attr_target *target) {
    return add_table("table", attr, target);
}

static int take_vrftable(const struct nlattr *attr, const struct attr_target *target) {
    return add_table("vrftable", attr, target);
}

static int take_nh4(const struct nlattr *attr, const struct attr_target *target) {
    return add_rest_address(target, "nh4", AF_INET, attr);
}

static int take_nh6(const struct nlattr *attr, const struct attr_target *target) {
    return add_rest_address(target, "nh6", AF_INET6, attr);
}

static int add_dev(const char *name, const struct nlattr *attr, const struct attr_target *target) {
    const struct parsing *parsing = target->row;
    if (nla_len(attr) < (int)sizeof(uint32_t))
        return -EBADMSG;
    const char *dev =
        route_context_dev(parsing->context, (int32_t)nla_get_u32(attr), target->arena);
    return dev ? add_rest(target, "%s %s", name, dev) : -ENOMEM;
}

static int take_iif(const struct nlattr *attr, const struct attr_target *target) {
    return add_dev("iif", attr, target);
}

static int take_oif(const struct nlattr *attr, const struct attr_target *target) {
    return add_dev("oif", attr, target);
}

// The name that a program was loaded by: other people's bytes.
static int add_program(const char *name, const struct nlattr *attr, int type,
                       const struct attr_target *target) {
    const struct nlattr *inner = nla_find(nla_data(attr), nla_len(attr), type);
    if (!inner)
        return add_rest(target, "%s", name);
    return add_rest(target, "%s %.*s", name, nla_len(inner), (const char *)nla_data(inner));
}

static int take_local_bpf(const struct nlattr *attr, const struct attr_target *target) {
    return add_program("endpoint", attr, SEG6_LOCAL_BPF_PROG_NAME, target);
}

static int take_flavors(const struct nlattr *attr, const struct attr_target *target) {
    static const char *const flavors[] = {NULL, "psp", "usp", "usd", "next-csid"};
    struct nlattr *attrs[SEG6_LOCAL_FLV_MAX + 1];
    if (nla_parse(attrs, SEG6_LOCAL_FLV_MAX, nla_data(attr), nla_len(attr), NULL) < 0)
        return -EBADMSG;
    const struct nlattr *operation = attrs[SEG6_LOCAL_FLV_OPERATION];
    const struct nlattr *block = attrs[SEG6_LOCAL_FLV_LCBLOCK_BITS];
    const struct nlattr *node = attrs[SEG6_LOCAL_FLV_LCNODE_FN_BITS];
    if ((operation && nla_len(operation) < 4) || (block && nla_len(block) < 1) ||
        (node && nla_len(node) < 1))
        return -EBADMSG;
    uint32_t bits = operation ? nla_get_u32(operation) : 0;
    int r = 0;
    for (size_t i = 1; i < sizeof(flavors) / sizeof(flavors[0]) && r == 0; i++) {
        if (bits & UINT32_C(1) << i)
            r = add_rest(target, "flavors %s", flavors[i]);
    }
    if (r == 0 && block)
        r = add_rest(target, "lblen %u", nla_get_u8(block));
    return r == 0 && node ? add_rest(target, "nflen %u", nla_get_u8(node)) : r;
}

static const struct attr_rule seg6local_rules[] = {
    [SEG6_LOCAL_ACTION] = ATTR_BY(take_action), [SEG6_LOCAL_SRH] = ATTR_BY(take_local_srh),
    [SEG6_LOCAL_TABLE] = ATTR_BY(take_table),   [SEG6_LOCAL_VRFTABLE] = ATTR_BY(take_vrftable),
    [SEG6_LOCAL_NH4] = ATTR_BY(take_nh4),       [SEG6_LOCAL_NH6] = ATTR_BY(take_nh6),
    [SEG6_LOCAL_IIF] = ATTR_BY(take_iif),       [SEG6_LOCAL_OIF] = ATTR_BY(take_oif),
    [SEG6_LOCAL_BPF] = ATTR_BY(take_local_bpf), [SEG6_LOCAL_FLAVORS] = ATTR_BY(take_flavors),
};

// RFC 6554, 3; the kernel keeps it without compressed addresses.
static int take_rpl(const struct nlattr *attr, const struct attr_target *target) {
    const unsigned char *srh = nla_data(attr);
    if (nla_len(attr) < SRH_HEAD_BYTES)
        return -EBADMSG;
    size_t count = srh[3];
    if (count > SEGMENTS_MAX || (size_t)nla_len(attr) < SRH_HEAD_BYTES + count * SEGMENT_BYTES)
        return -EBADMSG;
    return take_segments(srh + SRH_HEAD_BYTES, count, target);
}

static const struct attr_rule rpl_rules[] = {
    [RPL_IPTUNNEL_SRH] = ATTR_BY(take_rpl),
};

// --- Others --------------------------------------------------------------------------------------

static int take_locator(const struct nlattr *attr, const struct attr_target *target) {
    const unsigned char *bytes = nla_data(attr);
    if (nla_len(attr) < 8)
        return -EBADMSG;
    return add_rest(target, "%x:%x:%x:%x", bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3],
                    bytes[4] << 8 | bytes[5], bytes[6] << 8 | bytes[7]);
}

static int take_csum_mode(const struct nlattr *attr, const struct attr_target *target) {
    static const char *const modes[] = {"adj-transport", "neutral-map", "no-action",
                                        "neutral-map-auto"};
    struct parsing *parsing = target->row;
    if (nla_len(attr) < 1)
        return -EBADMSG;
    unsigned mode = nla_get_u8(attr);
    return set_word(&parsing->encap.mode,
                    mode < sizeof(modes) / sizeof(modes[0]) ? modes[mode] : NULL, mode,
                    target->arena);
}

static int take_ident_type(const struct nlattr *attr, const struct attr_target *target) {
    if (nla_len(attr) < 1)
        return -EBADMSG;
    if (nla_get_u8(attr) == ILA_ATYPE_USE_FORMAT)
        return add_rest(target, "ident-type use-format");
    if (nla_get_u8(attr) == ILA_ATYPE_LUID)
        return add_rest(target, "ident-type luid");
    return add_rest(target, "ident-type %u", nla_get_u8(attr));
}

static int take_hook_type(const struct nlattr *attr, const struct attr_target *target) {
    if (nla_len(attr) < 1)
        return -EBADMSG;
    return add_rest(target, "hook-type %s",
                    nla_get_u8(attr) == ILA_HOOK_ROUTE_INPUT ? "input" : "output");
}

static const struct attr_rule ila_rules[] = {
    [ILA_ATTR_LOCATOR] = ATTR_BY(take_locator),
    [ILA_ATTR_CSUM_MODE] = ATTR_BY(take_csum_mode),
    [ILA_ATTR_IDENT_TYPE] = ATTR_BY(take_ident_type),
    [ILA_ATTR_HOOK_TYPE] = ATTR_BY(take_hook_type),
};

static int take_bpf_in(const struct nlattr *attr, const struct attr_target *target) {
    return add_program("in", attr, LWT_BPF_PROG_NAME, target);
}

static int take_bpf_out(const struct nlattr *attr, const struct attr_target *target) {
    return add_program("out", attr, LWT_BPF_PROG_NAME, target);
}

static int take_bpf_xmit(const struct nlattr *attr, const struct attr_target *target) {
    return add_program("xmit", attr, LWT_BPF_PROG_NAME, target);
}

static int take_headroom(const struct nlattr *attr, const struct attr_target *target) {
    return add_rest_u32(target, "headroom", attr);
}

static const struct attr_rule bpf_rules[] = {
    [LWT_BPF_IN] = ATTR_BY(take_bpf_in),
    [LWT_BPF_OUT] = ATTR_BY(take_bpf_out),
    [LWT_BPF_XMIT] = ATTR_BY(take_bpf_xmit),
    [LWT_BPF_XMIT_HEADROOM] = ATTR_BY(take_headroom),
};

static int take_ioam6_mode(const struct nlattr *attr, const struct attr_target *target) {
    static const char *const modes[] = {NULL, "inline", "encap", "auto"};
    struct parsing *parsing = target->row;
    if (nla_len(attr) < 1)
        return -EBADMSG;
    unsigned mode = nla_get_u8(attr);
    return set_word(&parsing->encap.mode,
                    mode < sizeof(modes) / sizeof(modes[0]) ? modes[mode] : NULL, mode,
                    target->arena);
}

static int take_trace(const struct nlattr *attr, const struct attr_target *target) {
    struct ioam6_trace_hdr trace;
    if (nla_len(attr) < (int)sizeof(trace))
        return -EBADMSG;
    memcpy(&trace, nla_data(attr), sizeof(trace));
    return add_rest(target, "trace prealloc type 0x%06x ns %u size %u", ntohl(trace.type_be32) >> 8,
                    ntohs(trace.namespace_id), trace.remlen * 4U);
}

static int take_freq_k(const struct nlattr *attr, const struct attr_target *target) {
    return add_rest_u32(target, "freq_k", attr);
}

static int take_freq_n(const struct nlattr *attr, const struct attr_target *target) {
    return add_rest_u32(target, "freq_n", attr);
}

static const struct attr_rule ioam6_rules[] = {
    [IOAM6_IPTUNNEL_MODE] = ATTR_BY(take_ioam6_mode),
    [IOAM6_IPTUNNEL_DST] = ATTR(ATTR_ADDRESS, struct parsing, encap.dst),
    [IOAM6_IPTUNNEL_TRACE] = ATTR_BY(take_trace),
    [IOAM6_IPTUNNEL_FREQ_K] = ATTR_BY(take_freq_k),
    [IOAM6_IPTUNNEL_FREQ_N] = ATTR_BY(take_freq_n),
};

static int take_xfrm_link(const struct nlattr *attr, const struct attr_target *target) {
    return add_dev("link_dev", attr, target);
}

// LWT_XFRM_IF_ID, LWT_XFRM_LINK.
static const struct attr_rule xfrm_rules[] = {
    [1] = ATTR(ATTR_U32, struct parsing, encap.id),
    [2] = ATTR_BY(take_xfrm_link),
};

// --- All of them ---------------------------------------------------------------------------------

#define TYPE(name, rules) \
    { (name), ATTR_TABLE(rules) }

static const struct {
    const char *name;
    struct attr_table table;
} types[] = {
    [LWTUNNEL_ENCAP_MPLS] = TYPE("mpls", mpls_rules),
    [LWTUNNEL_ENCAP_IP] = TYPE("ip", ip_rules),
    [LWTUNNEL_ENCAP_ILA] = TYPE("ila", ila_rules),
    [LWTUNNEL_ENCAP_IP6] = TYPE("ip6", ip_rules),
    [LWTUNNEL_ENCAP_SEG6] = TYPE("seg6", seg6_rules),
    [LWTUNNEL_ENCAP_BPF] = TYPE("bpf", bpf_rules),
    [LWTUNNEL_ENCAP_SEG6_LOCAL] = TYPE("seg6local", seg6local_rules),
    [LWTUNNEL_ENCAP_RPL] = TYPE("rpl", rpl_rules),
    [LWTUNNEL_ENCAP_IOAM6] = TYPE("ioam6", ioam6_rules),
    [ENCAP_XFRM] = TYPE("xfrm", xfrm_rules),
};

static int finish(struct parsing *parsing, struct arena *arena) {
    struct encap *encap = &parsing->encap;
    struct buffer text = BUFFER_INIT;
    if (parsing->rest_count > 0)
        encap->rest =
            arena_copy(arena, parsing->rest, parsing->rest_count * sizeof(parsing->rest[0]));
    encap->rest_count = encap->rest ? parsing->rest_count : 0;
    encap_format(encap, &text);
    encap->text = text.failed ? NULL : arena_strdup(arena, buffer_text(&text));
    buffer_done(&text);
    return encap->text && (encap->rest || parsing->rest_count == 0) ? 0 : -ENOMEM;
}

int encap_parse(uint16_t type, const struct nlattr *attr, const struct route_context *context,
                struct arena *arena, struct encap *ret_encap) {
    struct parsing parsing = {.context = context};
    const struct attr_target target = {&parsing, arena};
    bool known = type < sizeof(types) / sizeof(types[0]) && types[type].name;
    int r = set_word(&parsing.encap.type, known ? types[type].name : NULL, type, arena);
    if (r < 0)
        return r;
    r = known ? attr_read_nested(attr, &types[type].table, &target) : 0;
    if (r == -ENOMEM)
        return r;
    int finished = finish(&parsing, arena);
    if (finished < 0)
        return finished;
    *ret_encap = parsing.encap;
    return r;
}
