// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ipt_write.h"

#include <netinet/in.h>
#include <string.h>

#include "ruleset/xt.h"

// --- The header ----------------------------------------------------------------------------------

// The names of libxtables (xtables_chain_protos) come before those of the machine.
static const char *const protocol_names[] = {
    [IPPROTO_ICMP] = "icmp",       [IPPROTO_TCP] = "tcp",
    [IPPROTO_UDP] = "udp",         [IPPROTO_ESP] = "esp",
    [IPPROTO_AH] = "ah",           [IPPROTO_ICMPV6] = "ipv6-icmp",
    [IPPROTO_SCTP] = "sctp",       [IPPROTO_MH] = "mobility-header",
    [IPPROTO_UDPLITE] = "udplite",
};

const char *ipt_protocol_name(const struct ruleset_names *names, uint16_t protocol) {
    if (protocol < sizeof(protocol_names) / sizeof(*protocol_names) && protocol_names[protocol])
        return protocol_names[protocol];
    return names && names->protocols && protocol < 256 ? names->protocols[protocol] : NULL;
}

static bool is_zero(const uint8_t bytes[16]) {
    static const uint8_t zeroes[16];
    return memcmp(bytes, zeroes, sizeof(zeroes)) == 0;
}

// ip6tables-save leaves an address out whose mask is nothing, iptables-save one that is nothing
// too.
static void write_address(const struct ipt_view *view, const char *option, uint8_t invert,
                          const uint8_t address[16], const uint8_t mask[16],
                          struct xt_writer *writer) {
    bool inverted = view->entry.invert & invert;
    if (!inverted && is_zero(mask) && (view->family == NF_FAMILY_IP6 || is_zero(address)))
        return;
    xt_option(writer, option, inverted);
    xt_put_address(writer, view->family, address);
    buffer_putc(writer->value, '/');
    xt_put_mask_bits(writer, view->family, mask);
}

// A name of which only the beginning counts ends in '+'.
static void write_interface(const char *option, bool inverted, const char name[16], uint8_t length,
                            struct xt_writer *writer) {
    if (length == 0)
        return;
    size_t counts = length < 16 ? length : 16;
    size_t len = strnlen(name, counts);
    xt_option(writer, option, inverted);
    writer->is_text = true;
    buffer_add(writer->value, name, len);
    if (len == counts && counts < 16)
        buffer_putc(writer->value, '+');
}

static void write_protocol(const struct ipt_view *view, const struct ruleset_names *names,
                           struct xt_writer *writer) {
    if (view->entry.protocol == 0)
        return;
    const char *name = ipt_protocol_name(names, view->entry.protocol);
    xt_option(writer, "-p", view->entry.invert & IPT_INVERT_PROTOCOL);
    if (name)
        buffer_puts(writer->value, name);
    else
        buffer_put_uint(writer->value, view->entry.protocol);
}

void ipt_write_header(const struct ipt_view *view, const struct ruleset_names *names,
                      struct xt_writer *writer) {
    const struct nf_ipt_entry *entry = &view->entry;
    write_address(view, "-s", IPT_INVERT_SOURCE, entry->source, entry->source_mask, writer);
    write_address(view, "-d", IPT_INVERT_DESTINATION, entry->destination, entry->destination_mask,
                  writer);
    write_interface("-i", entry->invert & IPT_INVERT_IN, entry->iniface, entry->iniface_length,
                    writer);
    write_interface("-o", entry->invert & IPT_INVERT_OUT, entry->outiface, entry->outiface_length,
                    writer);
    write_protocol(view, names, writer);
    if (view->family == NF_FAMILY_IP && entry->flags & IPT_FLAG_FRAGMENT)
        xt_flag(writer, "-f", entry->invert & IPT_INVERT_FRAGMENT);
}

// --- Extensions and verdicts ---------------------------------------------------------------------

const char *ipt_extension_name(const struct nf_xt *xt) {
    const char *alias =
        xt->extension && xt->extension->alias ? xt->extension->alias(xt->info) : NULL;
    return alias ? alias : xt->name;
}

void ipt_put_bytes(const struct nf_data *data, struct buffer *buffer) {
    static const char digits[] = "0123456789abcdef";
    for (uint32_t i = 0; i < data->length; i++) {
        buffer_putc(buffer, digits[data->bytes[i] >> 4]);
        buffer_putc(buffer, digits[data->bytes[i] & 15]);
    }
}

const char *ipt_verdict_name(const struct nf_verdict *verdict) {
    switch (verdict->code) {
    case NF_VERDICT_ACCEPT:
        return "ACCEPT";
    case NF_VERDICT_DROP:
        return "DROP";
    case NF_VERDICT_QUEUE:
        return "QUEUE";
    case NF_VERDICT_RETURN:
        return "RETURN";
    }
    return NULL;
}

struct xt_context ipt_context(const struct ipt_view *view, const struct ruleset_names *names) {
    return (struct xt_context){
        .names = names,
        .family = view->family,
        .protocol = view->entry.protocol,
        .protocol_inverted = view->entry.invert & IPT_INVERT_PROTOCOL,
    };
}
