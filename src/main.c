// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static void print_usage(FILE *out) {
    fputs("usage: netscope [--help] [--version]\n", out);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        {NULL, 0, NULL, 0},
    };
    int option = getopt_long(argc, argv, "hV", options, NULL);

    if (option == 'h') {
        print_usage(stdout);
        return EXIT_SUCCESS;
    }
    if (option == 'V') {
        puts(PACKAGE_NAME " " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    print_usage(stderr);
    return 2;
}
