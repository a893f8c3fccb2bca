// SPDX-License-Identifier: GPL-2.0-or-later
// The source of interfaces against the real kernel: other ends in other namespaces, a table that
// changes under the reader, namespaces that vanish, counters alone, missing privileges.
#include <net/if.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/rtnetlink.h>

#include "model/link.h"
#include "model/netns.h"
#include "source/bpf.h"
#include "source/netlink.h"
#include "source/source.h"
#include "tests/lab/private.h"

#define MANY_LINKS 400 // of which a dump takes several datagrams

// --- The node ------------------------------------------------------------------------------------

static uint64_t inode_of(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

static void add_netns(struct table *table, const char *name, const char *path) {
    struct netns *netns = table_add(table);
    assert_non_null(netns);
    netns->name = name;
    netns->path = path;
    netns->inode = inode_of(path);
    netns->own = table->count == 1;
}

static struct table *read_in(const struct table *namespaces, size_t which) {
    const struct source_request request = {.netns = table_row(namespaces, which),
                                           .namespaces = namespaces};
    struct table *table = source_of(KIND_INTERFACES)->read(&request);
    assert_non_null(table);
    return table;
}

// Whether all was read that this user may read: only root of the machine may ask for tcx programs.
static bool is_whole(const struct table *table) {
    return table->status.state == STATUS_OK ||
           (table->status.state == STATUS_PARTIAL &&
            strcmp(table->status.reason, "tcx programs: needs CAP_NET_ADMIN") == 0);
}

// A node with our own namespace, and those two of them that are there.
static struct node *read_node(void) {
    static const char *const others[][2] = {{"blue", "/run/netns/blue"},
                                            {"green", "/run/netns/green"}};
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    add_netns(namespaces, "own", "/proc/self/ns/net");
    for (size_t i = 0; i < 2; i++) {
        if (access(others[i][1], F_OK) == 0)
            add_netns(namespaces, others[i][0], others[i][1]);
    }
    assert_int_equal(node_set_namespaces(node, namespaces), 0);
    for (size_t i = 0; i < namespaces->count; i++) {
        struct table *table = read_in(namespaces, i);
        assert_true(is_whole(table));
        node_set_table(node, node->netnses[i].netns->inode, table);
    }
    return node;
}

static const struct link *find_link(const struct node *node, size_t which, const char *ifname,
                                    struct row_ref *ret_ref) {
    const struct node_netns *entry = &node->netnses[which];
    const struct table *table = entry->tables[KIND_INTERFACES];
    for (size_t i = 0; i < table->count; i++) {
        const struct link *link = table_row(table, i);
        if (strcmp(link->ifname, ifname) == 0) {
            *ret_ref = (struct row_ref){node, entry->netns, link};
            return link;
        }
    }
    fail_msg("no interface %s", ifname);
    return NULL;
}

static void expect_field(const struct row_ref *ref, const char *key, const char *wanted) {
    struct buffer text = BUFFER_INIT;
    struct value value;
    field_read(kind_find_field(&link_kind, key, NULL), ref, &value);
    value_format(&value, &text);
    assert_string_equal(buffer_text(&text), wanted);
    buffer_done(&text);
}

// --- Tests ---------------------------------------------------------------------------------------

static void test_other_ends_in_other_namespaces(void **state) {
    struct row_ref ref;
    (void)state;
    private_run("ip netns add blue && ip netns add green");
    private_run("ip link add to-blue type veth peer name eth0 netns blue");
    private_run("ip -n blue link add to-green type veth peer name to-blue netns green");
    private_run("ip link set to-blue up && ip -n blue link set eth0 up");
    private_run("until ip -br link show to-blue | grep -q ' UP '; do sleep 0.05; done");
    private_run("until ip -n blue -br link show eth0 | grep -q ' UP '; do sleep 0.05; done");
    private_run("ip link add here type veth peer name there");
    struct node *node = read_node();

    find_link(node, 0, "to-blue", &ref);
    expect_field(&ref, "peer", "eth0");
    expect_field(&ref, "peer_netns", "blue");
    expect_field(&ref, "link_netns", "blue");
    expect_field(&ref, "link", "");
    expect_field(&ref, "pair_state", "up");
    find_link(node, 1, "eth0", &ref);
    expect_field(&ref, "peer", "to-blue");
    expect_field(&ref, "peer_netns", "own");
    find_link(node, 1, "to-green", &ref);
    expect_field(&ref, "peer", "to-blue");
    expect_field(&ref, "peer_netns", "green");
    expect_field(&ref, "pair_state", "down");
    find_link(node, 0, "here", &ref);
    expect_field(&ref, "peer", "there");
    expect_field(&ref, "peer_netns", "own");
    expect_field(&ref, "link", "there");
    node_free(node);
    private_run("ip link del here && ip netns del blue && ip netns del green");
}

static void test_bridge_addresses_and_settings(void **state) {
    struct row_ref ref;
    (void)state;
    private_run("ip link add br7 type bridge && ip link add p0 master br7 type veth peer name p1");
    private_run("ip addr add 192.0.2.1/24 dev br7 && ip addr add 192.0.2.2/24 dev br7");
    private_run("sysctl -qw net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.br7.rp_filter=1");
    struct node *node = read_node();

    const struct link *bridge = find_link(node, 0, "br7", &ref);
    expect_field(&ref, "info_kind", "bridge");
    expect_field(&ref, "ipv4_rp_filter", "strict");
    expect_field(&ref, "ipv4_rp_filter_in_effect", "loose");
    assert_int_equal(bridge->addr_count, 2);
    assert_int_equal(bridge->addr_info[0].flags & 1, 0);
    assert_int_equal(bridge->addr_info[1].flags & 1, 1); // secondary
    find_link(node, 0, "p0", &ref);
    expect_field(&ref, "master", "br7");
    expect_field(&ref, "port_state", "disabled");
    node_free(node);
    private_run("ip link del br7 && ip link del p0; sysctl -qw net.ipv4.conf.all.rp_filter=0");
}

// Makes and removes interfaces as fast as it can, until it is killed or we end: then ip(8) sees the
// end of its input.
static pid_t disturb(void) {
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    FILE *batch = popen("exec setpriv --pdeathsig KILL ip -batch -", "w");
    while (batch && fputs("link add d0 type veth peer name d1\nlink del d0\n", batch) >= 0)
        ;
    _exit(1);
}

static pid_t disturber; // 0: none

static void stop_disturber(void) {
    if (disturber == 0)
        return;
    kill(disturber, SIGKILL);
    waitpid(disturber, NULL, 0);
    disturber = 0;
}

static void check_rows(const struct table *table) {
    size_t found = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct link *link = table_row(table, i);
        if (i > 0)
            assert_true(((const struct link *)table_row(table, i - 1))->ifindex < link->ifindex);
        found += strncmp(link->ifname, "many", 4) == 0;
    }
    // Kernels before 6.6 pass over one when another goes meanwhile: such a table must say so.
    if (is_whole(table)) {
        assert_int_equal(found, MANY_LINKS);
    } else {
        assert_non_null(strstr(table->status.reason, "changed while it was read"));
        assert_in_range(found, MANY_LINKS / 2, MANY_LINKS);
    }
}

