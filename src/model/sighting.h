// SPDX-License-Identifier: GPL-2.0-or-later
// Sightings: which link-layer address each namespace's neighbours have for an address. Two on one
// segment that are not one namespace's are a conflict: two machines have the address, or somebody
// says so who has not.
#ifndef MODEL_SIGHTING_H
#define MODEL_SIGHTING_H

#include "model/claim.h"
#include "model/neighbour.h"

struct sightings;

// The conflicts among all tables of neighbours that the node holds, made when they are first asked
// for and kept until a table is replaced; NULL when memory is out.
const struct sightings *sightings_of(const struct node *node);
void sightings_free(struct sightings *sightings);

// True if there is no conflict at all.
bool sightings_are_none(const struct sightings *sightings);

// Where the address has which link-layer address on that segment, each "LLADDR in NETNS IFNAME", if
// there are two or more. Returns how many; *ret_where lives as long as the sightings.
size_t sightings_find(const struct sightings *sightings, uint32_t segment,
                      const struct address *address, const char *const **ret_where);

#endif
