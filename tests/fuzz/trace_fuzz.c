// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of a trace, of nftables and of legacy tables, as the kernel would send them or not:
// parsed, put together, and every field of what came of it read. The seeds are messages of a real
// kernel.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dump/trace_text.h"
#include "model/packet_assembly.h"
#include "source/netlink.h"
#include "source/trace_event_parse.h"
#include "source/trace_legacy_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct packet_assembly *assembly;
    struct arena arena;
    int64_t time;
};

static int describe(const struct trace_event *event, struct arena *arena, struct packet_step *step,
                    void *user_data) {
    (void)event, (void)arena, (void)step, (void)user_data;
    return 0;
}

static int take_packet(struct traced_packet *traced, void *user_data) {
    struct buffer text = BUFFER_INIT;
    const struct row_ref ref = {.row = &traced->packet};
    (void)user_data;
    for (size_t i = 1; i < packet_kind.field_count; i++) {
        struct value value;
        field_read(&packet_kind.fields[i], &ref, &value);
        value_format(&value, &text);
    }
    trace_text_format(&traced->packet, "netns", &text);
    buffer_done(&text);
    traced_packet_unref(traced);
    return 0;
}

// Every table whose name begins so is taken for netscope's.
static enum packet_event_origin origin_of(const struct trace_event *event) {
    if (event->table[0] != 'n')
        return PACKET_EVENT_OTHER;
    return event->chain[0] == 'c' ? PACKET_EVENT_CHOSEN : PACKET_EVENT_OURS;
}

static int take_message(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct trace_event event;
    if (trace_legacy_parse(message, &reading->arena, &event) == 0 &&
        packet_assembly_add_legacy(reading->assembly, &event, reading->time) < 0)
        abort();
    int r = trace_event_parse(message, &reading->arena, &event);
    if (r == 0 &&
        packet_assembly_add(reading->assembly, &event, origin_of(&event), reading->time++) < 0)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct reading reading = {.assembly = packet_assembly_new(describe, take_packet, NULL)};
    struct netlink_answer answer = {0};
    struct error err;
    // A block of its own, so that one byte too far is seen; aligned as a socket's buffer is.
    void *bytes = malloc(size ? size : 1);
    if (!reading.assembly || !bytes)
        abort();
    memcpy(bytes, data, size);
    netlink_parse(bytes, size, 0, take_message, &reading, &answer, &err);
    if (packet_assembly_expire(reading.assembly, INT64_MAX) < 0)
        abort();
    packet_assembly_free(reading.assembly);
    arena_done(&reading.arena);
    free(bytes);
    return 0;
}
