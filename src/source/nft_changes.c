// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/nft_changes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>

#include "source/nft_parse.h"

#define TABLES_MOST 64 // of a namespace; with more than that, all of it is read again

// A table that transactions named, and the last of them.
struct changed_table {
    struct changed_table *next;
    bool pending;        // it is the one that has not ended yet
    uint32_t generation; // else: that it made
    uint8_t family;
    char name[];
};

// What is known of one namespace: all transactions after the generation `since`, up to `until`.
struct log {
    struct log *next;
    uint64_t netns;
    uint32_t since, until; // the same: none
    bool lost;             // something of the transaction that has not ended yet
    struct changed_table *tables;
    size_t count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct log *logs;

// --- Logs ----------------------------------------------------------------------------------------

static struct log *find_log(uint64_t netns) {
    struct log *log = logs;
    while (log && log->netns != netns)
        log = log->next;
    return log;
}

static struct log *need_log(uint64_t netns) {
    struct log *log = find_log(netns);
    if (log || !(log = calloc(1, sizeof(*log))))
        return log;
    log->netns = netns;
    log->next = logs;
    logs = log;
    return log;
}

static void drop_tables(struct log *log, bool all) {
    struct changed_table **at = &log->tables;
    while (*at) {
        struct changed_table *table = *at;
        if (table->pending && !all) {
            at = &table->next;
            continue;
        }
        *at = table->next;
        log->count--;
        free(table);
    }
}

static void drop_log(uint64_t netns) {
    struct log **at = &logs;
    while (*at && (*at)->netns != netns)
        at = &(*at)->next;
    struct log *log = *at;
    if (!log)
        return;
    *at = log->next;
    drop_tables(log, true);
    free(log);
}

// Notifications are missing: what the log has is void, and so is the transaction that is on.
static void lose(struct log *log) {
    drop_tables(log, true);
    log->since = log->until;
    log->lost = true;
}

// --- Hearing -------------------------------------------------------------------------------------

static bool is_table(const struct changed_table *table, uint8_t family, const char *name) {
    return table->family == family && strcmp(table->name, name) == 0;
}

static struct changed_table *add_table(struct log *log, uint8_t family, const char *name) {
    struct changed_table *table =
        log->count < TABLES_MOST ? calloc(1, sizeof(*table) + strlen(name) + 1) : NULL;
    if (!table)
        return NULL;
    table->family = family;
    strcpy(table->name, name);
    table->next = log->tables;
    log->tables = table;
    log->count++;
    return table;
}

static void note_table(struct log *log, uint8_t family, const char *name) {
    struct changed_table *table = log->tables;
    while (table && !is_table(table, family, name))
        table = table->next;
    if (!table && !(table = add_table(log, family, name))) {
        lose(log);
        return;
    }
    table->pending = true;
}

// Where a log begins, or was interrupted, it knows this transaction alone; if it heard all of it.
static void end_transaction(struct log *log, uint32_t generation) {
    if (log->lost || log->until == 0 || generation != log->until + 1) {
        drop_tables(log, log->lost);
        log->since = log->lost ? generation : generation - 1;
    }
    log->until = generation;
    log->lost = false;
    for (struct changed_table *table = log->tables; table; table = table->next) {
        if (table->pending)
            table->generation = generation;
        table->pending = false;
    }
}

static void hear_message(struct log *log, const struct nlmsghdr *message) {
    const struct nfgenmsg *header = nlmsg_data(message);
    uint32_t generation;
    if (nft_generation_parse(message, &generation) == 0) {
        end_transaction(log, generation);
        return;
    }
    if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
        nlmsg_datalen(message) < (int)sizeof(*header)) {
        lose(log);
        return;
    }
    // All of them have the table under one number: NFTA_TABLE_NAME, NFTA_CHAIN_TABLE ...
    const struct nlattr *name = nla_find(nlmsg_attrdata(message, sizeof(*header)),
                                         nlmsg_attrlen(message, sizeof(*header)), NFTA_CHAIN_TABLE);
    if (name && memchr(nla_data(name), '\0', (size_t)nla_len(name)))
        note_table(log, header->nfgen_family, nla_data(name));
    else
        lose(log);
}

void nft_changes_hear(uint64_t netns, const void *bytes, size_t length) {
    const struct nlmsghdr *message = bytes;
    int left = (int)length;
    pthread_mutex_lock(&lock);
    struct log *log = bytes ? need_log(netns) : NULL;
    for (; log && nlmsg_ok(message, left);
         message = nlmsg_next((struct nlmsghdr *)(uintptr_t)message, &left))
        hear_message(log, message);
    if (!bytes && (log = find_log(netns)))
        lose(log);
    pthread_mutex_unlock(&lock);
}

void nft_changes_forget(uint64_t netns) {
    pthread_mutex_lock(&lock);
    drop_log(netns);
    pthread_mutex_unlock(&lock);
}

// --- Asking --------------------------------------------------------------------------------------

static bool has_changed(const struct log *log, uint32_t from, const struct nf_table *table) {
    for (const struct changed_table *one = log->tables; one; one = one->next) {
        if (is_table(one, table->family, table->name))
            return one->pending || one->generation > from;
    }
    return false;
}

bool nft_changes_find(uint64_t netns, uint32_t from, uint32_t to, const struct ruleset *tables,
                      bool *ret_changed) {
    pthread_mutex_lock(&lock);
    const struct log *log = find_log(netns);
    bool known = log && from < to && log->since <= from && log->until == to && !log->lost;
    for (size_t i = 0; known && i < tables->table_count; i++)
        ret_changed[i] = has_changed(log, from, tables->tables[i]);
    pthread_mutex_unlock(&lock);
    return known;
}
