// SPDX-License-Identifier: GPL-2.0-or-later
#include "tui/trace_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/packet.h"
#include "query/filter_packets.h"
#include "source/trace.h"

#define BLANKS " \t"

void trace_order_free(struct trace_order *order) {
    if (!order)
        return;
    filter_free(order->filter);
    arena_done(&order->arena);
    free(order->text);
    free(order);
}

static bool is_word(const char *text, size_t len, const char *word) {
    return len == strlen(word) && strncmp(text, word, len) == 0;
}

// "10/s". Returns false if it is no rate at all.
static bool read_rate(const char *word, size_t len, uint32_t *ret_rate, struct error *err) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || end + 2 != word + len || strncmp(end, "/s", 2) != 0)
        return false;
    if (errno != 0 || number == 0 || number > TRACE_RATE_MAX)
        error_set(err, -EINVAL, "a rate is 1/s to %d/s", TRACE_RATE_MAX);
    else
        *ret_rate = (uint32_t)number;
    return true;
}

// Takes a word that chooses something. Returns false if it is none.
static bool take_choice(struct trace_order *order, const char *word, size_t len) {
    if (is_word(word, len, "no-replies"))
        order->replies = false;
    else if (is_word(word, len, "bridge"))
        order->hooks |= TRACE_HOOKS_BRIDGE;
    else if (is_word(word, len, "ingress"))
        order->hooks |= TRACE_HOOKS_INGRESS;
    else if (is_word(word, len, "force"))
        order->force = true;
    else
        return false;
    return true;
}

// Takes the words before the filter. Returns where it begins; or NULL, and in err what is wrong.
static const char *read_words(struct trace_order *order, const char *text, struct error *err) {
    for (;;) {
        text += strspn(text, BLANKS);
        size_t len = strcspn(text, BLANKS);
        if (!take_choice(order, text, len) && !read_rate(text, len, &order->rate, err))
            return text;
        if (err->code != 0)
            return NULL;
        text += len;
    }
}

static int read_filter(struct trace_order *order, const char *text, size_t *ret_offset,
                       struct error *err) {
    size_t len = strcspn(text, BLANKS);
    bool all = is_word(text, len, "all") && text[len + strspn(text + len, BLANKS)] == '\0';
    if (*text == '\0')
        return error_set(err, -EINVAL, "which packets? a filter, or \"all\" for every packet");
    int r = filter_compile(&packet_kind, all ? "" : text, &order->filter, ret_offset, err);
    if (r < 0)
        return r;
    return filter_packets(order->filter, &order->arena, &order->packets, err);
}

static int read_all(struct trace_order *order, size_t *ret_offset, struct error *err) {
    const char *filter = read_words(order, order->text, err);
    if (!filter)
        return err->code;
    order->choice = filter;
    size_t offset = SIZE_MAX;
    int r = read_filter(order, filter, &offset, err);
    if (r < 0 && offset != SIZE_MAX)
        *ret_offset = (size_t)(filter - order->text) + offset;
    order->names_netnses = r == 0 && trace_names_netnses(&order->packets);
    return r;
}

int trace_order_parse(const char *text, struct trace_order **ret_order, size_t *ret_offset,
                      struct error *err) {
    struct trace_order *order = calloc(1, sizeof(*order));
    *ret_offset = SIZE_MAX;
    *err = (struct error){0};
    if (!order || !(order->text = strdup(text))) {
        free(order);
        return error_set(err, -ENOMEM, "memory is out");
    }
    order->rate = TRACE_RATE_DEFAULT;
    order->replies = true;
    int r = read_all(order, ret_offset, err);
    if (r < 0) {
        trace_order_free(order);
        return r;
    }
    *ret_order = order;
    return 0;
}
