// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/list_fields.h"

#include <string.h>

#include "model/json.h"

// --- Text ----------------------------------------------------------------------------------------

static void put_padded(struct buffer *buffer, const char *text, size_t width) {
    size_t len = strlen(text);
    buffer_puts(buffer, text);
    buffer_fill(buffer, ' ', len < width ? width - len : 0);
    buffer_puts(buffer, "  ");
}

static void widen(size_t *width, const char *text) {
    size_t len = strlen(text);
    if (len > *width)
        *width = len;
}

struct list_widths {
    size_t key, title;
};

static void find_widths(const struct field *fields, size_t count, size_t indent,
                        struct list_widths *widths) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i].key) + indent > widths->key)
            widths->key = strlen(fields[i].key) + indent;
        widen(&widths->title, fields[i].title);
        if (fields[i].type == FIELD_RECORDS) {
            const struct record_type *type = fields[i].names;
            find_widths(type->fields, type->field_count, strlen(fields[i].key) + 1, widths);
        }
    }
}

static void put_line(struct buffer *buffer, const struct list_widths *widths, const char *key,
                     const char *type, const char *unit, const char *title, const char *help) {
    put_padded(buffer, key, widths->key);
    put_padded(buffer, type, strlen("count_rate"));
    put_padded(buffer, unit, strlen("bytes/s"));
    put_padded(buffer, title, widths->title);
    buffer_printf(buffer, "%s\n", help);
}

static void put_fields(struct buffer *buffer, const struct list_widths *widths,
                       const struct field *fields, size_t count, const char *outer) {
    for (size_t i = 0; i < count; i++) {
        struct buffer key = BUFFER_INIT;
        const char *unit = field_type_unit(fields[i].type);
        buffer_printf(&key, "%s%s%s", outer, *outer ? "." : "", fields[i].key);
        put_line(buffer, widths, buffer_text(&key), field_type_name(fields[i].type),
                 unit ? unit : "-", fields[i].title, fields[i].help);
        buffer_done(&key);
        if (fields[i].type == FIELD_RECORDS) {
            const struct record_type *type = fields[i].names;
            put_fields(buffer, widths, type->fields, type->field_count, fields[i].key);
        }
    }
}

void list_fields_format_text(const enum kind_id *ids, size_t count, bool header,
                             struct buffer *buffer) {
    for (size_t i = 0; i < count; i++) {
        const struct kind *kind = kinds[ids[i]];
        struct list_widths widths = {0};
        find_widths(kind->fields, kind->field_count, 0, &widths);
        if (i > 0)
            buffer_putc(buffer, '\n');
        if (header && count > 1)
            buffer_printf(buffer, "%s: %s\n", kind->name, kind->help);
        if (header)
            put_line(buffer, &widths, "KEY", "TYPE", "UNIT", "TITLE", "MEANING");
        put_fields(buffer, &widths, kind->fields, kind->field_count, "");
    }
}

// --- JSON ----------------------------------------------------------------------------------------

static void put_member(struct buffer *buffer, const char *key, const char *text) {
    buffer_printf(buffer, ",\"%s\":", key);
    json_format_text(text, buffer);
}

static void put_word(struct buffer *buffer, const char *word, bool *more) {
    if (!word)
        return;
    buffer_puts(buffer, *more ? "," : "");
    json_format_text(word, buffer);
    *more = true;
}

typedef void word_sink(struct buffer *buffer, const char *word, bool *more);

// Gives each word of an enumeration or of flags to the sink.
static void for_each_word(const struct field *field, word_sink *sink, struct buffer *buffer,
                          bool *more) {
    if (field->type == FIELD_ENUM) {
        const struct enum_names *names = field->names;
        for (size_t i = 0; i < names->count; i++)
            sink(buffer, names->names[i], more);
    } else {
        for (const struct flag_name *flag = field->names; flag->name; flag++)
            sink(buffer, flag->name, more);
    }
}

