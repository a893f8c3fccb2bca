// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/ruleset_read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "ruleset/ruleset_origin.h"
#include "source/legacy.h"
#include "source/ruleset_names.h"

#define TRIES      10 // to find the rules unchanged from beginning to end
#define PAUSE_MOST 32 // milliseconds between two of them

// --- Is there anything to read -------------------------------------------------------------------

static bool file_has(const char *path, const char *words) {
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    while (!found && fgets(line, sizeof(line), file))
        found = strstr(line, words) != NULL;
    fclose(file);
    return found;
}

// nf_tables has no directory of its own in /sys/module when it is built in. A kernel without
// modules has it or has it not, and loads nothing.
bool nft_is_loaded(void) {
    char path[128];
    struct utsname name;
    if (access("/sys/module/nf_tables", F_OK) == 0 || access("/proc/modules", F_OK) < 0)
        return true;
    if (uname(&name) < 0)
        return true;
    snprintf(path, sizeof(path), "/lib/modules/%s/modules.builtin", name.release);
    return file_has(path, "/nf_tables.ko");
}

// --- The ruleset ---------------------------------------------------------------------------------

// The first trouble is the one that is told.
__attribute__((format(printf, 3, 4))) static void
trouble(struct status *status, enum status_state state, const char *format, ...) {
    va_list args;
    if (status->state != STATUS_OK)
        return;
    status->state = state;
    va_start(args, format);
    vsnprintf(status->reason, sizeof(status->reason), format, args);
    va_end(args);
}

static void say_nft_trouble(struct status *status, int r, size_t malformed, bool older,
                            const struct error *err) {
    if (r == -EAGAIN)
        trouble(status, STATUS_PARTIAL,
                "the rules changed while they were read, %d times in a row%s", TRIES,
                older ? ": these are older" : "");
    else if (r == -EPERM)
        trouble(status, STATUS_DENIED, "nftables is read with CAP_NET_ADMIN only");
    else if (r == -EINVAL || netlink_is_unsupported(r))
        trouble(status, STATUS_UNSUPPORTED, "this kernel has no nftables");
    else if (r < 0)
        trouble(status, netlink_state_of(r), "%s", err->text);
    if (malformed > 0)
        trouble(status, STATUS_PARTIAL, "%zu messages of the kernel's are malformed", malformed);
}

static void say_legacy_others(struct status *status, const struct ruleset *ruleset) {
    if (ruleset->has_legacy_arp)
        trouble(status, STATUS_PARTIAL, "arptables-legacy has tables, which are not read");
    if (ruleset->legacy_bridge == NF_PRESENCE_YES)
        trouble(status, STATUS_PARTIAL, "ebtables-legacy has tables, which are not read");
    if (ruleset->legacy_bridge == NF_PRESENCE_UNKNOWN)
        trouble(
            status, STATUS_PARTIAL,
            "ebtables-legacy is loaded, and the kernel does not tell whether it has tables here");
}

static int read_once(struct netlink *netlink, const struct netns *netns,
                     const struct ruleset_options *options, struct ruleset **ret_ruleset,
                     size_t *ret_malformed, struct error *err) {
    ruleset_unref(*ret_ruleset);
    *ret_ruleset = ruleset_new();
    return *ret_ruleset ? nft_read(netlink, netns, options, *ret_ruleset, ret_malformed, err)
                        : -ENOMEM;
}

// A transaction under way makes one try fail like the next.
static void pause_before(int try) {
    long milliseconds = try == 0 ? 0 : 1L << try;
    if (milliseconds > PAUSE_MOST)
        milliseconds = PAUSE_MOST;
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

static int read_nft(const struct netns *netns, const struct ruleset_options *options,
                    struct ruleset **ret_ruleset, size_t *ret_malformed, struct error *err) {
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_NETFILTER, err);
    if (r < 0)
        return r;
    r = -EAGAIN;
    for (int try = 0; r == -EAGAIN && try < TRIES; try++) {
        pause_before(try);
        r = read_once(&netlink, netns, options, ret_ruleset, ret_malformed, err);
    }
    netlink_close(&netlink);
    return r;
}

// Puts what nftables had at an older generation in the place of what was read between several.
static int take_older(const struct ruleset *before, struct ruleset **ret_ruleset) {
    struct ruleset *older = ruleset_new();
    int r = older ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < before->table_count; i++) {
        if (before->tables[i]->backend == NF_BACKEND_NFTABLES)
            r = ruleset_add_table(older, nf_table_ref(before->tables[i]));
    }
    if (r < 0) {
        ruleset_unref(older);
        return r;
    }
    older->generation = before->generation;
    older->is_whole = true;
    ruleset_unref(*ret_ruleset);
    *ret_ruleset = older;
    return 0;
}

// Tables that come from an older ruleset have an origin and names.
static int finish_tables(const struct ruleset *ruleset) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < ruleset->table_count; i++) {
        struct nf_table *table = ruleset->tables[i];
        if (table->names)
            continue;
        table->names = ruleset_names_ref(ruleset->names);
        r = nf_table_find_origin(table);
    }
    return r;
}

static int read_all(const struct netns *netns, const struct ruleset_options *options,
                    struct ruleset **ret_ruleset, struct status *status) {
    struct error err = {0};
    size_t malformed = 0;
    int r = nft_is_loaded() ? read_nft(netns, options, ret_ruleset, &malformed, &err) : 0;
    bool older = r == -EAGAIN && options->before && options->before->is_whole;
    if (r == -ENOMEM || (!*ret_ruleset && !(*ret_ruleset = ruleset_new())) ||
        (older && take_older(options->before, ret_ruleset) < 0))
        return -ENOMEM;
    struct ruleset *ruleset = *ret_ruleset;
    say_nft_trouble(status, r, malformed, older, &err);
    r = legacy_read(netns, ruleset, &err);
    // Where nftables was read, legacy tables alone are missing.
    if (r < 0)
        trouble(status, r == -EACCES ? STATUS_PARTIAL : netlink_state_of(r), "%s", err.text);
    say_legacy_others(status, ruleset);
    if (r == -ENOMEM || !(ruleset->names = ruleset_names_new()))
        return -ENOMEM;
    r = ruleset_names_read(netns, ruleset, ruleset->names, &err);
    if (r < 0)
        trouble(status, netlink_state_of(r), "%s", err.text);
    return r == -ENOMEM ? r : finish_tables(ruleset);
}

int ruleset_read(const struct netns *netns, const struct ruleset_options *options,
                 struct ruleset **ret_ruleset, struct status *ret_status) {
    struct ruleset *ruleset = NULL;
    struct status status = {.state = STATUS_OK, .source = ret_status->source};
    int r = read_all(netns, options, &ruleset, &status);
    if (r < 0) {
        ruleset_unref(ruleset);
        return r;
    }
    *ret_ruleset = ruleset;
    *ret_status = status;
    return 0;
}
