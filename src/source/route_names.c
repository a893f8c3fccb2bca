// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/route_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX 262144 // of one file; more has no need to be read

// Where distributions and people put them: the later names count.
static const char *const directories[] = {"/usr/lib/iproute2", "/usr/share/iproute2",
                                          "/etc/iproute2"};

static int parse_descriptor(int fd, struct arena *arena, struct route_name_list *list) {
    char *text = malloc(FILE_BYTES_MAX);
    if (!text)
        return -ENOMEM;
    size_t length = 0;
    ssize_t got;
    while (length < FILE_BYTES_MAX &&
           ((got = read(fd, text + length, FILE_BYTES_MAX - length)) > 0 ||
            (got < 0 && errno == EINTR)))
        length += got > 0 ? (size_t)got : 0;
    int r = route_names_parse(text, length, arena, list);
    free(text);
    return r;
}

int route_names_read_file(const char *path, struct arena *arena, struct route_name_list *list) {
    // A FIFO must not hang us.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return 0;
    int r = parse_descriptor(fd, arena, list);
    close(fd);
    return r;
}

static int is_conf(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".conf") == 0;
}

// The files of rt_tables.d, in the order of their names.
static int read_directory(const char *path, struct arena *arena, struct route_name_list *list) {
    struct dirent **entries;
    int count = scandir(path, &entries, is_conf, alphasort), r = 0;
    for (int i = 0; i < count; i++) {
        char file[PATH_MAX];
        int length = snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        if (r == 0 && length < (int)sizeof(file))
            r = route_names_read_file(file, arena, list);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return r;
}

int route_names_read_list(const char *name, struct arena *arena, struct route_name_list *list) {
    int r = 0;
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]) && r == 0; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s/%s", directories[i], name);
        r = route_names_read_file(path, arena, list);
        snprintf(path, sizeof(path), "%s/%s.d", directories[i], name);
        if (r == 0)
            r = read_directory(path, arena, list);
    }
    return r;
}

static int read_lists(struct route_names *names) {
    int r = route_names_add_known(names);
    if (r == 0)
        r = route_names_read_list("rt_tables", &names->arena, &names->tables);
    if (r == 0)
        r = route_names_read_list("rt_protos", &names->arena, &names->protocols);
    if (r == 0)
        r = route_names_read_list("rt_scopes", &names->arena, &names->scopes);
    if (r == 0)
        r = route_names_read_list("rt_realms", &names->arena, &names->realms);
    return r;
}

// Kept until the program ends: a dump of many namespaces would read them for each.
static struct route_names known;
static pthread_once_t known_once = PTHREAD_ONCE_INIT;
static bool is_known;

static void read_known(void) {
    is_known = read_lists(&known) == 0;
}

const struct route_names *route_names_read(void) {
    pthread_once(&known_once, read_known);
    return is_known ? &known : NULL;
}

void route_names_done(struct route_names *names) {
    free(names->tables.items);
    free(names->protocols.items);
    free(names->scopes.items);
    free(names->realms.items);
    arena_done(&names->arena);
    *names = (struct route_names){0};
}
