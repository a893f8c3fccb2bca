// SPDX-License-Identifier: GPL-2.0-or-later
// A lookup as text: the steps, then each reply section by section, in the form that people know
// from dig(1). What is added is printable.
#ifndef DUMP_DNS_TEXT_H
#define DUMP_DNS_TEXT_H

#include "base/buffer.h"
#include "model/table.h"

void dns_text_format(const struct table *answers, const struct table *queries,
                     struct buffer *buffer);

#endif
