// SPDX-License-Identifier: GPL-2.0-or-later
// A message as ldns has it.
#ifndef RESOLVE_DNS_PACKET_H
#define RESOLVE_DNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

// Reads it. Returns 0 and a packet for ldns_pkt_free(), or -EBADMSG.
int dns_packet_read(const uint8_t *bytes, size_t len, ldns_pkt **ret_packet);

#endif
