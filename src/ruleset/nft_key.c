// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_key.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

// clang-format off
static const struct nft_key meta_keys[] = {
    [0] = {"length", NFT_TYPE_INTEGER, 32, .host_order = true},
    [NFT_META_KEY_PROTOCOL] = {"protocol", NFT_TYPE_ETHERTYPE, 16, .names_upper = true, .base = NFT_BASE_LINK},
    [2] = {"priority", NFT_TYPE_CLASSID, 32, .host_order = true},
    [3] = {"mark", NFT_TYPE_MARK, 32, .host_order = true},
    [4] = {"iif", NFT_TYPE_IFINDEX, 32, .host_order = true, .bare = true},
    [5] = {"oif", NFT_TYPE_IFINDEX, 32, .host_order = true, .bare = true},
    [6] = {"iifname", NFT_TYPE_IFNAME, 128, .bare = true},
    [7] = {"oifname", NFT_TYPE_IFNAME, 128, .bare = true},
    [NFT_META_KEY_IIFTYPE] = {"iiftype", NFT_TYPE_ARPHRD, 16, .host_order = true, .names_upper = true},
    [9] = {"oiftype", NFT_TYPE_ARPHRD, 16, .host_order = true},
    [10] = {"skuid", NFT_TYPE_UID, 32, .host_order = true},
    [11] = {"skgid", NFT_TYPE_GID, 32, .host_order = true},
    [12] = {"nftrace", NFT_TYPE_INTEGER, 1, .host_order = true},
    [13] = {"rtclassid", NFT_TYPE_REALM, 32, .host_order = true},
    [14] = {"secmark", NFT_TYPE_INTEGER, 32, .host_order = true},
    [NFT_META_KEY_NFPROTO] = {"nfproto", NFT_TYPE_NFPROTO, 8, .names_upper = true, .base = NFT_BASE_LINK},
    [NFT_META_KEY_L4PROTO] = {"l4proto", NFT_TYPE_INET_PROTOCOL, 8, .names_upper = true, .base = NFT_BASE_NETWORK},
    [17] = {"ibrname", NFT_TYPE_IFNAME, 128},
    [18] = {"obrname", NFT_TYPE_IFNAME, 128},
    [19] = {"pkttype", NFT_TYPE_PKTTYPE, 8},
    [20] = {"cpu", NFT_TYPE_INTEGER, 32, .host_order = true},
    [21] = {"iifgroup", NFT_TYPE_DEVGROUP, 32, .host_order = true, .bare = true},
    [22] = {"oifgroup", NFT_TYPE_DEVGROUP, 32, .host_order = true, .bare = true},
    [23] = {"cgroup", NFT_TYPE_INTEGER, 32, .host_order = true},
    [24] = {"random", NFT_TYPE_INTEGER, 32},
    [25] = {"ipsec", NFT_TYPE_BOOLEAN, 8},
    [26] = {"iifkind", NFT_TYPE_IFNAME, 128},
    [27] = {"oifkind", NFT_TYPE_IFNAME, 128},
    [28] = {"ibrpvid", NFT_TYPE_INTEGER, 16, .host_order = true},
    [29] = {"ibrvproto", NFT_TYPE_ETHERTYPE, 16},
    [30] = {"time", NFT_TYPE_DATE, 64, .host_order = true},
    [31] = {"day", NFT_TYPE_DAY, 8},
    [32] = {"hour", NFT_TYPE_HOUR, 32, .host_order = true},
    [33] = {"sdif", NFT_TYPE_IFINDEX, 32, .host_order = true},
    [34] = {"sdifname", NFT_TYPE_IFNAME, 128},
    [35] = {"broute", NFT_TYPE_INTEGER, 8, .host_order = true},
};

