// SPDX-License-Identifier: GPL-2.0-or-later
// A small file as the processes of a namespace see it. Whoever runs there chose what lies at the
// path, so nothing is believed of it: links lead nowhere outside, and only a plain file is read.
#ifndef SOURCE_FILE_INSIDE_H
#define SOURCE_FILE_INSIDE_H

#include <stddef.h>

#include "base/buffer.h"

#define FILE_INSIDE_MAX ((size_t)1 << 20)

// Adds what stands in the file at the path below the root directory (a descriptor), symbolic links
// being followed as if that were the root. Returns 0, -EFBIG when it was cut at FILE_INSIDE_MAX,
// -EINVAL when it is not a plain file, or another -errno.
int file_inside_read(int root, const char *path, struct buffer *buffer);

#endif
