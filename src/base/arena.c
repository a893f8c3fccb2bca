// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGN     _Alignof(max_align_t)
#define ARENA_BLOCK_MIN 4096
#define ARENA_BLOCK_MAX (1024 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(max_align_t) char bytes[];
};

// Blocks double, so that a small collection stays small and a large one needs few calls.
static size_t next_block_size(const struct arena *arena, size_t need) {
    size_t size = arena->blocks ? arena->blocks->size * 2 : ARENA_BLOCK_MIN;
    if (size > ARENA_BLOCK_MAX)
        size = ARENA_BLOCK_MAX;
    return size < need ? need : size;
}

static int add_block(struct arena *arena, size_t need) {
    size_t size = next_block_size(arena, need);
    struct arena_block *block = malloc(sizeof(*block) + size);
    if (!block)
        return -1;
    block->older = arena->blocks;
    block->size = size;
    arena->blocks = block;
    arena->next = block->bytes;
    arena->left = size;
    arena->total += sizeof(*block) + size;
    return 0;
}

static void *take(struct arena *arena, size_t size) {
    if (size > SIZE_MAX - sizeof(struct arena_block) - ARENA_ALIGN)
        return NULL;
    // A piece of no bytes is a piece too: NULL would say that memory is out.
    size = size == 0 ? ARENA_ALIGN : (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (size > arena->left && add_block(arena, size) < 0)
        return NULL;
    void *piece = arena->next;
    arena->next += size;
    arena->left -= size;
    return piece;
}

void *arena_alloc(struct arena *arena, size_t size) {
    void *piece = take(arena, size);
    return piece ? memset(piece, 0, size) : NULL;
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size) {
    void *piece = take(arena, size);
    return piece && size > 0 ? memcpy(piece, bytes, size) : piece;
}

char *arena_strdup(struct arena *arena, const char *text) {
    return text ? arena_copy(arena, text, strlen(text) + 1) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t max) {
    if (!text)
        return NULL;
    size_t len = strnlen(text, max);
    char *copy = take(arena, len + 1);
    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : take(arena, (size_t)len + 1);
    if (text) {
        va_start(args, format);
        vsnprintf(text, (size_t)len + 1, format, args);
        va_end(args);
    }
    return text;
}

void arena_take(struct arena *arena, struct arena *other) {
    struct arena_block **end = &arena->blocks;
    while (*end)
        end = &(*end)->older;
    *end = other->blocks;
    arena->total += other->total;
    *other = ARENA_INIT;
}

void arena_done(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *older = arena->blocks->older;
        free(arena->blocks);
        arena->blocks = older;
    }
    *arena = ARENA_INIT;
}
