// SPDX-License-Identifier: GPL-2.0-or-later
// Text as a JSON string (RFC 8259).
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buffer.h"

// Adds a JSON string. Bytes that are not UTF-8 become U+FFFD, one for each; what could act on a
// terminal or hide (as text_printable knows it) becomes \uXXXX.
void json_format_text(const char *text, struct buffer *buffer);

#endif
