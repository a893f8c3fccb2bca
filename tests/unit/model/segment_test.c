// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/segment.h"
#include "tests/unit/model/pretend.h"

enum { HOST = 1, A, B };
static const char *const names[] = {"host", "a", "b", NULL};

static void assert_together(const struct segments *segments, uint64_t a, int32_t a_index,
                            uint64_t b, int32_t b_index, bool wanted) {
    uint32_t left = segment_of(segments, a, a_index), right = segment_of(segments, b, b_index);
    assert_int_not_equal(left, SEGMENT_NONE);
    assert_int_not_equal(right, SEGMENT_NONE);
    if ((left == right) != wanted)
        fail_msg("%d in %d and %d in %d are %s", a_index, (int)a, b_index, (int)b,
                 wanted ? "apart" : "together");
}

// Two pods on a bridge, and a third device of the host's that is on nothing.
static void test_bridge(void **state) {
    struct pretend pretend = pretend_new(names);
    (void)state;
    pretend_link(&pretend, HOST, 1, "lo", "loopback");
    pretend_link(&pretend, HOST, 2, "br0", "bridge");
    pretend_port(pretend_veth(&pretend, HOST, 3, "va", A, 2), 2);
    pretend_port(pretend_veth(&pretend, HOST, 4, "vb", B, 2), 2);
    pretend_link(&pretend, HOST, 5, "eth0", "physical");
    pretend_veth(&pretend, HOST, 6, "x", HOST, 7);
    pretend_veth(&pretend, HOST, 7, "y", HOST, 6);
    for (uint64_t pod = A; pod <= B; pod++) {
        pretend_link(&pretend, pod, 1, "lo", "loopback");
        pretend_veth(&pretend, pod, 2, "eth0", HOST, (int32_t)pod + 1);
    }
    pretend_done(&pretend);
    struct segments *segments = segments_new(pretend.node);
    assert_together(segments, A, 2, B, 2, true);
    assert_together(segments, A, 2, HOST, 2, true);
    assert_together(segments, A, 1, B, 1, false);
    assert_together(segments, A, 1, HOST, 1, false);
    assert_together(segments, HOST, 5, HOST, 2, false);
    assert_together(segments, HOST, 6, HOST, 7, true);
    assert_int_equal(segment_of(segments, A, 99), SEGMENT_NONE);
    assert_int_equal(segment_of(segments, 99, 1), SEGMENT_NONE);
    segments_free(segments);
    node_free(pretend.node);
}

// A VRF's members are not on one wire.
static void test_other_masters(void **state) {
    struct pretend pretend = pretend_new(names);
    (void)state;
    pretend_link(&pretend, HOST, 1, "vrf0", "vrf");
    pretend_link(&pretend, HOST, 2, "bond0", "bond");
    const char *const slave_kinds[] = {"vrf", "vrf", "bond", "bond"};
    for (int32_t i = 0; i < 4; i++) {
        struct link *link = pretend_link(&pretend, HOST, 3 + i, "eth", "physical");
        link->master = maybe_of(i < 2 ? 1 : 2);
        link->info_slave_kind = slave_kinds[i];
    }
    pretend_done(&pretend);
    struct segments *segments = segments_new(pretend.node);
    assert_together(segments, HOST, 3, HOST, 4, false);
    assert_together(segments, HOST, 3, HOST, 1, false);
    assert_together(segments, HOST, 5, HOST, 6, true);
    assert_together(segments, HOST, 5, HOST, 2, true);
    segments_free(segments);
    node_free(pretend.node);
}

