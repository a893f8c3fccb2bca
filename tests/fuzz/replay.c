// SPDX-License-Identifier: GPL-2.0-or-later
// The main of a fuzz target that is built without libFuzzer: runs the target once over every file
// of its corpus, or over the files named on the command line (a crash to look at, for instance).
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Reads the whole file into a heap block of exactly its size, so that a sanitizer sees the first
// byte read past its end.
static uint8_t *read_file(const char *path, size_t *ret_size) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;

    uint8_t *data = NULL;
    size_t size = 0;
    uint8_t chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        uint8_t *grown = realloc(data, size + n);
        if (!grown)
            abort();
        data = grown;
        memcpy(data + size, chunk, n);
        size += n;
    }
    int failed = ferror(file);
    fclose(file);
    if (failed) {
        free(data);
        errno = EIO;
        return NULL;
    }
    *ret_size = size;
    return data ? data : calloc(1, 1);
}

static bool replay_file(const char *path) {
    size_t size;
    uint8_t *data = read_file(path, &size);

    if (!data) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    // Said before it runs: after a crash the last line names the file.
    printf("%s (%zu bytes)\n", path, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

static int select_visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool replay_directory(const char *directory) {
    struct dirent **entries;
    int count = scandir(directory, &entries, select_visible, alphasort);

    if (count < 0) {
        fprintf(stderr, "%s: %s\n", directory, strerror(errno));
        return false;
    }
    if (count == 0)
        fprintf(stderr, "%s: an empty corpus tests nothing\n", directory);
    bool good = count > 0;
    for (int i = 0; i < count; i++) {
        char *path;

        if (asprintf(&path, "%s/%s", directory, entries[i]->d_name) < 0)
            abort();
        if (!replay_file(path))
            good = false;
        free(path);
        free(entries[i]);
    }
    free(entries);
    return good;
}

// tests/fuzz/filter_fuzz reads $srcdir/tests/fuzz/corpus/filter.
static bool replay_corpus(const char *program) {
    static const char suffix[] = "_fuzz";
    const size_t suffix_length = sizeof(suffix) - 1;
    const char *source = getenv("srcdir");
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    size_t length = strlen(name);
    char directory[4096];

    if (length > suffix_length && strcmp(name + length - suffix_length, suffix) == 0)
        length -= suffix_length;
    snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%.*s", source ? source : ".",
             (int)length, name);
    return replay_directory(directory);
}

int main(int argc, char **argv) {
    bool good = argc > 1 || replay_corpus(argv[0]);

    for (int i = 1; i < argc; i++)
        if (!replay_file(argv[i]))
            good = false;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