// As the inside of an array.
static void put_words(struct buffer *buffer, const struct field *field) {
    bool more = false;
    for_each_word(field, put_word, buffer, &more);
}

static bool has_words(const struct field *field) {
    return (field->type == FIELD_ENUM || field->type == FIELD_FLAGS) && field->names;
}

static void put_field_list(struct buffer *buffer, const struct field *fields, size_t count,
                           const char *indent) {
    for (size_t i = 0; i < count; i++) {
        const char *unit = field_type_unit(fields[i].type);
        buffer_printf(buffer, "%s\n%s{\"key\":", i > 0 ? "," : "", indent);
        json_format_text(fields[i].key, buffer);
        put_member(buffer, "type", field_type_name(fields[i].type));
        if (unit)
            put_member(buffer, "unit", unit);
        put_member(buffer, "title", fields[i].title);
        put_member(buffer, "help", fields[i].help);
        if (has_words(&fields[i])) {
            buffer_puts(buffer, ",\"values\":[");
            put_words(buffer, &fields[i]);
            buffer_putc(buffer, ']');
        }
        if (fields[i].type == FIELD_RECORDS) {
            const struct record_type *type = fields[i].names;
            buffer_puts(buffer, ",\"fields\":[");
            put_field_list(buffer, type->fields, type->field_count, "  ");
            buffer_putc(buffer, ']');
        }
        buffer_putc(buffer, '}');
    }
}

void list_fields_format_json(const enum kind_id *ids, size_t count, struct buffer *buffer) {
    for (size_t i = 0; i < count; i++) {
        const struct kind *kind = kinds[ids[i]];
        buffer_printf(buffer, "%s\"%s\":[", i > 0 ? ",\n" : "{", kind->name);
        put_field_list(buffer, kind->fields, kind->field_count, "");
        buffer_puts(buffer, "\n]");
    }
    buffer_puts(buffer, "}\n");
}

// --- mdoc ----------------------------------------------------------------------------------------

// The words that help has, safe from mdoc's own meaning of a leading dot or quote.
static void put_mdoc_text(struct buffer *buffer, const char *text) {
    if (*text == '.' || *text == '\'')
        buffer_puts(buffer, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            buffer_puts(buffer, "\\e");
        else
            buffer_putc(buffer, *text);
    }
}

// Behind the help.
static void put_mdoc_word(struct buffer *buffer, const char *word, bool *more) {
    if (!word)
        return;
    buffer_puts(buffer, *more ? ", " : "; words: ");
    put_mdoc_text(buffer, word);
    *more = true;
}

static void put_mdoc_fields(struct buffer *buffer, const struct field *fields, size_t count,
                            const char *outer) {
    for (size_t i = 0; i < count; i++) {
        const char *unit = field_type_unit(fields[i].type);
        buffer_printf(buffer, ".It Ic %s%s%s Pq %s", outer, *outer ? "." : "", fields[i].key,
                      field_type_name(fields[i].type));
        if (unit && strcmp(unit, field_type_name(fields[i].type)) != 0)
            buffer_printf(buffer, ", %s", unit);
        buffer_putc(buffer, '\n');
        put_mdoc_text(buffer, fields[i].help);
        bool more = false;
        if (has_words(&fields[i]))
            for_each_word(&fields[i], put_mdoc_word, buffer, &more);
        buffer_putc(buffer, '\n');
        if (fields[i].type == FIELD_RECORDS) {
            const struct record_type *type = fields[i].names;
            put_mdoc_fields(buffer, type->fields, type->field_count, fields[i].key);
        }
    }
}

void list_fields_format_mdoc(const struct kind *kind, struct buffer *buffer) {
    buffer_puts(buffer, ".Bl -tag -width Ds -compact\n");
    put_mdoc_fields(buffer, kind->fields, kind->field_count, "");
    buffer_puts(buffer, ".El\n");
}