static const struct nft_key ct_keys[] = {
    [0] = {"state", NFT_TYPE_CT_STATE, 32, .host_order = true},
    [1] = {"direction", NFT_TYPE_CT_DIR, 8},
    [2] = {"status", NFT_TYPE_CT_STATUS, 32, .host_order = true},
    [3] = {"mark", NFT_TYPE_MARK, 32, .host_order = true},
    [4] = {"secmark", NFT_TYPE_INTEGER, 32, .host_order = true},
    [5] = {"expiration", NFT_TYPE_TIME, 32, .host_order = true},
    [6] = {"helper", NFT_TYPE_STRING, 128},
    [7] = {"l3proto", NFT_TYPE_NFPROTO, 8, .names_upper = true, .base = NFT_BASE_LINK},
    [NFT_CT_KEY_SRC] = {"saddr", NFT_TYPE_INVALID, 0, .base = NFT_BASE_NETWORK},
    [NFT_CT_KEY_DST] = {"daddr", NFT_TYPE_INVALID, 0, .base = NFT_BASE_NETWORK},
    [10] = {"protocol", NFT_TYPE_INET_PROTOCOL, 8, .names_upper = true, .base = NFT_BASE_NETWORK},
    [11] = {"proto-src", NFT_TYPE_INET_SERVICE, 16, .base = NFT_BASE_TRANSPORT},
    [12] = {"proto-dst", NFT_TYPE_INET_SERVICE, 16, .base = NFT_BASE_TRANSPORT},
    [13] = {"label", NFT_TYPE_CT_LABEL, 128, .host_order = true},
    [14] = {"packets", NFT_TYPE_INTEGER, 64, .host_order = true},
    [15] = {"bytes", NFT_TYPE_INTEGER, 64, .host_order = true},
    [16] = {"avgpkt", NFT_TYPE_INTEGER, 64, .host_order = true},
    [17] = {"zone", NFT_TYPE_INTEGER, 16, .host_order = true},
    [NFT_CT_KEY_EVENT] = {"event", NFT_TYPE_CT_EVENT, 32, .host_order = true},
    [19] = {"ip saddr", NFT_TYPE_IPADDR, 32},
    [20] = {"ip daddr", NFT_TYPE_IPADDR, 32},
    [21] = {"ip6 saddr", NFT_TYPE_IP6ADDR, 128},
    [22] = {"ip6 daddr", NFT_TYPE_IP6ADDR, 128},
    [23] = {"id", NFT_TYPE_INTEGER, 32},
};

static const struct nft_key rt_keys[] = {
    [0] = {"classid", NFT_TYPE_REALM, 32, .host_order = true},
    [1] = {"nexthop", NFT_TYPE_IPADDR, 32},
    [2] = {"nexthop", NFT_TYPE_IP6ADDR, 128},
    [3] = {"mtu", NFT_TYPE_INTEGER, 16, .host_order = true},
    [4] = {"ipsec", NFT_TYPE_BOOLEAN, 8},
};

static const struct nft_key socket_keys[] = {
    [0] = {"transparent", NFT_TYPE_INTEGER, 8, .host_order = true},
    [1] = {"mark", NFT_TYPE_MARK, 32, .host_order = true},
    [2] = {"wildcard", NFT_TYPE_INTEGER, 8, .host_order = true},
    [NFT_SOCKET_KEY_CGROUPV2] = {"cgroupv2", NFT_TYPE_CGROUPV2, 64, .host_order = true},
};

static const struct nft_key xfrm_keys[] = {
    [1] = {"daddr", NFT_TYPE_IPADDR, 32},
    [2] = {"daddr", NFT_TYPE_IP6ADDR, 128},
    [3] = {"saddr", NFT_TYPE_IPADDR, 32},
    [4] = {"saddr", NFT_TYPE_IP6ADDR, 128},
    [5] = {"reqid", NFT_TYPE_INTEGER, 32, .host_order = true},
    [6] = {"spi", NFT_TYPE_INTEGER, 32},
};

static const struct nft_key fib_keys[] = {
    [1] = {"oif", NFT_TYPE_IFINDEX, 32, .host_order = true},
    [2] = {"oifname", NFT_TYPE_STRING, 128},
    [3] = {"type", NFT_TYPE_FIB_ADDR, 32, .host_order = true},
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
