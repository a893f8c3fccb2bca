// SPDX-License-Identifier: GPL-2.0-or-later
// A packet's headers, from the bytes that the kernel shows of them.
#ifndef SOURCE_PACKET_PARSE_H
#define SOURCE_PACKET_PARSE_H

#include <stddef.h>

#include "model/trace_event.h"

// Reads the network header (RFC 791, RFC 8200; the bytes may end anywhere) and the transport header
// behind it (RFC 9293, 768, 792, 4443, 9260, 4340, 3828), each as far as its bytes go.
void packet_parse(const uint8_t *network, size_t network_length, const uint8_t *transport,
                  size_t transport_length, struct packet_header *ret_header);

#endif
