// SPDX-License-Identifier: GPL-2.0-or-later
// LOG, NFLOG and ULOG: report the packet to the kernel's log, to a group of nfnetlink_log, or,
// until Linux 3.17, to a group of its predecessor.
#include <linux/netfilter/xt_LOG.h>
#include <linux/netfilter/xt_NFLOG.h>
#include <strings.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

#define DEFAULT_LEVEL 4 // warning

static void write_prefix(struct xt_writer *writer, const char *option, const char *prefix,
                         size_t max) {
    if (*prefix != '\0')
        xt_option_text(writer, option, false, prefix, max);
}

static const struct {
    uint8_t flag;
    const char *option;
} log_flags[] = {
    {XT_LOG_TCPSEQ, "--log-tcp-sequence"}, {XT_LOG_TCPOPT, "--log-tcp-options"},
    {XT_LOG_IPOPT, "--log-ip-options"},    {XT_LOG_UID, "--log-uid"},
    {XT_LOG_MACDECODE, "--log-macdecode"},
};

static void write_log(const void *info, struct xt_writer *writer) {
    const struct xt_log_info *log = info;
    write_prefix(writer, "--log-prefix", log->prefix, sizeof(log->prefix));
    if (log->level != DEFAULT_LEVEL)
        xt_option_uint(writer, "--log-level", false, log->level);
    for (size_t i = 0; i < XT_COUNT(log_flags); i++) {
        if (log->logflags & log_flags[i].flag)
            xt_flag(writer, log_flags[i].option, false);
    }
}

static void write_nflog(const void *info, struct xt_writer *writer) {
    const struct xt_nflog_info *log = info;
    write_prefix(writer, "--nflog-prefix", log->prefix, sizeof(log->prefix));
    if (log->group != 0)
        xt_option_uint(writer, "--nflog-group", false, log->group);
    if (log->flags & XT_NFLOG_F_COPY_LEN)
        xt_option_uint(writer, "--nflog-size", false, log->len);
    else if (log->len != 0)
        xt_option_uint(writer, "--nflog-range", false, log->len);
    if (log->threshold != XT_NFLOG_DEFAULT_THRESHOLD)
        xt_option_uint(writer, "--nflog-threshold", false, log->threshold);
}

// linux/netfilter_ipv4/ipt_ULOG.h, which kernels no longer have.
struct ulog_target {
    unsigned int group_bit;
    size_t copy_range;
    size_t threshold;
    char prefix[32];
};

static void write_ulog(const void *info, struct xt_writer *writer) {
    const struct ulog_target *log = info;
    write_prefix(writer, "--ulog-prefix", log->prefix, sizeof(log->prefix));
    if (log->group_bit != 1)
        xt_option_uint(writer, "--ulog-nlgroup", false, (uint64_t)ffs((int)log->group_bit));
    if (log->copy_range != 0)
        xt_option_uint(writer, "--ulog-cprange", false, log->copy_range);
    if (log->threshold != 1)
        xt_option_uint(writer, "--ulog-qthreshold", false, log->threshold);
}

const struct xt_extension xt_target_log[] = {
    {.name = "LOG", .is_target = true, .size = sizeof(struct xt_log_info), .write = write_log},
    {0},
};

const struct xt_extension xt_target_nflog[] = {
    {
        .name = "NFLOG",
        .is_target = true,
        .size = sizeof(struct xt_nflog_info),
        .write = write_nflog,
    },
    {0},
};

const struct xt_extension xt_target_ulog[] = {
    {
        .name = "ULOG",
        .is_target = true,
        .family = NF_FAMILY_IP,
        .size = sizeof(struct ulog_target),
        .write = write_ulog,
    },
    {0},
};
