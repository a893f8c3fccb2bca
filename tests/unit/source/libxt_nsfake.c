// SPDX-License-Identifier: GPL-2.0-or-later
// A library of an extension that there is not, for xtables_test.c: what it does is said by the
// first byte of the extension's struct.
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <xtables.h>

static void print_often(const char *text, int times) {
    while (times-- > 0)
        fputs(text, stdout);
}

static void save(const void *ip, const struct xt_entry_match *match) {
    (void)ip;
    switch (match->data[0]) {
    case 'p':
        printf(" --number %u", match->data[1]);
        break;
    case 'l':
        print_often(" --long", 1000);
        break;
    case 'm':
        print_often(" --more than a megabyte", 1 << 17);
        break;
    case 'e':
        xtables_error(PARAMETER_PROBLEM, "no");
    case 'x':
        exit(0);
    case 'k':
        raise(SIGKILL);
        break;
    case 'h':
        pause();
        break;
    case 'c':
        printf(" --name \"a\033[2Jb\nc\"");
        break;
    case 's':
        write(STDERR_FILENO, "on the screen", 13) < 0 ? abort() : (void)0;
        break;
    }
}

static struct xtables_match match = {
    .version = XTABLES_VERSION,
    .name = "nsfake",
    .revision = 2,
    .family = NFPROTO_UNSPEC,
    .size = XT_ALIGN(2),
    .userspacesize = 2,
    .save = save,
};

static void __attribute__((constructor)) enter(void) {
    xtables_register_match(&match);
}
