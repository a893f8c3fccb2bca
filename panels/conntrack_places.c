// SPDX-License-Identifier: GPL-2.0-or-later
// Where rows of connection tracking lead: each place is a view of the panel with a filter.
#include "panels/conntrack.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "model/expectation.h"
#include "model/flow_event.h"
#include "model/flow_summary.h"

// Takes the filter's text.
static bool set_place(struct panel_place *place, const char *view, uint64_t netns,
                      struct buffer *filter, const char *label) {
    *place = (struct panel_place){.panel = "conntrack", .view = view, .netns = netns};
    snprintf(place->filter, sizeof(place->filter), "%s", buffer_text(filter));
    snprintf(place->label, sizeof(place->label), "%s", label);
    buffer_done(filter);
    return true;
}

static void put_address(struct buffer *filter, const char *key, const struct flow *flow,
                        enum flow_end end) {
    const struct address address = flow_address(flow, end);
    buffer_printf(filter, "%s=", key);
    address_format(&address, filter);
    buffer_putc(filter, ' ');
}

// "PREFIXsrc=10.0.0.1 PREFIXdst=10.0.0.2 PREFIXsport=1000 PREFIXdport=21"
static void put_tuple(struct buffer *filter, const char *prefix, const struct flow *flow) {
    char key[32];
    snprintf(key, sizeof(key), "%ssrc", prefix);
    put_address(filter, key, flow, FLOW_SRC);
    snprintf(key, sizeof(key), "%sdst", prefix);
    put_address(filter, key, flow, FLOW_DST);
    if (flow->known & FLOW_HAS_PORTS)
        buffer_printf(filter, "%ssport=%u %sdport=%u ", prefix, flow->orig.sport, prefix,
                      flow->orig.dport);
}

// --- Flows, expectations, events -----------------------------------------------------------------

static bool find_expected(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct flow *flow = ref->row;
    struct buffer filter = BUFFER_INIT;
    if (!flow->extra || !flow->extra->helper)
        return false;
    put_tuple(&filter, "master_", flow);
    return set_place(ret_place, "expectations", ref->netns->inode, &filter, flow->extra->helper);
}

static bool find_master(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct expectation *expectation = ref->row;
    struct buffer filter = BUFFER_INIT;
    put_tuple(&filter, "", &expectation->master);
    return set_place(ret_place, "flows", ref->netns->inode, &filter, "announced in");
}

static bool find_flow(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct flow_event_row *event = ref->row;
    struct buffer filter = BUFFER_INIT;
    if (event->event == FLOW_LOST || event->event == FLOW_DESTROY)
        return false;
    buffer_printf(&filter, "id=%u ", event->flow.id);
    put_tuple(&filter, "", &event->flow);
    return set_place(ret_place, "flows", ref->netns->inode, &filter, "the flow now");
}

// --- Summaries -----------------------------------------------------------------------------------

// "state=ESTABLISHED"; "unknown(200)" stands for a number that has no word.
static bool put_word(struct buffer *filter, const char *key, const char *number_key,
                     const char *word, size_t len) {
    static const char unknown[] = "unknown(";
    if (strncmp(word, unknown, strlen(unknown)) != 0)
        buffer_printf(filter, "%s=%.*s", key, (int)len, word);
    else if (number_key)
        buffer_printf(filter, "%s=%.*s", number_key,
                      (int)strspn(word + strlen(unknown), "0123456789"), word + strlen(unknown));
    return strncmp(word, unknown, strlen(unknown)) != 0 || number_key;
}

// "tcp 10.0.0.1:80", "udp [fd00::1]:53", "icmp 10.0.0.1"
static void put_service(struct buffer *filter, const char *service) {
    size_t protocol = strcspn(service, " ");
    const char *address = service + protocol + (service[protocol] == ' ');
    bool brackets = *address == '[';
    size_t len = brackets               ? strcspn(++address, "]")
                 : strchr(address, '.') ? strcspn(address, ":")
                                        : strlen(address);
    const char *port = address + len + brackets;
    put_word(filter, "protocol", "protonum", service, protocol);
    buffer_printf(filter, " dst=%.*s", (int)len, address);
    if (*port == ':')
        buffer_printf(filter, " dport=%s", port + 1);
}

static bool put_summary(struct buffer *filter, const struct flow_summary *summary) {
    const char *value = summary->value;
    switch ((enum flow_summary_by)summary->by) {
    case FLOW_BY_NETNS:
        return true;
    case FLOW_BY_STATE:
        return put_word(filter, "state", NULL, value, strlen(value));
    case FLOW_BY_PROTOCOL:
        return put_word(filter, "protocol", "protonum", value, strlen(value));
    case FLOW_BY_SRC:
        buffer_printf(filter, "src=%s", value);
        return true;
    case FLOW_BY_DST:
        buffer_printf(filter, "dst=%s", value);
        return true;
    case FLOW_BY_SERVICE:
        put_service(filter, value);
        return true;
    case FLOW_BY_COUNT:
        break;
    }
    return false;
}

static bool find_flows(const struct row_ref *ref, struct panel_place *ret_place) {
    const struct flow_summary *summary = ref->row;
    struct buffer filter = BUFFER_INIT;
    if (put_summary(&filter, summary))
        return set_place(ret_place, "flows", ref->netns->inode, &filter, summary->value);
    buffer_done(&filter);
    return false;
}

// --- The targets ---------------------------------------------------------------------------------

const struct panel_target conntrack_flow_targets[] = {
    {.field = "helper", .title = "what its helper expects", .find = find_expected},
    {.find = NULL},
};

const struct panel_target conntrack_event_targets[] = {
    {.field = "id", .title = "the flow as it is now", .find = find_flow},
    {.find = NULL},
};

const struct panel_target conntrack_summary_targets[] = {
    {.field = "value", .title = "the flows that it counts", .find = find_flows},
    {.find = NULL},
};

const struct panel_target conntrack_expectation_targets[] = {
    {.field = "master_src", .title = "the flow that announced it", .find = find_master},
    {.find = NULL},
};