static int pass_over(const struct nlmsghdr *message, void *user_data) {
    (void)message;
    (void)user_data;
    return 0;
}

static void count_restart(void *user_data) {
    size_t *restarts = user_data;
    (*restarts)++;
}

// Dumps until the kernel has really interrupted one of them.
static void wait_for_interruption(void) {
    const struct ifinfomsg header = {0};
    size_t restarts = 0;
    const struct netlink_reader reader = {pass_over, count_restart, &restarts};
    struct netlink netlink;
    assert_int_equal(netlink_open(&netlink, NULL, NETLINK_ROUTE, NULL), 0);
    for (int i = 0; i < 20000 && restarts == 0; i++)
        netlink_dump(&netlink, netlink_request(RTM_GETLINK, &header, sizeof(header)), &reader,
                     NULL);
    assert_int_not_equal(restarts, 0);
    netlink_close(&netlink);
}

static void test_table_that_changes_under_the_reader(void **state) {
    struct table *namespaces = table_new(&netns_kind);
    (void)state;
    private_run("for i in $(seq 200); do echo link add many$i type veth peer name manyx$i; done | "
                "ip -batch -");
    add_netns(namespaces, "own", "/proc/self/ns/net");
    disturber = disturb();
    wait_for_interruption();
    for (int i = 0; i < 50; i++) {
        struct table *table = read_in(namespaces, 0);
        check_rows(table);
        table_unref(table);
    }
    stop_disturber();
    struct table *table = read_in(namespaces, 0);
    assert_true(is_whole(table));
    table_unref(table);
    table_unref(namespaces);
}

