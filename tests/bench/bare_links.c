// SPDX-License-Identifier: GPL-2.0-or-later
// The least that reading every interface of a node can cost: in each namespace under /run/netns,
// and in its own, dump links and addresses, receive the bytes and throw them away. What netscope
// takes is measured against this.
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static size_t total;

static int is_done(const char *bytes, size_t len) {
    const struct nlmsghdr *message = (const void *)bytes;
    for (; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
        if (message->nlmsg_type == NLMSG_DONE)
            return 1;
        if (message->nlmsg_type == NLMSG_ERROR)
            errx(1, "the kernel refused a dump");
    }
    return 0;
}

static void dump(int fd, const void *request, size_t size) {
    static char bytes[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    if (send(fd, request, size, 0) < 0)
        err(1, "send");
    for (;;) {
        ssize_t len = recv(fd, bytes, sizeof(bytes), 0);
        if (len < 0)
            err(1, "recv");
        total += (size_t)len;
        if (is_done(bytes, (size_t)len))
            return;
    }
}

static void dump_links_and_addresses(void) {
    struct {
        struct nlmsghdr header;
        struct ifinfomsg link;
    } links = {{sizeof(links), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0}, {0}};
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg address;
    } addresses = {{sizeof(addresses), RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 2, 0}, {0}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        err(1, "socket");
    dump(fd, &links, sizeof(links));
    dump(fd, &addresses, sizeof(addresses));
    close(fd);
}

static void enter(int directory, const char *name) {
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        err(1, "%s", name);
    close(fd);
}

int main(void) {
    DIR *directory = opendir("/run/netns");
    struct dirent *entry;
    dump_links_and_addresses();
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        enter(dirfd(directory), entry->d_name);
        dump_links_and_addresses();
    }
    if (directory)
        closedir(directory);
    printf("%zu bytes\n", total);
    return 0;
}
