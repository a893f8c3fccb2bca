// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int stop_fd = -1; // readable once it is time to end

static void stop(int signal_number) {
    int saved = errno;
    const uint64_t one = 1;
    (void)signal_number;
    // Nothing can be done where it fails, and the next signal ends the program.
    if (write(stop_fd, &one, sizeof(one)) < 0)
        errno = saved;
    errno = saved;
}

int stop_catch(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stop_fd < 0)
        return -errno;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaction(numbers[i], &action, NULL);
    return stop_fd;
}
