// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers of routes, policy rules and nexthop objects against messages of a real kernel
// (Debian's 6.1), and some that it does not send: the seeds of the fuzz target. What they should
// say is what `ip -d route`, `ip -d rule` and `ip -d nexthop` said there.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/rtnetlink.h>

#include "model/netns.h"
#include "source/route_parse.h"

// --- Messages ------------------------------------------------------------------------------------

struct captured {
    _Alignas(struct nlmsghdr) char bytes[8192];
    size_t length;
};

static struct nlmsghdr *capture(struct captured *captured, const char *name) {
    const char *source = getenv("srcdir");
    char path[512];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/route/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    captured->length = fread(captured->bytes, 1, sizeof(captured->bytes), file);
    fclose(file);
    return (void *)captured->bytes;
}

// One interface, with number 2, and the names that need no file.
struct fixture {
    struct route_context context;
    struct route_names names;
    struct route_shares shares;
    struct table *table;
};

static const struct route_link interface = {.ifindex = 2, .name = "v0"};

static void fixture_init(struct fixture *fixture, const struct kind *kind) {
    *fixture = (struct fixture){.table = table_new(kind)};
    assert_int_equal(route_names_add_known(&fixture->names), 0);
    fixture->context.names = &fixture->names;
    fixture->context.links = malloc(sizeof(interface));
    fixture->context.links[0] = interface;
    fixture->context.link_count = 1;
    fixture->shares.context = &fixture->context;
    route_shares_begin(&fixture->shares, &fixture->table->arena);
}

static void fixture_done(struct fixture *fixture) {
    route_shares_done(&fixture->shares);
    route_context_done(&fixture->context);
    route_names_done(&fixture->names);
    table_unref(fixture->table);
}

static int parse(struct fixture *fixture, const struct nlmsghdr *message) {
    void *row = table_add(fixture->table);
    struct arena *arena = &fixture->table->arena;
    if (fixture->table->kind == &routing_rule_kind)
        return routing_rule_parse(message, &fixture->context, arena, row);
    if (fixture->table->kind == &nexthop_kind)
        return nexthop_parse(message, &fixture->context, arena, row);
    return route_parse(message, &fixture->shares, row);
}

static const struct kind *kind_of(const struct nlmsghdr *message) {
    if (message->nlmsg_type == RTM_NEWRULE)
        return &routing_rule_kind;
    return message->nlmsg_type == RTM_NEWROUTE ? &route_kind : &nexthop_kind;
}

// --- Fields --------------------------------------------------------------------------------------

struct expected {
    const char *message, *key, *text; // text NULL: the field is absent
};

static void expect_field(const struct table *table, const struct expected *expected) {
    const struct netns netns = {.name = "here", .inode = 1};
    const struct row_ref ref = {.netns = &netns, .row = table_row(table, 0)};
    const struct field *field = kind_find_field(table->kind, expected->key, NULL);
    struct buffer text = BUFFER_INIT;
    struct value value;
    if (!field)
        fail_msg("no such field: %s", expected->key);
    field_read(field, &ref, &value);
    value_format(&value, &text);
    if (value.kind == VALUE_ABSENT
            ? expected->text != NULL
            : !expected->text || strcmp(buffer_text(&text), expected->text) != 0)
        fail_msg("%s: %s is '%s', not '%s'", expected->message, expected->key, buffer_text(&text),
                 expected->text ? expected->text : "(absent)");
    buffer_done(&text);
}

