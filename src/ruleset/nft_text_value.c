// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/address.h"
#include "ruleset/nft_text.h"

#define DAY 86400 // seconds

void nft_number_format(struct buffer *buffer, nft_number number) {
    if (number <= UINT64_MAX) {
        buffer_put_uint(buffer, (uint64_t)number);
        return;
    }
    char digits[40], *start = digits + sizeof(digits);
    for (; number != 0; number /= 10)
        *--start = (char)('0' + (int)(number % 10));
    buffer_add(buffer, start, (size_t)(digits + sizeof(digits) - start));
}

void nft_hex_format(struct buffer *buffer, nft_number number, unsigned digits) {
    char text[34], *start = text + sizeof(text);
    while (number != 0 || digits > 0) {
        *--start = "0123456789abcdef"[(unsigned)(number & 15)];
        number >>= 4;
        digits -= digits > 0;
    }
    *--start = 'x';
    *--start = '0';
    buffer_add(buffer, start, (size_t)(text + sizeof(text) - start));
}

static void write_bytes(nft_number number, size_t length, uint8_t *bytes) {
    while (length-- > 0) {
        bytes[length] = (uint8_t)number;
        number >>= 8;
    }
}

static void format_address(struct buffer *buffer, nft_number number, size_t length) {
    uint8_t bytes[16];
    write_bytes(number, length, bytes);
    struct address address = address_from_bytes(bytes, length);
    address_format(&address, buffer);
}

static void format_lladdr(struct buffer *buffer, const struct nft_node *value) {
    for (unsigned left = (value->bits + 7U) / 8; left-- > 0;) {
        uint8_t byte = (uint8_t)(value->number >> left * 8);
        buffer_putc(buffer, "0123456789abcdef"[byte >> 4]);
        buffer_putc(buffer, "0123456789abcdef"[byte & 15]);
        if (left > 0)
            buffer_putc(buffer, ':');
    }
}

// Names are compared with the NUL behind them; without it the value is how a name begins.
size_t nft_name_read(const struct nft_node *value, char name[18]) {
    size_t length = (value->bits + 7U) / 8;
    length = length > 16 ? 16 : length;
    write_bytes(value->number, length, (uint8_t *)name);
    bool is_whole = length > 0 && name[length - 1] == '\0';
    if (is_whole) {
        length = strlen(name);
        if (length > 0 && name[length - 1] == '*') { // a star of its own
            name[length - 1] = '\\';
            name[length++] = '*';
        }
    } else {
        name[length++] = '*';
    }
    name[length] = '\0';
    return length;
}

static void format_name(struct buffer *buffer, const struct nft_node *value) {
    char name[18];
    size_t length = nft_name_read(value, name);
    buffer_putc(buffer, '"');
    buffer_add(buffer, name, length);
    buffer_putc(buffer, '"');
}

static void put_unit(struct buffer *buffer, uint64_t count, const char *unit) {
    if (count == 0)
        return;
    buffer_put_uint(buffer, count);
    buffer_puts(buffer, unit);
}

void nft_time_format(struct buffer *buffer, uint64_t milliseconds) {
    put_unit(buffer, milliseconds / 86400000, "d");
    put_unit(buffer, milliseconds / 3600000 % 24, "h");
    put_unit(buffer, milliseconds / 60000 % 60, "m");
    put_unit(buffer, milliseconds / 1000 % 60, "s");
    put_unit(buffer, milliseconds % 1000, "ms");
}

static void put_two(struct buffer *buffer, unsigned number) {
    buffer_putc(buffer, (char)('0' + number / 10 % 10));
    buffer_putc(buffer, (char)('0' + number % 10));
}

static void format_clock(struct buffer *buffer, unsigned seconds, bool always_seconds) {
    put_two(buffer, seconds / 3600);
    buffer_putc(buffer, ':');
    put_two(buffer, seconds / 60 % 60);
    if (!always_seconds && seconds % 60 == 0)
        return;
    buffer_putc(buffer, ':');
    put_two(buffer, seconds % 60);
}

// The day of the Gregorian calendar, from days since 1970-01-01 (Hinnant, "civil_from_days").
static void format_day(struct buffer *buffer, uint64_t days) {
    uint64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153;
    uint64_t day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    buffer_put_uint(buffer, year + era * 400 + (month <= 2));
    buffer_putc(buffer, '-');
    put_two(buffer, (unsigned)month);
    buffer_putc(buffer, '-');
    put_two(buffer, (unsigned)day);
}

// The kernel has UTC. nft says the time that clocks here show at that moment; of an hour, today.
static uint64_t local_time(const struct nft_text *text, uint64_t seconds, uint64_t moment) {
    const struct ruleset_names *names = text->names;
    if (!names || !names->utc_offset)
        return seconds;
    int64_t local = (int64_t)seconds + names->utc_offset((int64_t)moment);
    return local < 0 ? (uint64_t)(local + DAY) : (uint64_t)local;
}

static void format_date(const struct nft_text *text, uint64_t nanoseconds) {
    struct buffer *buffer = text->buffer;
    uint64_t utc = nanoseconds / 1000000000, seconds = local_time(text, utc, utc);
    buffer_putc(buffer, '"');
    format_day(buffer, seconds / 86400);
    buffer_putc(buffer, ' ');
    format_clock(buffer, (unsigned)(seconds % 86400), true);
    buffer_putc(buffer, '"');
}

