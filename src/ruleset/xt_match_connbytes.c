// SPDX-License-Identifier: GPL-2.0-or-later
// connbytes: how much a connection has carried so far.
#include <linux/netfilter/xt_connbytes.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const modes[] = {
    [XT_CONNBYTES_PKTS] = "packets",
    [XT_CONNBYTES_BYTES] = "bytes",
    [XT_CONNBYTES_AVGPKT] = "avgpkt",
};
static const char *const directions[] = {
    [XT_CONNBYTES_DIR_ORIGINAL] = "original",
    [XT_CONNBYTES_DIR_REPLY] = "reply",
    [XT_CONNBYTES_DIR_BOTH] = "both",
};

static bool check_connbytes(const void *bytes) {
    const struct xt_connbytes_info *info = bytes;
    return info->what < XT_COUNT(modes) && info->direction < XT_COUNT(directions);
}

// An inverted range has its ends the wrong way round. No upper end is 0 or the largest number.
static void write_connbytes(const void *info, struct xt_writer *writer) {
    const struct xt_connbytes_info *bytes = info;
    bool inverted = bytes->count.from > bytes->count.to;
    uint64_t from = inverted ? bytes->count.to : bytes->count.from;
    uint64_t to = inverted ? bytes->count.from : bytes->count.to;
    xt_option_uint(writer, "--connbytes", inverted, from);
    if (to != 0 && to != UINT64_MAX) {
        buffer_putc(writer->value, ':');
        buffer_put_uint(writer->value, to);
    }
    xt_option_name(writer, "--connbytes-mode", false, modes[bytes->what]);
    xt_option_name(writer, "--connbytes-dir", false, directions[bytes->direction]);
}

const struct xt_extension xt_match_connbytes[] = {
    {
        .name = "connbytes",
        .size = sizeof(struct xt_connbytes_info),
        .check = check_connbytes,
        .write = write_connbytes,
    },
    {0},
};
