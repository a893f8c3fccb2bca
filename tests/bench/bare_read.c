// SPDX-License-Identifier: GPL-2.0-or-later
// The least that reading one kind can cost: ask the kernel for a dump of it, receive the bytes and
// throw them away. What netscope takes is measured against this.
//
//     bare_read [-a] interfaces|routes|rules|neighbours|fdb|conntrack
//
// -a: in every namespace under /run/netns too, and not in its own alone.
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/fib_rules.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#define DUMPS_MAX 2

// One dump: the type of the request, and the size and family of its header, the rest of which is
// zero. The family is the first byte of all of them.
struct dump {
    uint16_t type;
    size_t header_size; // 0: the end of a subject's dumps
    uint8_t family;
};

static const struct subject {
    const char *name;
    int protocol;
    struct dump dumps[DUMPS_MAX];
} subjects[] = {
    {"interfaces",
     NETLINK_ROUTE,
     {{RTM_GETLINK, sizeof(struct ifinfomsg), AF_UNSPEC},
      {RTM_GETADDR, sizeof(struct ifaddrmsg), AF_UNSPEC}}},
    {"routes", NETLINK_ROUTE, {{RTM_GETROUTE, sizeof(struct rtmsg), AF_UNSPEC}}},
    {"rules", NETLINK_ROUTE, {{RTM_GETRULE, sizeof(struct fib_rule_hdr), AF_UNSPEC}}},
    {"neighbours", NETLINK_ROUTE, {{RTM_GETNEIGH, sizeof(struct ndmsg), AF_UNSPEC}}},
    {"fdb", NETLINK_ROUTE, {{RTM_GETNEIGH, sizeof(struct ndmsg), AF_BRIDGE}}},
    {"conntrack",
     NETLINK_NETFILTER,
     {{NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, sizeof(struct nfgenmsg), AF_UNSPEC}}},
};

static size_t total;

static bool is_done(const char *bytes, size_t len) {
    const struct nlmsghdr *message = (const void *)bytes;
    for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
        if (message->nlmsg_type == NLMSG_DONE)
            return true;
        if (message->nlmsg_type == NLMSG_ERROR)
            errx(1, "the kernel refused a dump");
    }
    return false;
}

static void read_dump(int fd, const struct dump *dump) {
    static char bytes[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct {
        struct nlmsghdr header;
        uint8_t family_header[64];
    } request = {.header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(dump->header_size),
                            .nlmsg_type = dump->type,
                            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 .family_header = {dump->family}};
    ssize_t len;
    if (send(fd, &request, request.header.nlmsg_len, 0) < 0)
        err(1, "send");
    do {
        len = recv(fd, bytes, sizeof(bytes), 0);
        if (len < 0)
            err(1, "recv");
        total += (size_t)len;
    } while (!is_done(bytes, (size_t)len));
}

static void read_subject(const struct subject *subject) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, subject->protocol);
    if (fd < 0)
        err(1, "socket");
    for (size_t i = 0; i < DUMPS_MAX && subject->dumps[i].header_size > 0; i++)
        read_dump(fd, &subject->dumps[i]);
    close(fd);
}

static void enter(int directory, const char *name) {
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        err(1, "%s", name);
    close(fd);
}

static void read_named_namespaces(const struct subject *subject) {
    DIR *directory = opendir("/run/netns");
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        enter(dirfd(directory), entry->d_name);
        read_subject(subject);
    }
    if (directory)
        closedir(directory);
}

static const struct subject *find_subject(const char *name) {
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
        if (strcmp(subjects[i].name, name) == 0)
            return &subjects[i];
    }
    errx(2, "%s: cannot read that", name);
}

int main(int argc, char **argv) {
    bool all = argc == 3 && strcmp(argv[1], "-a") == 0;
    if (argc != (all ? 3 : 2))
        errx(2, "usage: bare_read [-a] SUBJECT");
    const struct subject *subject = find_subject(argv[argc - 1]);
    read_subject(subject);
    if (all)
        read_named_namespaces(subject);
    printf("%zu bytes\n", total);
    return 0;
}
