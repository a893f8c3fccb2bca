// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/plan.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 64

static int add_field(struct dump_kind *plan, const struct field *field, struct error *err) {
    for (size_t i = 0; i < plan->field_count; i++) {
        if (plan->fields[i] == field)
            return error_set(err, -EINVAL, "%s is named twice", field->key);
    }
    plan->fields[plan->field_count++] = field;
    return 0;
}

static int add_named_field(struct dump_kind *plan, const char *text, size_t len,
                           struct error *err) {
    char key[KEY_MAX];
    if (len == 0)
        return error_set(err, -EINVAL, "the name of a field is missing");
    if (len >= sizeof(key))
        return error_set(err, -EINVAL, "unknown field: %.*s", (int)len, text);
    memcpy(key, text, len);
    key[len] = '\0';
    const struct field *inner = NULL;
    const struct field *field = kind_find_field(plan->kind, key, &inner);
    if (inner)
        return error_set(err, -EINVAL, "%s is a part of %s, which comes as a whole", key,
                         field->key);
    if (!field) {
        const char *near = kind_suggest_field(plan->kind, key);
        return near ? error_set(err, -EINVAL, "unknown field: %s (did you mean %s?)", key, near)
                    : error_set(err, -EINVAL, "unknown field: %s", key);
    }
    if (field_is_rate(field))
        return error_set(err, -EINVAL, "%s takes two readings: only the terminal program has it",
                         key);
    return add_field(plan, field, err);
}

static int add_named_fields(struct dump_kind *plan, const char *keys, struct error *err) {
    for (;;) {
        size_t len = strcspn(keys, ",");
        int r = add_named_field(plan, keys, len, err);
        if (r < 0 || keys[len] == '\0')
            return r;
        keys += len + 1;
    }
}

static void add_fields(struct dump_kind *plan, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!field_is_rate(&plan->kind->fields[i]))
            plan->fields[plan->field_count++] = &plan->kind->fields[i];
    }
}

// The kind's usual columns, as far as they can be dumped; with several namespaces, which one.
static void add_columns(struct dump_kind *plan, bool with_netns) {
    const struct field *netns = &plan->kind->fields[0];
    if (with_netns)
        plan->fields[plan->field_count++] = netns;
    const char *keys = plan->kind->columns;
    while (*keys) {
        char key[KEY_MAX];
        size_t len = strcspn(keys, ",");
        memcpy(key, keys, len);
        key[len] = '\0';
        const struct field *field = kind_find_field(plan->kind, key, NULL);
        if (field && !field_is_rate(field) && !(with_netns && field == netns))
            plan->fields[plan->field_count++] = field;
        keys += len + (keys[len] == ',');
    }
}

static int choose_fields(struct dump_kind *plan, const struct dump_request *request,
                         struct error *err) {
    plan->fields = calloc(plan->kind->field_count + 1, sizeof(*plan->fields));
    if (!plan->fields)
        return error_set(err, -ENOMEM, "out of memory");
    if (request->fields && strcmp(request->fields, "all") == 0) {
        add_fields(plan, plan->kind->field_count);
        return 0;
    }
    if (!request->fields && request->format != DUMP_TEXT) {
        add_fields(plan, plan->kind->field_count - plan->kind->unusual_count);
        return 0;
    }
    if (!request->fields) {
        add_columns(plan, request->all_netns);
        return 0;
    }
    int r = add_named_fields(plan, request->fields, err);
    if (r < 0)
        error_prefix(err, "--fields");
    return r;
}

static int plan_kind(struct dump_kind *plan, const struct dump_request *request,
                     size_t *ret_filter_offset, struct error *err) {
    int r = choose_fields(plan, request, err);
    if (r < 0)
        return r;
    if (request->sort) {
        r = sort_compile(plan->kind, request->sort, &plan->sort, err);
        if (r < 0) {
            error_prefix(err, "--sort");
            return r;
        }
    }
    if (request->filter) {
        r = filter_compile(plan->kind, request->filter, &plan->filter, ret_filter_offset, err);
        if (r < 0)
            error_prefix(err, "--filter");
    }
    return r;
}

int dump_plan_init(const struct dump_request *request, struct dump_plan *ret_plan,
                   size_t *ret_filter_offset, struct error *err) {
    struct dump_plan plan = {.request = request};
    *ret_filter_offset = SIZE_MAX;
    for (size_t i = 0; i < request->kind_count; i++) {
        struct dump_kind *of_kind = &plan.kinds[plan.kind_count++];
        of_kind->kind = kinds[request->kinds[i]];
        int r = plan_kind(of_kind, request, ret_filter_offset, err);
        if (r < 0) {
            if (request->kind_count > 1)
                error_prefix(err, "%s", of_kind->kind->name);
            dump_plan_done(&plan);
            return r;
        }
    }
    *ret_plan = plan;
    return 0;
}

void dump_plan_done(struct dump_plan *plan) {
    for (size_t i = 0; i < plan->kind_count; i++) {
        filter_free(plan->kinds[i].filter);
        free(plan->kinds[i].fields);
    }
}
