// SPDX-License-Identifier: GPL-2.0-or-later
// The filter language: any text is refused with a place inside it, or gives a filter that can be
// asked; the negation of a filter lets through exactly the rows that the filter does not.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/filter.h"
#include "query/sort.h"
#include "tests/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct filter *compile(const char *format, const char *text) {
    struct filter *filter = NULL;
    size_t size = strlen(format) + strlen(text) + 1;
    char *whole = malloc(size);
    if (!whole)
        abort();
    char *hole = strchr(format, '@');
    snprintf(whole, size, "%.*s%s%s", (int)(hole - format), format, text, hole + 1);
    size_t offset = SIZE_MAX;
    struct error err = {0};
    int r = filter_compile(&sample_kind, whole, &filter, &offset, &err);
    if (r < 0 && (r != -EINVAL || offset > strlen(whole) || err.text[0] == '\0' || filter))
        abort();
    free(whole);
    return filter;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';

    struct filter *filter = compile("@", text);
    struct filter *negation = filter ? compile("not (@)", text) : NULL;
    for (size_t i = 0; filter && i < SAMPLE_COUNT; i++) {
        struct row_ref ref = sample_ref(i);
        bool passes = filter_match(filter, &ref);
        if (negation && passes == filter_match(negation, &ref))
            abort();
    }
    filter_free(negation);
    filter_free(filter);

    struct sort sort;
    if (sort_compile(&sample_kind, text, &sort, NULL) == 0) {
        struct row_ref rows[SAMPLE_COUNT];
        for (size_t i = 0; i < SAMPLE_COUNT; i++)
            rows[i] = sample_ref(i);
        sort_rows(&sort, rows, SAMPLE_COUNT);
    }
    free(text);
    return 0;
}