// On a bridge that filters, ports of different VLANs do not hear each other; a VLAN device on the
// bridge is in its VLAN, as is one at the other end of a port that carries the tag.
static void test_filtering_bridge(void **state) {
    struct link_as_bridge filtering = {.vlan_filtering = maybe_of(1)};
    struct link_as_vlan vlan = {.id = maybe_of(10)};
    struct pretend pretend = pretend_new(names);
    (void)state;
    struct link *bridge = pretend_link(&pretend, HOST, 2, "br0", "bridge");
    bridge->bridge = &filtering;
    pretend_vlan(&pretend, HOST, bridge, 1, true);
    struct link *port = pretend_port(pretend_veth(&pretend, HOST, 3, "va", A, 2), 2);
    pretend_vlan(&pretend, HOST, port, 10, true);
    port = pretend_port(pretend_veth(&pretend, HOST, 4, "vb", B, 2), 2);
    pretend_vlan(&pretend, HOST, port, 20, true);
    port = pretend_port(pretend_veth(&pretend, HOST, 5, "trunk", B, 3), 2);
    pretend_vlan(&pretend, HOST, port, 10, false);
    pretend_veth(&pretend, A, 2, "eth0", HOST, 3);
    pretend_veth(&pretend, B, 2, "eth0", HOST, 4);
    pretend_veth(&pretend, B, 3, "trunk", HOST, 5);
    struct link *device = pretend_link(&pretend, B, 4, "trunk.10", "vlan");
    device->vlan = &vlan;
    device->link = maybe_of(3);
    pretend_done(&pretend);
    struct segments *segments = segments_new(pretend.node);
    assert_together(segments, A, 2, B, 2, false);
    assert_together(segments, A, 2, HOST, 2, false);
    assert_together(segments, A, 2, B, 4, true);
    assert_together(segments, B, 3, B, 4, false);
    assert_int_equal(segment_of_vlan(segments, HOST, 2, 10), segment_of(segments, A, 2));
    assert_int_equal(segment_of_vlan(segments, HOST, 2, 20), segment_of(segments, B, 2));
    assert_int_equal(segment_of_vlan(segments, HOST, 2, 1), segment_of(segments, HOST, 2));
    assert_int_equal(segment_of_vlan(segments, HOST, 2, 30), SEGMENT_NONE);
    segments_free(segments);
    node_free(pretend.node);
}

// VLAN devices over one wire: those of one id are together, and apart from the wire itself.
static void test_vlan_devices(void **state) {
    struct link_as_vlan vlans[] = {{.id = maybe_of(100)}, {.id = maybe_of(101)}};
    struct pretend pretend = pretend_new(names);
    (void)state;
    pretend_veth(&pretend, A, 2, "eth0", B, 2);
    pretend_veth(&pretend, B, 2, "eth0", A, 2);
    for (uint64_t netns = A; netns <= B; netns++) {
        for (int32_t i = 0; i < 2; i++) {
            struct link *link = pretend_link(&pretend, netns, 3 + i, "eth0.x", "vlan");
            link->vlan = &vlans[i];
            link->link = maybe_of(2);
        }
    }
    pretend_done(&pretend);
    struct segments *segments = segments_new(pretend.node);
    assert_together(segments, A, 3, B, 3, true);
    assert_together(segments, A, 4, B, 4, true);
    assert_together(segments, A, 3, B, 4, false);
    assert_together(segments, A, 3, A, 2, false);
    segments_free(segments);
    node_free(pretend.node);
}

static void test_macvlan_and_vxlan(void **state) {
    struct link_as_vxlan ends[3] = {0};
    struct pretend pretend = pretend_new(names);
    (void)state;
    pretend_link(&pretend, HOST, 2, "eth0", "physical");
    struct link *link = pretend_link(&pretend, A, 2, "eth0", "macvlan");
    link->link = maybe_of(2);
    link->link_netnsid = maybe_of(1);
    link->link_netns = HOST;
    const char *const locals[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    const char *const remotes[] = {"192.0.2.2", "192.0.2.1", "192.0.2.9"};
    for (uint64_t netns = HOST; netns <= B; netns++) {
        link = pretend_link(&pretend, netns, 9, "vx", "vxlan");
        link->vxlan = &ends[netns - 1];
        link->vxlan->id = maybe_of(42);
        link->vxlan->port = maybe_of(4789);
        assert_int_equal(address_parse(locals[netns - 1], &link->vxlan->local), 0);
        assert_int_equal(address_parse(remotes[netns - 1], &link->vxlan->remote), 0);
    }
    pretend_done(&pretend);
    struct segments *segments = segments_new(pretend.node);
    assert_together(segments, A, 2, HOST, 2, true);
    assert_together(segments, HOST, 9, A, 9, true);
    assert_together(segments, HOST, 9, B, 9, false);
    segments_free(segments);
    node_free(pretend.node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bridge),
        cmocka_unit_test(test_other_masters),
        cmocka_unit_test(test_filtering_bridge),
        cmocka_unit_test(test_vlan_devices),
        cmocka_unit_test(test_macvlan_and_vxlan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
