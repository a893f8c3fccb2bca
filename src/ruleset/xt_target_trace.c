// SPDX-License-Identifier: GPL-2.0-or-later
// TRACE: reports each rule that the packet meets. It has no options.
#include "ruleset/xt.h"

const struct xt_extension xt_target_trace[] = {
    {.name = "TRACE", .is_target = true},
    {0},
};
