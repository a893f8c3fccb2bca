// SPDX-License-Identifier: GPL-2.0-or-later
// The filter language: any text is refused with a place inside it, or gives a filter that can be
// asked; the negation of a filter lets through exactly the rows that the filter does not; a word is
// found where it stands, by whatever shortcuts.
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/node.h"
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

static struct node *make_node(void) {
    struct node *node = node_new();
    struct table *namespaces = table_new(&netns_kind);
    struct netns *netns = namespaces ? table_add(namespaces) : NULL;
    if (!netns || !node)
        abort();
    *netns = sample_netns;
    if (node_set_namespaces(node, namespaces) < 0)
        abort();
    return node;
}

static bool stands_in_row(const struct row_ref *ref, const char *word) {
    bool found = false;
    for (size_t i = 0; i < sample_kind.field_count && !found; i++) {
        const struct field *field = &sample_kind.fields[i];
        struct buffer text = BUFFER_INIT;
        struct value value;
        if (field->type == FIELD_BOOLEAN || field->type == FIELD_JSON || field_is_rate(field))
            continue;
        field_read(field, ref, &value);
        value_format(&value, &text);
        found = value.kind != VALUE_ABSENT && text_contains(buffer_text(&text), word);
        buffer_done(&text);
    }
    return found;
}

static void check_word(const char *word) {
    static struct node *node;
    struct filter *filter = strpbrk(word, "\"\\") ? NULL : compile("\"@\"", word);
    if (!filter)
        return;
    if (!node)
        node = make_node();
    filter_remember(filter, node);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct row_ref ref = sample_ref(i);
        ref.node = node;
        if (filter_match(filter, &ref) != stands_in_row(&ref, word))
            abort();
    }
    filter_free(filter);
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
    check_word(text);

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
