// SPDX-License-Identifier: GPL-2.0-or-later
// The program as a whole, as a shell would start it: $NETSCOPE names the binary.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

// Runs the program with `arguments`, fills `output` with what it printed, returns its exit status.
static int run_netscope(const char *arguments, char *output, size_t size) {
    const char *program = getenv("NETSCOPE");
    char command[4096];

    assert_non_null(program);
    int length = snprintf(command, sizeof(command), "'%s' %s 2>&1", program, arguments);
    assert_in_range(length, 1, sizeof(command) - 1);
    FILE *stream = popen(command, "r");
    assert_non_null(stream);
    output[fread(output, 1, size - 1, stream)] = '\0';
    int status = pclose(stream);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_version_names_program_and_release(void **state) {
    char output[4096];

    (void)state;
    assert_int_equal(run_netscope("--version", output, sizeof(output)), 0);
    assert_non_null(strstr(output, "netscope " PACKAGE_VERSION));
}

static void test_unknown_option_is_refused_by_name(void **state) {
    char output[4096];

    (void)state;
    assert_int_not_equal(run_netscope("--no-such-option", output, sizeof(output)), 0);
    assert_non_null(strstr(output, "no-such-option"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_names_program_and_release),
        cmocka_unit_test(test_unknown_option_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
