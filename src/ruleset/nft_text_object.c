// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_text.h"

static void put_line(struct buffer *buffer, const char *text) {
    buffer_puts(buffer, "\t\t");
    buffer_puts(buffer, text);
}

static void put_number_line(struct buffer *buffer, const char *name, uint64_t number) {
    put_line(buffer, name);
    buffer_put_uint(buffer, number);
    buffer_putc(buffer, '\n');
}

static void put_quoted_line(struct buffer *buffer, const char *name, const char *text) {
    put_line(buffer, name);
    buffer_putc(buffer, '"');
    buffer_puts(buffer, text ? text : "");
    buffer_puts(buffer, "\"\n");
}

static void put_protocol(struct buffer *buffer, uint8_t protocol) {
    const char *name = nft_protocol_name(protocol);
    if (name)
        buffer_puts(buffer, name);
    else
        buffer_put_uint(buffer, protocol);
}

static void put_protocol_line(struct buffer *buffer, uint8_t protocol) {
    put_line(buffer, "protocol ");
    put_protocol(buffer, protocol);
    buffer_putc(buffer, '\n');
}

static void put_family_line(struct buffer *buffer, uint16_t family) {
    const char *name = nf_family_name((uint8_t)family);
    put_line(buffer, "l3proto ");
    buffer_puts(buffer, name ? name : "unknown");
    buffer_putc(buffer, '\n');
}

// --- Timeouts of conntrack: those that are not the usual ones ------------------------------------

struct timeout {
    const char *name;
    uint32_t usual; // seconds, as nft(8) has them
};

static const struct timeout tcp_timeouts[] = {
    // enum ctattr_timeout_tcp
    {"syn_sent", 120},  {"syn_recv", 60}, {"established", 432000}, {"fin_wait", 120},
    {"close_wait", 60}, {"last_ack", 30}, {"time_wait", 120},      {"close", 10},
    {"syn_sent2", 120}, {"retrans", 300}, {"unack", 300},
};

static const struct timeout udp_timeouts[] = {{"unreplied", 30}, {"replied", 120}};

static void format_timeouts(struct buffer *buffer, const struct nf_object *object) {
    bool is_tcp = object->ct_timeout.l4proto == 6, is_udp = object->ct_timeout.l4proto == 17;
    const struct timeout *known = is_tcp ? tcp_timeouts : udp_timeouts;
    size_t count = is_tcp   ? sizeof(tcp_timeouts) / sizeof(*known)
                   : is_udp ? sizeof(udp_timeouts) / sizeof(*known)
                            : 0;
    const char *between = "";
    put_line(buffer, "policy = { ");
    for (size_t i = 0; i < count && i < object->ct_timeout.timeout_count; i++) {
        if (object->ct_timeout.timeouts[i] == known[i].usual)
            continue;
        buffer_puts(buffer, between);
        buffer_puts(buffer, known[i].name);
        buffer_puts(buffer, " : ");
        buffer_put_uint(buffer, object->ct_timeout.timeouts[i]);
        between = ", ";
    }
    buffer_puts(buffer, " }\n");
}

// --- Each type -----------------------------------------------------------------------------------

static void format_counter(const struct nft_text *text, const struct nf_counter *counter) {
    if (text->stateless)
        return;
    put_line(text->buffer, "packets ");
    buffer_put_uint(text->buffer, counter->packets);
    buffer_puts(text->buffer, " bytes ");
    buffer_put_uint(text->buffer, counter->bytes);
    buffer_putc(text->buffer, '\n');
}

static void format_ct_helper(struct buffer *buffer, const struct nf_object *object) {
    put_line(buffer, "type \"");
    buffer_puts(buffer, object->ct_helper.name ? object->ct_helper.name : "");
    buffer_puts(buffer, "\" protocol ");
    put_protocol(buffer, object->ct_helper.l4proto);
    buffer_putc(buffer, '\n');
    put_family_line(buffer, object->ct_helper.l3proto);
}

static void format_ct_timeout(struct buffer *buffer, const struct nf_object *object) {
    put_protocol_line(buffer, object->ct_timeout.l4proto);
    put_family_line(buffer, object->ct_timeout.l3proto);
    format_timeouts(buffer, object);
}

static void format_ct_expectation(struct buffer *buffer, const struct nf_object *object) {
    put_protocol_line(buffer, object->ct_expectation.l4proto);
    put_number_line(buffer, "dport ", object->ct_expectation.port);
    put_line(buffer, "timeout ");
    nft_time_format(buffer, object->ct_expectation.timeout);
    buffer_putc(buffer, '\n');
    put_number_line(buffer, "size ", object->ct_expectation.size);
    put_family_line(buffer, object->ct_expectation.l3proto);
}

static void format_synproxy(struct buffer *buffer, const struct nf_synproxy *synproxy) {
    if (synproxy->flags & 1)
        put_number_line(buffer, "mss ", synproxy->mss);
    if (synproxy->flags & 2)
        put_number_line(buffer, "wscale ", synproxy->wscale);
    if (!(synproxy->flags & 12))
        return;
    put_line(buffer, synproxy->flags & 8 ? "timestamp " : " ");
    buffer_puts(buffer, synproxy->flags & 4 ? "sack-perm" : "");
    buffer_putc(buffer, '\n');
}

static void format_data(const struct nft_text *text, const struct nf_object *object) {
    struct buffer *buffer = text->buffer;
    switch (object->type) {
    case NF_OBJECT_COUNTER:
        format_counter(text, &object->counter);
        return;
    case NF_OBJECT_QUOTA:
        put_line(buffer, "");
        nft_quota_format(text, &object->quota);
        buffer_putc(buffer, '\n');
        return;
    case NF_OBJECT_CT_HELPER:
        format_ct_helper(buffer, object);
        return;
    case NF_OBJECT_LIMIT:
        put_line(buffer, "");
        nft_limit_format(text, &object->limit);
        buffer_putc(buffer, '\n');
        return;
    case NF_OBJECT_CT_TIMEOUT:
        format_ct_timeout(buffer, object);
        return;
    case NF_OBJECT_SECMARK:
        put_quoted_line(buffer, "", object->secmark);
        return;
    case NF_OBJECT_CT_EXPECTATION:
        format_ct_expectation(buffer, object);
        return;
    case NF_OBJECT_SYNPROXY:
        format_synproxy(buffer, &object->synproxy);
        return;
    }
}

void nft_object_format(const struct nft_text *text, const struct nf_object *object, bool handles) {
    struct buffer *buffer = text->buffer;
    const char *type = nft_object_type_name(object->type);
    buffer_putc(buffer, '\t');
    buffer_puts(buffer, type ? type : "unknown");
    buffer_putc(buffer, ' ');
    buffer_puts(buffer, object->name);
    buffer_puts(buffer, " {");
    if (handles) {
        buffer_puts(buffer, " # handle ");
        buffer_put_uint(buffer, object->handle);
    }
    buffer_putc(buffer, '\n');
    if (object->comment)
        put_quoted_line(buffer, "comment ", object->comment);
    format_data(text, object);
    buffer_puts(buffer, "\t}\n");
}
