// SPDX-License-Identifier: GPL-2.0-or-later
// Segments: which interfaces of the node, in whichever namespaces, hear each other's frames. Those
// joined by veth pairs, bridges (where they filter, VLAN by VLAN), bonds, macvlan and ipvlan
// devices, VLAN devices and VXLAN tunnels that end on this node. An address that stands twice is a
// mistake on one segment, and nothing on two.
#ifndef MODEL_SEGMENT_H
#define MODEL_SEGMENT_H

#include <stdint.h>

#include "model/link.h"
#include "model/node.h"

struct segments;

#define SEGMENT_NONE UINT32_MAX

// Divides the interfaces that the node has tables of into segments. Returns NULL when memory is
// out. It looks into the node's tables no more once it is made.
struct segments *segments_new(const struct node *node);
void segments_free(struct segments *segments);

// The number of the segment that the interface's untagged frames are on. A bridge that filters is,
// as a whole, on that of its default VLAN. SEGMENT_NONE if the interface is not known.
uint32_t segment_of(const struct segments *segments, uint64_t netns_inode, int32_t ifindex);

// The same for a VLAN of a bridge that filters; SEGMENT_NONE if nothing is in it.
uint32_t segment_of_vlan(const struct segments *segments, uint64_t netns_inode, int32_t bridge,
                         uint16_t vlan);

#endif
