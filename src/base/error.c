// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.h"

#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void set_words(struct error *err, int code,
                                                            const char *format, va_list args) {
    err->code = code;
    vsnprintf(err->text, sizeof(err->text), format, args);
}

int error_set(struct error *err, int code, const char *format, ...) {
    if (err) {
        va_list args;
        va_start(args, format);
        set_words(err, code, format, args);
        va_end(args);
    }
    return code;
}

int error_set_errno(struct error *err, int code, const char *format, ...) {
    if (err) {
        va_list args;
        va_start(args, format);
        set_words(err, code, format, args);
        va_end(args);
        size_t len = strlen(err->text);
        snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(-code));
    }
    return code;
}

int error_prefix(struct error *err, const char *format, ...) {
    if (!err)
        return 0;
    struct error before = *err;
    va_list args;
    va_start(args, format);
    set_words(err, before.code, format, args);
    va_end(args);
    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, ": %s", before.text);
    return before.code;
}
