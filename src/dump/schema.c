// SPDX-License-Identifier: GPL-2.0-or-later
// The JSON Schema (draft 2020-12) of what --dump writes, made from the fields.
#include "dump/list_fields.h"

#include <string.h>

#include "dump/writer.h"
#include "model/flow.h"
#include "model/json.h"

#define SCHEMA_HEAD                                                    \
    "{\n"                                                              \
    "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n" \
    "\"title\": \"netscope --dump --format json\",\n"                  \
    "\"description\": \"A line of --format ndjson is $defs/line\",\n"  \
    "\"type\": \"object\",\n"                                          \
    "\"required\": [\"netscope\", \"status\"],\n"                      \
    "\"additionalProperties\": false,\n"

static void put_strings(struct buffer *buffer, const char *const *words, size_t count) {
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        if (!words[i])
            continue;
        buffer_puts(buffer, comma);
        json_format_text(words[i], buffer);
        comma = ", ";
    }
}

// An enumeration also has the numbers that its words do not know.
static void put_enum(struct buffer *buffer, const struct field *field) {
    const struct enum_names *names = field->names;
    if (!names) {
        buffer_puts(buffer, "\"type\": \"string\"");
        return;
    }
    buffer_puts(buffer, "\"anyOf\": [{\"enum\": [");
    put_strings(buffer, names->names, names->count);
    buffer_puts(buffer, "]}, {\"type\": \"string\", \"pattern\": \"^unknown\\\\([0-9]+\\\\)$\"}]");
}

static void put_flags(struct buffer *buffer, const struct field *field) {
    const char *comma = "";
    buffer_puts(buffer, "\"type\": \"array\", \"uniqueItems\": true, \"items\": {\"enum\": [");
    for (const struct flag_name *flag = field->names; flag->name; flag++) {
        buffer_puts(buffer, comma);
        json_format_text(flag->name, buffer);
        comma = ", ";
    }
    buffer_puts(buffer, "]}");
}

static void put_records(struct buffer *buffer, const struct field *field) {
    const struct record_type *type = field->names;
    buffer_printf(buffer, "\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}", type->name);
}

#define ADDRESS_PATTERN "([0-9]{1,3}(\\\\.[0-9]{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)"

// What stands in JSON for a field: the inside of its schema.
static void put_type(struct buffer *buffer, const struct field *field) {
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_INTERFACE:
    case FIELD_NETNS:
        buffer_puts(buffer, "\"type\": \"string\"");
        break;
    case FIELD_NUMBER:
        buffer_puts(buffer, "\"type\": \"integer\"");
        break;
    case FIELD_BYTES:
    case FIELD_COUNT:
        buffer_puts(buffer, "\"type\": \"integer\", \"minimum\": 0");
        break;
    case FIELD_BYTES_RATE:
    case FIELD_COUNT_RATE:
    case FIELD_DURATION:
        buffer_puts(buffer, "\"type\": \"number\", \"minimum\": 0");
        break;
    case FIELD_TIME:
        buffer_puts(buffer, "\"type\": \"string\", \"format\": \"date-time\"");
        break;
    case FIELD_BOOLEAN:
        buffer_puts(buffer, "\"type\": \"boolean\"");
        break;
    case FIELD_ENUM:
        put_enum(buffer, field);
        break;
    case FIELD_FLAGS:
        put_flags(buffer, field);
        break;
    case FIELD_ADDRESS:
        buffer_puts(buffer, "\"type\": \"string\", \"pattern\": \"^" ADDRESS_PATTERN "$\"");
        break;
    case FIELD_PREFIX:
        buffer_puts(buffer,
                    "\"type\": \"string\", \"pattern\": \"^" ADDRESS_PATTERN "/[0-9]{1,3}$\"");
        break;
    case FIELD_LLADDR: // a tunnel's are internet addresses
        buffer_puts(buffer, "\"type\": \"string\", "
                            "\"pattern\": \"^([0-9a-f]{2}(:[0-9a-f]{2})*|" ADDRESS_PATTERN ")$\"");
        break;
    case FIELD_LIST:
        buffer_puts(buffer, "\"type\": \"array\", \"items\": {\"type\": \"string\"}");
        break;
    case FIELD_RECORDS:
        put_records(buffer, field);
        break;
    case FIELD_JSON:
        buffer_puts(buffer, "\"type\": [\"array\", \"object\"]");
        break;
    }
}

static void put_property(struct buffer *buffer, const struct field *field, const char *comma) {
    const char *unit = field_type_unit(field->type);
    buffer_printf(buffer, "%s\n  \"%s\": {\"description\": ", comma, field->key);
    json_format_text(field->help, buffer);
    if (unit) {
        buffer_puts(buffer, ", \"$comment\": ");
        json_format_text(unit, buffer);
    }
    buffer_puts(buffer, ", ");
    put_type(buffer, field);
    buffer_putc(buffer, '}');
}