// Also after a failure, so that the other tests have their peace.
static int end_disturbance(void **state) {
    (void)state;
    stop_disturber();
    return system("for i in $(seq 200); do echo link del many$i; done | ip -force -batch - 2>&1");
}

static void test_namespace_that_vanished(void **state) {
    struct table *namespaces = table_new(&netns_kind);
    (void)state;
    private_run("ip netns add blue && ip netns add red");
    add_netns(namespaces, "own", "/proc/self/ns/net");
    add_netns(namespaces, "blue", "/run/netns/blue");
    private_run("ip netns del blue");
    struct table *table = read_in(namespaces, 1);
    assert_int_equal(table->status.state, STATUS_GONE);
    assert_int_equal(table->count, 0);
    table_unref(table);
    // Another of the same name is not the one that was meant.
    private_run("touch /run/netns/blue && mount --bind /run/netns/red /run/netns/blue");
    table = read_in(namespaces, 1);
    assert_int_equal(table->status.state, STATUS_GONE);
    table_unref(table);
    private_run("ip netns del blue && ip netns del red");
    // We are where we were.
    assert_int_equal(inode_of("/proc/thread-self/ns/net"), inode_of("/proc/self/ns/net"));
    table_unref(namespaces);
}

// The kernel checks what it is asked, and says in words what was wrong.
static void test_kernel_refuses_a_senseless_request(void **state) {
    const struct ifinfomsg header = {.ifi_flags = 1};
    const struct netlink_reader reader = {.sink = pass_over};
    struct netlink netlink;
    struct error err = {0};
    (void)state;
    assert_int_equal(netlink_open(&netlink, NULL, NETLINK_ROUTE, NULL), 0);
    assert_int_equal(netlink_dump(&netlink, netlink_request(RTM_GETLINK, &header, sizeof(header)),
                                  &reader, &err),
                     -EINVAL);
    assert_string_equal(err.text, "Invalid values in header for link dump request: "
                                  "Invalid argument");
    netlink_close(&netlink);
}

// Without any privilege our own interfaces can be read, those of others cannot; both are said.
static int read_without_privileges(const struct table *namespaces) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    if (syscall(SYS_capset, &header, none) < 0)
        return 1;
    struct table *own = read_in(namespaces, 0), *other = read_in(namespaces, 1);
    if (own->count == 0 || own->status.state > STATUS_PARTIAL)
        return 2;
    if (own->status.state == STATUS_PARTIAL && !strstr(own->status.reason, "CAP_NET_ADMIN"))
        return 3;
    return other->count == 0 && other->status.state == STATUS_DENIED ? 0 : 4;
}

static void test_missing_privileges(void **state) {
    struct table *namespaces = table_new(&netns_kind);
    int status;
    (void)state;
    private_run("ip netns add blue");
    add_netns(namespaces, "own", "/proc/self/ns/net");
    add_netns(namespaces, "blue", "/run/netns/blue");
    pid_t child = fork();
    if (child == 0)
        _exit(read_without_privileges(namespaces));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    private_run("ip netns del blue");
    table_unref(namespaces);
}

struct samples {
    size_t count;
    uint64_t last, packets;
};

static int take_sample(uint64_t identity, const uint64_t counters[HISTORY_COUNTERS],
                       void *user_data) {
    struct samples *samples = user_data;
    samples->count++;
    samples->last = identity;
    samples->packets = counters[LINK_TX_PACKETS];
    return 0;
}

static struct samples sample(const struct table *namespaces, const uint64_t *identities,
                             size_t count) {
    const struct source_request request = {.netns = table_row(namespaces, 0),
                                           .namespaces = namespaces};
    struct samples samples = {0};
    struct error err = {0};
    if (source_of(KIND_INTERFACES)
            ->sample(&request, identities, count, take_sample, &samples, &err) < 0)
        fail_msg("%s", err.text);
    return samples;
}

