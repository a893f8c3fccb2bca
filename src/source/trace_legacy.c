// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/trace_legacy.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>

#include "source/keeper.h"
#include "source/netns_enter.h"

#define LOGGER          "nfnetlink_log"
#define GROUP           0   // that the kernel logs traces to
#define COPIED          160 // bytes of each packet: its headers
#define NAME_MAX_LOGGER 64

// --- Who takes the log (sysctl net.netfilter.nf_log.FAMILY) --------------------------------------

static const char *const paths[] = {"/proc/sys/net/netfilter/nf_log/2",
                                    "/proc/sys/net/netfilter/nf_log/10"};
#define PATHS (sizeof(paths) / sizeof(paths[0]))

// By family, as the kernel names them: "NONE" where nobody does.
struct loggers {
    char names[PATHS][NAME_MAX_LOGGER];
};

static int read_logger(const char *path, char name[NAME_MAX_LOGGER]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, NAME_MAX_LOGGER - 1);
    int r = length < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    if (r == 0) {
        name[length] = '\0';
        name[strcspn(name, "\n")] = '\0';
    }
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
static void restore(const void *data) {
    const struct loggers *before = data;
    for (size_t i = 0; i < PATHS; i++) {
        char now[NAME_MAX_LOGGER] = "";
        if (read_logger(paths[i], now) == 0 && strcmp(now, LOGGER) == 0)
            write_logger(paths[i], before->names[i]);
    }
}

// In the namespace.
static int divert(int *ret_keeper) {
    struct loggers before;
    int r = 0;
    for (size_t i = 0; i < PATHS && r == 0; i++)
        r = read_logger(paths[i], before.names[i]);
    int keeper = r == 0 ? keeper_start(&(struct keeper_task){restore, &before, -1}) : r;
    r = keeper < 0 ? keeper : 0;
    for (size_t i = 0; i < PATHS && r == 0; i++)
        r = write_logger(paths[i], LOGGER);
    if (r < 0)
        keeper_end(keeper);
    else
        *ret_keeper = keeper;
    return r;
}

// --- The socket ----------------------------------------------------------------------------------

static int pass_over(const struct nlmsghdr *message, void *user_data) {
    (void)message, (void)user_data;
    return 0;
}

static struct nl_msg *config_request(void) {
    const struct nfgenmsg header = {
        .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0, .res_id = htobe16(GROUP)};
    struct nl_msg *request =
        netlink_request(NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG, &header, sizeof(header));
    if (request)
        nlmsg_hdr(request)->nlmsg_flags |= NLM_F_ACK;
    return request;
}

static int command(struct netlink *netlink, uint8_t number, struct error *err) {
    const struct nfulnl_msg_config_cmd config = {.command = number};
    struct nl_msg *request = config_request();
    if (request)
        nla_put(request, NFULA_CFG_CMD, sizeof(config), &config);
    return netlink_get(netlink, request, pass_over, NULL, err);
}

static int bind_group(struct netlink *netlink, struct error *err) {
    int r = command(netlink, NFULNL_CFG_CMD_BIND, err);
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
    return netlink_get(netlink, request, pass_over, NULL, err);
}

static int divert_log(const struct netns *netns, int *ret_keeper, struct error *err) {
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    r = divert(ret_keeper);
    netns_leave(netns);
    return r < 0 ? error_set_errno(err, r, "net.netfilter.nf_log") : 0;
}

int trace_legacy_begin(struct netlink *netlink, const struct netns *netns, int *ret_keeper,
                       struct error *err) {
    int r = bind_group(netlink, err);
    if (r < 0)
        return r;
    r = set_mode(netlink, err);
    if (r == 0)
        r = divert_log(netns, ret_keeper, err);
    struct error ignored;
    if (r < 0)
        command(netlink, NFULNL_CFG_CMD_UNBIND, &ignored);
    return r;
}

// --- Are there any -------------------------------------------------------------------------------

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
