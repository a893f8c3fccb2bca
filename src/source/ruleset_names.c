// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/ruleset_names.h"

#include <errno.h>
#include <fts.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ruleset/xt.h"
#include "ruleset/xt_operands.h"
#include "source/netns_enter.h"
#include "source/protocols.h"
#include "source/route_context.h"

// --- Files ---------------------------------------------------------------------------------------

// By number; of two names for one, the later is behind.
static int compare_items(const void *a, const void *b) {
    const struct route_name *const *left = a, *const *right = b;
    if ((*left)->number != (*right)->number)
        return (*left)->number < (*right)->number ? -1 : 1;
    return *left < *right ? -1 : 1;
}

static int sort_names(const struct route_name_list *list, struct arena *arena,
                      struct nf_names *ret_names) {
    const struct route_name **items = calloc(list->count + 1, sizeof(const struct route_name *));
    struct nf_name *names = arena_alloc(arena, (list->count + 1) * sizeof(*names));
    size_t count = 0;
    for (size_t i = 0; items && i < list->count; i++)
        items[i] = &list->items[i];
    if (items && names)
        qsort(items, list->count, sizeof(const struct route_name *), compare_items);
    for (size_t i = 0; items && names && i < list->count; i++) {
        if (i + 1 == list->count || items[i]->number != items[i + 1]->number)
            names[count++] = (struct nf_name){items[i]->number, items[i]->name};
    }
    free(items);
    if (!items || !names)
        return -ENOMEM;
    *ret_names = (struct nf_names){names, count};
    return 0;
}

static int read_names(int (*read)(const char *, struct arena *, struct route_name_list *),
                      const char *name, struct arena *arena, struct nf_names *ret_names) {
    struct route_name_list list = {0};
    int r = read(name, arena, &list);
    if (r == 0)
        r = sort_names(&list, arena, ret_names);
    free(list.items);
    return r;
}

// --- Sets ----------------------------------------------------------------------------------------

// Which sets the rules have, a bit for each.
struct set_indexes {
    uint8_t bits[(XT_SET_NONE + 1) / 8];
    size_t count;
};

static void note_set(struct set_indexes *indexes, const struct xt_set_reference *set) {
    uint8_t bit = (uint8_t)(1U << set->index % 8);
    if (set->index == XT_SET_NONE || indexes->bits[set->index / 8] & bit)
        return;
    indexes->bits[set->index / 8] |= bit;
    indexes->count++;
}

static void note_sets_of_rule(struct set_indexes *indexes, const struct nf_rule *rule) {
    for (size_t i = 0; i < rule->expr_count; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        bool is_match = expr->kind == NF_EXPR_XT_MATCH;
        if ((!is_match && expr->kind != NF_EXPR_XT_TARGET) || !expr->xt->info)
            continue;
        if (is_match && strcmp(expr->xt->name, "set") == 0) {
            const struct xt_set *set = expr->xt->info;
            note_set(indexes, &set->set);
        } else if (!is_match && strcmp(expr->xt->name, "SET") == 0) {
            const struct xt_set_target *set = expr->xt->info;
            note_set(indexes, &set->add);
            note_set(indexes, &set->remove);
            note_set(indexes, &set->map);
        }
    }
}

static void note_sets(struct set_indexes *indexes, const struct ruleset *ruleset) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        for (size_t j = 0; j < table->chain_count; j++) {
            const struct nf_chain *chain = &table->chains[j];
            for (size_t k = 0; chain->traits & NF_TRAIT_IPSETS && k < chain->rule_count; k++)
                note_sets_of_rule(indexes, &chain->rules[k]);
        }
    }
}

// linux/netfilter/ipset/ip_set.h: every kernel takes the lowest version of the protocol. Returns
// the set's name in the arena; NULL when memory is out, or with -errno, when there is none.
static const char *ask_set_name(int fd, uint16_t index, struct arena *arena, int *ret_error) {
    struct ip_set_req_get_set request = {
        .op = IP_SET_OP_GET_BYINDEX, .version = IPSET_PROTOCOL_MIN, .set.index = index};
    socklen_t length = sizeof(request);
    *ret_error = 0;
    if (getsockopt(fd, SOL_IP, SO_IP_SET, &request, &length) < 0) {
        *ret_error = -errno;
        return NULL;
    }
    if (request.set.name[0] == '\0') {
        *ret_error = -ENOENT;
        return NULL;
    }
    return arena_strndup(arena, request.set.name, sizeof(request.set.name));
}

static int ask_set_names(int fd, const struct set_indexes *indexes, struct arena *arena,
                         struct nf_names *ret_names) {
    struct nf_name *names = arena_alloc(arena, indexes->count * sizeof(*names));
    size_t count = 0;
    for (uint32_t index = 0; names && index < XT_SET_NONE; index++) {
        int err;
        if (!(indexes->bits[index / 8] & 1U << index % 8))
            continue;
        const char *name = ask_set_name(fd, (uint16_t)index, arena, &err);
        if (!name && err == 0)
            return -ENOMEM;
        if (name)
            names[count++] = (struct nf_name){index, name};
    }
    if (!names)
        return -ENOMEM;
    *ret_names = (struct nf_names){names, count};
    return 0;
}

