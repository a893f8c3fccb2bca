// SPDX-License-Identifier: GPL-2.0-or-later
// What nfnetlink_hook tells of the functions at a hook: BPF programs among them, functions of
// ebtables, and the bypasses that programs are.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/bypass.h"
#include "source/hook_programs.h"
#include "source/legacy_bridge.h"
#include "source/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct hook_program *program) {
    const struct bypass_facts facts = {.hook_programs = program, .hook_program_count = 1};
    struct table *table = table_new(&bypass_kind);
    if (!table || bypass_add_rows(table, &facts) < 0 || table->count != 1)
        abort();
    const struct bypass *row = table_row(table, 0);
    if (row->prio != program->priority || row->id.value != program->id)
        abort();
    table_unref(table);
}

static int parse(const struct nlmsghdr *message, void *user_data) {
    struct hook_program program;
    (void)user_data;
    legacy_bridge_hook_parse(message);
    if (hook_program_parse(message, &program))
        use(&program);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct netlink_answer answer;
    struct error err = {0};
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, parse, NULL, &answer, &err);
    free(bytes);
    return 0;
}
