// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/tty_restore.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#define CRASH_STACK 65536
#define TEXT_MAX    512
#define MOUSE_OFF   "\033[?1000l\033[?1002l\033[?1006l"

static const int crash_signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
#define CRASH_SIGNALS (sizeof(crash_signals) / sizeof(crash_signals[0]))

static struct termios mode; // as it was before
static char text[TEXT_MAX]; // puts the terminal back
static volatile size_t text_len;
static char stack_memory[CRASH_STACK];

// Nothing but calls that signal-safety(7) allows. The handler is gone already (SA_RESETHAND).
static void restore_and_die(int number) {
    ssize_t written = write(STDOUT_FILENO, text, text_len);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &mode);
    raise(number);
}

static const char *capability_text(const char *name) {
    const char *found = tigetstr(name);
    return found == (const char *)-1 ? NULL : found;
}

static void add_text(const char *more) {
    size_t len = more ? strlen(more) : 0;
    if (text_len + len > sizeof(text))
        return;
    memcpy(text + text_len, more ? more : "", len);
    text_len += len;
}

int tty_restore_save(void) {
    return tcgetattr(STDIN_FILENO, &mode) < 0 ? -errno : 0;
}

bool tty_restore_has(const char *capability) {
    return capability_text(capability) != NULL;
}

void tty_restore_arm(void) {
    stack_t stack = {.ss_sp = stack_memory, .ss_size = sizeof(stack_memory)};
    struct sigaction action = {.sa_handler = restore_and_die,
                               .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER};
    text_len = 0;
    add_text(MOUSE_OFF);
    add_text(capability_text("sgr0"));
    add_text(capability_text("cnorm"));
    add_text(capability_text("rmkx"));
    add_text(capability_text("rmcup"));
    add_text("\r\n");
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < CRASH_SIGNALS; i++)
        sigaction(crash_signals[i], &action, NULL);
}

void tty_restore_disarm(void) {
    for (size_t i = 0; i < CRASH_SIGNALS; i++)
        signal(crash_signals[i], SIG_DFL);
}
