// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/trace_text.h"

#include <string.h>
#include <time.h>

#include "base/text.h"

// What came from the rules may be anybody's bytes.
static void put(const char *text, struct buffer *buffer) {
    text_printable(text, strlen(text), buffer);
}

static void put_word(const char *text, struct buffer *buffer) {
    buffer_putc(buffer, ' ');
    put(text, buffer);
}

static void put_clock(int64_t time, struct buffer *buffer) {
    time_t seconds = (time_t)(time / 1000000000);
    struct tm clock;
    if (localtime_r(&seconds, &clock))
        buffer_printf(buffer, "%02d:%02d:%02d.%06d", clock.tm_hour, clock.tm_min, clock.tm_sec,
                      (int)(time % 1000000000 / 1000));
}

static void put_outcome(const struct packet *packet, struct buffer *buffer) {
    buffer_printf(buffer, ": %s", packet_outcome_names.names[packet->outcome]);
    if (packet->reason) {
        buffer_puts(buffer, " by");
        put_word(packet->reason, buffer);
    }
    if (packet->incomplete)
        buffer_puts(buffer, ", incomplete: events were lost");
    if (packet->journey)
        buffer_printf(buffer, ", journey %llu%s", (unsigned long long)packet->journey,
                      packet->guessed ? " (a guess)" : "");
}

static void put_packet(const struct packet *packet, const char *netns, struct buffer *buffer) {
    put_clock(packet->time, buffer);
    if (netns)
        put_word(netns, buffer);
    if (packet->iif || packet->oif) {
        put_word(packet->iif ? packet->iif : "-", buffer);
        buffer_puts(buffer, " >");
        put_word(packet->oif ? packet->oif : "-", buffer);
    }
    buffer_putc(buffer, ' ');
    packet_header_format(&packet->first, buffer);
    if (packet->ct_state)
        put_word(packet->ct_state, buffer);
    put_outcome(packet, buffer);
    buffer_putc(buffer, '\n');
}

static void put_step(const struct packet_step *step, struct buffer *buffer) {
    struct buffer text = BUFFER_INIT;
    packet_step_format(step, &text);
    buffer_printf(buffer, "    %-11s ", step->hook ? step->hook : "");
    buffer_fill(buffer, ' ', (size_t)step->depth * 2);
    put(buffer_text(&text), buffer);
    buffer_done(&text);
    for (size_t i = 0; i < step->change_count; i++) {
        buffer_puts(buffer, i == 0 ? "  [" : ", ");
        put(step->changes[i], buffer);
    }
    buffer_puts(buffer, step->change_count > 0 ? "]\n" : "\n");
}

void trace_text_format(const struct packet *packet, const char *netns, struct buffer *buffer) {
    put_packet(packet, netns, buffer);
    for (size_t i = 0; i < packet->step_count; i++)
        put_step(&packet->steps[i], buffer);
}
