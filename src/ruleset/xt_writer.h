// SPDX-License-Identifier: GPL-2.0-or-later
// How extensions write their options: once, for iptables-save's text and for JSON. An extension
// opens an option and adds its value to writer->value with the functions of base/buffer.h or those
// below; as text that becomes
//
//     -m tcp ! --sport 1:1023 --syn
//
// and as JSON a list of objects, with a number where the value is a decimal one:
//
//     [{"option":"sport","inverted":true,"value":"1:1023"},{"option":"syn"}]
//
// Options of one letter have their long names there.
#ifndef RULESET_XT_WRITER_H
#define RULESET_XT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "ruleset/ruleset.h"

// Where an extension stands: some are printed otherwise by family, or by what the rule says
// elsewhere.
struct xt_context {
    const struct ruleset_names *names; // NULL: not known
    uint8_t family;                    // NF_FAMILY_IP or NF_FAMILY_IP6
    uint16_t protocol;                 // that the rule asks for (-p); 0: any
    bool protocol_inverted;
};

struct xt_writer {
    struct buffer *value; // where the value of the option that was opened last goes
    const struct xt_context *context;

    // The rest is xt_writer.c's own.
    struct buffer *json;   // NULL: text
    struct buffer scratch; // the value, until it is JSON
    bool is_open, has_value, is_text;
    size_t options; // so far
};

// A writer of text, which goes to the buffer; of JSON, which goes there too. Each ends with
// xt_writer_done.
struct xt_writer xt_writer_text(const struct xt_context *context, struct buffer *buffer);
void xt_writer_json(const struct xt_context *context, struct buffer *buffer,
                    struct xt_writer *ret_writer);
void xt_writer_done(struct xt_writer *writer);

// Opens an option that has a value ("--dport" and a space), and one that has none.
void xt_option(struct xt_writer *writer, const char *option, bool inverted);
void xt_flag(struct xt_writer *writer, const char *option, bool inverted);

// An option and its value: a decimal number, one in hexadecimal ("0x1f"), "min:max" (or one number
// where both are the same), a name quoted as iptables-save does (which ends at the first NUL or at
// max bytes).
void xt_option_uint(struct xt_writer *writer, const char *option, bool inverted, uint64_t number);
void xt_option_hex(struct xt_writer *writer, const char *option, bool inverted, uint64_t number);
void xt_option_range(struct xt_writer *writer, const char *option, bool inverted, uint64_t min,
                     uint64_t max);
void xt_option_text(struct xt_writer *writer, const char *option, bool inverted, const char *text,
                    size_t max);

// Parts of a value: a number in hexadecimal with "0x"; text, quoted if iptables-save would; an
// address of the family in network order; a mask: "24", or "255.0.255.0" if it is no prefix; the
// same behind an address: "/24", and nothing if all bits are set.
void xt_put_hex(struct xt_writer *writer, uint64_t number);
void xt_put_text(struct xt_writer *writer, const char *text, size_t max);
void xt_put_address(struct xt_writer *writer, uint8_t family, const void *bytes);
void xt_put_mask_bits(struct xt_writer *writer, uint8_t family, const void *bytes);
void xt_put_mask(struct xt_writer *writer, uint8_t family, const void *bytes);

#endif
