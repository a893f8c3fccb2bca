// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_copy.h"

#include <stdlib.h>
#include <string.h>

static void take_maybe(struct maybe *own, const struct maybe *older) {
    if (!own->known)
        *own = *older;
}

static void take_address(struct address *own, const struct address *older) {
    if (own->family == ADDRESS_NONE)
        *own = *older;
}

// What was not said stays as it was.
static void take_older(struct flow_extra *extra, const struct flow_extra *older) {
    take_address(&extra->src, &older->src);
    take_address(&extra->dst, &older->dst);
    take_address(&extra->reply_src, &older->reply_src);
    take_address(&extra->reply_dst, &older->reply_dst);
    extra->helper = extra->helper ? extra->helper : older->helper;
    extra->secctx = extra->secctx ? extra->secctx : older->secctx;
    extra->master = extra->master ? extra->master : older->master;
    if (!extra->labels) {
        extra->labels = older->labels;
        extra->label_count = older->label_count;
    }
    take_maybe(&extra->orig_zone, &older->orig_zone);
    take_maybe(&extra->reply_zone, &older->reply_zone);
    take_maybe(&extra->vtag, &older->vtag);
    take_maybe(&extra->reply_vtag, &older->reply_vtag);
    take_maybe(&extra->dccp_role, &older->dccp_role);
    take_maybe(&extra->dccp_handshake, &older->dccp_handshake);
    extra->stop = extra->stop ? extra->stop : older->stop;
}

static size_t text_size(const char *text) {
    return text ? strlen(text) + 1 : 0;
}

size_t flow_extra_size(const struct flow_extra *extra) {
    size_t size = sizeof(*extra) + extra->label_count * sizeof(*extra->labels);
    size += text_size(extra->helper) + text_size(extra->secctx) + text_size(extra->master);
    for (size_t i = 0; i < extra->label_count; i++)
        size += text_size(extra->labels[i]);
    return size;
}

// Writes the text behind the last one; NULL stays NULL.
static const char *put_text(char **at, const char *text) {
    size_t size = text_size(text);
    char *start = *at;
    if (!text)
        return NULL;
    memcpy(start, text, size);
    *at += size;
    return start;
}

struct flow_extra *flow_extra_write(const struct flow_extra *extra, void *memory) {
    struct flow_extra *copy = memory;
    const char **labels = (const char **)(copy + 1);
    char *at = (char *)(labels + extra->label_count);
    *copy = *extra;
    copy->helper = put_text(&at, extra->helper);
    copy->secctx = put_text(&at, extra->secctx);
    copy->master = put_text(&at, extra->master);
    copy->labels = extra->label_count > 0 ? labels : NULL;
    for (size_t i = 0; i < extra->label_count; i++)
        labels[i] = put_text(&at, extra->labels[i]);
    return copy;
}

struct flow_extra *flow_extra_copy(const struct flow_extra *extra, const struct flow_extra *older) {
    struct flow_extra whole = extra ? *extra : (struct flow_extra){0};
    if (older)
        take_older(&whole, older);
    void *memory = malloc(flow_extra_size(&whole));
    return memory ? flow_extra_write(&whole, memory) : NULL;
}
