// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_assembly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/ruleset.h"

#define PACKETS_MAX 8
#define MILLISECOND INT64_C(1000000)

struct fixture {
    struct packet_assembly *assembly;
    struct traced_packet *packets[PACKETS_MAX];
    size_t count;
};

static int describe(const struct trace_event *event, struct arena *arena, struct packet_step *step,
                    void *user_data) {
    (void)event, (void)arena, (void)step, (void)user_data;
    return 0;
}

static int take(struct traced_packet *packet, void *user_data) {
    struct fixture *fixture = user_data;
    assert_true(fixture->count < PACKETS_MAX);
    fixture->packets[fixture->count++] = packet;
    return 0;
}

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.assembly = packet_assembly_new(describe, take, &fixture)};
    *state = &fixture;
    return fixture.assembly ? 0 : -1;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    for (size_t i = 0; i < fixture->count; i++)
        traced_packet_unref(fixture->packets[i]);
    packet_assembly_free(fixture->assembly);
    return 0;
}

static struct packet_header header_to(uint8_t host) {
    struct packet_header header = {.known = PACKET_HAS_PORTS, .proto = 17, .length = 60};
    header.src = address_from_bytes((const uint8_t[]){10, 0, 0, 1}, 4);
    header.dst = address_from_bytes((const uint8_t[]){10, 0, 0, host}, 4);
    header.sport = 1000;
    header.dport = 53;
    return header;
}

static struct trace_event rule(uint32_t id, const char *chain, uint64_t handle, int32_t verdict) {
    return (struct trace_event){.id = id,
                                .family = NF_FAMILY_IP,
                                .type = TRACE_RULE,
                                .table = "t",
                                .chain = chain,
                                .handle = maybe_of(handle),
                                .verdict = verdict,
                                .has_verdict = true};
}

static void add(struct fixture *fixture, struct trace_event event, enum packet_event_origin origin,
                int64_t time) {
    assert_int_equal(packet_assembly_add(fixture->assembly, &event, origin, time), 0);
}

static void choose(struct fixture *fixture, uint32_t id, uint8_t host, int64_t time) {
    struct trace_event event = rule(id, "chosen", 1, NF_VERDICT_CONTINUE);
    event.has_header = true;
    event.header = header_to(host);
    add(fixture, event, PACKET_EVENT_CHOSEN, time);
}

static void expire(struct fixture *fixture, int64_t now) {
    assert_int_equal(packet_assembly_expire(fixture->assembly, now), 0);
}

