// SPDX-License-Identifier: GPL-2.0-or-later
// sctp: ports and chunks, with flags of some chunks.
#include <ctype.h>
#include <linux/netfilter/xt_sctp.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

#define TYPE_COUNT 256

static const struct xt_name chunks[] = {
    {0, "DATA"},
    {1, "INIT"},
    {2, "INIT_ACK"},
    {3, "SACK"},
    {4, "HEARTBEAT"},
    {5, "HEARTBEAT_ACK"},
    {6, "ABORT"},
    {7, "SHUTDOWN"},
    {8, "SHUTDOWN_ACK"},
    {9, "ERROR"},
    {10, "COOKIE_ECHO"},
    {11, "COOKIE_ACK"},
    {12, "ECN_ECNE"},
    {13, "ECN_CWR"},
    {14, "SHUTDOWN_COMPLETE"},
    {64, "I_DATA"},
    {128, "ASCONF_ACK"},
    {130, "RE_CONFIG"},
    {132, "PAD"},
    {192, "FORWARD_TSN"},
    {193, "ASCONF"},
    {194, "I_FORWARD_TSN"},
};

// The flags that a chunk can have, from the highest bit: RFC 9260, RFC 8260.
static const struct xt_name flag_letters[] = {
    {0, "----IUBE"},
    {6, "-------T"},
    {14, "-------T"},
    {64, "----IUBE"},
};

static bool check_sctp(const void *bytes) {
    const struct xt_sctp_info *info = bytes;
    return info->flag_count >= 0 && info->flag_count <= XT_NUM_SCTP_FLAGS;
}

static bool has_chunk(const struct xt_sctp_info *sctp, unsigned int type) {
    return sctp->chunkmap[type / 32] & 1U << type % 32;
}

static unsigned int count_chunks(const struct xt_sctp_info *sctp) {
    unsigned int count = 0;
    for (unsigned int type = 0; type < TYPE_COUNT; type++)
        count += has_chunk(sctp, type);
    return count;
}

// ":Be": a flag that must be set is a capital.
static void put_flags(struct xt_writer *writer, const struct xt_sctp_flag_info *flags) {
    const char *letters = xt_name(flag_letters, XT_COUNT(flag_letters), flags->chunktype);
    if (flags->flag_mask == 0)
        return;
    buffer_putc(writer->value, ':');
    for (int bit = 7; bit >= 0; bit--) {
        if (!(flags->flag_mask & 1 << bit))
            continue;
        char letter = letters ? letters[7 - bit] : '-';
        buffer_putc(writer->value,
                    flags->flag & 1 << bit ? letter : (char)tolower((unsigned char)letter));
    }
}

static void put_chunk(struct xt_writer *writer, const struct xt_sctp_info *sctp,
                      unsigned int type) {
    const char *name = xt_name(chunks, XT_COUNT(chunks), type);
    if (name)
        buffer_puts(writer->value, name);
    for (int i = 0; i < sctp->flag_count; i++) {
        if (sctp->flag_info[i].chunktype == type)
            put_flags(writer, &sctp->flag_info[i]);
    }
}

static void put_chunks(struct xt_writer *writer, const struct xt_sctp_info *sctp) {
    unsigned int count = count_chunks(sctp);
    if (count == 0 || count == TYPE_COUNT) {
        buffer_puts(writer->value, count == 0 ? "NONE" : "ALL");
        return;
    }
    const char *comma = "";
    for (unsigned int type = 0; type < TYPE_COUNT; type++) {
        if (!has_chunk(sctp, type))
            continue;
        buffer_puts(writer->value, comma);
        put_chunk(writer, sctp, type);
        comma = ",";
    }
}

static const struct xt_name match_types[] = {
    {SCTP_CHUNK_MATCH_ANY, "any"},
    {SCTP_CHUNK_MATCH_ALL, "all"},
    {SCTP_CHUNK_MATCH_ONLY, "only"},
};

static void write_chunks(const struct xt_sctp_info *sctp, struct xt_writer *writer) {
    const char *type = xt_name(match_types, XT_COUNT(match_types), sctp->chunk_match_type);
    xt_option_name(writer, "--chunk-types", sctp->invflags & XT_SCTP_CHUNK_TYPES,
                   type ? type : "unknown");
    buffer_putc(writer->value, ' ');
    put_chunks(writer, sctp);
}

static void write_sctp(const void *info, struct xt_writer *writer) {
    const struct xt_sctp_info *sctp = info;
    if (sctp->flags & XT_SCTP_SRC_PORTS)
        xt_option_range(writer, "--sport", sctp->invflags & XT_SCTP_SRC_PORTS, sctp->spts[0],
                        sctp->spts[1]);
    if (sctp->flags & XT_SCTP_DEST_PORTS)
        xt_option_range(writer, "--dport", sctp->invflags & XT_SCTP_DEST_PORTS, sctp->dpts[0],
                        sctp->dpts[1]);
    if (sctp->flags & XT_SCTP_CHUNK_TYPES)
        write_chunks(sctp, writer);
}

const struct xt_extension xt_match_sctp[] = {
    {
        .name = "sctp",
        .size = sizeof(struct xt_sctp_info),
        .check = check_sctp,
        .write = write_sctp,
    },
    {0},
};
