// SPDX-License-Identifier: GPL-2.0-or-later
// Word of change, from the real kernel: interfaces that come, change and go in our own and in other
// namespaces, namespaces that come and go, and a flood that is too much.
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "model/netns.h"
#include "source/watch.h"
#include "tests/lab/private.h"

#define PATIENCE_MS 5000 // for what has to come
#define QUIET_MS    400  // in which nothing may come

// --- What is seen --------------------------------------------------------------------------------

struct seen {
    uint64_t wanted; // the namespace that we wait for, 0: the set of namespaces
    bool found, overrun;
    size_t count; // changes of any sort
    size_t told;  // of interfaces there, or of the set of namespaces
};

static void see(const struct watch_change *change, void *user_data) {
    struct seen *seen = user_data;
    seen->count++;
    if (seen->wanted == 0 ? !change->namespaces : change->netns_inode != seen->wanted)
        return;
    // Of an interface others are told too: routes go with it without a word of their own.
    if (seen->wanted != 0 && strcmp(change->source->name, "interfaces") != 0)
        return;
    seen->found = true;
    seen->told++;
    seen->overrun |= change->overrun;
}

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Reads until the wanted change is seen, or for so long.
static struct seen look(struct watch *watch, uint64_t wanted, int milliseconds) {
    struct seen seen = {.wanted = wanted};
    int64_t end = now_ms() + milliseconds;
    while (!seen.found && now_ms() < end) {
        struct pollfd input = {.fd = watch_fd(watch), .events = POLLIN};
        poll(&input, 1, (int)(end - now_ms()));
        watch_read(watch, see, &seen);
    }
    return seen;
}

static void expect(struct watch *watch, uint64_t wanted) {
    assert_true(look(watch, wanted, PATIENCE_MS).found);
}

// Takes all that comes until nothing does any more.
static void settle(struct watch *watch) {
    while (look(watch, UINT64_MAX, QUIET_MS).count > 0)
        ;
}

// --- The namespaces ------------------------------------------------------------------------------

static uint64_t inode_of(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_ino;
}

static struct netns *add_netns(struct table *table, const char *name, const char *path) {
    struct netns *netns = table_add(table);
    assert_non_null(netns);
    netns->name = name;
    netns->path = path;
    netns->inode = inode_of(path);
    return netns;
}

static struct table *own_namespace(void) {
    struct table *table = table_new(&netns_kind);
    assert_non_null(table);
    add_netns(table, "own", "/proc/self/ns/net")->own = true;
    return table;
}

static struct watch *watch_all(struct table *namespaces) {
    struct watch *watch;
    struct error err = {0};
    if (watch_new(&watch, &err) < 0 || watch_update(watch, namespaces, &err) < 0)
        fail_msg("%s", err.text);
    settle(watch);
    return watch;
}

static void end(struct watch *watch, struct table *namespaces) {
    watch_free(watch);
    table_unref(namespaces);
}

// --- Tests ---------------------------------------------------------------------------------------

static void test_interface_that_comes_changes_and_goes(void **state) {
    struct table *namespaces = own_namespace();
    struct watch *watch = watch_all(namespaces);
    uint64_t own = inode_of("/proc/self/ns/net");
    (void)state;
    private_run("ip link add a0 type veth peer name a1");
    expect(watch, own);
    settle(watch);
    private_run("ip link set a0 name a2");
    expect(watch, own);
    settle(watch);
    private_run("ip addr add 192.0.2.1/24 dev a2");
    expect(watch, own);
    settle(watch);
    private_run("sysctl -qw net.ipv4.conf.a2.forwarding=1");
    expect(watch, own);
    settle(watch);
    private_run("tc qdisc add dev a2 clsact");
    expect(watch, own);
    settle(watch);
    private_run("ip link del a2");
    expect(watch, own);
    end(watch, namespaces);
}

static void test_quiet_kernel_tells_of_nothing(void **state) {
    struct table *namespaces = own_namespace();
    struct watch *watch = watch_all(namespaces);
    (void)state;
    assert_int_equal(look(watch, UINT64_MAX, QUIET_MS).count, 0);
    private_run("touch /run/something.pid; ip -j link >/dev/null");
    assert_int_equal(look(watch, UINT64_MAX, QUIET_MS).count, 0);
    end(watch, namespaces);
}

// Told by the socket of our own namespace.
static void test_change_in_namespace_with_nsid(void **state) {
    (void)state;
    private_run("ip netns add blue && ip netns set blue 5");
    struct table *namespaces = own_namespace();
    add_netns(namespaces, "blue", "/run/netns/blue")->nsid = maybe_of(5);
    struct watch *watch = watch_all(namespaces);
    private_run("ip -n blue link set lo up");
    expect(watch, inode_of("/run/netns/blue"));
    settle(watch);
    private_run("ip -n blue addr add 192.0.2.9/24 dev lo");
    struct seen seen = look(watch, inode_of("/run/netns/blue"), PATIENCE_MS);
    assert_true(seen.found);
    assert_int_equal(seen.told, 1);
    end(watch, namespaces);
    private_run("ip netns del blue");
}

