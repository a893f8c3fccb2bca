// SPDX-License-Identifier: GPL-2.0-or-later
#include "xtables_child.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xtables.h>

#include "source/xtables.h"

#define SECONDS_OF_CPU 10
#define OUTPUT_MAX     (1 << 20)

// What of libxtables is called.
struct library {
    int (*init_all)(struct xtables_globals *globals, uint8_t family);
    struct xtables_match *(*find_match)(const char *name, enum xtables_tryload load,
                                        struct xtables_rule_match **matches);
    struct xtables_target *(*find_target)(const char *name, enum xtables_tryload load);
    struct xt_xlate *(*xlate_alloc)(int size);
    const char *(*xlate_get)(struct xt_xlate *xlate);
    void (*xlate_free)(struct xt_xlate *xlate);
};

// The extension of which it is asked.
struct extension {
    struct library library;
    uint8_t family;
    const struct xtables_match *match; // or
    const struct xtables_target *target;
};

// What iptables gives a library beside the extension: struct ipt_ip, or ip6t_ip6, which is larger
// (136 bytes). Nothing of the rule is said.
static const uint64_t no_header[32];

// Room behind the header for the largest struct, in xt_entry_match and xt_entry_target, which are
// the same.
static union {
    struct xt_entry_match match;
    struct xt_entry_target target;
    uint8_t bytes[sizeof(struct xt_entry_match) + XTABLES_INFO_MAX];
} entry;

static uint8_t asked_revision;

// libxtables would ask the kernel, and load modules.
static int is_revision_asked(const char *name, uint8_t revision, int option) {
    (void)name, (void)option;
    return revision == asked_revision;
}

static void __attribute__((noreturn, format(printf, 2, 3)))
give_up(enum xtables_exittype status, const char *format, ...) {
    (void)format;
    _exit((int)status);
}

static struct option no_options[] = {{0}};
static struct xtables_globals globals = {
    .program_name = "netscope",
    .program_version = XTABLES_VERSION,
    .orig_opts = no_options,
    .exit_err = give_up,
    .compat_rev = is_revision_asked,
};

// Who may run a netscope that has rights of its own (capabilities of its file) does not say where
// libraries are.
static void forget_libdir(void) {
    if (getauxval(AT_SECURE))
        clearenv();
}

// Whatever the library does, it ends with netscope, fills no disk and takes no core for long.
static int confine(void) {
    const struct rlimit cpu = {SECONDS_OF_CPU, SECONDS_OF_CPU}, file = {OUTPUT_MAX, OUTPUT_MAX};
    int output = memfd_create("text", MFD_CLOEXEC), nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (output < 0 || nowhere < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(nowhere, STDERR_FILENO) < 0)
        return -1;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
        return -1;
    return setrlimit(RLIMIT_CPU, &cpu) < 0 ? -1 : setrlimit(RLIMIT_FSIZE, &file);
}

// The functions that POSIX has dlsym return as objects.
static int load_library(struct library *library) {
    void *loaded = dlopen(XTABLES_VERSION, RTLD_NOW | RTLD_GLOBAL);
    if (!loaded)
        return -1;
    *(void **)&library->init_all = dlsym(loaded, "xtables_init_all");
    *(void **)&library->find_match = dlsym(loaded, "xtables_find_match");
    *(void **)&library->find_target = dlsym(loaded, "xtables_find_target");
    *(void **)&library->xlate_alloc = dlsym(loaded, "xt_xlate_alloc");
    *(void **)&library->xlate_get = dlsym(loaded, "xt_xlate_get");
    *(void **)&library->xlate_free = dlsym(loaded, "xt_xlate_free");
    return library->init_all && library->find_match && library->find_target &&
                   library->xlate_alloc && library->xlate_get && library->xlate_free
               ? 0
               : -1;
}

