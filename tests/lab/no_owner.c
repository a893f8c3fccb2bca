// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel that knows no owners of tables (before Linux 5.12) and no close_range (before 5.9): put
// before netscope with LD_PRELOAD, it makes of the flag one that no kernel knows, in each message
// that makes a table. The kernel itself refuses it.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define OWNER   2 // NFT_TABLE_F_OWNER
#define UNKNOWN 0x80

int close_range(unsigned first, unsigned last, int flags) {
    (void)first, (void)last, (void)flags;
    errno = ENOSYS;
    return -1;
}

static void change_flags(uint8_t *attributes, size_t length) {
    struct nlattr attribute;
    for (size_t at = 0; at + sizeof(attribute) <= length; at += NLA_ALIGN(attribute.nla_len)) {
        uint32_t flags;
        memcpy(&attribute, attributes + at, sizeof(attribute));
        if (attribute.nla_len < sizeof(attribute))
            return;
        memcpy(&flags, attributes + at + NLA_HDRLEN, sizeof(flags));
        if (attribute.nla_type == NFTA_TABLE_FLAGS && flags == htonl(OWNER)) {
            flags = htonl(UNKNOWN);
            memcpy(attributes + at + NLA_HDRLEN, &flags, sizeof(flags));
        }
    }
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    static ssize_t (*next)(int, const void *, size_t, int);
    uint8_t copy[65536];
    struct nlmsghdr header;
    if (!next)
        next = dlsym(RTLD_NEXT, "send");
    if (length > sizeof(copy))
        return next(fd, bytes, length, flags);
    memcpy(copy, bytes, length);
    for (size_t at = 0; at + sizeof(header) <= length; at += NLMSG_ALIGN(header.nlmsg_len)) {
        const size_t start = sizeof(header) + sizeof(struct nfgenmsg);
        memcpy(&header, copy + at, sizeof(header));
        if (header.nlmsg_len < sizeof(header))
            break;
        if (header.nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE))
            change_flags(copy + at + start, header.nlmsg_len - start);
    }
    return next(fd, copy, length, flags);
}