static const struct expected expectations[] = {
    {"route-default", "dst", "0.0.0.0/0"},
    {"route-default", "gateway", "10.1.0.2"},
    {"route-default", "metric", "100"},
    {"route-default", "protocol", "static"},
    {"route-default", "table", "main"},
    {"route-default", "expires", NULL},
    {"route-default", "classic_destination", "0.0.0.0"},
    {"route-default", "classic_genmask", "0.0.0.0"},
    {"route-default", "classic_flags", "UG"},
    {"route-default", "classic_metric", "100"},
    {"route-local", "type", "local"},
    {"route-local", "scope", "host"},
    {"route-local", "metric", NULL},
    {"route-local", "prefsrc", "10.1.0.1"},
    {"route-local", "gateway", NULL},
    {"route-local", "classic_flags", "UH"},
    {"route-cached", "cached", "yes"},
    {"route-cached", "mtu", "1300"},
    {"route-cached", "classic_flags", "UGHMC"},
    {"route-multipath", "nexthops", "10.1.0.2%v0*3,%v0,10.9.0.2%if4*256 linkdown"},
    {"route-multipath", "gateway", NULL},
    {"route-multipath", "dev", NULL},
    {"route-multipath", "classic_gateway", "10.1.0.2"},
    {"route-via-inet6", "via", "fd00:1::2"},
    {"route-via-inet6", "gateway", NULL},
    {"route-nhid", "nhid", "1"},
    {"route-metrics", "mtu", "1400"},
    {"route-metrics", "rtt", "100"},
    {"route-metrics", "rttvar", "30"},
    {"route-metrics", "rto_min", "200"},
    {"route-metrics", "congctl", "cubic"},
    {"route-metrics", "features", "ecn"},
    {"route-metrics", "locked", "mtu,rto_min"},
    {"route-metrics", "realms", "5/6"},
    {"route-tos", "tos", "16"},
    {"route-tos", "table", "1000"},
    {"route-tos", "scope", "44"},
    {"route-blackhole", "type", "blackhole"},
    {"route-blackhole", "dev", NULL},
    {"route-blackhole", "classic_iface", "*"},
    {"route-blackhole", "classic_flags", "U"},
    {"route-prohibit-realm", "realms", "7"},
    {"route-prohibit-realm", "classic_flags", "!"},
    {"route-unreachable", "metric", "4278198272"},
    {"route-onlink", "flags", "onlink"},
    {"route6-from-expires", "from", "fd05::/64"},
    {"route6-from-expires", "pref", "high"},
    {"route6-from-expires", "dst_len", "64"},
    {"route6-multipath", "nexthops", "fd00:1::2%v0*3,fd00:1::3%v0,fd00:9::2%if4 dead"},
    {"route6-blackhole", "classic_flags", "!"},
    {"route6-metrics", "hoplimit", "5"},
    {"route6-multicast", "type", "multicast"},
    {"mpls-swap", "label", "100"},
    {"mpls-swap", "dst", NULL},
    {"mpls-swap", "to", "200/300"},
    {"mpls-swap", "family", "mpls"},
    {"mpls-swap", "via", "10.1.0.2"},
    {"mpls-ttl-propagate", "ttl_propagate", "no"},
    {"encap-ip", "encap", "ip"},
    {"encap-ip", "encap_info", "ip id 5 src 192.0.2.2 dst 192.0.2.1 ttl 5 tos 8 key csum seq"},
    {"encap-ip-multipath", "encap_info",
     "ip id 6 dst 192.0.2.3 ttl 0 tos 0,"
     "ip id 7 dst 192.0.2.4 ttl 0 tos 0"},
    {"encap-ip-geneve", "encap_info",
     "ip id 1 dst 192.0.2.1 ttl 0 tos 0 geneve_opts 258:1:0011aabb"},
    {"encap-ip-vxlan", "encap_info", "ip id 1 dst 192.0.2.1 ttl 0 tos 0 vxlan_opts 456"},
    {"encap-ip-erspan", "encap_info", "ip id 1 dst 192.0.2.1 ttl 0 tos 0 erspan_opts 1:5:0:0"},
    {"encap-ip6", "encap_info", "ip6 id 5 src fd00::6 dst fd00::5 ttl 4 tos 8 key"},
    {"encap-mpls", "encap_info", "mpls 100/200 ttl 6"},
    {"encap-seg6", "encap_info", "seg6 mode encap segs fd00::1,fd00::2"},
    {"encap-seg6local-t", "encap_info", "seg6local action End.T table main"},
    {"encap-seg6local-dx4", "encap_info", "seg6local action End.DX4 nh4 10.1.0.2"},
    {"encap-seg6local-b6", "encap_info", "seg6local action End.B6.Encaps segs fd00::1,fd00::2"},
    {"encap-ila", "encap_info", "ila mode no-action 1:2:3:4 ident-type luid hook-type output"},
    {"encap-rpl", "encap_info", "rpl segs fd00::1,fd00::2"},
    {"encap-ioam6", "encap_info",
     "ioam6 dst fd00::9 mode encap trace prealloc type 0x800000 ns 1 size 12 freq_k 1 freq_n 5"},
    {"encap-xfrm", "encap_info", "xfrm id 3 link_dev v0"},
    {"encap-bpf", "encap_info", "bpf in drop.o:[in] xmit x headroom 14"},
    {"encap-unknown", "encap", "unknown(99)"},
    {"rule-selectors", "not", "yes"},
    {"rule-selectors", "src", "10.0.0.0/8"},
    {"rule-selectors", "dst", "192.0.2.0/24"},
    {"rule-selectors", "fwmark", "0x10"},
    {"rule-selectors", "fwmask", "0xff"},
    {"rule-selectors", "uid_start", "1"},
    {"rule-selectors", "uid_end", "100"},
    {"rule-selectors", "ipproto", "tcp"},
    {"rule-selectors", "sport", "80-90"},
    {"rule-selectors", "dport", "443"},
    {"rule-selectors", "dport_mask", NULL},
    {"rule-selectors", "suppress_prefixlen", "8"},
    {"rule-selectors", "suppress_ifgroup", "3"},
    {"rule-selectors", "realms", "3/4"},
    {"rule-selectors", "table", "100"},
    {"rule-goto", "action", "goto"},
    {"rule-goto", "goto", "300"},
    {"rule-goto", "tos", "16"},
    {"rule-goto", "flags", "oif_detached"},
    {"rule-unresolved", "flags", "unresolved"},
    {"rule-l3mdev", "l3mdev", "yes"},
    {"rule-l3mdev", "table", NULL},
    {"rule-prohibit-mark", "fwmark", "0x7"},
    {"rule-prohibit-mark", "fwmask", NULL},
    {"rule-main", "src", NULL},
    {"rule-main", "suppress_prefixlen", NULL},
    {"rule6-linux-6.18", "dscp", "10"},
    {"rule6-linux-6.18", "dscp_mask", "62"},
    {"rule6-linux-6.18", "flowlabel", "74565"},
    {"rule6-linux-6.18", "flowlabel_mask", NULL},
    {"rule6-linux-6.18", "sport_mask", "65520"},
    {"nexthop-gateway", "gateway", "10.1.0.2"},
    {"nexthop-blackhole", "blackhole", "yes"},
    {"nexthop-group", "group", "1*3,4*2"},
    {"nexthop-group", "type", "mpath"},
    {"nexthop-resilient", "type", "resilient"},
    {"nexthop-resilient", "buckets", "8"},
    {"nexthop-resilient", "idle_timer", "60.0"},
    {"nexthop-resilient", "unbalanced_timer", "120.0"},
    {"nexthop-fdb", "fdb", "yes"},
    {"nexthop-mpls", "encap_info", "mpls 100/200"},
};

