// SPDX-License-Identifier: GPL-2.0-or-later
// Values that several extensions have, behind an option or as the whole of it: names of bits and
// numbers, marks with masks, text that is quoted in a way of its own.
#ifndef RULESET_XT_VALUES_H
#define RULESET_XT_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ruleset/xt_writer.h"

#define XT_COUNT(array) (sizeof(array) / sizeof(*(array)))

// A number, or the bits of one, and what it is called.
struct xt_name {
    uint32_t value;
    const char *name;
};

// The name of that number, or NULL.
const char *xt_name(const struct xt_name *names, size_t count, uint32_t value);

// What /etc/protocols calls the number, or NULL.
const char *xt_protocol_name(const struct xt_writer *writer, uint8_t protocol);

// Adds the names whose bits are set (any of several), with commas between.
void xt_put_bits(struct xt_writer *writer, uint32_t bits, const struct xt_name *names,
                 size_t count);

// A name as the value.
void xt_option_name(struct xt_writer *writer, const char *option, bool inverted, const char *name);

// Text that came from outside, as it stands; it ends at the first NUL or at max bytes.
void xt_option_word(struct xt_writer *writer, const char *option, bool inverted, const char *text,
                    size_t max);

// "0x1/0xff", "0x1" if the mask is of all ones: then a name may stand for the number (NULL: none).
void xt_option_mark(struct xt_writer *writer, const char *option, bool inverted, uint32_t mark,
                    uint32_t mask);
void xt_option_named(struct xt_writer *writer, const char *option, bool inverted, uint32_t number,
                     uint32_t mask, const char *name);

// A number in hexadecimal with zeros up to so many digits: "0x00ff".
void xt_option_hex_digits(struct xt_writer *writer, const char *option, bool inverted,
                          uint32_t number, int digits);
void xt_put_hex_digits(struct xt_writer *writer, uint32_t number, int digits);

// A quote: iptables-save has some values always in them. In JSON nothing.
void xt_put_quote(struct xt_writer *writer);

// Text in quotes, with a backslash before each of the characters to escape. In JSON the text alone.
void xt_put_quoted(struct xt_writer *writer, const char *text, size_t len, const char *escape);

#endif
