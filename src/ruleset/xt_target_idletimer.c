// SPDX-License-Identifier: GPL-2.0-or-later
// IDLETIMER: tells user space when packets have not come for some time.
#include <linux/netfilter/xt_IDLETIMER.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_revision_0(const void *info, struct xt_writer *writer) {
    const struct idletimer_tg_info *timer = info;
    xt_option_uint(writer, "--timeout", false, timer->timeout);
    xt_option_word(writer, "--label", false, timer->label, sizeof(timer->label));
}

static void write_revision_1(const void *info, struct xt_writer *writer) {
    const struct idletimer_tg_info_v1 *timer = info;
    xt_option_uint(writer, "--timeout", false, timer->timeout);
    xt_option_word(writer, "--label", false, timer->label, sizeof(timer->label));
    if (timer->timer_type == XT_IDLETIMER_ALARM)
        xt_flag(writer, "--alarm", false);
}

const struct xt_extension xt_target_idletimer[] = {
    {
        .name = "IDLETIMER",
        .is_target = true,
        .revision = 1,
        .size = sizeof(struct idletimer_tg_info_v1),
        .write = write_revision_1,
    },
    {
        .name = "IDLETIMER",
        .is_target = true,
        .size = sizeof(struct idletimer_tg_info),
        .write = write_revision_0,
    },
    {0},
};
