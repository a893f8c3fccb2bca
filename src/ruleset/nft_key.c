// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_key.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

// clang-format off
static const struct nft_key meta_keys[] = {
    [0] = {.name = "length", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [NFT_META_KEY_PROTOCOL] = {.name = "protocol", .type = NFT_TYPE_ETHERTYPE, .bits = 16, .names_upper = true, .base = NFT_BASE_LINK},
    [2] = {.name = "priority", .type = NFT_TYPE_CLASSID, .bits = 32, .host_order = true},
    [3] = {.name = "mark", .type = NFT_TYPE_MARK, .bits = 32, .host_order = true},
    [4] = {.name = "iif", .type = NFT_TYPE_IFINDEX, .bits = 32, .host_order = true, .bare = true},
    [5] = {.name = "oif", .type = NFT_TYPE_IFINDEX, .bits = 32, .host_order = true, .bare = true},
    [6] = {.name = "iifname", .type = NFT_TYPE_IFNAME, .bits = 128, .bare = true},
    [7] = {.name = "oifname", .type = NFT_TYPE_IFNAME, .bits = 128, .bare = true},
    [NFT_META_KEY_IIFTYPE] = {.name = "iiftype", .type = NFT_TYPE_ARPHRD, .bits = 16, .host_order = true, .names_upper = true},
    [9] = {.name = "oiftype", .type = NFT_TYPE_ARPHRD, .bits = 16, .host_order = true},
    [10] = {.name = "skuid", .type = NFT_TYPE_UID, .bits = 32, .host_order = true},
    [11] = {.name = "skgid", .type = NFT_TYPE_GID, .bits = 32, .host_order = true},
    [12] = {.name = "nftrace", .type = NFT_TYPE_INTEGER, .bits = 1, .host_order = true},
    [13] = {.name = "rtclassid", .type = NFT_TYPE_REALM, .bits = 32, .host_order = true},
    [14] = {.name = "secmark", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [NFT_META_KEY_NFPROTO] = {.name = "nfproto", .type = NFT_TYPE_NFPROTO, .bits = 8, .names_upper = true, .base = NFT_BASE_LINK},
    [NFT_META_KEY_L4PROTO] = {.name = "l4proto", .type = NFT_TYPE_INET_PROTOCOL, .bits = 8, .names_upper = true, .base = NFT_BASE_NETWORK},
    [17] = {.name = "ibrname", .type = NFT_TYPE_IFNAME, .bits = 128},
    [18] = {.name = "obrname", .type = NFT_TYPE_IFNAME, .bits = 128},
    [19] = {.name = "pkttype", .type = NFT_TYPE_PKTTYPE, .bits = 8},
    [20] = {.name = "cpu", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [21] = {.name = "iifgroup", .type = NFT_TYPE_DEVGROUP, .bits = 32, .host_order = true, .bare = true},
    [22] = {.name = "oifgroup", .type = NFT_TYPE_DEVGROUP, .bits = 32, .host_order = true, .bare = true},
    [23] = {.name = "cgroup", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [24] = {.name = "random", .type = NFT_TYPE_INTEGER, .bits = 32},
    [25] = {.name = "ipsec", .type = NFT_TYPE_BOOLEAN, .bits = 8},
    [26] = {.name = "iifkind", .type = NFT_TYPE_IFNAME, .bits = 128},
    [27] = {.name = "oifkind", .type = NFT_TYPE_IFNAME, .bits = 128},
    [28] = {.name = "ibrpvid", .type = NFT_TYPE_INTEGER, .bits = 16, .host_order = true},
    [29] = {.name = "ibrvproto", .type = NFT_TYPE_ETHERTYPE, .bits = 16},
    [30] = {.name = "time", .type = NFT_TYPE_DATE, .bits = 64, .host_order = true},
    [31] = {.name = "day", .type = NFT_TYPE_DAY, .bits = 8},
    [32] = {.name = "hour", .type = NFT_TYPE_HOUR, .bits = 32, .host_order = true},
    [33] = {.name = "sdif", .type = NFT_TYPE_IFINDEX, .bits = 32, .host_order = true},
    [34] = {.name = "sdifname", .type = NFT_TYPE_IFNAME, .bits = 128},
    [35] = {.name = "broute", .type = NFT_TYPE_INTEGER, .bits = 8, .host_order = true},
};

static const struct nft_key ct_keys[] = {
    [0] = {.name = "state", .type = NFT_TYPE_CT_STATE, .bits = 32, .host_order = true},
    [1] = {.name = "direction", .type = NFT_TYPE_CT_DIR, .bits = 8},
    [2] = {.name = "status", .type = NFT_TYPE_CT_STATUS, .bits = 32, .host_order = true},
    [3] = {.name = "mark", .type = NFT_TYPE_MARK, .bits = 32, .host_order = true},
    [4] = {.name = "secmark", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [5] = {.name = "expiration", .type = NFT_TYPE_TIME, .bits = 32, .host_order = true},
    [6] = {.name = "helper", .type = NFT_TYPE_STRING, .bits = 128},
    [7] = {.name = "l3proto", .type = NFT_TYPE_NFPROTO, .bits = 8, .names_upper = true, .base = NFT_BASE_LINK},
    [NFT_CT_KEY_SRC] = {.name = "saddr", .type = NFT_TYPE_INVALID, .bits = 0, .base = NFT_BASE_NETWORK},
    [NFT_CT_KEY_DST] = {.name = "daddr", .type = NFT_TYPE_INVALID, .bits = 0, .base = NFT_BASE_NETWORK},
    [10] = {.name = "protocol", .type = NFT_TYPE_INET_PROTOCOL, .bits = 8, .names_upper = true, .base = NFT_BASE_NETWORK},
    [11] = {.name = "proto-src", .type = NFT_TYPE_INET_SERVICE, .bits = 16, .base = NFT_BASE_TRANSPORT},
    [12] = {.name = "proto-dst", .type = NFT_TYPE_INET_SERVICE, .bits = 16, .base = NFT_BASE_TRANSPORT},
    [13] = {.name = "label", .type = NFT_TYPE_CT_LABEL, .bits = 128, .host_order = true},
    [14] = {.name = "packets", .type = NFT_TYPE_INTEGER, .bits = 64, .host_order = true},
    [15] = {.name = "bytes", .type = NFT_TYPE_INTEGER, .bits = 64, .host_order = true},
    [16] = {.name = "avgpkt", .type = NFT_TYPE_INTEGER, .bits = 64, .host_order = true},
    [17] = {.name = "zone", .type = NFT_TYPE_INTEGER, .bits = 16, .host_order = true},
    [NFT_CT_KEY_EVENT] = {.name = "event", .type = NFT_TYPE_CT_EVENT, .bits = 32, .host_order = true},
    [19] = {.name = "ip saddr", .type = NFT_TYPE_IPADDR, .bits = 32},
    [20] = {.name = "ip daddr", .type = NFT_TYPE_IPADDR, .bits = 32},
    [21] = {.name = "ip6 saddr", .type = NFT_TYPE_IP6ADDR, .bits = 128},
    [22] = {.name = "ip6 daddr", .type = NFT_TYPE_IP6ADDR, .bits = 128},
    [23] = {.name = "id", .type = NFT_TYPE_INTEGER, .bits = 32},
};

static const struct nft_key rt_keys[] = {
    [0] = {.name = "classid", .type = NFT_TYPE_REALM, .bits = 32, .host_order = true},
    [1] = {.name = "nexthop", .type = NFT_TYPE_IPADDR, .bits = 32},
    [2] = {.name = "nexthop", .type = NFT_TYPE_IP6ADDR, .bits = 128},
    [3] = {.name = "mtu", .type = NFT_TYPE_INTEGER, .bits = 16, .host_order = true},
    [4] = {.name = "ipsec", .type = NFT_TYPE_BOOLEAN, .bits = 8},
};

static const struct nft_key socket_keys[] = {
    [0] = {.name = "transparent", .type = NFT_TYPE_INTEGER, .bits = 8, .host_order = true},
    [1] = {.name = "mark", .type = NFT_TYPE_MARK, .bits = 32, .host_order = true},
    [2] = {.name = "wildcard", .type = NFT_TYPE_INTEGER, .bits = 8, .host_order = true},
    [NFT_SOCKET_KEY_CGROUPV2] = {.name = "cgroupv2", .type = NFT_TYPE_CGROUPV2, .bits = 64, .host_order = true},
};

static const struct nft_key xfrm_keys[] = {
    [1] = {.name = "daddr", .type = NFT_TYPE_IPADDR, .bits = 32},
    [2] = {.name = "daddr", .type = NFT_TYPE_IP6ADDR, .bits = 128},
    [3] = {.name = "saddr", .type = NFT_TYPE_IPADDR, .bits = 32},
    [4] = {.name = "saddr", .type = NFT_TYPE_IP6ADDR, .bits = 128},
    [5] = {.name = "reqid", .type = NFT_TYPE_INTEGER, .bits = 32, .host_order = true},
    [6] = {.name = "spi", .type = NFT_TYPE_INTEGER, .bits = 32},
};

static const struct nft_key fib_keys[] = {
    [1] = {.name = "oif", .type = NFT_TYPE_IFINDEX, .bits = 32, .host_order = true},
    [2] = {.name = "oifname", .type = NFT_TYPE_STRING, .bits = 128},
    [3] = {.name = "type", .type = NFT_TYPE_FIB_ADDR, .bits = 32, .host_order = true},
};
// clang-format on

#define KEY(function, keys)                                                          \
    const struct nft_key *function(uint32_t number) {                                \
        return number < COUNT(keys) && (keys)[number].name ? &(keys)[number] : NULL; \
    }

KEY(nft_meta_key, meta_keys)
KEY(nft_ct_key, ct_keys)
KEY(nft_rt_key, rt_keys)
KEY(nft_socket_key, socket_keys)
KEY(nft_xfrm_key, xfrm_keys)
KEY(nft_fib_key, fib_keys)
