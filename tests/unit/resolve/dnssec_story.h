// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that a real server sent on the way to a verdict: a file of tests/fuzz/corpus/dnssec,
// whose form dnssec_fuzz.c describes. To be included behind cmocka.h.
#ifndef TESTS_UNIT_RESOLVE_DNSSEC_STORY_H
#define TESTS_UNIT_RESOLVE_DNSSEC_STORY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORY_PARTS 16
#define STORY_SIZE  8192

struct story {
    uint8_t bytes[STORY_SIZE];
    size_t size;
    uint32_t time;
    uint16_t type;
    char name[256];
    struct {
        const uint8_t *bytes;
        size_t len;
    } parts[STORY_PARTS]; // the anchors, and messages
    size_t part_count;
};

static inline void read_story(const char *file, struct story *ret) {
    const char *srcdir = getenv("srcdir");
    char path[400];
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/dnssec/%s", srcdir ? srcdir : ".", file);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    memset(ret, 0, sizeof(*ret));
    ret->size = fread(ret->bytes, 1, sizeof(ret->bytes), stream);
    fclose(stream);
    const uint8_t *at = ret->bytes, *end = at + ret->size;
    ret->time = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    ret->type = (uint16_t)(at[4] << 8 | at[5]);
    memcpy(ret->name, at + 7, at[6]);
    for (at += 7 + at[6]; at < end && ret->part_count < STORY_PARTS; ret->part_count++) {
        ret->parts[ret->part_count].len = (size_t)(at[0] << 8 | at[1]);
        ret->parts[ret->part_count].bytes = at + 2;
        at += 2 + ret->parts[ret->part_count].len;
    }
}

#endif