static void test_messages_of_every_sort(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        struct captured captured;
        struct fixture fixture;
        const struct nlmsghdr *message = capture(&captured, expectations[i].message);
        fixture_init(&fixture, kind_of(message));
        assert_int_equal(parse(&fixture, message), 0);
        expect_field(fixture.table, &expectations[i]);
        fixture_done(&fixture);
    }
}

// --- Sharing -------------------------------------------------------------------------------------

static struct rtmsg *header_of(struct nlmsghdr *message) {
    return nlmsg_data(message);
}

static const struct route *route_at(const struct fixture *fixture, size_t index) {
    return table_row(fixture->table, index);
}

// Destination, its length and the type of service are each route's own; the rest is shared by those
// that have the same of it, and told apart from those that have not.
static void test_what_is_alike_is_shared(void **state) {
    struct captured captured;
    struct fixture fixture;
    struct nlmsghdr *message = capture(&captured, "route-via-inet6");
    (void)state;
    fixture_init(&fixture, &route_kind);
    assert_int_equal(parse(&fixture, message), 0);
    struct nlattr *dst = nlmsg_find_attr(message, sizeof(struct rtmsg), RTA_DST);
    memcpy(nla_data(dst), "\x0a\x63\x01\x00", 4);
    header_of(message)->rtm_dst_len = 24;
    assert_int_equal(parse(&fixture, message), 0);
    header_of(message)->rtm_protocol = RTPROT_STATIC;
    assert_int_equal(parse(&fixture, message), 0);
    assert_ptr_equal(route_at(&fixture, 0)->shared, route_at(&fixture, 1)->shared);
    assert_ptr_not_equal(route_at(&fixture, 1)->shared, route_at(&fixture, 2)->shared);
    assert_memory_equal(route_at(&fixture, 1)->dst, "\x0a\x63\x01\x00", 4);
    assert_int_equal(route_at(&fixture, 0)->dst_len, 16);
    assert_int_equal(route_at(&fixture, 1)->dst_len, 24);
    assert_string_equal(route_at(&fixture, 2)->shared->protocol_name, "static");
    uint64_t identities[3];
    for (size_t i = 0; i < 3; i++)
        identities[i] = route_kind.identity(route_at(&fixture, i));
    assert_true(identities[0] != identities[1] && identities[1] != identities[2]);
    fixture_done(&fixture);
}

