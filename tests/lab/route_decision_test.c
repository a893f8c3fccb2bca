// SPDX-License-Identifier: GPL-2.0-or-later
// The decision of sim/ against the kernel's own (RTM_GETROUTE): in namespaces with random tables,
// rules and settings, random packets.
//
//     route_decision_test [SEED | random] [ROUNDS] [FIRST]
//
// With VRF in the environment, each namespace has a VRF, and a kernel that has none is a failure;
// else every third has one if the kernel can.
//
// With SHOW in the environment, what ip(8) says of each namespace stands before its differences.
//
// The seed is printed; with it, a run can be had again, or one round of it: 1 FIRST. A round is one
// namespace.
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "sim/route_compare.h"
#include "sim/route_explain.h"
#include "source/route_get.h"
#include "source/source.h"
#include "tests/lab/private.h"

#define ROUNDS    84
#define QUESTIONS 250 // in each round
#define SHOWN_MAX 5   // differences that are printed in full

// --- Chance --------------------------------------------------------------------------------------

static uint64_t chance;

// Spreads what differs little (splitmix64), so that neighbouring seeds share no rounds.
static uint64_t mix(uint64_t number) {
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
    return number ^ number >> 31;
}

static uint32_t draw(uint32_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 16) % below);
}

static bool one_in(uint32_t count) {
    return draw(count) == 0;
}

#define PICK(list) (list)[draw(sizeof(list) / sizeof((list)[0]))]

static const char *const devices[] = {"a0", "a1", "b0", "b1", "c0", "d0", "e0", "red"};
static const char *const tables[] = {"main", "100", "101", "102", "103", "104", "105"};

static const char *pick4(void) {
    static char text[4][20];
    static unsigned turn;
    static const unsigned first[] = {10, 10, 10, 172}, second[] = {0, 1, 128},
                          third[] = {0, 1, 64, 128}, fourth[] = {0, 1, 2, 127, 128, 254};
    char *address = text[turn++ % 4];
    snprintf(address, sizeof(text[0]), "%u.%u.%u.%u", PICK(first), PICK(second), PICK(third),
             PICK(fourth));
    return address;
}

static const char *pick6(void) {
    static char text[4][48];
    static unsigned turn;
    static const unsigned second[] = {0, 1, 0x8000}, third[] = {0, 1}, last[] = {0, 1, 2, 0x8000};
    char *address = text[turn++ % 4];
    snprintf(address, sizeof(text[0]), "2001:db8:%x:%x::%x", PICK(second), PICK(third), PICK(last));
    return address;
}

static const char *pick(bool six) {
    return six ? pick6() : pick4();
}

static unsigned pick_length(bool six) {
    static const unsigned lengths4[] = {0, 4, 7, 8, 9, 12, 15, 16, 20, 23, 24, 25, 28, 31, 32};
    static const unsigned lengths6[] = {0, 16, 32, 33, 47, 48, 49, 63, 64, 65, 96, 112, 127, 128};
    return six ? PICK(lengths6) : PICK(lengths4);
}

// The address with what the length leaves open made zero, as ip(8) wants it.
static const char *pick_prefix(bool six) {
    static char text[4][64];
    static unsigned turn;
    struct prefix prefix;
    struct buffer buffer = BUFFER_INIT;
    char *copy = text[turn++ % 4];
    prefix.length = (uint8_t)pick_length(six);
    if (address_parse(pick(six), &prefix.address) < 0)
        abort();
    for (unsigned bit = prefix.length; bit < address_size(&prefix.address) * 8; bit++)
        prefix.address.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
    prefix_format(&prefix, &buffer);
    snprintf(copy, sizeof(text[0]), "%s%s", buffer_text(&buffer),
             strchr(buffer_text(&buffer), '/') ? ""
             : six                             ? "/128"
                                               : "/32");
    buffer_done(&buffer);
    return copy;
}

// --- A namespace ---------------------------------------------------------------------------------

// Lines for ip -batch; some are refused by the kernel, which is as good.
static void run_batch(const char *family, const struct buffer *lines) {
    char command[80];
    snprintf(command, sizeof(command), "ip %s -force -batch - >/dev/null 2>&1", family);
    FILE *ip = popen(command, "w");
    if (!ip)
        abort();
    fwrite(buffer_text(lines), 1, lines->len, ip);
    pclose(ip);
}

static void set(const char *path, unsigned number) {
    char full[128], text[16];
    snprintf(full, sizeof(full), "/proc/sys/net/%s", path);
    snprintf(text, sizeof(text), "%u", number);
    private_write(full, text);
}