static int find_extension(char **argv, struct extension *ret_extension) {
    struct library library;
    uint8_t family = (uint8_t)atoi(argv[0]);
    asked_revision = (uint8_t)atoi(argv[3]);
    if (strchr(argv[2], '/') || load_library(&library) < 0 ||
        library.init_all(&globals, family) < 0)
        return -1;
    *ret_extension = (struct extension){.library = library, .family = family};
    if (strcmp(argv[1], "target") == 0)
        ret_extension->target = library.find_target(argv[2], XTF_TRY_LOAD);
    else
        ret_extension->match = library.find_match(argv[2], XTF_TRY_LOAD, NULL);
    return ret_extension->match || ret_extension->target ? 0 : -1;
}

static size_t size_of(const struct extension *extension) {
    return extension->match ? extension->match->size : extension->target->size;
}

// As iptables-save does: some have no options to print.
static void save(const struct extension *extension) {
    if (extension->match) {
        fputs(extension->match->alias ? extension->match->alias(&entry.match)
                                      : extension->match->name,
              stdout);
        if (extension->match->save)
            extension->match->save(no_header, &entry.match);
    } else {
        fputs(extension->target->alias ? extension->target->alias(&entry.target)
                                       : extension->target->name,
              stdout);
        if (extension->target->save)
            extension->target->save(no_header, &entry.target);
    }
}

// As nft does: some have no such words.
static void translate(const struct extension *extension) {
    const struct xt_xlate_mt_params match = {.ip = no_header, .match = &entry.match};
    const struct xt_xlate_tg_params target = {.ip = no_header, .target = &entry.target};
    struct xt_xlate *xlate = extension->library.xlate_alloc(XTABLES_TEXT_MAX);
    int is_said = 0;
    if (extension->match && extension->match->xlate)
        is_said = extension->match->xlate(xlate, &match);
    else if (extension->target && extension->target->xlate)
        is_said = extension->target->xlate(xlate, &target);
    if (is_said)
        fputs(extension->library.xlate_get(xlate), stdout);
    extension->library.xlate_free(xlate);
}

static void fill_entry(const struct extension *extension, const uint8_t *info, size_t size) {
    memset(&entry, 0, sizeof(entry));
    entry.match.u.user.match_size = (uint16_t)(sizeof(entry.match) + size);
    entry.match.u.user.revision = asked_revision;
    snprintf(entry.match.u.user.name, sizeof(entry.match.u.user.name), "%s",
             extension->match ? extension->match->name : extension->target->name);
    memcpy(entry.match.data, info, size);
}

// Returns the text's length; 0 if there is none that is short enough.
static size_t print(const struct extension *extension, const uint8_t *info, size_t size,
                    char text[XTABLES_TEXT_MAX]) {
    if (XT_ALIGN(size) < size_of(extension) || size > XTABLES_INFO_MAX)
        return 0; // it would read beyond
    fill_entry(extension, info, size);
    if (ftruncate(STDOUT_FILENO, 0) < 0 || lseek(STDOUT_FILENO, 0, SEEK_SET) < 0)
        return 0;
    if (extension->family == NFPROTO_IPV4 || extension->family == NFPROTO_IPV6)
        save(extension);
    else
        translate(extension);
    off_t end = fflush(stdout) == 0 ? lseek(STDOUT_FILENO, 0, SEEK_CUR) : -1;
    if (end <= 0 || end > XTABLES_TEXT_MAX)
        return 0;
    return pread(STDOUT_FILENO, text, (size_t)end, 0) == end ? (size_t)end : 0;
}

static void answer(const struct extension *extension) {
    static uint8_t request[1 + XTABLES_INFO_MAX];
    static char reply[1 + XTABLES_TEXT_MAX];
    ssize_t size;
    while ((size = recv(STDIN_FILENO, request, sizeof(request), 0)) > 0) {
        size_t length = print(extension, request + 1, (size_t)size - 1, reply + 1);
        reply[0] = length > 0;
        if (send(STDIN_FILENO, reply, 1 + length, MSG_NOSIGNAL) < 0)
            return;
    }
}

int xtables_child(int argc, char **argv) {
    struct extension extension;
    forget_libdir();
    if (argc != 6 || confine() < 0 || find_extension(argv + 2, &extension) < 0)
        return EXIT_FAILURE;
    answer(&extension);
    _exit(EXIT_SUCCESS); // what the library would do at the end is nobody's concern
}