// Many different ones: the table of shares grows, and each is found again.
static void test_many_shares(void **state) {
    struct captured captured;
    struct fixture fixture;
    struct nlmsghdr *message = capture(&captured, "route6-metrics");
    struct nlattr *metric = nlmsg_find_attr(message, sizeof(struct rtmsg), RTA_PRIORITY);
    (void)state;
    fixture_init(&fixture, &route_kind);
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t number = i % 1000;
        memcpy(nla_data(metric), &number, sizeof(number));
        assert_int_equal(parse(&fixture, message), 0);
    }
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(route_at(&fixture, i)->shared->metric, i);
        assert_ptr_equal(route_at(&fixture, i)->shared, route_at(&fixture, i + 1000)->shared);
    }
    fixture_done(&fixture);
}

// Seconds of a route's life are its own too.
static void test_expiry_is_not_shared(void **state) {
    struct captured captured;
    struct fixture fixture;
    struct nlmsghdr *message = capture(&captured, "route6-from-expires");
    struct nlattr *cache = nlmsg_find_attr(message, sizeof(struct rtmsg), RTA_CACHEINFO);
    struct rta_cacheinfo *info = nla_data(cache);
    (void)state;
    fixture_init(&fixture, &route_kind);
    info->rta_expires = 4200;
    assert_int_equal(parse(&fixture, message), 0);
    info->rta_expires = -100;
    assert_int_equal(parse(&fixture, message), 0);
    assert_ptr_equal(route_at(&fixture, 0)->shared, route_at(&fixture, 1)->shared);
    expect_field(fixture.table, &(struct expected){"42 seconds", "expires", "42"});
    assert_int_equal(route_at(&fixture, 1)->expires, -100);
    fixture_done(&fixture);
}

// --- Trouble -------------------------------------------------------------------------------------

static void test_messages_cut_short(void **state) {
    static const char *const names[] = {"route-multipath", "encap-seg6local-b6", "route6-cached",
                                        "rule-selectors", "nexthop-resilient"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct captured captured;
        size_t whole = capture(&captured, names[i])->nlmsg_len;
        for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
            struct fixture fixture;
            struct nlmsghdr *cut = malloc(length);
            memcpy(cut, captured.bytes, length);
            cut->nlmsg_len = (uint32_t)length;
            fixture_init(&fixture, kind_of(cut));
            parse(&fixture, cut);
            free(cut);
            fixture_done(&fixture);
        }
    }
}

