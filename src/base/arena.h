// SPDX-License-Identifier: GPL-2.0-or-later
// An arena: memory that is handed out piece by piece and freed all at once.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; // newest first
    char *next;                 // where the next piece begins in the newest block
    size_t left;                // bytes left behind it
    size_t total;               // bytes asked of malloc, for those who measure
};

// An arena of zeroes is ready for use.
#define ARENA_INIT ((struct arena){0})

// Returns size zeroed bytes, aligned for any type, or NULL when memory is out.
void *arena_alloc(struct arena *arena, size_t size);

// Returns a copy of the bytes, or NULL when memory is out.
void *arena_copy(struct arena *arena, const void *bytes, size_t size);

// Returns a copy of the string (of at most max bytes, for the second), or NULL when memory is out
// or text is NULL.
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t max);

// Returns the formatted string, or NULL when memory is out.
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Moves the pieces of another arena into this one; the other is empty then.
void arena_take(struct arena *arena, struct arena *other);

// Frees every piece. The arena can be used again.
void arena_done(struct arena *arena);

#endif
