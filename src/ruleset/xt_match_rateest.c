// SPDX-License-Identifier: GPL-2.0-or-later
// rateest: compares the rate that a RATEEST target has measured with a number, or two such rates.
#include <linux/netfilter/xt_rateest.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const char *const modes[] = {
    [XT_RATEEST_MATCH_EQ] = "--rateest-eq",
    [XT_RATEEST_MATCH_LT] = "--rateest-lt",
    [XT_RATEEST_MATCH_GT] = "--rateest-gt",
};

static bool check_rateest(const void *bytes) {
    const struct xt_rateest_match_info *info = bytes;
    return info->mode > XT_RATEEST_MATCH_NONE && info->mode < XT_COUNT(modes);
}

// Bytes a second, said in bits.
static void put_bit_rate(struct xt_writer *writer, uint32_t rate) {
    double bits = 8.0 * rate;
    if (bits >= 1e9)
        buffer_printf(writer->value, "%.0fMbit", bits / 1e6);
    else if (bits >= 1e6)
        buffer_printf(writer->value, "%.0fKbit", bits / 1e3);
    else
        buffer_printf(writer->value, "%.0fbit", bits);
}

static void put_packet_rate(struct xt_writer *writer, uint32_t rate) {
    buffer_put_uint(writer->value, rate);
}

static void write_mode(const struct xt_rateest_match_info *info, struct xt_writer *writer) {
    xt_flag(writer, modes[info->mode], info->flags & XT_RATEEST_MATCH_INVERT);
}

struct rate_form {
    const char *single, *first, *second;
    void (*put)(struct xt_writer *writer, uint32_t rate);
};

// With a delta, each of two rates is first lessened by a number of its own. A rate compared with
// another one has no number.
static void write_rates(const struct xt_rateest_match_info *info, struct xt_writer *writer,
                        const struct rate_form *form, uint32_t rate1, uint32_t rate2) {
    const char *last = form->single;
    if (info->flags & XT_RATEEST_MATCH_DELTA) {
        xt_option(writer, form->first, false);
        form->put(writer, rate1);
        last = form->second;
    }
    write_mode(info, writer);
    if (info->flags & (XT_RATEEST_MATCH_ABS | XT_RATEEST_MATCH_DELTA)) {
        xt_option(writer, last, false);
        form->put(writer, rate2);
    } else {
        xt_flag(writer, last, false);
    }
}

static void write_rateest(const void *info, struct xt_writer *writer) {
    static const struct rate_form bits = {"--rateest-bps", "--rateest-bps1", "--rateest-bps2",
                                          put_bit_rate};
    static const struct rate_form packets = {"--rateest-pps", "--rateest-pps1", "--rateest-pps2",
                                             put_packet_rate};
    const struct xt_rateest_match_info *rates = info;
    bool relative = rates->flags & XT_RATEEST_MATCH_REL;
    if (rates->flags & XT_RATEEST_MATCH_DELTA)
        xt_flag(writer, "--rateest-delta", false);
    xt_option_word(writer, relative ? "--rateest1" : "--rateest", false, rates->name1,
                   sizeof(rates->name1));
    if (rates->flags & XT_RATEEST_MATCH_BPS)
        write_rates(rates, writer, &bits, rates->bps1, rates->bps2);
    if (rates->flags & XT_RATEEST_MATCH_PPS)
        write_rates(rates, writer, &packets, rates->pps1, rates->pps2);
    if (relative)
        xt_option_word(writer, "--rateest2", false, rates->name2, sizeof(rates->name2));
}

const struct xt_extension xt_match_rateest[] = {
    {
        .name = "rateest",
        .size = sizeof(struct xt_rateest_match_info),
        .check = check_rateest,
        .write = write_rateest,
    },
    {0},
};
