// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/xt_rate.h"

#include <stddef.h>

#include "ruleset/xt_values.h"

// iptables takes the longest unit that does not lose too much of the rate: it goes on to a shorter
// one while what would be cut off is more than the quotient.
static const struct {
    uint32_t seconds;
    const char *name;
} units[] = {{24 * 60 * 60, "day"}, {60 * 60, "hour"}, {60, "min"}, {1, "sec"}};

static size_t unit_of(uint64_t cost, uint64_t scale) {
    size_t unit = 1;
    for (; unit < XT_COUNT(units); unit++) {
        uint64_t credit = units[unit].seconds * scale;
        if (cost > credit || credit / cost < credit % cost)
            break;
    }
    return unit - 1;
}

uint32_t xt_put_rate(struct xt_writer *writer, uint64_t cost, uint64_t scale) {
    if (cost == 0) {
        buffer_puts(writer->value, "inf");
        return 0;
    }
    size_t unit = unit_of(cost, scale);
    buffer_put_uint(writer->value, units[unit].seconds * scale / cost);
    buffer_putc(writer->value, '/');
    buffer_puts(writer->value, units[unit].name);
    return units[unit].seconds;
}
