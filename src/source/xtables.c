// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/xtables.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "ruleset/xt.h"

#define PATIENCE     1000 // milliseconds
#define CHILDREN_MAX 32   // of one table; extensions beyond get no text

static const char *program;

struct child {
    const struct nf_xt *xt; // one of those that it knows
    bool is_target;
    pid_t pid;
    int socket; // -1: it is of no use, or never was
};

// Of one reading of a table.
struct children {
    const struct nf_table *table;
    struct child child[CHILDREN_MAX];
    size_t count;
};

void xtables_set_program(const char *path) {
    program = path;
}

// --- A child -------------------------------------------------------------------------------------

// No signal that a thread of netscope's holds back is held back there.
static int spawn(char *const argv[], int socket, pid_t *ret_pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int r = posix_spawn_file_actions_init(&actions);
    if (r != 0)
        return -r;
    r = posix_spawnattr_init(&attributes);
    if (r == 0) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        r = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
        if (r == 0)
            r = posix_spawn(ret_pid, program, &actions, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

static int start(struct child *child, uint8_t family) {
    char own[] = "netscope", option[] = XTABLES_CHILD, name[64], number[4], revision[4];
    char match[] = "match", target[] = "target";
    char *const argv[] = {own,  option,   number, child->is_target ? target : match,
                          name, revision, NULL};
    int ends[2];
    snprintf(number, sizeof(number), "%u", family);
    snprintf(name, sizeof(name), "%s", child->xt->name);
    snprintf(revision, sizeof(revision), "%u", child->xt->revision);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    int r = spawn(argv, ends[1], &child->pid);
    close(ends[1]);
    if (r < 0)
        close(ends[0]);
    else
        child->socket = ends[0];
    return r;
}

// Nothing is lost by killing it, and it may hang.
static void end(struct child *child) {
    if (child->socket < 0)
        return;
    close(child->socket);
    child->socket = -1;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static struct child *child_for(struct children *children, const struct nf_xt *xt, bool is_target) {
    for (size_t i = 0; i < children->count; i++) {
        struct child *child = &children->child[i];
        if (child->is_target == is_target && child->xt->revision == xt->revision &&
            strcmp(child->xt->name, xt->name) == 0)
            return child;
    }
    if (children->count == CHILDREN_MAX)
        return NULL;
    struct child *child = &children->child[children->count++];
    *child = (struct child){.xt = xt, .is_target = is_target, .socket = -1};
    start(child, children->table->family); // without, there is no text
    return child;
}

// --- A text --------------------------------------------------------------------------------------

static bool ask(const struct child *child, const struct nf_data *info) {
    uint8_t marker = 0;
    struct iovec parts[] = {{&marker, 1}, {(void *)(uintptr_t)info->bytes, info->length}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return sendmsg(child->socket, &message, MSG_NOSIGNAL) == (ssize_t)(1 + info->length);
}

// The length of the text behind the first byte; 0 if the child has none; below zero if it has
// ended, or does not answer.
static ssize_t wait_for_answer(const struct child *child, char answer[1 + XTABLES_TEXT_MAX]) {
    struct pollfd readable = {.fd = child->socket, .events = POLLIN};
    int count;
    do
        count = poll(&readable, 1, PATIENCE);
    while (count < 0 && errno == EINTR);
    ssize_t size = count > 0 ? recv(child->socket, answer, 1 + XTABLES_TEXT_MAX, 0) : -1;
    if (size <= 0)
        return -1;
    return answer[0] == 1 ? size - 1 : 0;
}

// Libraries put a space before the first word or behind the last one, or none.
static const char *keep(const char *text, size_t length, struct arena *arena) {
    struct buffer printable = BUFFER_INIT;
    for (; length > 0 && *text == ' '; length--)
        text++;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text_printable(text, length, &printable);
    const char *kept = printable.failed ? NULL : arena_strdup(arena, buffer_text(&printable));
    buffer_done(&printable);
    return kept;
}

static int add_text(struct children *children, struct arena *arena, const struct nf_xt *xt,
                    bool is_target) {
    char answer[1 + XTABLES_TEXT_MAX];
    struct nf_foreign_xt *foreign = xt->foreign;
    struct child *child = child_for(children, xt, is_target);
    if (!child || child->socket < 0 || foreign->raw.length > XTABLES_INFO_MAX)
        return 0;
    ssize_t length = ask(child, &foreign->raw) ? wait_for_answer(child, answer) : -1;
    if (length < 0)
        end(child);
    if (length <= 0)
        return 0;
    foreign->text = keep(answer + 1, (size_t)length, arena);
    return foreign->text ? 0 : -ENOMEM;
}

// --- A table -------------------------------------------------------------------------------------

static int add_to_rule(struct children *children, struct arena *arena, const struct nf_rule *rule) {
    int r = 0;
    for (size_t i = 0; i < rule->expr_count && r == 0; i++) {
        const struct nf_expr *expr = &rule->exprs[i];
        bool is_target = expr->kind == NF_EXPR_XT_TARGET;
        if ((is_target || expr->kind == NF_EXPR_XT_MATCH) && expr->xt->foreign)
            r = add_text(children, arena, expr->xt, is_target);
    }
    return r;
}

int xtables_add_texts(struct nf_table *table) {
    struct children children = {.table = table};
    int r = 0;
    if (!program)
        return 0;
    for (size_t i = 0; i < table->chain_count && r == 0; i++) {
        const struct nf_chain *chain = &table->chains[i];
        for (size_t k = 0; k < chain->rule_count && r == 0; k++) {
            if (chain->rules[k].unknown_count > 0)
                r = add_to_rule(&children, &table->arena, &chain->rules[k]);
        }
    }
    for (size_t i = 0; i < children.count; i++)
        end(&children.child[i]);
    return r;
}