static void test_counters_alone(void **state) {
    struct table *namespaces = table_new(&netns_kind);
    const uint64_t loopback = 1, some[] = {1, 123456};
    (void)state;
    add_netns(namespaces, "own", "/proc/self/ns/net");
    private_run("ip link set lo up");
    struct samples before = sample(namespaces, &loopback, 1);
    assert_int_equal(before.count, 1);
    assert_int_equal(before.last, 1);
    private_run("ping -q -c 3 -i 0.01 127.0.0.1 >/dev/null");
    struct samples after = sample(namespaces, &loopback, 1);
    assert_int_equal(after.packets - before.packets, 6); // and the answers
    // One that is gone costs nothing but its own.
    assert_int_equal(sample(namespaces, some, 2).count, 1);
    private_run("ip link add s0 type veth peer name s1");
    assert_in_range(sample(namespaces, NULL, 0).count, 3, 100);
    private_run("ip link del s0");
    table_unref(namespaces);
}

// Programs hang on an interface in three ways; each is shown.
static void test_programs(void **state) {
    struct row_ref ref;
    (void)state;
    if (system("mkdir -p /run/bpf && mount -t bpf bpf /run/bpf 2>/dev/null && "
               "\"${srcdir:-.}/tests/lab/pin_bpf.py\" xdp dropper /run/bpf/xdp && "
               "\"${srcdir:-.}/tests/lab/pin_bpf.py\" sched_cls shaper /run/bpf/tc") != 0) {
        print_message("no BPF programs here: only root of the machine may load them\n");
        skip();
    }
    private_run("ip link add x0 type veth peer name x1");
    private_run("ip link set x0 xdpgeneric pinned /run/bpf/xdp");
    private_run("tc qdisc add dev x0 clsact");
    private_run("tc filter add dev x0 ingress prio 7 bpf da pinned /run/bpf/tc");
    private_run("tc filter add dev x0 egress prio 8 bpf da pinned /run/bpf/tc");
    struct node *node = read_node();
    find_link(node, 0, "x0", &ref);
    expect_field(&ref, "programs", "xdp-generic:dropper,tc-ingress:shaper,tc-egress:shaper");
    find_link(node, 0, "x1", &ref);
    expect_field(&ref, "programs", "");
    node_free(node);
    private_run("ip link del x0 && umount /run/bpf");
}

// Loads a program that lets every packet pass. Returns its descriptor or -1.
static int load_program(void) {
    const struct bpf_insn pass[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = -1},
                                    {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
                           .insn_cnt = 2,
                           .insns = (uintptr_t)pass,
                           .license = (uintptr_t) "GPL",
                           .prog_name = "next_of_tcx"};
    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int attach_to_tcx(int program, unsigned ifindex, enum bpf_hook hook) {
    union bpf_attr attr;
    memset(&attr, 0, sizeof(attr));
    attr.link_create.prog_fd = (uint32_t)program;
    attr.link_create.target_ifindex = ifindex;
    attr.link_create.attach_type = hook;
    return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

static void test_programs_without_a_qdisc(void **state) {
    struct row_ref ref;
    (void)state;
    private_run("ip netns add blue && ip link add x0 type veth peer name x1 netns blue");
    int program = load_program();
    int link = attach_to_tcx(program, if_nametoindex("x0"), BPF_HOOK_TCX_EGRESS);
    if (link < 0)
        print_message("no tcx here: root of a machine with kernel 6.6 has it\n");
    struct node *node = read_node();
    find_link(node, 0, "x0", &ref);
    expect_field(&ref, "programs", link < 0 ? "" : "tcx-egress:next_of_tcx");
    find_link(node, 1, "x1", &ref);
    expect_field(&ref, "programs", "");
    node_free(node);
    close(link);
    close(program);
    private_run("ip link del x0 && ip netns del blue");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_ends_in_other_namespaces),
        cmocka_unit_test(test_bridge_addresses_and_settings),
        cmocka_unit_test_teardown(test_table_that_changes_under_the_reader, end_disturbance),
        cmocka_unit_test(test_namespace_that_vanished),
        cmocka_unit_test(test_kernel_refuses_a_senseless_request),
        cmocka_unit_test(test_missing_privileges),
        cmocka_unit_test(test_counters_alone),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_programs_without_a_qdisc),
    };
    private_enter();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
