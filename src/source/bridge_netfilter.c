// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/bridge_netfilter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/netns_enter.h"

// What it shows depends on the namespace of the thread that looks.
#define SETTINGS "/proc/sys/net/bridge"

static const struct {
    const char *name;
    size_t offset;
} files[] = {
    {"bridge-nf-call-iptables", offsetof(struct bridge_netfilter, call_iptables)},
    {"bridge-nf-call-ip6tables", offsetof(struct bridge_netfilter, call_ip6tables)},
    {"bridge-nf-call-arptables", offsetof(struct bridge_netfilter, call_arptables)},
    {"bridge-nf-filter-vlan-tagged", offsetof(struct bridge_netfilter, filter_vlan_tagged)},
    {"bridge-nf-filter-pppoe-tagged", offsetof(struct bridge_netfilter, filter_pppoe_tagged)},
};

static int read_number(int directory, const char *name, struct maybe *ret_number) {
    char text[32], *end;
    int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    int r = length < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    if (r < 0)
        return r;
    text[length] = '\0';
    unsigned long number = strtoul(text, &end, 10);
    if (end == text)
        return -EBADMSG;
    *ret_number = maybe_of(number);
    return 0;
}

// Without the directory, settings are left as not loaded.
static int read_here(struct bridge_netfilter *settings, struct error *err) {
    int directory = open(SETTINGS, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
    if (directory < 0 && errno == ENOENT && access("/proc/sys/net", F_OK) == 0)
        return 0;
    int r = directory < 0 ? -errno : 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && r == 0; i++)
        r = read_number(directory, files[i].name,
                        (struct maybe *)(void *)((char *)settings + files[i].offset));
    if (directory >= 0)
        close(directory);
    settings->loaded = r == 0;
    return r < 0 ? error_set_errno(err, r, SETTINGS) : 0;
}

int bridge_netfilter_read(const struct netns *netns, struct bridge_netfilter *ret_settings,
                          struct error *err) {
    struct bridge_netfilter settings = {.known = true};
    int r = netns_enter(netns, err);
    if (r < 0)
        return r;
    r = read_here(&settings, err);
    netns_leave(netns);
    if (r == 0 && !settings.loaded)
        r = read_here(&settings, err);
    if (r == 0)
        *ret_settings = settings;
    return r;
}