static void format_hour(const struct nft_text *text, uint64_t number) {
    uint64_t now = text->names ? (uint64_t)text->names->time : 0;
    buffer_putc(text->buffer, '"');
    format_clock(text->buffer, (unsigned)(local_time(text, number % DAY, now) % DAY), false);
    buffer_putc(text->buffer, '"');
}

static void put_quoted(struct buffer *buffer, const char *name) {
    buffer_putc(buffer, '"');
    buffer_puts(buffer, name);
    buffer_putc(buffer, '"');
}

static void format_interface(const struct nft_text *text, uint32_t ifindex) {
    const char *name = text->names ? nf_names_find(&text->names->interfaces, ifindex) : NULL;
    if (name)
        put_quoted(text->buffer, name);
    else
        buffer_put_int(text->buffer, (int32_t)ifindex);
}

const char *nft_given_name(const struct ruleset_names *names, const struct nft_node *value) {
    if (!names || value->number > UINT32_MAX)
        return NULL;
    uint32_t number = (uint32_t)value->number;
    switch (value->type->id) {
    case NFT_TYPE_MARK:
        return nf_names_find(&names->marks, number);
    case NFT_TYPE_REALM:
        return nf_names_find(&names->realms, number);
    case NFT_TYPE_DEVGROUP:
        return nf_names_find(&names->device_groups, number);
    default:
        return NULL;
    }
}

// The directory of a cgroup, which nft says in text only.
static const char *find_cgroup(const struct nft_text *text, const struct nft_node *value) {
    if (!text->names || value->type->id != NFT_TYPE_CGROUPV2 || value->number > UINT32_MAX)
        return NULL;
    return nf_names_find(&text->names->cgroups, (uint32_t)value->number);
}

static void format_hex_digits(struct buffer *buffer, uint32_t number) {
    char digits[8], *start = digits + sizeof(digits);
    do {
        *--start = "0123456789abcdef"[number & 15];
        number >>= 4;
    } while (number != 0);
    buffer_add(buffer, start, (size_t)(digits + sizeof(digits) - start));
}

static void format_classid(struct buffer *buffer, uint32_t handle) {
    if (handle == UINT32_MAX || handle == 0) { // linux/pkt_sched.h TC_H_ROOT, TC_H_UNSPEC
        buffer_puts(buffer, handle ? "root" : "none");
        return;
    }
    format_hex_digits(buffer, handle >> 16);
    buffer_putc(buffer, ':');
    format_hex_digits(buffer, handle & 0xffff);
}

static void format_protocol(const struct nft_text *text, nft_number number) {
    const char *name = text->numeric ? NULL : nft_protocol_name((uint8_t)number);
    if (name && number <= UINT8_MAX)
        buffer_puts(text->buffer, name);
    else
        nft_number_format(text->buffer, number);
}

static void format_relative(const struct nft_text *text, uint64_t milliseconds) {
    if (text->numeric)
        put_unit(text->buffer, milliseconds / 1000, "s");
    else
        nft_time_format(text->buffer, milliseconds);
    if (milliseconds == 0 || (text->numeric && milliseconds < 1000))
        buffer_puts(text->buffer, "0s");
}

static void format_form(const struct nft_text *text, const struct nft_node *value) {
    struct buffer *buffer = text->buffer;
    nft_number number = value->number;
    switch (value->type->form) {
    case NFT_FORM_DECIMAL:
    case NFT_FORM_REALM:
        nft_number_format(buffer, number);
        return;
    case NFT_FORM_HEX:
        nft_hex_format(buffer, number, value->type->digits ? value->type->digits : 1);
        return;
    case NFT_FORM_IPADDR:
        format_address(buffer, number, 4);
        return;
    case NFT_FORM_IP6ADDR:
        format_address(buffer, number, 16);
        return;
    case NFT_FORM_LLADDR:
        format_lladdr(buffer, value);
        return;
    case NFT_FORM_STRING:
        format_name(buffer, value);
        return;
    case NFT_FORM_PROTOCOL:
        format_protocol(text, number);
        return;
    case NFT_FORM_INTERFACE:
        format_interface(text, (uint32_t)number);
        return;
    case NFT_FORM_TIME:
        format_relative(text, (uint64_t)number);
        return;
    case NFT_FORM_DATE:
        format_date(text, (uint64_t)number);
        return;
    case NFT_FORM_HOUR:
        format_hour(text, (uint64_t)number);
        return;
    case NFT_FORM_CLASSID:
        format_classid(buffer, (uint32_t)number);
        return;
    case NFT_FORM_BIT:
        buffer_put_uint(buffer, nft_number_lowest(number));
        return;
    }
}

void nft_value_format(const struct nft_text *text, const struct nft_node *value) {
    if (!value->type) {
        nft_hex_format(text->buffer, value->number, 1);
        return;
    }
    const char *given = text->numeric ? NULL : nft_given_name(text->names, value);
    if (!given)
        given = find_cgroup(text, value);
    if (given) {
        put_quoted(text->buffer, given);
        return;
    }
    const char *symbol = text->numeric ? NULL : nft_type_symbol(value->type, value->number);
    if (!symbol) {
        format_form(text, value);
        return;
    }
    if (value->type->quoted)
        buffer_putc(text->buffer, '"');
    buffer_puts(text->buffer, symbol);
    if (value->type->quoted)
        buffer_putc(text->buffer, '"');
}