static void test_calls_are_indented(void **state) {
    struct fixture *f = *state;
    struct trace_event first = rule(7, "BASE", 2, NF_VERDICT_JUMP);
    first.has_header = true;
    first.header = header_to(2);
    choose(f, 7, 2, 0);
    add(f, first, PACKET_EVENT_OTHER, 1);
    add(f, rule(7, "A", 3, NF_VERDICT_JUMP), PACKET_EVENT_OTHER, 2);
    add(f, rule(7, "B", 4, NF_VERDICT_GOTO), PACKET_EVENT_OTHER, 3);
    add(f, rule(7, "C", 5, NF_VERDICT_CONTINUE), PACKET_EVENT_OTHER, 4);
    // The end of C, which B went to, is not told: A goes on.
    add(f, rule(7, "A", 6, NF_VERDICT_CONTINUE), PACKET_EVENT_OTHER, 5);
    add(f, rule(7, "BASE", 7, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 6);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 1);
    const struct packet *packet = &f->packets[0]->packet;
    static const uint8_t depths[] = {0, 1, 2, 2, 1, 0};
    assert_int_equal(packet->step_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(packet->steps[i].depth, depths[i]);
    assert_int_equal(packet->outcome, PACKET_DROPPED);
    assert_string_equal(packet->reason, "ip t BASE handle 7");
}

static void test_what_changes_is_told(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    // An event of no rule tells of the packet in place of the next one.
    struct trace_event ahead = {.id = 7, .type = TRACE_RULE, .table = "t", .chain = "BASE"};
    ahead.has_header = true;
    ahead.header = header_to(9);
    add(f, ahead, PACKET_EVENT_OTHER, 1);
    struct trace_event policy = {.id = 7,
                                 .family = NF_FAMILY_IP,
                                 .type = TRACE_POLICY,
                                 .table = "t",
                                 .chain = "BASE",
                                 .policy = maybe_of(NF_VERDICT_ACCEPT),
                                 .mark = maybe_of(0x4000)};
    add(f, policy, PACKET_EVENT_OTHER, 2);
    expire(f, INT64_MAX);
    const struct packet *packet = &f->packets[0]->packet;
    assert_int_equal(packet->step_count, 1);
    assert_string_equal(packet->changed, "dst 10.0.0.2:53 -> 10.0.0.9:53, mark 0x0 -> 0x4000");
    assert_int_equal(packet->steps[0].change_before, 1); // the mark is the step's own
    assert_int_equal(packet->outcome, PACKET_ACCEPTED);
    assert_string_equal(packet->reason, "policy of ip t BASE");
}

static void test_id_that_comes_again_is_another_packet(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    add(f, rule(7, "BASE", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
    choose(f, 7, 3, 2);
    add(f, rule(7, "BASE", 3, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 3);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.outcome, PACKET_ACCEPTED);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_DROPPED);
}

// By the loopback device a packet comes back with its trace bit, or a copy of it, which has another
// id.
static void test_packet_chosen_again_goes_on(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    add(f, rule(7, "OUTPUT", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
    struct trace_event again = rule(8, "prerouting", 9, NF_VERDICT_GOTO);
    again.has_header = true;
    again.header = header_to(2);
    add(f, again, PACKET_EVENT_OURS, 2);
    choose(f, 8, 2, 3);
    add(f, rule(8, "INPUT", 3, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 4);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->packets[0]->packet.step_count, 2);
}

// A bridge hands on what NAT has changed meanwhile.
static void test_nat_before_it_is_chosen_again(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    choose(f, 8, 4, 1); // another one
    struct trace_event again = rule(9, "prerouting", 9, NF_VERDICT_GOTO);
    again.has_header = true;
    again.header = header_to(3);
    again.header.dport = 5353;
    add(f, again, PACKET_EVENT_OURS, 2);
    choose(f, 9, 3, 3);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2); // of two that it can be, the one heard of last
    assert_int_equal(f->packets[1]->packet.trace_id, 9);
}

// A bridge hands on what the filter does not match any more: only the end of netscope's chain is
// told.
static void test_nat_so_that_it_is_not_chosen_again(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    choose(f, 8, 4, 1); // another one
    struct trace_event end = {.id = 9, .type = TRACE_POLICY, .table = "n", .chain = "prerouting"};
    end.has_header = true;
    end.header = header_to(3);
    end.header.dport = 5353;
    add(f, end, PACKET_EVENT_OURS, 2);
    add(f, rule(9, "FORWARD", 3, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 3);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.outcome, PACKET_ACCEPTED);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_DROPPED);
}

// A copy can have the id of a packet that is over.
static void test_copy_takes_the_id_of_another(void **state) {
    struct fixture *f = *state;
    struct trace_event second = rule(8, "chosen", 1, NF_VERDICT_CONTINUE);
    struct trace_event end = {.id = 7, .type = TRACE_POLICY, .table = "n", .chain = "forward"};
    second.has_header = end.has_header = true;
    second.header = end.header = header_to(4);
    second.header.length = end.header.length = 61;
    choose(f, 7, 2, 0);
    add(f, second, PACKET_EVENT_CHOSEN, 1);
    add(f, end, PACKET_EVENT_OURS, 2);
    add(f, rule(7, "FORWARD", 3, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 3);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.step_count, 0);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_DROPPED);
}

static void go_on(struct fixture *f, uint32_t id, int64_t time) {
    struct trace_event again = rule(id, "forward", 9, NF_VERDICT_GOTO);
    again.has_header = true;
    again.header = header_to(2);
    add(f, again, PACKET_EVENT_OURS, time);
    choose(f, id, 2, time + 1);
    add(f, rule(id, "FORWARD", 3, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, time + 2);
}

// Both of two that are alike to the last byte, as resets of a connection are, go on: each once,
// also with an id that the other one has had.
static void test_each_of_two_alike_goes_on(void **state) {
    static const uint32_t ids[][2] = {{9, 10}, {9, 9}};
    struct fixture *f = *state;
    for (size_t i = 0; i < 2; i++) {
        choose(f, 7, 2, 0);
        add(f, rule(7, "PREROUTING", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
        choose(f, 8, 2, 2);
        add(f, rule(8, "PREROUTING", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 3);
        go_on(f, ids[i][0], 4);
        go_on(f, ids[i][1], 8);
        expire(f, INT64_MAX);
    }
    assert_int_equal(f->count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(f->packets[i]->packet.step_count, 2);
}

// Resets of two connections differ in one end only, as if NAT had changed one.
static void test_one_that_is_the_same_comes_first(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 3, 0);
    choose(f, 8, 2, 1);
    add(f, rule(8, "OUTPUT", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 2);
    add(f, rule(7, "OUTPUT", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 3);
    go_on(f, 9, 4);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.step_count, 1);
    assert_int_equal(f->packets[1]->packet.step_count, 2);
}

// One CPU goes on with the first while another one has the second in a chain.
static void test_what_is_in_a_chain_stays_there(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    add(f, rule(7, "PREROUTING", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
    choose(f, 8, 2, 2);
    go_on(f, 9, 3);
    add(f, rule(8, "PREROUTING", 4, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 6);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.step_count, 2);
    assert_int_equal(f->packets[0]->packet.outcome, PACKET_ACCEPTED);
    assert_int_equal(f->packets[1]->packet.step_count, 1);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_DROPPED);
}

static void test_no_step_of_a_former_id_is_lost(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    go_on(f, 9, 1);
    add(f, rule(7, "PREROUTING", 4, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 6);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->packets[0]->packet.step_count, 2);
}

static void test_nothing_else_goes_on(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    struct trace_event again = rule(9, "prerouting", 9, NF_VERDICT_GOTO);
    again.has_header = true;
    again.header = header_to(2);
    again.header.length = 61;
    add(f, again, PACKET_EVENT_OURS, 1);
    choose(f, 9, 2, 2);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
}

static void choose_frame(struct fixture *f, uint32_t id, uint8_t start) {
    struct trace_event event = rule(id, "chosen", 1, NF_VERDICT_CONTINUE);
    event.has_header = true;
    event.header.ethertype = 0x806;
    event.header.start[0] = start;
    add(f, event, PACKET_EVENT_CHOSEN, 0);
}

// Of which the kernel shows no addresses: its first bytes tell.
static void test_frames_are_told_by_their_bytes(void **state) {
    struct fixture *f = *state;
    choose_frame(f, 7, 1);
    choose_frame(f, 8, 2);
    struct trace_event again = rule(9, "prerouting", 9, NF_VERDICT_GOTO);
    again.has_header = true;
    again.header.start[0] = 1;
    add(f, again, PACKET_EVENT_OURS, 1);
    add(f, rule(9, "INPUT", 3, NF_VERDICT_DROP), PACKET_EVENT_OTHER, 2);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[0]->packet.outcome, PACKET_DROPPED);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_ACCEPTED);
}

// Legacy tables see what was put together from fragments, of which nftables saw the parts.
static void test_legacy_line_of_a_whole(void **state) {
    struct fixture *f = *state;
    for (uint32_t id = 7; id < 9; id++) {
        struct trace_event event = rule(id, "chosen", 1, NF_VERDICT_CONTINUE);
        event.has_header = true;
        event.header = header_to(2);
        event.header.ip_id = 5;
        event.header.known =
            PACKET_HAS_IP_ID | (id == 7 ? PACKET_IN_FRAGMENTS : PACKET_IS_FRAGMENT);
        add(f, event, PACKET_EVENT_CHOSEN, id);
    }
    struct trace_event line = {.legacy = true, .type = TRACE_POLICY, .has_header = true};
    line.table = "filter";
    line.chain = "FORWARD";
    line.policy = maybe_of(NF_VERDICT_DROP);
    line.header = header_to(2);
    line.header.ip_id = 5;
    line.header.known |= PACKET_HAS_IP_ID;
    line.header.length = 3000;
    assert_int_equal(packet_assembly_add_legacy(f->assembly, &line, 9), 0);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 2);
    assert_int_equal(f->packets[1]->packet.outcome, PACKET_DROPPED);
}

static void test_others_traces_are_passed_over(void **state) {
    struct fixture *f = *state;
    add(f, rule(8, "BASE", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
    expire(f, INT64_MAX);
    assert_int_equal(f->count, 0);
}

static void test_idle_packets_are_over(void **state) {
    struct fixture *f = *state;
    assert_true(packet_assembly_deadline(f->assembly) == INT64_MAX);
    choose(f, 7, 2, MILLISECOND);
    assert_true(packet_assembly_deadline(f->assembly) == MILLISECOND + PACKET_IDLE);
    expire(f, PACKET_IDLE);
    assert_int_equal(f->count, 0);
    expire(f, MILLISECOND + PACKET_IDLE);
    assert_int_equal(f->count, 1);
}

static void test_loss_marks_what_is_under_way(void **state) {
    struct fixture *f = *state;
    choose(f, 7, 2, 0);
    add(f, rule(7, "BASE", 2, NF_VERDICT_ACCEPT), PACKET_EVENT_OTHER, 1);
    packet_assembly_lose(f->assembly);
    expire(f, INT64_MAX);
    assert_true(f->packets[0]->packet.incomplete);
    assert_int_equal(f->packets[0]->packet.outcome, PACKET_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_calls_are_indented, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_changes_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_id_that_comes_again_is_another_packet, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_packet_chosen_again_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nat_before_it_is_chosen_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nat_so_that_it_is_not_chosen_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_copy_takes_the_id_of_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_of_two_alike_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_is_the_same_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_in_a_chain_stays_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_step_of_a_former_id_is_lost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_else_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_frames_are_told_by_their_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_legacy_line_of_a_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_others_traces_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_idle_packets_are_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_loss_marks_what_is_under_way, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
