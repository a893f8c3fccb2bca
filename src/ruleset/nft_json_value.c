// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/nft_json.h"

struct nft_json_object nft_json_open(struct buffer *buffer, const char *name) {
    buffer_puts(buffer, "{\"");
    buffer_puts(buffer, name);
    buffer_puts(buffer, "\":{");
    return (struct nft_json_object){.buffer = buffer, .is_empty = true};
}

void nft_json_close(struct nft_json_object *object) {
    buffer_puts(object->buffer, "}}");
}

void nft_json_key(struct nft_json_object *object, const char *key) {
    buffer_puts(object->buffer, object->is_empty ? "\"" : ",\"");
    buffer_puts(object->buffer, key);
    buffer_puts(object->buffer, "\":");
    object->is_empty = false;
}

void nft_json_number(struct nft_json_object *object, const char *key, uint64_t number) {
    nft_json_key(object, key);
    buffer_put_uint(object->buffer, number);
}

void nft_json_text(struct nft_json_object *object, const char *key, const char *text) {
    nft_json_key(object, key);
    json_format_text(text ? text : "", object->buffer);
}

void nft_json_true(struct nft_json_object *object, const char *key) {
    nft_json_key(object, key);
    buffer_puts(object->buffer, "true");
}

void nft_json_flags(struct nft_json_object *object, const char *key, uint32_t flags,
                    const struct nft_symbol *words, bool always_list) {
    unsigned count = 0;
    for (const struct nft_symbol *word = words; word->name; word++)
        count += (flags & word->value) != 0;
    if (count == 0)
        return;
    nft_json_key(object, key);
    bool is_list = always_list || count > 1;
    const char *before = is_list ? "[\"" : "\"";
    for (const struct nft_symbol *word = words; word->name; word++) {
        if (!(flags & word->value))
            continue;
        buffer_puts(object->buffer, before);
        buffer_puts(object->buffer, word->name);
        buffer_putc(object->buffer, '"');
        before = ",\"";
    }
    buffer_puts(object->buffer, is_list ? "]" : "");
}

// --- Values --------------------------------------------------------------------------------------

static void put_number(struct buffer *buffer, nft_number number) {
    if (number <= UINT64_MAX) {
        buffer_put_uint(buffer, (uint64_t)number);
        return;
    }
    buffer_putc(buffer, '"');
    nft_hex_format(buffer, number, 1);
    buffer_putc(buffer, '"');
}

// What the text has, without its quotes.
static void put_text(const struct nft_json *json, const struct nft_node *value) {
    struct buffer written = BUFFER_INIT;
    const struct nft_text text = {.names = json->names, .buffer = &written};
    nft_value_format(&text, value);
    if (written.len > 1 && written.data[0] == '"') {
        written.data[written.len - 1] = '\0';
        json_format_text(written.data + 1, json->buffer);
    } else {
        json_format_text(buffer_text(&written), json->buffer);
    }
    buffer_done(&written);
}

static void put_form(const struct nft_json *json, const struct nft_node *value) {
    const char *protocol;
    char name[18];
    switch (value->type->form) {
    case NFT_FORM_DECIMAL:
    case NFT_FORM_HEX:
        put_number(json->buffer, value->number);
        return;
    case NFT_FORM_PROTOCOL:
        protocol = json->numeric ? NULL : nft_protocol_name((uint8_t)value->number);
        if (protocol)
            json_format_text(protocol, json->buffer);
        else
            put_number(json->buffer, value->number);
        return;
    case NFT_FORM_TIME:
        buffer_put_uint(json->buffer, (uint64_t)value->number / 1000);
        return;
    case NFT_FORM_BIT:
        buffer_put_uint(json->buffer, nft_number_lowest(value->number));
        return;
    case NFT_FORM_STRING:
        nft_name_read(value, name);
        json_format_text(name, json->buffer);
        return;
    case NFT_FORM_IPADDR:
    case NFT_FORM_IP6ADDR:
    case NFT_FORM_LLADDR:
    case NFT_FORM_INTERFACE:
    case NFT_FORM_DATE:
    case NFT_FORM_HOUR:
    case NFT_FORM_CLASSID:
    case NFT_FORM_REALM:
        put_text(json, value);
        return;
    }
}

void nft_json_value(const struct nft_json *json, const struct nft_node *value) {
    if (!value->type) {
        put_number(json->buffer, value->number);
        return;
    }
    if (value->type->id == NFT_TYPE_BOOLEAN) {
        buffer_puts(json->buffer, value->number ? "true" : "false");
        return;
    }
    bool is_named = !json->numeric || json->in_elements;
    const char *symbol = is_named ? nft_given_name(json->names, value) : NULL;
    if (!symbol)
        symbol = nft_type_symbol(value->type, value->number);
    if (symbol)
        json_format_text(symbol, json->buffer);
    else
        put_form(json, value);
}
