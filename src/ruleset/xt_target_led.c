// SPDX-License-Identifier: GPL-2.0-or-later
// LED: lets a light blink. The trigger's name is the option's with a prefix.
#include <linux/netfilter/xt_LED.h>
#include <string.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

#define PREFIX "netfilter-"

static bool check_led(const void *bytes) {
    const struct xt_led_info *info = bytes;
    return strncmp(info->id, PREFIX, strlen(PREFIX)) == 0;
}

static void write_led(const void *info, struct xt_writer *writer) {
    const struct xt_led_info *led = info;
    const char *id = led->id + strlen(PREFIX);
    xt_option(writer, "--led-trigger-id", false);
    xt_put_quoted(writer, id, strnlen(id, sizeof(led->id) - strlen(PREFIX)), "\"\\");
    // A light that stays on for ever ("inf") is printed as -1, which iptables takes, too.
    if (led->delay != 0) {
        xt_option(writer, "--led-delay", false);
        buffer_put_int(writer->value, (int32_t)led->delay);
    }
    if (led->always_blink)
        xt_flag(writer, "--led-always-blink", false);
}

const struct xt_extension xt_target_led[] = {
    {
        .name = "LED",
        .is_target = true,
        .size = sizeof(struct xt_led_info),
        .check = check_led,
        .write = write_led,
    },
    {0},
};