static void test_lengths_that_cannot_be(void **state) {
    struct captured captured;
    struct fixture fixture;
    struct nlmsghdr *message = capture(&captured, "route-default");
    (void)state;
    fixture_init(&fixture, &route_kind);
    header_of(message)->rtm_dst_len = 33;
    assert_int_equal(parse(&fixture, message), -EBADMSG);
    assert_int_equal(route_at(&fixture, 0)->dst_len, 0);
    header_of(message)->rtm_family = AF_UNIX;
    assert_int_equal(parse(&fixture, message), -ENOMSG);
    assert_null(route_at(&fixture, 1)->shared);
    fixture_done(&fixture);
}

// --- Names and ranks -----------------------------------------------------------------------------

static void test_names_of_a_file(void **state) {
    static const char text[] = "# reserved\n255 local\n0x10\thex # why not\n17 later\n17 latest\n"
                               "nothing 3\n4294967296 too-large\n18\n19 last";
    struct arena arena = ARENA_INIT;
    struct route_name_list list = {0};
    (void)state;
    assert_int_equal(route_names_parse(text, sizeof(text) - 1, &arena, &list), 0);
    assert_string_equal(route_name_text(&list, 255, &arena), "local");
    assert_string_equal(route_name_text(&list, 16, &arena), "hex");
    assert_string_equal(route_name_text(&list, 17, &arena), "latest");
    assert_string_equal(route_name_text(&list, 19, &arena), "last");
    assert_string_equal(route_name_text(&list, 18, &arena), "18");
    assert_int_equal(list.count, 5);
    free(list.items);
    arena_done(&arena);
}

static void test_first_rule_that_leads_to_a_table(void **state) {
    struct route_link links[] = {{.ifindex = 1, .name = "lo"},
                                 {.ifindex = 2, .name = "red", .vrf_table = 10}};
    struct route_context context = {.links = links, .link_count = 2};
    struct table *rules = table_new(&routing_rule_kind);
    const struct routing_rule each[] = {
        {.position = 0, .priority = 0, .table = 255, .action = ROUTING_TABLE},
        {.position = 1, .priority = 5, .action = ROUTING_BLACKHOLE, .table = 20},
        {.position = 2, .priority = 7, .action = ROUTING_TABLE, .l3mdev = true},
        {.position = 3, .priority = 7, .action = ROUTING_TABLE, .table = 254},
        {.position = 4, .priority = 9, .action = ROUTING_TABLE, .table = 10},
        {.position = 5, .priority = 9, .action = ROUTING_TABLE, .table = 254},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
        struct routing_rule *rule = table_add(rules);
        *rule = each[i];
        rule->family = ROUTE_IPV4;
    }
    assert_int_equal(route_context_rank(&context, rules), 0);
    assert_int_equal(route_context_find_rank(&context, ROUTE_IPV4, 254)->rank, 4);
    assert_int_equal(route_context_find_rank(&context, ROUTE_IPV4, 10)->rank, 3);
    assert_int_equal(route_context_find_rank(&context, ROUTE_IPV4, 10)->priority, 7);
    assert_null(route_context_find_rank(&context, ROUTE_IPV4, 20));
    assert_null(route_context_find_rank(&context, ROUTE_IPV6, 254));
    free(context.ranks);
    table_unref(rules);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_of_every_sort),
        cmocka_unit_test(test_what_is_alike_is_shared),
        cmocka_unit_test(test_many_shares),
        cmocka_unit_test(test_expiry_is_not_shared),
        cmocka_unit_test(test_messages_cut_short),
        cmocka_unit_test(test_lengths_that_cannot_be),
        cmocka_unit_test(test_names_of_a_file),
        cmocka_unit_test(test_first_rule_that_leads_to_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