// a, b and c are whole pairs, of d only one end is up, e is down.
static void make_links(void) {
    static const char script[] =
        "link set lo up\n"
        "link add a0 type veth peer name a1\nlink add b0 type veth peer name b1\n"
        "link add c0 type veth peer name c1\nlink add d0 type veth peer name d1\n"
        "link add e0 type veth peer name e1\n"
        "link set a0 group 7 up\nlink set a1 up\nlink set b0 group 7 up\nlink set b1 up\n"
        "link set c0 group 9 up\nlink set c1 up\nlink set d0 up\n"
        "addr add 10.0.0.1/24 dev a0\naddr add 10.0.0.2/24 dev a0\naddr add 10.1.0.1/16 dev b0\n"
        "addr add 172.1.1.1 peer 172.1.1.2/32 dev c0\naddr add 10.128.64.1/25 dev d0\n"
        "addr add 10.128.128.1/24 dev a1 scope link\n"
        "addr add 2001:db8:0:0::1/64 dev a0\naddr add 2001:db8:1::1/48 dev b0\n"
        "addr add 2001:db8:8000::2/64 dev c0 preferred_lft 0\naddr add fd00::1/64 dev c0\n"
        "addr add 2001:db8:8000:1::1/127 dev d0\n"
        "addr add fe80::a/64 dev a0\naddr add fe80::b/64 dev b0\naddr add fe80::c/64 dev c0\n";
    struct buffer lines = BUFFER_INIT;
    buffer_puts(&lines, script);
    run_batch("", &lines);
    buffer_done(&lines);
}

// A VRF with two of them in it, where the kernel has such.
static void make_vrf(void) {
    struct buffer lines = BUFFER_INIT;
    buffer_puts(&lines, "link add red type vrf table 105\nlink set red up\n"
                        "addr add 10.0.1.1/32 dev red\naddr add 2001:db8:1:1::1/128 dev red\n"
                        "link set c0 master red\nlink set b1 master red\n"
                        // What comes into a VRF loses these.
                        "addr add 2001:db8:8000::2/64 dev c0 preferred_lft 0\n"
                        "addr add fd00::1/64 dev c0\naddr add fe80::c/64 dev c0\n");
    run_batch("", &lines);
    buffer_done(&lines);
}

// That d0 has no carrier comes to its routes late, and so does each of seven IPv6 addresses to
// table local, on routers with an anycast one.
static void wait_for_links(void) {
    private_run(
        "until [ $(ip -br link show up | grep -cE '^[a-d].* (UP|LOWERLAYERDOWN) ') = 7 ]; do "
        "sleep 0.02; done");
    private_run("of() { ip -6 route show table all type $1 | grep -cE 'dev [abc]0 '; }; "
                "router=$(cat /proc/sys/net/ipv6/conf/all/forwarding); "
                "until [ $(of local) = 7 ] && [ $(of anycast) = $((router * 7)) ]; do "
                "sleep 0.02; done");
}

static void make_settings(void) {
    static const unsigned filters[] = {0, 0, 1, 2};
    set("ipv6/conf/default/accept_dad", 0);
    set("ipv6/conf/default/dad_transmits", 0);
    set("ipv6/conf/default/addr_gen_mode", 1); // no addresses that come when they like
    set("ipv4/ip_forward", !one_in(6));
    set("ipv6/conf/all/forwarding", one_in(2));
    set("ipv4/conf/all/rp_filter", PICK(filters));
    unsigned ignore = one_in(2);
    set("ipv4/conf/default/ignore_routes_with_linkdown", ignore);
    set("ipv6/conf/default/ignore_routes_with_linkdown", ignore);
}

// --- Routes --------------------------------------------------------------------------------------

static const unsigned metrics[] = {0, 10, 20, 20, 100};

// Default routes through gateways that live, are dead, or are not known, of which several have one
// metric.
static void add_defaults(bool mostly, struct buffer *lines) {
    static const char *const states[] = {"permanent", "reachable",  "stale", "delay", "probe",
                                         "failed",    "incomplete", "noarp", "none"};
    const char *table = mostly ? "main" : PICK(tables);
    for (unsigned count = draw(8); count > 0; count--) {
        const char *gateway = pick4(), *device = PICK(devices);
        buffer_printf(lines, "route append default via %s dev %s onlink table %s metric %u",
                      gateway, device, table, one_in(3) ? 20 : 10);
        if (one_in(6))
            buffer_printf(lines, " tos 0x%02x", 4 * (1 + draw(2)));
        if (one_in(6))
            buffer_printf(lines, " src 10.1.0.1");
        buffer_puts(lines, "\n");
        if (!one_in(3))
            buffer_printf(lines, "neigh replace %s lladdr 02:00:00:00:01:01 dev %s nud %s\n",
                          gateway, device, PICK(states));
    }
}

