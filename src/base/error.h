// SPDX-License-Identifier: GPL-2.0-or-later
// Words for what went wrong. Functions return 0 or -errno and, where a person will read it, say the
// rest in a struct error that the caller passed in.
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

struct error {
    int code;       // -errno, 0 while nothing went wrong
    char text[480]; // one line, no full stop; may hold other people's bytes: print it with care
};

// Sets err (which may be NULL) to code and the formatted words. Returns code, so that a caller can
// write `return error_set(err, -EINVAL, "no such field: %s", key);`.
int error_set(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// As error_set, and adds ": " and the words of strerror(-code).
int error_set_errno(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "<formatted>: " before the words that err already has. Returns err's code.
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
