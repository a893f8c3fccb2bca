// SPDX-License-Identifier: GPL-2.0-or-later
// cpu: the processor that handles the packet.
#include <linux/netfilter/xt_cpu.h>

#include "ruleset/xt.h"
#include "ruleset/xt_writer.h"

static void write_cpu(const void *info, struct xt_writer *writer) {
    const struct xt_cpu_info *cpu = info;
    xt_option_uint(writer, "--cpu", cpu->invert, cpu->cpu);
}

const struct xt_extension xt_match_cpu[] = {
    {.name = "cpu", .size = sizeof(struct xt_cpu_info), .write = write_cpu},
    {0},
};
