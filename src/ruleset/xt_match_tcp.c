// SPDX-License-Identifier: GPL-2.0-or-later
// tcp and udp: ports, flags and one option of the transport's header.
#include <linux/netfilter/xt_tcpudp.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

// Says nothing where every port fits.
static void write_ports(struct xt_writer *writer, const char *option, bool inverted,
                        const uint16_t ports[2]) {
    if (ports[0] != 0 || ports[1] != UINT16_MAX)
        xt_option_range(writer, option, inverted, ports[0], ports[1]);
}

static void put_tcp_flags(struct xt_writer *writer, uint8_t flags) {
    static const char names[][4] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
    const char *comma = "";
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (!(flags & 1U << i))
            continue;
        buffer_puts(writer->value, comma);
        buffer_puts(writer->value, names[i]);
        comma = ",";
    }
    if (*comma == '\0')
        buffer_puts(writer->value, "NONE");
}

static void write_tcp(const void *info, struct xt_writer *writer) {
    const struct xt_tcp *tcp = info;
    write_ports(writer, "--sport", tcp->invflags & XT_TCP_INV_SRCPT, tcp->spts);
    write_ports(writer, "--dport", tcp->invflags & XT_TCP_INV_DSTPT, tcp->dpts);
    if (tcp->option != 0 || tcp->invflags & XT_TCP_INV_OPTION)
        xt_option_uint(writer, "--tcp-option", tcp->invflags & XT_TCP_INV_OPTION, tcp->option);
    if (tcp->flg_mask == 0 && !(tcp->invflags & XT_TCP_INV_FLAGS))
        return;
    xt_option(writer, "--tcp-flags", tcp->invflags & XT_TCP_INV_FLAGS);
    put_tcp_flags(writer, tcp->flg_mask);
    buffer_putc(writer->value, ' ');
    put_tcp_flags(writer, tcp->flg_cmp);
}

static void write_udp(const void *info, struct xt_writer *writer) {
    const struct xt_udp *udp = info;
    write_ports(writer, "--sport", udp->invflags & XT_UDP_INV_SRCPT, udp->spts);
    write_ports(writer, "--dport", udp->invflags & XT_UDP_INV_DSTPT, udp->dpts);
}

const struct xt_extension xt_match_tcp[] = {
    {.name = "tcp", .size = sizeof(struct xt_tcp), .write = write_tcp},
    {0},
};

const struct xt_extension xt_match_udp[] = {
    {.name = "udp", .size = sizeof(struct xt_udp), .write = write_udp},
    {0},
};
