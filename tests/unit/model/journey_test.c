// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/journey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define MILLISECOND INT64_C(1000000)

static const int pod, host, peer; // places

// A TCP segment from host `src` to host `dst`.
static struct packet segment(uint8_t src, uint8_t dst, uint32_t sequence, int64_t time) {
    struct packet packet = {.time = time};
    packet.first = (struct packet_header){
        .known = PACKET_HAS_PORTS | PACKET_HAS_TCP | PACKET_HAS_IP_ID,
        .src = address_from_bytes((const uint8_t[]){10, 0, 0, src}, 4),
        .dst = address_from_bytes((const uint8_t[]){10, 0, 0, dst}, 4),
        .proto = 6,
        .ttl = 64,
        .length = 60,
        .sport = 1000,
        .dport = 80,
        .tcp_sequence = sequence,
        .ip_id = 77,
    };
    packet.last = packet.first;
    return packet;
}

static void test_same_identification_is_sure(void **state) {
    struct packet a = segment(1, 2, 5, 0), b = segment(1, 2, 5, MILLISECOND);
    (void)state;
    assert_int_equal(journey_match(&a, &b), JOURNEY_SURE);
    b.first.ttl = 63;
    assert_int_equal(journey_match(&a, &b), JOURNEY_SURE);
    b.first.ttl = 65;
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER);
}

static void test_nat_leaves_one_end(void **state) {
    struct packet a = segment(1, 2, 5, 0), b = segment(9, 2, 5, MILLISECOND);
    (void)state;
    b.first.sport = 4000; // source NAT is seen in the next namespace only
    assert_int_equal(journey_match(&a, &b), JOURNEY_SURE);
    a.last.dst = address_from_bytes((const uint8_t[]){10, 0, 0, 7}, 4);
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER);
}

static void test_without_identification_it_is_a_guess(void **state) {
    struct packet a = segment(1, 2, 5, 0), b = segment(1, 2, 5, MILLISECOND);
    (void)state;
    a.last.known = b.first.known = PACKET_HAS_PORTS;
    a.last.proto = b.first.proto = 17;
    assert_int_equal(journey_match(&a, &b), JOURNEY_GUESS);
    b.first.length = 61;
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER);
}

static void test_others_are_others(void **state) {
    struct packet a = segment(1, 2, 5, 0), b = segment(1, 2, 6, MILLISECOND);
    (void)state;
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER); // another sequence number
    b = segment(1, 2, 5, MILLISECOND);
    b.first.ip_id = 78;
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER);
    b = segment(1, 2, 5, 2 * JOURNEY_WINDOW);
    assert_int_equal(journey_match(&a, &b), JOURNEY_OTHER);
}

// --- Collecting ----------------------------------------------------------------------------------

struct seen {
    size_t journeys, parts;
    const void *places[8];
    uint64_t numbers[8];
};

static int take(const struct journey_part *parts, size_t count, void *user_data) {
    struct seen *seen = user_data;
    seen->journeys++;
    for (size_t i = 0; i < count; i++) {
        seen->places[seen->parts] = parts[i].where;
        seen->numbers[seen->parts++] = parts[i].traced->packet.journey;
        traced_packet_unref(parts[i].traced);
    }
    return 0;
}

static void add(struct journeys *journeys, struct packet packet, const void *where, int64_t now) {
    struct traced_packet *traced = calloc(1, sizeof(*traced));
    assert_non_null(traced);
    traced->packet = packet;
    assert_int_equal(journeys_add(journeys, traced, where, now), 0);
}

static void test_parts_come_in_the_order_of_time(void **state) {
    struct seen seen = {0};
    struct journeys *journeys = journeys_new(take, &seen);
    (void)state;
    assert_non_null(journeys);
    assert_true(journeys_deadline(journeys) == INT64_MAX);
    add(journeys, segment(1, 2, 5, 2 * MILLISECOND), &host, 0);
    add(journeys, segment(1, 2, 6, 2 * MILLISECOND), &host, 0); // another packet
    add(journeys, segment(1, 2, 5, 3 * MILLISECOND), &peer, MILLISECOND);
    add(journeys, segment(1, 2, 5, MILLISECOND), &pod, MILLISECOND);
    assert_true(journeys_deadline(journeys) == JOURNEY_WAIT);
    assert_int_equal(journeys_expire(journeys, JOURNEY_WAIT), 0);
    assert_int_equal(seen.journeys, 1);
    assert_int_equal(seen.numbers[0], 0); // alone: no journey
    assert_int_equal(journeys_expire(journeys, INT64_MAX), 0);
    assert_int_equal(seen.journeys, 2);
    assert_int_equal(seen.parts, 4);
    assert_ptr_equal(seen.places[1], &pod);
    assert_ptr_equal(seen.places[2], &host);
    assert_ptr_equal(seen.places[3], &peer);
    assert_int_equal(seen.numbers[3], 1);
    journeys_free(journeys);
}

// Where rules are read meanwhile, the node's events can be heard well before the pod's; what NAT
// and routing did there tells which was first.
static void test_order_of_reading_does_not_matter(void **state) {
    struct seen seen = {0};
    struct journeys *journeys = journeys_new(take, &seen);
    struct packet there = segment(1, 2, 5, 0);
    (void)state;
    assert_non_null(journeys);
    there.last.src = address_from_bytes((const uint8_t[]){10, 0, 0, 9}, 4);
    there.last.ttl = 63;
    there.iif = "cni0";
    add(journeys, there, &host, 0);
    add(journeys, segment(1, 2, 5, 20 * MILLISECOND), &pod, 20 * MILLISECOND);
    assert_int_equal(journeys_expire(journeys, INT64_MAX), 0);
    assert_int_equal(seen.journeys, 1);
    assert_ptr_equal(seen.places[0], &pod);
    assert_ptr_equal(seen.places[1], &host);
    journeys_free(journeys);
}

static void test_what_is_left_is_dropped(void **state) {
    struct seen seen = {0};
    struct journeys *journeys = journeys_new(take, &seen);
    (void)state;
    assert_non_null(journeys);
    add(journeys, segment(1, 2, 5, 0), &host, 0);
    journeys_free(journeys);
    assert_int_equal(seen.journeys, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_identification_is_sure),
        cmocka_unit_test(test_nat_leaves_one_end),
        cmocka_unit_test(test_without_identification_it_is_a_guess),
        cmocka_unit_test(test_others_are_others),
        cmocka_unit_test(test_parts_come_in_the_order_of_time),
        cmocka_unit_test(test_order_of_reading_does_not_matter),
        cmocka_unit_test(test_what_is_left_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
