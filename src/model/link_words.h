// SPDX-License-Identifier: GPL-2.0-or-later
// The words for an interface's numbers, as ip(8) and bridge(8) have them.
#ifndef MODEL_LINK_WORDS_H
#define MODEL_LINK_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/field.h"

// Enumerations, by the kernel's numbers.
extern const struct enum_names link_operstate_names;  // IF_OPER_*
extern const struct enum_names link_linkmode_names;   // IF_LINK_MODE_*
extern const struct enum_names link_port_state_names; // BR_STATE_*
extern const struct enum_names link_macvlan_names;    // MACVLAN_MODE_*
extern const struct enum_names link_ipvlan_names;     // IPVLAN_MODE_*
extern const struct enum_names link_bond_names;       // BOND_MODE_*
extern const struct enum_names link_bond_hash_names;  // BOND_XMIT_POLICY_*
extern const struct enum_names link_bond_lacp_names;
extern const struct enum_names link_bond_select_names;
extern const struct enum_names link_bond_state_names; // BOND_STATE_*
extern const struct enum_names link_mii_names;        // BOND_LINK_*
extern const struct enum_names link_addr_gen_names;   // IN6_ADDR_GEN_MODE_*
extern const struct enum_names link_tun_names;        // IFF_TUN, IFF_TAP
extern const struct enum_names link_rp_filter_names;

// Sets of flags.
extern const struct flag_name link_flag_names[]; // IFF_*, and LINK_NO_CARRIER
extern const struct flag_name link_vlan_flag_names[];
extern const struct flag_name link_ipvlan_flag_names[];
extern const struct flag_name link_macvlan_flag_names[];

// Up, but without carrier: not a flag of the kernel's, but one that people look for.
#define LINK_NO_CARRIER (UINT64_C(1) << 32)

// The word for an ARPHRD_* number, or NULL.
const char *link_type_word(uint16_t type);

// The word for an RT_SCOPE_* number, or NULL.
const char *link_scope_word(uint8_t scope);

// The word for a protocol by its EtherType where it is one of a VLAN's, or NULL.
const char *link_vlan_protocol_word(uint64_t protocol);

// The word for the IP protocol number that a tunnel carries, or NULL: "ipip" and "ip6ip" in a
// tunnel over IPv4, "ipip6" and "ip6ip6" in one over IPv6.
const char *link_tunnel_protocol_word(bool over_ipv6, uint64_t protocol);

#endif
