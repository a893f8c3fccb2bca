// SPDX-License-Identifier: GPL-2.0-or-later
// time: dates, days and times of day at which a packet arrives.
#include <linux/netfilter/xt_time.h>
#include <time.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

#define LAST_MONTHDAY 31

static const struct xt_name weekdays[] = {
    {1 << 1, "Mon"}, {1 << 2, "Tue"}, {1 << 3, "Wed"}, {1 << 4, "Thu"},
    {1 << 5, "Fri"}, {1 << 6, "Sat"}, {1 << 7, "Sun"},
};

static void write_time_of_day(struct xt_writer *writer, const char *option, uint32_t seconds) {
    xt_option(writer, option, false);
    buffer_printf(writer->value, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void write_monthdays(struct xt_writer *writer, uint32_t days) {
    const char *comma = "";
    xt_option(writer, "--monthdays", false);
    for (unsigned int day = 1; day <= LAST_MONTHDAY; day++) {
        if (!(days & 1U << day))
            continue;
        buffer_puts(writer->value, comma);
        buffer_put_uint(writer->value, day);
        comma = ",";
    }
}

// Seconds since 1970. iptables-save says every date but 0, also the end that a rule gets which has
// none: 2038-01-19T03:14:07, the last one in 31 bits.
static void write_date(struct xt_writer *writer, const char *option, uint32_t date) {
    if (date == 0)
        return;
    struct tm parts;
    time_t seconds = date;
    gmtime_r(&seconds, &parts);
    xt_option(writer, option, false);
    buffer_printf(writer->value, "%04u-%02u-%02uT%02u:%02u:%02u", parts.tm_year + 1900U,
                  parts.tm_mon + 1U, (unsigned)parts.tm_mday, (unsigned)parts.tm_hour,
                  (unsigned)parts.tm_min, (unsigned)parts.tm_sec);
}

static void write_time(const void *info, struct xt_writer *writer) {
    const struct xt_time_info *when = info;
    if (when->daytime_start != XT_TIME_MIN_DAYTIME || when->daytime_stop != XT_TIME_MAX_DAYTIME) {
        write_time_of_day(writer, "--timestart", when->daytime_start);
        write_time_of_day(writer, "--timestop", when->daytime_stop);
    }
    if (when->monthdays_match != XT_TIME_ALL_MONTHDAYS)
        write_monthdays(writer, when->monthdays_match);
    if (when->weekdays_match != XT_TIME_ALL_WEEKDAYS) {
        xt_option(writer, "--weekdays", false);
        xt_put_bits(writer, when->weekdays_match, weekdays, XT_COUNT(weekdays));
    }
    write_date(writer, "--datestart", when->date_start);
    write_date(writer, "--datestop", when->date_stop);
    if (when->flags & XT_TIME_LOCAL_TZ)
        xt_flag(writer, "--kerneltz", false);
    if (when->flags & XT_TIME_CONTIGUOUS)
        xt_flag(writer, "--contiguous", false);
}

const struct xt_extension xt_match_time[] = {
    {.name = "time", .size = sizeof(struct xt_time_info), .write = write_time},
    {0},
};
