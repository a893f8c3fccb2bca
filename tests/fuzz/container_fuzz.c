// SPDX-License-Identifier: GPL-2.0-or-later
// What runtimes and the kernel's /proc leave for naming namespaces. The first byte says which
// parser the rest is for.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "source/container.h"
#include "source/netns_found.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Reads to the end of a text, so that a sanitizer sees one that has none.
static void touch(const char *text) {
    if (text && strlen(text) == SIZE_MAX)
        abort();
}

static void touch_container(const struct container *container) {
    touch(container->runtime);
    touch(container->id);
    touch(container->name);
    touch(container->pod);
    touch(container->pod_namespace);
    touch(container->pod_uid);
    touch(container->netns_path);
}

static void parse_json(char which, const char *bytes, size_t length, struct arena *arena) {
    struct container container = {0};
    struct error err = {0};
    const char *text = NULL;
    if (which == 'o' && container_parse_oci(bytes, length, "id", arena, &container, &err) == 0)
        touch_container(&container);
    if (which == 'd' && container_parse_docker(bytes, length, arena, &container, &err) == 0)
        touch_container(&container);
    if (which == 'p' && container_parse_podman_name(bytes, length, "id", arena, &text, &err) == 0)
        touch(text);
    if (which == 'r' && container_parse_docker_root(bytes, length, arena, &text, &err) == 0)
        touch(text);
    touch(err.text);
}

static void parse_text(char which, const char *text, struct arena *arena) {
    struct container container = {0};
    struct container_cgroup cgroup;
    struct netns_process process;
    char path[32];
    uint64_t inode;
    if (which == 'l' && container_parse_log_name(text, arena, &container) == 0)
        touch_container(&container);
    if (which == 'u' && container_parse_log_directory(text, arena, &container) == 0)
        touch_container(&container);
    if (which == 'm' && netns_parse_mount(text, path, sizeof(path), &inode))
        touch(path);
    if (which == 's' && netns_parse_stat(text, &process) == 0)
        touch(process.comm);
    if (which == 'c') {
        container_parse_cgroup(text, strlen(text), &cgroup);
        touch(cgroup.id);
        touch(cgroup.pod_uid);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = ARENA_INIT;
    char *text = malloc(size + 1);
    if (!text || size == 0) {
        free(text);
        return 0;
    }
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    parse_json((char)data[0], (const char *)data + 1, size - 1, &arena);
    parse_text((char)data[0], text, &arena);
    free(text);
    arena_done(&arena);
    return 0;
}
