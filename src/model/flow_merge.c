// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/flow_merge.h"

#include <string.h>

void flow_keep_untold(struct flow *flow, const struct flow *older) {
    if (!(flow->known & FLOW_HAS_COUNTERS) && older->known & FLOW_HAS_COUNTERS) {
        flow->known |= FLOW_HAS_COUNTERS;
        flow->packets = older->packets;
        flow->bytes = older->bytes;
        flow->reply_packets = older->reply_packets;
        flow->reply_bytes = older->reply_bytes;
    }
    if (!(flow->known & FLOW_HAS_USE) && older->known & FLOW_HAS_USE) {
        flow->known |= FLOW_HAS_USE;
        flow->use = older->use;
    }
    if (!(flow->known & FLOW_HAS_TIMEOUT) && older->known & FLOW_HAS_TIMEOUT) {
        flow->known |= FLOW_HAS_TIMEOUT;
        flow->timeout = older->timeout;
    }
    if (flow->start == 0)
        flow->start = older->start;
    if (flow->state != FLOW_STATELESS)
        return;
    flow->state = older->state;
    flow->known |= older->known & FLOW_HAS_TCP;
    flow->tcp_wscale = older->tcp_wscale;
    flow->tcp_reply_wscale = older->tcp_reply_wscale;
    flow->tcp_flags = older->tcp_flags;
    flow->tcp_reply_flags = older->tcp_reply_flags;
}

static bool is_same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_extra(const struct flow_extra *a, const struct flow_extra *b) {
    static const struct flow_extra nothing;
    a = a ? a : &nothing;
    b = b ? b : &nothing;
    bool same = is_same_text(a->helper, b->helper) && is_same_text(a->secctx, b->secctx) &&
                is_same_text(a->master, b->master) && a->label_count == b->label_count &&
                a->vtag.value == b->vtag.value && a->reply_vtag.value == b->reply_vtag.value;
    for (size_t i = 0; same && i < a->label_count; i++)
        same = is_same_text(a->labels[i], b->labels[i]);
    return same;
}

bool flow_is_unchanged(const struct flow *flow, const struct flow *older) {
    return flow->status == older->status && flow->mark == older->mark &&
           flow->state == older->state && flow->tcp_flags == older->tcp_flags &&
           flow->tcp_reply_flags == older->tcp_reply_flags &&
           flow->tcp_wscale == older->tcp_wscale &&
           flow->tcp_reply_wscale == older->tcp_reply_wscale && flow->known == older->known &&
           memcmp(&flow->reply, &older->reply, sizeof(flow->reply)) == 0 &&
           is_same_extra(flow->extra, older->extra);
}
