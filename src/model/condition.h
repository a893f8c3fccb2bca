// SPDX-License-Identifier: GPL-2.0-or-later
// Conditions that every wanted row meets: what a filter says of single fields, for a source to hand
// to a kernel that can leave out the other rows. They never say more than the filter does; it is
// applied to what comes all the same.
#ifndef MODEL_CONDITION_H
#define MODEL_CONDITION_H

#include <stddef.h>
#include <stdint.h>

#include "model/field.h"

enum condition_type {
    CONDITION_NUMBER,  // the field is this number
    CONDITION_ADDRESS, // the field is an address inside this prefix
    CONDITION_FLAGS,   // the field has all of these bits
    CONDITION_WORD,    // the field is this word, upper and lower case being equal
};

struct condition {
    const struct field *field;
    enum condition_type type;
    union {
        uint64_t number;
        struct prefix prefix;
        uint64_t flags;
        const char *word; // the filter's
    };
};

#define CONDITIONS_MAX 16

struct conditions {
    struct condition items[CONDITIONS_MAX];
    size_t count;
};

#endif
