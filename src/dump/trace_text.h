// SPDX-License-Identifier: GPL-2.0-or-later
// A traced packet as text: a line for it, and one for each step below.
#ifndef DUMP_TRACE_TEXT_H
#define DUMP_TRACE_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "model/packet.h"

// Adds the lines. `netns` is the name of the packet's namespace, NULL if it need not be said.
void trace_text_format(const struct packet *packet, const char *netns, struct buffer *buffer);

#endif
