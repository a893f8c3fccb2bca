// SPDX-License-Identifier: GPL-2.0-or-later
// A lightweight tunnel that a way on puts its packets into (linux/lwtunnel.h, ip-route(8)
// ENCAPTYPE).
#ifndef MODEL_ENCAP_H
#define MODEL_ENCAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "model/field.h"
#include "model/value.h"

// What it has depends on its type; what has no member of its own stands in rest.
struct encap {
    const char *type; // "mpls", "ip", "ip6", "ila", "bpf", "seg6", "seg6local", "rpl", "ioam6",
                      // "xfrm"; "unknown(99)" for one that netscope does not know
    struct maybe id;  // ip, ip6: of the tunnel (the VNI of a vxlan); xfrm: the if_id
    struct address src, dst;     // of the outer header
    struct maybe ttl, tos;       // of the outer header, or of the outermost MPLS label
    const char *labels;          // mpls: "100/200", outermost first
    const char *mode;            // seg6, ioam6: "inline", "encap"; ila: how checksums are kept
    const char *action;          // seg6local: "End.DX4"
    const char *const *segments; // seg6, seg6local, rpl: in the order in which they are visited
    size_t segment_count;
    const char *const *rest; // everything else, each as ip(8) writes it: "nh4 192.0.2.1"
    size_t rest_count;
    const char *text; // all of it in one line: "mpls 100/200 ttl 5"
};

extern const struct record_type encap_type;

// Adds all of it but for text in one line, as ip(8) writes it.
void encap_format(const struct encap *encap, struct buffer *buffer);

#endif
