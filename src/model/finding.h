// SPDX-License-Identifier: GPL-2.0-or-later
// What is found out from tables of several namespaces together: kept beside the node's tables until
// one of them is replaced. Made by whoever asks first, from any thread.
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H

#include <stdatomic.h>

#include "model/claim.h"
#include "model/sighting.h"

enum finding_answer { FINDING_UNKNOWN, FINDING_NO, FINDING_YES };

struct findings {
    _Atomic(struct claims *) claims;       // see claims_of; NULL: not asked for yet
    _Atomic(struct sightings *) sightings; // see sightings_of
    atomic_int twice; // enum finding_answer: whether an interface's address may stand twice
};

#endif
