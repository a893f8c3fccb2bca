// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_legacy.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>

#include "source/netns_enter.h"
#include "source/trace_legacy_parse.h"

#define LOGGER          "nfnetlink_log"
#define GROUP           0   // that the kernel logs traces to
#define COPIED          160 // bytes of each packet: its headers
#define NAME_MAX_LOGGER 64

// --- Who takes the log (sysctl net.netfilter.nf_log.FAMILY) --------------------------------------

static const char *const loggers[] = {"/proc/sys/net/netfilter/nf_log/2",
                                      "/proc/sys/net/netfilter/nf_log/10"};
#define LOGGERS (sizeof(loggers) / sizeof(loggers[0]))

static int read_logger(const char *path, char name[NAME_MAX_LOGGER]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, NAME_MAX_LOGGER - 1);
    int r = length < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    if (r == 0)
        name[strcspn(name, "\n") < (size_t)length ? strcspn(name, "\n") : (size_t)length] = '\0';
    return r;
}

static int write_logger(const char *path, const char *name) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = write(fd, name, strlen(name)) < 0 ? -errno : 0;
    close(fd);
    return r;
}

// Only what is still netscope's: somebody else may have changed it since.
static void restore(char names[LOGGERS][NAME_MAX_LOGGER]) {
    for (size_t i = 0; i < LOGGERS; i++) {
        char now[NAME_MAX_LOGGER] = "";
        if (names[i][0] && read_logger(loggers[i], now) == 0 && strcmp(now, LOGGER) == 0)
            write_logger(loggers[i], names[i]);
    }
}

static int divert(char names[LOGGERS][NAME_MAX_LOGGER]) {
    int r = 0;
    for (size_t i = 0; i < LOGGERS && r == 0; i++)
        r = read_logger(loggers[i], names[i]);
    for (size_t i = 0; i < LOGGERS && r == 0; i++)
        r = write_logger(loggers[i], LOGGER);
    if (r < 0)
        restore(names);
    return r;
}

// --- The child that puts it back -----------------------------------------------------------------

// Ends with its parent, and not before: no terminal's signal is for it.
static void watch(int parent, char names[LOGGERS][NAME_MAX_LOGGER]) {
    char byte;
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    while (read(parent, &byte, 1) < 0 && errno == EINTR)
        continue;
    restore(names);
    _exit(0);
}

// Closes what it has inherited but its end: netscope's other sockets must end with netscope.
static void close_all_but(int kept) {
    if (kept > 3)
        close_range(3, (unsigned)kept - 1, 0);
    close_range((unsigned)kept + 1, ~0U, 0);
}

// In the namespace: the child is there first, so that nothing is changed that it does not know of.
static int start_watcher(struct trace_legacy *legacy) {
    char names[LOGGERS][NAME_MAX_LOGGER] = {""};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    for (size_t i = 0; i < LOGGERS; i++) {
        if (read_logger(loggers[i], names[i]) < 0)
            names[i][0] = '\0';
    }
    pid_t child = fork();
    if (child == 0) {
        // Twice, so that nobody has to wait for it.
        if (fork() == 0) {
            close_all_but(ends[0]);
            watch(ends[0], names);
        }
        _exit(0);
    }
    int r = child < 0 ? -errno : 0;
    close(ends[0]);
    if (r < 0) {
        close(ends[1]);
        return r;
    }
    waitpid(child, NULL, 0);
    legacy->watcher = ends[1];
    return divert(names);
}

// --- The socket ----------------------------------------------------------------------------------

static struct nl_msg *config_request(void) {
    const struct nfgenmsg header = {
        .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htobe16(GROUP)};
    return netlink_request(NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, &header, sizeof(header));
}

static int pass_over(const struct nlmsghdr *message, void *user_data) {
    (void)message, (void)user_data;
    return 0;
}

static int configure(struct netlink *netlink, struct nl_msg *request, struct error *err) {
    if (request)
        nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
    return netlink_get(netlink, request, pass_over, NULL, err);
}

static int bind_group(struct netlink *netlink, struct error *err) {
    const struct nfulnl_msg_config_cmd command = {.command = NFULNL_CFG_CMD_BIND};
    struct nl_msg *request = config_request();
    if (request)
        nla_put(request, NFULA_CFG_CMD, sizeof(command), &command);
    int r = configure(netlink, request, err);
    return r == -EBUSY ? error_set(err, r, "another program takes the namespace's log") : r;
}

// Each line as it comes, with the packet's headers.
static int set_mode(struct netlink *netlink, struct error *err) {
    const struct nfulnl_msg_config_mode mode = {.copy_range = htobe32(COPIED),
                                                .copy_mode = NFULNL_COPY_PACKET};
    struct nl_msg *request = config_request();
    if (request) {
        nla_put(request, NFULA_CFG_MODE, sizeof(mode), &mode);
        nla_put_u32(request, NFULA_CFG_QTHRESH, htobe32(1));
    }
    return configure(netlink, request, err);
}

static bool has_names(const char *path) {
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool any = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0)
        close(fd);
    return any;
}

bool trace_legacy_is_used(const struct netns *netns) {
    if (netns_enter(netns, NULL) < 0)
        return false;
    // Of the thread, which is in the namespace: /proc/net is the first thread's.
    bool used = has_names("/proc/thread-self/net/ip_tables_names") ||
                has_names("/proc/thread-self/net/ip6_tables_names");
    netns_leave(netns);
    return used;
}

static int divert_log(struct trace_legacy *legacy, const struct netns *netns, struct error *err) {
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    r = start_watcher(legacy);
    netns_leave(netns);
    return r < 0 ? error_set_errno(err, r, "net.netfilter.nf_log") : 0;
}

int trace_legacy_open(struct trace_legacy *legacy, const struct netns *netns, struct error *err) {
    *legacy = TRACE_LEGACY_NONE;
    int r = netlink_open(&legacy->netlink, netns, NETLINK_NETFILTER, err);
    if (r == 0)
        r = bind_group(&legacy->netlink, err);
    if (r == 0)
        r = set_mode(&legacy->netlink, err);
    if (r == 0)
        r = divert_log(legacy, netns, err);
    if (r < 0)
        trace_legacy_close(legacy);
    return r;
}

void trace_legacy_close(struct trace_legacy *legacy) {
    if (legacy->watcher >= 0)
        close(legacy->watcher); // the child puts back what was there
    if (legacy->netlink.fd >= 0)
        netlink_close(&legacy->netlink);
    *legacy = TRACE_LEGACY_NONE;
}

struct reading {
    int (*sink)(const struct trace_event *event, void *user_data);
    void *user_data;
    struct arena arena;
};

static int take_message(const struct nlmsghdr *message, void *user_data) {
    struct reading *reading = user_data;
    struct trace_event event;
    int r = trace_legacy_parse(message, &reading->arena, &event);
    if (r == 0)
        return reading->sink(&event, reading->user_data);
    return r == -ENOMEM ? r : 0;
}

int trace_legacy_read(struct trace_legacy *legacy,
                      int (*sink)(const struct trace_event *event, void *user_data),
                      void *user_data) {
    struct reading reading = {.sink = sink, .user_data = user_data};
    int r = netlink_receive_each(&legacy->netlink, take_message, &reading);
    arena_done(&reading.arena);
    return r;
}