static int read_set_names(const struct netns *netns, const struct ruleset *ruleset,
                          struct ruleset_names *names) {
    struct set_indexes indexes = {0};
    note_sets(&indexes, ruleset);
    if (indexes.count == 0)
        return 0;
    int fd = netns_socket(netns, AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW, NULL);
    if (fd < 0)
        return 0;
    int r = ask_set_names(fd, &indexes, &names->arena, &names->ipsets);
    close(fd);
    return r;
}

// --- Interfaces ----------------------------------------------------------------------------------

// The texts go with the arena.
static int take_interfaces(struct route_context *context, struct ruleset_names *names) {
    struct nf_name *items = arena_alloc(&names->arena, context->link_count * sizeof(*items));
    for (size_t i = 0; items && i < context->link_count; i++)
        items[i] = (struct nf_name){(uint32_t)context->links[i].ifindex, context->links[i].name};
    if (!items)
        return -ENOMEM;
    arena_take(&names->arena, &context->arena);
    names->interfaces = (struct nf_names){items, context->link_count};
    return 0;
}

static int read_interfaces(const struct netns *netns, struct ruleset_names *names,
                           struct error *err) {
    struct route_context context = {0};
    struct netlink netlink;
    int r = netlink_open(&netlink, netns, NETLINK_ROUTE, err);
    if (r < 0)
        return r;
    r = route_context_read(&context, &netlink, err);
    if (r == 0)
        r = take_interfaces(&context, names);
    route_context_done(&context);
    netlink_close(&netlink);
    return r;
}

// --- All of them ---------------------------------------------------------------------------------

// Numbers are shown where files have no names for them.
static int read_files(struct ruleset_names *names) {
    struct arena *arena = &names->arena;
    int r = read_names(route_names_read_list, "rt_realms", arena, &names->realms);
    if (r == 0)
        r = read_names(route_names_read_list, "rt_marks", arena, &names->marks);
    if (r == 0)
        r = read_names(route_names_read_list, "group", arena, &names->device_groups);
    if (r == 0)
        r = read_names(route_names_read_file, "/etc/xtables/connlabel.conf", arena,
                       &names->connlabels);
    return r == 0 ? protocols_read(arena, &names->protocols) : r;
}

// --- Time and cgroups ----------------------------------------------------------------------------

static int32_t utc_offset(int64_t moment) {
    time_t time = moment;
    struct tm local;
    return localtime_r(&time, &local) ? (int32_t)local.tm_gmtoff : 0;
}

#define CGROUPS_PATH "/sys/fs/cgroup"
#define CGROUPS_MAX  65536

static int add_cgroup(struct route_name_list *list, struct arena *arena, const FTSENT *directory) {
    const char *path = directory->fts_path + sizeof(CGROUPS_PATH) - 1;
    if (directory->fts_statp->st_ino > UINT32_MAX || list->count == CGROUPS_MAX)
        return 0;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        struct route_name *items = reallocarray(list->items, capacity, sizeof(*items));
        if (!items)
            return -ENOMEM;
        list->items = items;
        list->capacity = capacity;
    }
    struct route_name *item = &list->items[list->count++];
    item->number = (uint32_t)directory->fts_statp->st_ino;
    item->name = arena_strdup(arena, *path == '/' ? path + 1 : path);
    return item->name ? 0 : -ENOMEM;
}

// A rule has the number of a cgroup's directory.
static int read_cgroups(struct ruleset_names *names) {
    char *const paths[] = {(char[]){CGROUPS_PATH}, NULL};
    struct route_name_list list = {0};
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
    const FTSENT *entry;
    int r = 0;
    while (walk && r == 0 && (entry = fts_read(walk))) {
        if (entry->fts_info == FTS_D)
            r = add_cgroup(&list, &names->arena, entry);
    }
    if (walk)
        fts_close(walk);
    if (r == 0)
        r = sort_names(&list, &names->arena, &names->cgroups);
    free(list.items);
    return r;
}

static bool has_cgroups(const struct ruleset *ruleset) {
    for (size_t i = 0; i < ruleset->table_count; i++) {
        const struct nf_table *table = ruleset->tables[i];
        for (size_t k = 0; k < table->chain_count; k++) {
            if (table->chains[k].traits & NF_TRAIT_CGROUPS)
                return true;
        }
    }
    return false;
}

static void read_clock(struct ruleset_names *names) {
    names->time = time(NULL);
    names->utc_offset = utc_offset;
    tzset();
}

int ruleset_names_read(const struct netns *netns, const struct ruleset *ruleset,
                       struct ruleset_names *names, struct error *err) {
    read_clock(names);
    int r = read_files(names);
    if (r == 0)
        r = read_set_names(netns, ruleset, names);
    if (r == 0 && has_cgroups(ruleset))
        r = read_cgroups(names);
    return r == 0 ? read_interfaces(netns, names, err) : r;
}