static void test_change_in_namespace_without_nsid(void **state) {
    (void)state;
    private_run("ip netns add green");
    struct table *namespaces = own_namespace();
    add_netns(namespaces, "green", "/run/netns/green");
    struct watch *watch = watch_all(namespaces);
    private_run("ip -n green link set lo up");
    expect(watch, inode_of("/run/netns/green"));
    end(watch, namespaces);
    private_run("ip netns del green");
}

static void test_names_that_come_and_go(void **state) {
    struct table *namespaces = own_namespace();
    (void)state;
    private_run("rm -rf /run/netns 2>/dev/null; umount /run/netns 2>/dev/null; rm -rf /run/netns");
    struct watch *watch = watch_all(namespaces);
    private_run("ip netns add red"); // the directory comes too
    expect(watch, 0);
    settle(watch);
    private_run("ip netns add blue");
    expect(watch, 0);
    settle(watch);
    private_run("ip netns del blue");
    expect(watch, 0);
    settle(watch);
    private_run("mkdir -p /run/docker/netns");
    settle(watch);
    private_run("touch /run/docker/netns/1234");
    expect(watch, 0);
    settle(watch);
    private_run("ip netns set red 9"); // gets an nsid
    expect(watch, 0);
    end(watch, namespaces);
    private_run("ip netns del red");
}

// A namespace without a name, held by a process.
static void test_end_of_a_process(void **state) {
    char path[64], ready;
    int started[2];
    (void)state;
    assert_int_equal(pipe(started), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWNET) == 0 && write(started[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(started[0], &ready, 1), 1);
    snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)child);
    struct table *namespaces = own_namespace();
    add_netns(namespaces, "process", path)->pid = maybe_of((uint64_t)child);
    struct watch *watch = watch_all(namespaces);
    kill(child, SIGKILL);
    expect(watch, 0);
    settle(watch); // and is not told again and again
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(started[0]);
    close(started[1]);
    end(watch, namespaces);
}

// A watch must not keep a namespace alive: one end of a pair goes when the other's namespace does.
static void test_deleted_namespace_goes_away(void **state) {
    (void)state;
    private_run("ip netns add green && ip link add g0 type veth peer name g1 netns green");
    struct table *namespaces = own_namespace();
    add_netns(namespaces, "green", "/run/netns/green");
    struct watch *watch = watch_all(namespaces);
    private_run("ip netns del green");
    expect(watch, 0);
    struct table *left = own_namespace();
    assert_int_equal(watch_update(watch, left, NULL), 0);
    int64_t patience = now_ms() + PATIENCE_MS;
    while (system("ip link show g0 >/dev/null 2>&1") == 0 && now_ms() < patience)
        usleep(20000);
    assert_int_not_equal(system("ip link show g0 >/dev/null 2>&1"), 0);
    table_unref(left);
    end(watch, namespaces);
}

static void test_namespace_that_is_gone_is_said(void **state) {
    struct table *namespaces = own_namespace();
    struct watch *watch = watch_all(namespaces);
    struct error err = {0};
    (void)state;
    struct netns *netns = table_add(namespaces);
    netns->name = "nowhere";
    netns->path = "/run/netns/nowhere";
    netns->inode = 1;
    assert_int_equal(watch_update(watch, namespaces, &err), -ENOENT);
    assert_non_null(strstr(err.text, "nowhere"));
    private_run("ip link set lo up"); // the others are watched all the same
    expect(watch, inode_of("/proc/self/ns/net"));
    end(watch, namespaces);
}

static void test_flood_is_reported_as_overrun(void **state) {
    struct table *namespaces = own_namespace();
    struct watch *watch = watch_all(namespaces);
    uint64_t own = inode_of("/proc/self/ns/net");
    (void)state;
    private_run("ip link add f0 up type veth peer name f1");
    settle(watch);
    // The kernel tells of a new alias only where the interface is up.
    private_run("for i in $(seq 3000); do echo link set f0 alias a$i; done | ip -batch -");
    struct seen seen = look(watch, own, PATIENCE_MS);
    assert_true(seen.found);
    assert_true(seen.overrun);
    settle(watch);
    private_run("ip link set f0 alias again"); // and it goes on
    seen = look(watch, own, PATIENCE_MS);
    assert_true(seen.found);
    assert_false(seen.overrun);
    private_run("ip link del f0");
    end(watch, namespaces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interface_that_comes_changes_and_goes),
        cmocka_unit_test(test_quiet_kernel_tells_of_nothing),
        cmocka_unit_test(test_change_in_namespace_with_nsid),
        cmocka_unit_test(test_change_in_namespace_without_nsid),
        cmocka_unit_test(test_names_that_come_and_go),
        cmocka_unit_test(test_end_of_a_process),
        cmocka_unit_test(test_deleted_namespace_goes_away),
        cmocka_unit_test(test_namespace_that_is_gone_is_said),
        cmocka_unit_test(test_flood_is_reported_as_overrun),
    };
    private_enter();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
