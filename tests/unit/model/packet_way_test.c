// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/packet_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "ruleset/ruleset.h"

static struct packet_step at(const char *hook, const char *chain, const char *iif,
                             const char *oif) {
    return (struct packet_step){.type = PACKET_STEP_RULE,
                                .family = NF_FAMILY_IP,
                                .hook = hook,
                                .table = "filter",
                                .chain = chain,
                                .iif = iif,
                                .oif = oif};
}

// The way as text: "[hook]", "(route)", and each step's chain.
static void check(const struct packet_step *steps, size_t count, const char *expected) {
    const struct packet packet = {.steps = steps, .step_count = count};
    struct arena arena = ARENA_INIT;
    struct packet_way_item *items;
    size_t item_count;
    struct buffer text = BUFFER_INIT;
    assert_int_equal(packet_way_make(&packet, &arena, &items, &item_count), 0);
    for (size_t i = 0; i < item_count; i++) {
        switch ((enum packet_way_type)items[i].type) {
        case PACKET_WAY_HOOK:
            buffer_printf(&text, "[%s]", items[i].text);
            break;
        case PACKET_WAY_ROUTE:
            buffer_printf(&text, "(%s)", items[i].text);
            break;
        case PACKET_WAY_CHANGE:
            buffer_printf(&text, "{%s}", items[i].text);
            break;
        case PACKET_WAY_STEP:
            buffer_printf(&text, " %s ", steps[items[i].step].chain);
            break;
        }
    }
    assert_string_equal(buffer_text(&text), expected);
    buffer_done(&text);
    arena_done(&arena);
}

static void test_forwarded(void **state) {
    const struct packet_step steps[] = {
        at("prerouting", "A", "eth0", NULL), at("prerouting", "B", NULL, NULL),
        at("forward", "C", "eth0", "cni0"), at(NULL, "D", NULL, NULL),
        at("postrouting", "E", NULL, "cni0")};
    (void)state;
    check(steps, 5,
          "[prerouting, in eth0] A  B (routing: forwarded from eth0 to cni0)"
          "[forward, in eth0, out cni0] C  D [postrouting, out cni0] E ");
}

// NAT has come before the decision where it goes; a mark is of the rule that sets it.
static void test_changes_stand_where_they_came(void **state) {
    static const char *const nat[] = {"dst a -> b"}, *const mark[] = {"dst b -> c", "mark 0 -> 1"};
    struct packet_step steps[] = {at("prerouting", "A", "eth0", NULL),
                                  at("forward", "B", "eth0", "cni0"),
                                  at("forward", "C", "eth0", "cni0")};
    (void)state;
    steps[1].changes = nat;
    steps[1].change_count = steps[1].change_before = 1;
    steps[2].changes = mark;
    steps[2].change_count = 2;
    steps[2].change_before = 1;
    check(steps, 3,
          "[prerouting, in eth0] A {dst a -> b}(routing: forwarded from eth0 to cni0)"
          "[forward, in eth0, out cni0] B {dst b -> c} C {mark 0 -> 1}");
}

static void test_to_this_machine(void **state) {
    struct packet_step steps[] = {at("prerouting", "A", "eth0", NULL),
                                  at("input", "B", NULL, NULL)};
    (void)state;
    steps[1].ct_state = "new";
    check(steps, 2,
          "[prerouting, in eth0] A (routing: for this machine, in by eth0)[input, flow new] B ");
}

static void test_from_this_machine_and_routed_again(void **state) {
    const struct packet_step steps[] = {at("output", "A", NULL, "eth0"),
                                        at("postrouting", "B", NULL, "cni0")};
    (void)state;
    check(
        steps, 2,
        "(routing: sent by this machine, leaves by eth0)[output, out eth0] A "
        "(routing again, for it was changed: leaves by cni0, not eth0)[postrouting, out cni0] B ");
}

static void test_over_the_loopback(void **state) {
    const struct packet_step steps[] = {at("output", "A", NULL, "lo"),
                                        at("postrouting", "B", NULL, "lo"),
                                        at("prerouting", "C", "lo", NULL)};
    (void)state;
    check(steps, 3,
          "(routing: sent by this machine, leaves by lo)[output, out lo] A [postrouting, out lo] B "
          "(it comes in again by lo)[prerouting, in lo] C ");
}

// A bridge that hands frames to the rules of IP has hooks of the same names twice.
static void test_bridged(void **state) {
    struct packet_step steps[] = {at("prerouting", "A", "p1", NULL),
                                  at("prerouting", "B", "br0", NULL),
                                  at("forward", "C", "p1", "p2")};
    (void)state;
    steps[0].family = steps[2].family = NF_FAMILY_BRIDGE;
    check(steps, 3,
          "[bridge prerouting, in p1] A (the bridge hands it to the IP layer)"
          "[prerouting, in br0] B [bridge forward, in p1, out p2] C ");
}

static void test_nothing_is_told(void **state) {
    const struct packet_step steps[] = {at(NULL, "A", NULL, NULL), at("forward", "B", NULL, NULL)};
    (void)state;
    check(NULL, 0, "");
    check(steps, 2,
          "[a hook that is not known] A (routing: forwarded from an interface that is not told to "
          "an interface that is not told)[forward] B ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_changes_stand_where_they_came),
        cmocka_unit_test(test_to_this_machine),
        cmocka_unit_test(test_from_this_machine_and_routed_again),
        cmocka_unit_test(test_over_the_loopback),
        cmocka_unit_test(test_bridged),
        cmocka_unit_test(test_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
