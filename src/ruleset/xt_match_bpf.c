// SPDX-License-Identifier: GPL-2.0-or-later
// bpf: a program says whether the packet fits; it stands in the rule or, since revision 1, in
// bpffs.
#include <linux/netfilter/xt_bpf.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static bool check_program(const void *bytes) {
    const struct xt_bpf_info *info = bytes;
    return info->bpf_program_num_elem <= XT_BPF_MAX_NUM_INSTR;
}

static bool check_mode(const void *bytes) {
    const struct xt_bpf_info_v1 *info = bytes;
    return info->mode == XT_BPF_MODE_FD_PINNED ||
           (info->mode == XT_BPF_MODE_BYTECODE &&
            info->bpf_program_num_elem <= XT_BPF_MAX_NUM_INSTR);
}

// "3,48 0 0 9,21 0 1 6,6 0 0 0", in quotes: the number of instructions, then each of them.
static void write_program(struct xt_writer *writer, const struct sock_filter *program,
                          size_t count) {
    xt_option(writer, "--bytecode", false);
    xt_put_quote(writer);
    buffer_put_uint(writer->value, count);
    for (size_t i = 0; i < count; i++)
        buffer_printf(writer->value, ",%u %u %u %u", program[i].code, program[i].jt, program[i].jf,
                      program[i].k);
    xt_put_quote(writer);
}

static void write_revision_0(const void *info, struct xt_writer *writer) {
    const struct xt_bpf_info *bpf = info;
    write_program(writer, bpf->bpf_program, bpf->bpf_program_num_elem);
}

static void write_revision_1(const void *info, struct xt_writer *writer) {
    const struct xt_bpf_info_v1 *bpf = info;
    if (bpf->mode == XT_BPF_MODE_BYTECODE)
        write_program(writer, bpf->bpf_program, bpf->bpf_program_num_elem);
    else
        xt_option_word(writer, "--object-pinned", false, bpf->path, sizeof(bpf->path));
}

const struct xt_extension xt_match_bpf[] = {
    {
        .name = "bpf",
        .size = sizeof(struct xt_bpf_info),
        .check = check_program,
        .write = write_revision_0,
    },
    {
        .name = "bpf",
        .revision = 1,
        .size = sizeof(struct xt_bpf_info_v1),
        .check = check_mode,
        .write = write_revision_1,
    },
    {0},
};
