// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as one JSON object, or as one JSON object a line (netscope(5)).
#include <time.h>

#include "dump/writer.h"
#include "model/json.h"

static void put_member(struct buffer *buffer, const char *key, const char *text) {
    buffer_printf(buffer, ",\"%s\":", key);
    json_format_text(text, buffer);
}

// {"netscope":{...}
static void put_header(struct buffer *buffer, const struct node *node) {
    char when[32];
    time_t seconds = (time_t)(node->time / 1000000000);
    struct tm broken;
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &broken));
    buffer_printf(buffer, "{\"netscope\":{\"schema\":%d", DUMP_SCHEMA);
    put_member(buffer, "version", PACKAGE_VERSION);
    put_member(buffer, "time", when);
    put_member(buffer, "hostname", node->hostname);
    put_member(buffer, "kernel", node->kernel);
    buffer_putc(buffer, '}');
}

static void put_status(struct buffer *buffer, const struct dump_status *entry) {
    const struct status *status = entry->status;
    buffer_puts(buffer, "{\"source\":");
    json_format_text(status->source, buffer);
    if (entry->netns)
        put_member(buffer, "netns", entry->netns);
    put_member(buffer, "state", status_state_names.names[status->state]);
    if (status->reason[0] != '\0')
        put_member(buffer, "reason", status->reason);
    buffer_putc(buffer, '}');
}

// "status":[...]}
static void put_statuses(struct buffer *buffer, const struct dump_status *statuses, size_t count,
                         const char *separator) {
    buffer_puts(buffer, "\"status\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_putc(buffer, ',');
        buffer_puts(buffer, separator);
        put_status(buffer, &statuses[i]);
    }
    if (count > 0)
        buffer_puts(buffer, separator);
    buffer_puts(buffer, "]}\n");
}

// --- One object: a row a line, for people and for diff(1) ----------------------------------------

static void begin_json(struct writer *writer, const struct node *node) {
    put_header(&writer->output->buffer, node);
}

static void begin_json_kind(struct writer *writer) {
    buffer_printf(&writer->output->buffer, ",\n\"%s\":[", writer->kind->kind->name);
}

static void put_json_row(struct writer *writer, const struct row_ref *ref) {
    struct buffer *buffer = &writer->output->buffer;
    buffer_puts(buffer, writer->row_count > 0 ? ",\n" : "\n");
    json_format_row(writer->kind->fields, writer->kind->field_count, ref, buffer);
}

static void end_json_kind(struct writer *writer) {
    buffer_puts(&writer->output->buffer, writer->row_count > 0 ? "\n]" : "]");
}

static void end_json(struct writer *writer, const struct dump_status *statuses, size_t count) {
    buffer_puts(&writer->output->buffer, ",\n");
    put_statuses(&writer->output->buffer, statuses, count, "\n");
}

const struct writer_form json_form = {
    .begin = begin_json,
    .begin_kind = begin_json_kind,
    .row = put_json_row,
    .end_kind = end_json_kind,
    .end = end_json,
};

// --- Lines ---------------------------------------------------------------------------------------

static void begin_ndjson(struct writer *writer, const struct node *node) {
    if (writer->plan->request->no_header)
        return;
    put_header(&writer->output->buffer, node);
    buffer_puts(&writer->output->buffer, "}\n");
}

static void begin_ndjson_kind(struct writer *writer) {
    (void)writer;
}

// A line says by itself what it is and where, whatever fields were asked for.
static void put_ndjson_row(struct writer *writer, const struct row_ref *ref) {
    const struct dump_kind *kind = writer->kind;
    struct buffer *buffer = &writer->output->buffer;
    buffer_printf(buffer, "{\"kind\":\"%s\"", kind->kind->name);
    const struct field *netns = &kind->kind->fields[0];
    json_format_members(&netns, 1, ref, true, buffer);
    for (size_t i = 0; i < kind->field_count; i++) {
        if (kind->fields[i] != netns)
            json_format_members(&kind->fields[i], 1, ref, true, buffer);
    }
    buffer_puts(buffer, "}\n");
}

static void end_ndjson_kind(struct writer *writer) {
    (void)writer;
}

static void end_ndjson(struct writer *writer, const struct dump_status *statuses, size_t count) {
    buffer_putc(&writer->output->buffer, '{');
    put_statuses(&writer->output->buffer, statuses, count, "");
}

const struct writer_form ndjson_form = {
    .begin = begin_ndjson,
    .begin_kind = begin_ndjson_kind,
    .row = put_ndjson_row,
    .end_kind = end_ndjson_kind,
    .end = end_ndjson,
};
