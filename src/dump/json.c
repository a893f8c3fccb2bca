// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as one JSON object, or as one JSON object a line (netscope(5)).
#include <stdlib.h>
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
    const struct status *status = &entry->status;
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
static void put_statuses(struct buffer *buffer, const struct dump_statuses *statuses,
                         const char *separator) {
    buffer_puts(buffer, "\"status\":[");
    for (size_t i = 0; i < statuses->count; i++) {
        if (i > 0)
            buffer_putc(buffer, ',');
        buffer_puts(buffer, separator);
        put_status(buffer, &statuses->items[i]);
    }
    if (statuses->count > 0)
        buffer_puts(buffer, separator);
    buffer_puts(buffer, "]}\n");
}

static void plan_json(struct writer *writer, const struct field *const *fields, size_t count) {
    json_plan_free(writer->json);
    writer->json = fields ? json_plan_new(fields, count) : NULL;
    if (!writer->json)
        writer->output->buffer.failed = true;
}

// --- One object: a row a line, for people and for diff(1) ----------------------------------------

static void begin_json(struct writer *writer, const struct node *node) {
    put_header(&writer->output->buffer, node);
}

static void begin_json_kind(struct writer *writer) {
    buffer_printf(&writer->output->buffer, ",\n\"%s\":[", writer->kind->kind->name);
    plan_json(writer, writer->kind->fields, writer->kind->field_count);
}

static void format_json_row(const struct writer *writer, const struct row_ref *ref,
                            struct chunk *chunk) {
    buffer_puts(&chunk->bytes, ",\n");
    if (writer->json)
        json_format_row(writer->json, ref, &chunk->memo, &chunk->bytes);
}

// Before the first row of all there is no comma.
static void take_json(struct writer *writer, struct chunk *chunk) {
    size_t comma = writer->row_count == 0 ? 1 : 0;
    output_add(writer->output, chunk->bytes.data + comma, chunk->bytes.len - comma);
}

static void end_json_kind(struct writer *writer) {
    buffer_puts(&writer->output->buffer, writer->row_count > 0 ? "\n]" : "]");
}

static void end_json(struct writer *writer, const struct dump_statuses *statuses) {
    buffer_puts(&writer->output->buffer, ",\n");
    put_statuses(&writer->output->buffer, statuses, "\n");
    json_plan_free(writer->json);
}

const struct writer_form json_form = {
    .begin = begin_json,
    .begin_kind = begin_json_kind,
    .format = format_json_row,
    .take = take_json,
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

// A line says by itself what it is and where, whatever fields were asked for.
static void begin_ndjson_kind(struct writer *writer) {
    const struct dump_kind *kind = writer->kind;
    const struct field **fields = calloc(kind->field_count + 1, sizeof(*fields));
    size_t count = 1;
    buffer_clear(&writer->head);
    buffer_printf(&writer->head, "{\"kind\":\"%s\"", kind->kind->name);
    for (size_t i = 0; fields && i < kind->field_count; i++) {
        if (kind->fields[i] != &kind->kind->fields[0])
            fields[count++] = kind->fields[i];
    }
    if (fields)
        fields[0] = &kind->kind->fields[0];
    plan_json(writer, fields, count);
    free(fields);
}

static void format_ndjson_row(const struct writer *writer, const struct row_ref *ref,
                              struct chunk *chunk) {
    buffer_add(&chunk->bytes, writer->head.data, writer->head.len);
    if (writer->event)
        put_member(&chunk->bytes, "event", writer->event);
    if (writer->json)
        json_format_members(writer->json, ref, true, &chunk->memo, &chunk->bytes);
    buffer_puts(&chunk->bytes, "}\n");
}

static void take_ndjson(struct writer *writer, struct chunk *chunk) {
    output_add(writer->output, chunk->bytes.data, chunk->bytes.len);
}

static void end_ndjson_kind(struct writer *writer) {
    (void)writer;
}

static void end_ndjson(struct writer *writer, const struct dump_statuses *statuses) {
    buffer_putc(&writer->output->buffer, '{');
    put_statuses(&writer->output->buffer, statuses, "");
    json_plan_free(writer->json);
    buffer_done(&writer->head);
}

const struct writer_form ndjson_form = {
    .begin = begin_ndjson,
    .begin_kind = begin_ndjson_kind,
    .format = format_ndjson_row,
    .take = take_ndjson,
    .end_kind = end_ndjson_kind,
    .end = end_ndjson,
};