static void add_nexthops(bool six, struct buffer *lines) {
    unsigned base = six ? 10 : 0;
    for (unsigned i = 1; i <= 4; i++)
        buffer_printf(lines, "nexthop add id %u via %s dev %s onlink\n", base + i, pick(six),
                      PICK(devices));
    buffer_printf(lines, "nexthop add id %u group %u/%u,3\n", base + 5, base + 1, base + 2);
    buffer_printf(lines, "nexthop add id %u group %u/%u/%u\n", base + 6, base + 2, base + 3,
                  base + 4);
    buffer_printf(lines, "nexthop add id %u blackhole\n", base + 7);
}

static void add_multipath(bool six, struct buffer *lines) {
    for (unsigned count = 2 + draw(2); count > 0; count--)
        buffer_printf(lines, " nexthop via %s dev %s onlink weight %u", pick(six), PICK(devices),
                      1 + draw(4));
}

// Of the IPv6 routes that share a nexthop object, the kernel takes the length of the first one
// used: there, lengths are not suppressed in a round with such objects.
static bool objects6;

static void add_way(bool six, struct buffer *lines) {
    switch (draw(8)) {
    case 0:
    case 1:
    case 2:
        buffer_printf(lines, " dev %s", PICK(devices));
        break;
    case 3:
        add_multipath(six, lines);
        break;
    case 4:
        if (!six || objects6)
            buffer_printf(lines, " nhid %u", (six ? 10 : 0) + 1 + draw(7));
        else
            buffer_printf(lines, " dev %s", PICK(devices));
        break;
    default:
        buffer_printf(lines, " via %s dev %s onlink", pick(six), PICK(devices));
    }
}

static void add_route(bool six, struct buffer *lines) {
    static const char *const others[] = {"blackhole", "unreachable", "prohibit", "throw"};
    static const char *const prefs[] = {"low", "medium", "high"};
    const char *other = one_in(5) ? PICK(others) : !six && one_in(12) ? "local" : "";
    buffer_printf(lines, "route %s %s %s", !six && one_in(3) ? "append" : "add", other,
                  pick_prefix(six));
    if (six && one_in(3))
        buffer_printf(lines, " from %s", pick_prefix(true));
    if (!six && one_in(8))
        buffer_printf(lines, " tos 0x%02x", 4 * (1 + draw(6)));
    buffer_printf(lines, " table %s metric %u", PICK(tables), PICK(metrics));
    if (!*other && one_in(6))
        buffer_printf(lines, " mtu %u", 1300 + draw(3));
    if (!*other)
        add_way(six, lines);
    else if (strcmp(other, "local") == 0)
        buffer_printf(lines, " dev %s", PICK(devices));
    if (six && !*other && one_in(4))
        buffer_printf(lines, " pref %s", PICK(prefs));
    if (!six && !*other && one_in(8))
        buffer_puts(lines, " src 10.1.0.1");
    buffer_puts(lines, "\n");
}

// --- Rules ---------------------------------------------------------------------------------------

static void add_action(bool six, struct buffer *lines) {
    static const char *const ends[] = {"blackhole", "unreachable", "prohibit"};
    switch (draw(12)) {
    case 0:
        buffer_printf(lines, " %s", PICK(ends));
        break;
    case 1:
    case 2:
        buffer_printf(lines, " goto %u", 100 + draw(40));
        break;
    case 3:
        buffer_puts(lines, " nop");
        break;
    default:
        buffer_printf(lines, " table %s", PICK(tables));
        if ((!six || !objects6) && one_in(4))
            buffer_printf(lines, " suppress_prefixlength %u", draw(40));
        // Which of several IPv6 ways is looked at depends on a hash.
        if (!six && one_in(6))
            buffer_printf(lines, " suppress_ifgroup %u", one_in(2) ? 7 : 9);
    }
}

