// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/netns_found.h"

static void test_mounts_of_network_namespaces_are_recognized(void **state) {
    char path[64];
    uint64_t inode = 0;
    (void)state;
    assert_true(netns_parse_mount("36 25 0:4 net:[4026532281] /run/netns/blue rw shared:22 - nsfs "
                                  "nsfs rw\n",
                                  path, sizeof(path), &inode));
    assert_string_equal(path, "/run/netns/blue");
    assert_int_equal(inode, 4026532281);
    assert_true(netns_parse_mount("36 25 0:4 net:[1] /tmp/a\\040b\\134c rw - nsfs nsfs rw", path,
                                  sizeof(path), &inode));
    assert_string_equal(path, "/tmp/a b\\c");
}

static void test_other_mounts_are_not(void **state) {
    static const char *const others[] = {
        "",
        "36",
        "36 25 0:4 net:[1]",
        "36 25 0:4 / /run rw - tmpfs tmpfs rw",
        "36 25 0:4 mnt:[4026532281] /run/x rw - nsfs nsfs rw",
        "36 25 0:4 net:[] /run/x rw - nsfs nsfs rw",
        "36 25 0:4 net:[1] /run/x rw - ext4 nsfs rw",
        "36 25 0:4 net:[1]  rw - nsfs nsfs rw",
    };
    char path[64] = "kept";
    uint64_t inode = 7;
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) - 1; i++)
        assert_false(netns_parse_mount(others[i], path, sizeof(path), &inode));
    assert_int_equal(inode, 7);
}

static void test_a_path_that_does_not_fit_is_not_cut(void **state) {
    char path[8];
    uint64_t inode;
    (void)state;
    assert_false(netns_parse_mount("36 25 0:4 net:[1] /run/netns/blue rw - nsfs nsfs rw", path,
                                   sizeof(path), &inode));
}

static void test_stat_gives_name_and_start(void **state) {
    struct netns_process process;
    (void)state;
    assert_int_equal(netns_parse_stat("1234 (a) b) S 1 1234 1234 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 "
                                      "1 0 98765 5555 6 7",
                                      &process),
                     0);
    assert_string_equal(process.comm, "a) b");
    assert_int_equal(process.start, 98765);
}

static void test_a_broken_stat_is_refused(void **state) {
    static const char *const broken[] = {"", "1234", "1234 (x", "1234 )x(", "1234 (x) S 1 2 3"};
    struct netns_process process;
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        assert_int_equal(netns_parse_stat(broken[i], &process), -EBADMSG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mounts_of_network_namespaces_are_recognized),
        cmocka_unit_test(test_other_mounts_are_not),
        cmocka_unit_test(test_a_path_that_does_not_fit_is_not_cut),
        cmocka_unit_test(test_stat_gives_name_and_start),
        cmocka_unit_test(test_a_broken_stat_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
