// SPDX-License-Identifier: GPL-2.0-or-later
// netscope --dump: reads what the plan wants and writes it.
#ifndef DUMP_DUMP_H
#define DUMP_DUMP_H

#include <stdbool.h>

#include "base/error.h"
#include "dump/plan.h"

// Writes to the descriptor. Returns 0, and in ret_whole whether all that was asked for could be
// read (what could not is in the output's status, and for DUMP_TEXT on standard error); or -errno:
// -EPIPE when the reader went away, which needs no words, or what err says.
int dump_run(const struct dump_plan *plan, int fd, bool *ret_whole, struct error *err);

#endif
