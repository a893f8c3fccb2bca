// SPDX-License-Identifier: GPL-2.0-or-later
#include "ruleset/ipt_view.h"

#include <errno.h>
#include <string.h>

#include "ruleset/ipt_native.h"
#include "ruleset/xt.h"

void *ipt_view_alloc(struct ipt_view *view, size_t size) {
    size_t rounded = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (rounded > sizeof(view->few_bytes) - view->used_bytes)
        return arena_alloc(&view->arena, size);
    uint8_t *bytes = view->few_bytes + view->used_bytes;
    view->used_bytes += rounded;
    return memset(bytes, 0, size);
}

int ipt_view_add(struct ipt_view *view, const char *name, uint8_t revision, bool is_target,
                 const void *info) {
    const struct xt_extension *extension = xt_find(name, revision, is_target, view->family);
    if (!extension)
        return -ENOTSUP;
    if (info && extension->decode)
        info = extension->decode(info, &view->arena);
    if (!info && extension->size > 0)
        return -ENOMEM;
    struct nf_xt *xt = is_target ? &view->target : &view->matches[view->match_count++];
    *xt = (struct nf_xt){
        .name = extension->name, .revision = revision, .extension = extension, .info = info};
    return 0;
}

// What iptables has as it is. Returns false if the expression is nftables' own.
static bool take(struct ipt_view *view, const struct nf_expr *expr) {
    if (expr->kind == NF_EXPR_IPT_ENTRY)
        view->entry = *expr->entry;
    else if (expr->kind == NF_EXPR_XT_MATCH)
        view->matches[view->match_count++] = *expr->xt;
    else if (expr->kind == NF_EXPR_XT_TARGET)
        view->target = *expr->xt;
    else if (expr->kind == NF_EXPR_VERDICT)
        view->verdict = &expr->verdict;
    else if (expr->kind == NF_EXPR_COUNTER)
        view->counter = expr->counter;
    else
        return false;
    if (expr->kind == NF_EXPR_XT_MATCH || expr->kind == NF_EXPR_XT_TARGET)
        view->has_raw |= expr->xt->foreign && !expr->xt->foreign->text;
    return true;
}

// nft's comment, which newer iptables-nft write in place of a match.
static void add_comment(struct ipt_view *view, const struct nf_rule *rule) {
    for (size_t i = 0; i < view->match_count; i++) {
        if (strcmp(view->matches[i].name, "comment") == 0)
            return;
    }
    const struct xt_extension *extension = xt_find("comment", 0, false, view->family);
    view->matches[view->match_count++] =
        (struct nf_xt){.name = "comment", .extension = extension, .info = rule->comment};
}

static int init_matches(struct ipt_view *view, size_t count) {
    view->matches = view->few_matches;
    if (count > sizeof(view->few_matches) / sizeof(*view->few_matches))
        view->matches = arena_alloc(&view->arena, count * sizeof(*view->matches));
    return view->matches ? 0 : -ENOMEM;
}

static void init_empty(struct ipt_view *view, uint8_t family) {
    view->family = family;
    memset(&view->entry, 0, sizeof(view->entry));
    view->match_count = 0;
    view->target = (struct nf_xt){0};
    view->verdict = NULL;
    view->counter = (struct nf_counter){0};
    view->foreign = NULL;
    view->has_raw = false;
    view->used_bytes = 0;
    view->arena = ARENA_INIT;
}

int ipt_view_init(struct ipt_view *view, const struct nf_rule *rule) {
    struct ipt_native native = {.view = view};
    init_empty(view, rule->chain->table->family);
    // Every expression makes one match at most; and there is the comment.
    int r = init_matches(view, rule->expr_count + 1);
    for (size_t i = 0; r == 0 && i < rule->expr_count; i++) {
        if (take(view, &rule->exprs[i]))
            continue;
        r = ipt_native_take(&native, &rule->exprs[i]);
        if (r == -ENOTSUP) {
            view->foreign = &rule->exprs[i];
            r = 0;
        }
    }
    if (r == 0 && rule->comment)
        add_comment(view, rule);
    return r;
}

void ipt_view_done(struct ipt_view *view) {
    arena_done(&view->arena);
}