static void add_rule(bool six, struct buffer *lines) {
    static const char *const protocols[] = {"tcp", "udp", "icmp"};
    buffer_printf(lines, "rule add pref %u", 100 + draw(40));
    if (one_in(6))
        buffer_puts(lines, " not");
    if (one_in(3))
        buffer_printf(lines, " from %s", pick_prefix(six));
    if (one_in(4))
        buffer_printf(lines, " to %s", pick_prefix(six));
    if (one_in(6))
        buffer_printf(lines, " iif %s", one_in(3) ? "lo" : one_in(9) ? "none" : PICK(devices));
    if (one_in(8))
        buffer_printf(lines, " oif %s", PICK(devices));
    if (one_in(5))
        buffer_printf(lines, " fwmark 0x%x/0x%x", draw(4), 1 + draw(3));
    if (one_in(7))
        buffer_printf(lines, " uidrange %u-%u", draw(3) * 500, 500 + draw(3) * 500);
    if (one_in(8))
        buffer_printf(lines, " tos 0x%02x", 4 * (1 + draw(6)));
    if (one_in(12))
        buffer_puts(lines, " l3mdev");
    if (one_in(9))
        buffer_printf(lines, " ipproto %s", PICK(protocols));
    if (one_in(9))
        buffer_printf(lines, " sport %u-%u", 1 + draw(50), 50 + draw(50));
    if (one_in(9))
        buffer_printf(lines, " dport %u", 53 + draw(2));
    add_action(six, lines);
    buffer_puts(lines, "\n");
}

static void add_neighbours(bool six, struct buffer *lines) {
    static const char *const states[] = {"permanent", "failed", "noarp"};
    for (unsigned i = 0; i < 12; i++)
        buffer_printf(lines, "neigh replace %s lladdr 02:00:00:00:00:%02x dev %s nud %s\n",
                      pick(six), i, PICK(devices), PICK(states));
}

// Mostly: in every fourth round most packets are left to default routes.
static void make_tables(bool six, bool plain) {
    struct buffer lines = BUFFER_INIT;
    bool mostly = !six && one_in(4);
    add_neighbours(six, &lines);
    add_nexthops(six, &lines);
    for (unsigned i = mostly ? draw(8) : 20 + draw(120); i > 0; i--)
        add_route(six, &lines);
    if (mostly || (!six && one_in(2)))
        add_defaults(mostly, &lines);
    for (unsigned i = plain || mostly ? 0 : 1 + draw(14); i > 0; i--)
        add_rule(six, &lines);
    run_batch(six ? "-6" : "-4", &lines);
    buffer_done(&lines);
}

// --- Questions -----------------------------------------------------------------------------------

static struct address address_of(const char *text) {
    struct address address;
    if (address_parse(text, &address) < 0)
        abort();
    return address;
}

static const char *pick_destination(bool six) {
    static const char *const odd4[] = {"127.0.0.1", "224.0.0.5",  "239.1.2.3", "255.255.255.255",
                                       "0.0.0.0",   "10.0.0.255", "8.8.8.8",   "0.1.2.3"};
    static const char *const odd6[] = {"::1", "ff02::1", "fe80::1", "ff0e::7", "::", "fd00::1"};
    return !one_in(12) ? pick(six) : six ? PICK(odd6) : PICK(odd4);
}

static const char *pick_source(bool six) {
    static const char *const own4[] = {"10.0.0.1", "10.0.0.2", "10.1.0.1", "172.1.1.1"};
    if (six || one_in(6))
        return pick_destination(six);
    return PICK(own4);
}

static struct route_question pick_question(void) {
    static const uint8_t protocols4[] = {1, 6, 17}, protocols6[] = {6, 17, 58};
    bool six = one_in(2);
    struct route_question question = {.dst = address_of(pick_destination(six))};
    unsigned kind = draw(6);
    if (kind == 0 || one_in(3))
        question.from = address_of(kind == 0 ? pick(six) : pick_source(six));
    if (kind == 0)
        question.iif = (int32_t)if_nametoindex(PICK(devices));
    else if (kind == 1)
        question.oif = (int32_t)if_nametoindex(PICK(devices));
    if (one_in(2))
        question.mark = draw(4);
    if (one_in(2))
        question.uid = maybe_of(draw(4) * 500);
    if (one_in(2))
        question.proto = maybe_of(six ? PICK(protocols6) : PICK(protocols4));
    if (question.proto.known && question.proto.value != 1 && question.proto.value != 58) {
        question.sport = (uint16_t)(1 + draw(100));
        question.dport = (uint16_t)(53 + draw(2));
    }
    if (one_in(3))
        question.tos = (uint8_t)(4 * draw(7));
    return question;
}

// --- A round -------------------------------------------------------------------------------------

struct tally {
    unsigned asked, routes, errors, links, several, contested, vrfs, differences;
};

struct world {
    struct table *routes, *rules, *links, *neighbours;
    struct arena arena;
    struct route_world world;
};

static struct table *read_kind(enum kind_id kind) {
    const struct source_request request = {0};
    struct table *table = source_of(kind)->read(&request);
    if (!table || (table->status.state != STATUS_OK && kind != KIND_INTERFACES)) {
        fprintf(stderr, "%s: %s\n", kinds[kind]->name, table ? table->status.reason : "no memory");
        abort();
    }
    return table;
}

