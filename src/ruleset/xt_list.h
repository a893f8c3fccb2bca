// SPDX-License-Identifier: GPL-2.0-or-later
// The register of extensions: one line for each, in the order of the names that the kernel knows
// them by (strcmp's, so capitals come first). Their arrays stand in xt_match_*.c and xt_target_*.c.
#ifndef RULESET_XT_LIST_H
#define RULESET_XT_LIST_H

// clang-format off
#define XT_LIST(extension) \
    extension(xt_match_comment) \
    extension(xt_match_tcp) \
    extension(xt_match_udp) \
// clang-format on

#endif
