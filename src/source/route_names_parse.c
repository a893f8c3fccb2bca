// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/route_names.h"

#define NAME_MAX_LENGTH 64
#define LINE_LENGTH     512

static int add_name(struct route_name_list *list, uint32_t number, const char *name) {
    if (!name)
        return -ENOMEM;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 32;
        struct route_name *items = reallocarray(list->items, capacity, sizeof(*items));
        if (!items)
            return -ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (struct route_name){number, name};
    return 0;
}

// A line that is none of a number and a name says nothing.
static int parse_line(const char *line, struct arena *arena, struct route_name_list *list) {
    char *end;
    unsigned long long number = strtoull(line, &end, 0);
    if (end == line || !isspace((unsigned char)*end) || number > UINT32_MAX)
        return 0;
    end += strspn(end, " \t\r");
    size_t length = strcspn(end, " \t\r#");
    if (length == 0 || length > NAME_MAX_LENGTH)
        return 0;
    return add_name(list, (uint32_t)number, arena_strndup(arena, end, length));
}

int route_names_parse(const char *text, size_t length, struct arena *arena,
                      struct route_name_list *list) {
    int r = 0;
    while (length > 0 && r == 0) {
        char line[LINE_LENGTH] = "";
        const char *newline = memchr(text, '\n', length);
        size_t size = newline ? (size_t)(newline - text) : length;
        memcpy(line, text, size < sizeof(line) ? size : sizeof(line) - 1);
        r = parse_line(line, arena, list);
        size += newline != NULL;
        text += size;
        length -= size;
    }
    return r;
}

static const struct route_name known_tables[] = {
    {0, "unspec"}, {253, "default"}, {254, "main"}, {255, "local"}};
static const struct route_name known_scopes[] = {
    {0, "global"}, {255, "nowhere"}, {254, "host"}, {253, "link"}, {200, "site"}};
// RTPROT_* of linux/rtnetlink.h.
static const struct route_name known_protocols[] = {
    {0, "unspec"},    {1, "redirect"}, {2, "kernel"}, {3, "boot"},   {4, "static"},
    {8, "gated"},     {9, "ra"},       {10, "mrt"},   {11, "zebra"}, {12, "bird"},
    {13, "dnrouted"}, {14, "xorp"},    {15, "ntk"},   {16, "dhcp"},  {18, "keepalived"},
    {42, "babel"},    {186, "bgp"},    {187, "isis"}, {188, "ospf"}, {189, "rip"},
    {192, "eigrp"},
};

static int add_all(struct route_name_list *list, const struct route_name *names, size_t count) {
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++)
        r = add_name(list, names[i].number, names[i].name);
    return r;
}

#define ADD_ALL(list, names) add_all((list), (names), sizeof(names) / sizeof((names)[0]))

int route_names_add_known(struct route_names *names) {
    int r = ADD_ALL(&names->tables, known_tables);
    if (r == 0)
        r = ADD_ALL(&names->scopes, known_scopes);
    return r < 0 ? r : ADD_ALL(&names->protocols, known_protocols);
}

static const char *find(const struct route_name_list *list, uint32_t number) {
    for (size_t i = list->count; i-- > 0;) {
        if (list->items[i].number == number)
            return list->items[i].name;
    }
    return NULL;
}

const char *route_name_text(const struct route_name_list *list, uint32_t number,
                            struct arena *arena) {
    const char *name = find(list, number);
    return name ? arena_strdup(arena, name) : arena_printf(arena, "%u", number);
}

const char *route_realms_text(const struct route_names *names, uint32_t realms,
                              struct arena *arena) {
    uint32_t from = realms >> 16;
    const char *to_text = route_name_text(&names->realms, realms & 0xffff, arena);
    if (from == 0 || !to_text)
        return to_text;
    const char *from_text = route_name_text(&names->realms, from, arena);
    return from_text ? arena_printf(arena, "%s/%s", from_text, to_text) : NULL;
}