// Flows that are followed say what happened.
static void put_event(struct buffer *buffer) {
    buffer_puts(buffer, ",\n  \"event\": {\"enum\": [\"new\", \"update\", \"destroy\", \"lost\"]}");
}

// A row has any of its fields: those that were asked for and that it has; in ndjson its kind, too.
static void put_object(struct buffer *buffer, const char *name, const struct field *fields,
                       size_t count, const char *kind) {
    const char *comma = "";
    buffer_printf(buffer, "\"%s\": {\"type\": \"object\", \"additionalProperties\": false", name);
    buffer_puts(buffer, ", \"properties\": {");
    if (kind) {
        buffer_printf(buffer, "\n  \"kind\": {\"const\": \"%s\"}", kind);
        comma = ",";
    }
    if (kind && strcmp(kind, flow_kind.name) == 0)
        put_event(buffer);
    for (size_t i = 0; i < count; i++) {
        if (field_is_rate(&fields[i]))
            continue;
        put_property(buffer, &fields[i], comma);
        comma = ",";
    }
    buffer_puts(buffer, "\n}},\n");
}

static void put_record_types(struct buffer *buffer, const struct kind *kind) {
    for (size_t i = 0; i < kind->field_count; i++) {
        if (kind->fields[i].type != FIELD_RECORDS)
            continue;
        const struct record_type *type = kind->fields[i].names;
        put_object(buffer, type->name, type->fields, type->field_count, NULL);
    }
}

static void put_kind(struct buffer *buffer, const struct kind *kind) {
    put_record_types(buffer, kind);
    put_object(buffer, kind->name, kind->fields, kind->field_count, kind->name);
}

static void put_common(struct buffer *buffer) {
    buffer_printf(buffer,
                  "\"netscope\": {\"type\": \"object\", \"additionalProperties\": false,\n"
                  "  \"required\": [\"schema\", \"version\", \"time\", \"hostname\", \"kernel\"],\n"
                  "  \"properties\": {\n"
                  "    \"schema\": {\"const\": %d},\n"
                  "    \"version\": {\"type\": \"string\"},\n"
                  "    \"time\": {\"type\": \"string\", \"format\": \"date-time\"},\n"
                  "    \"hostname\": {\"type\": \"string\"},\n"
                  "    \"kernel\": {\"type\": \"string\"}}},\n"
                  "\"status\": {\"type\": \"array\", \"items\": {\n"
                  "  \"type\": \"object\", \"additionalProperties\": false,\n"
                  "  \"required\": [\"source\", \"state\"],\n"
                  "  \"properties\": {\n"
                  "    \"source\": {\"type\": \"string\"},\n"
                  "    \"netns\": {\"type\": \"string\"},\n"
                  "    \"state\": {\"enum\": [",
                  DUMP_SCHEMA);
    put_strings(buffer, status_state_names.names, status_state_names.count);
    buffer_puts(buffer, "]},\n"
                        "    \"reason\": {\"type\": \"string\"}}}},\n");
}

// A line of ndjson: the header, a row, or the status.
static void put_line(struct buffer *buffer) {
    static const char *const ends[] = {"netscope", "status"};
    buffer_puts(buffer, "\"line\": {\"oneOf\": [");
    for (size_t i = 0; i < KIND_COUNT; i++)
        buffer_printf(buffer,
                      "\n  {\"$ref\": \"#/$defs/%s\", \"required\": [\"kind\", \"netns\"]},",
                      kinds[i]->name);
    for (size_t i = 0; i < 2; i++)
        buffer_printf(buffer,
                      "%s\n  {\"type\": \"object\", \"additionalProperties\": false, "
                      "\"required\": [\"%s\"], "
                      "\"properties\": {\"%s\": {\"$ref\": \"#/$defs/%s\"}}}",
                      i > 0 ? "," : "", ends[i], ends[i], ends[i]);
    buffer_puts(buffer, "\n]}\n");
}

void schema_format(struct buffer *buffer) {
    buffer_puts(buffer, SCHEMA_HEAD);
    buffer_puts(buffer, "\"properties\": {\n"
                        "  \"netscope\": {\"$ref\": \"#/$defs/netscope\"},\n");
    for (size_t i = 0; i < KIND_COUNT; i++)
        buffer_printf(buffer,
                      "  \"%s\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/%s\"}},\n",
                      kinds[i]->name, kinds[i]->name);
    buffer_puts(buffer, "  \"status\": {\"$ref\": \"#/$defs/status\"}\n"
                        "},\n"
                        "\"$defs\": {\n");
    put_common(buffer);
    for (size_t i = 0; i < KIND_COUNT; i++)
        put_kind(buffer, kinds[i]);
    put_line(buffer);
    buffer_puts(buffer, "}\n}\n");
}