static void read_world(struct world *world, struct route_asker *asker) {
    struct utsname system;
    if (uname(&system) < 0)
        abort();
    *world = (struct world){.routes = read_kind(KIND_ROUTES),
                            .rules = read_kind(KIND_ROUTING_RULES),
                            .links = read_kind(KIND_INTERFACES),
                            .neighbours = read_kind(KIND_NEIGHBOURS)};
    world->world = (struct route_world){.routes = world->routes,
                                        .rules = world->rules,
                                        .links = world->links,
                                        .neighbours = world->neighbours,
                                        .kernel = route_kernel_version(system.release)};
    if (route_asker_labels(asker, &world->arena, &world->world.labels, &world->world.label_count,
                           NULL) < 0)
        abort();
}

static void free_world(struct world *world) {
    table_unref(world->routes);
    table_unref(world->rules);
    table_unref(world->links);
    table_unref(world->neighbours);
    arena_done(&world->arena);
}

static void print_line(enum route_tone tone, const char *text, void *user_data) {
    (void)tone;
    (void)user_data;
    printf("    %s\n", text);
}

static void count(const struct route_decision *decision, struct tally *tally) {
    unsigned usable = 0;
    for (size_t i = 0; i < decision->way_count; i++)
        usable += decision->ways[i].usable;
    tally->asked++;
    tally->errors += decision->error != 0;
    tally->routes += decision->error == 0 && decision->route;
    tally->links += decision->error == 0 && !decision->route;
    tally->several += usable > 1;
    tally->contested += decision->given != NULL;
}

static void ask(const struct world *world, struct route_asker *asker,
                const struct route_question *question, unsigned round, struct tally *tally) {
    struct route_decision decision;
    struct route_answer answer;
    struct buffer difference = BUFFER_INIT;
    if (route_decide(&world->world, question, &decision, NULL) < 0 ||
        route_asker_ask(asker, question, &answer, NULL) < 0)
        abort();
    count(&decision, tally);
    if (!route_compare(&world->world, &decision, &answer, &difference) &&
        tally->differences++ < SHOWN_MAX) {
        printf("round %u:\n", round);
        route_explain(&world->world, &decision, print_line, NULL);
        route_explain_answer(&world->world, &decision, &answer, print_line, NULL);
    }
    buffer_done(&difference);
    route_answer_done(&answer);
    route_decision_done(&decision);
}

// Where a kernel never had rules of its own, it keeps two IPv4 tables in one: every third round.
static void run_round(uint64_t seed, unsigned round, struct tally *tally) {
    struct route_asker *asker;
    struct world world;
    chance = mix(mix(seed) + round) | 1;
    if (unshare(CLONE_NEWNET) < 0)
        abort();
    objects6 = one_in(2);
    make_settings();
    make_links();
    if (one_in(3) || getenv("VRF"))
        make_vrf();
    wait_for_links();
    make_tables(false, one_in(3));
    make_tables(true, one_in(3));
    if (route_asker_new(NULL, &asker, NULL) < 0)
        abort();
    if (getenv("SHOW"))
        private_run("ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; "
                    "ip neigh; ip -br addr; grep . /proc/sys/net/ipv4/conf/*/rp_filter");
    read_world(&world, asker);
    tally->vrfs += if_nametoindex("red") != 0;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        const struct route_question question = pick_question();
        ask(&world, asker, &question, round, tally);
    }
    free_world(&world);
    route_asker_free(asker);
}

int main(int argc, char **argv) {
    uint64_t seed = 1;
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : ROUNDS;
    unsigned first = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
    struct tally tally = {0};
    if (argc > 1 && strcmp(argv[1], "random") == 0) {
        if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
            abort();
    } else if (argc > 1) {
        seed = strtoull(argv[1], NULL, 10);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("seed %" PRIu64 "\n", seed);
    signal(SIGPIPE, SIG_IGN); // fewer routes, should an ip(8) end early, are as good
    private_enter();
    for (unsigned round = first; round < first + rounds; round++)
        run_round(seed, round, &tally);
    printf("%u lookups: %u routes (%u of several ways, %u by the state of gateways), %u errors, "
           "%u without a route, %u rounds with a VRF; %u differ\n",
           tally.asked, tally.routes, tally.several, tally.contested, tally.errors, tally.links,
           tally.vrfs, tally.differences);
    if (getenv("VRF") && tally.vrfs == 0)
        printf("a VRF is wanted, and the kernel has none\n");
    bool vrfs = tally.vrfs > 0 || !getenv("VRF");
    return !vrfs || tally.differences > 0 || tally.routes == 0 || tally.errors == 0;
}
