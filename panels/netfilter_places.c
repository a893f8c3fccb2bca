// SPDX-License-Identifier: GPL-2.0-or-later
// Places in netfilter: each is a view of the panel with a filter.
#include <stdio.h>

#include "model/bypass.h"
#include "panels/netfilter.h"

// A value in the language of filters, in quotes: names of chains and sets may have anything in
// them.
void netfilter_put_quoted(struct buffer *filter, const char *text) {
    buffer_putc(filter, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buffer_putc(filter, '\\');
        buffer_putc(filter, *text);
    }
    buffer_putc(filter, '"');
}

static void put_table(struct buffer *filter, const struct nf_table *table) {
    buffer_printf(filter, "family=%s table=", nf_family_name(table->family));
    netfilter_put_quoted(filter, table->name);
    if (table->backend == NF_BACKEND_LEGACY)
        buffer_puts(filter, " backend=legacy");
}

static void set_place(struct panel_place *place, const char *view, uint64_t netns,
                      struct buffer *filter) {
    *place = (struct panel_place){.panel = "netfilter", .view = view, .netns = netns};
    snprintf(place->filter, sizeof(place->filter), "%s", buffer_text(filter));
    buffer_done(filter);
}

void netfilter_place_chain(const struct nf_chain *chain, uint64_t netns,
                           struct panel_place *ret_place) {
    struct buffer filter = BUFFER_INIT;
    put_table(&filter, chain->table);
    buffer_puts(&filter, " chain=");
    netfilter_put_quoted(&filter, chain->name);
    set_place(ret_place, "rules", netns, &filter);
    snprintf(ret_place->label, sizeof(ret_place->label), "%s %s %s",
             nf_family_name(chain->table->family), chain->table->name, chain->name);
    ret_place->same = "chain,table,family";
}

void netfilter_place_set(const struct nf_set *set, uint64_t netns, struct panel_place *ret_place) {
    struct buffer filter = BUFFER_INIT;
    put_table(&filter, set->table);
    buffer_puts(&filter, " set=");
    netfilter_put_quoted(&filter, set->name);
    set_place(ret_place, "elements", netns, &filter);
    snprintf(ret_place->label, sizeof(ret_place->label), "%s %s @%s",
             nf_family_name(set->table->family), set->table->name, set->name);
    ret_place->same = "set,table,family";
}

void netfilter_place_users(const struct nf_table *table, const char *name, uint64_t netns,
                           struct panel_place *ret_place) {
    struct buffer filter = BUFFER_INIT;
    put_table(&filter, table);
    buffer_puts(&filter, " uses=");
    netfilter_put_quoted(&filter, name);
    set_place(ret_place, "rules", netns, &filter);
    snprintf(ret_place->label, sizeof(ret_place->label), "users of %s", name);
}

void netfilter_place_bypasses(enum road_point station, const struct nf_chain *base, uint64_t netns,
                              struct panel_place *ret_place) {
    struct buffer filter = BUFFER_INIT;
    buffer_printf(&filter, "station=%s", bypass_station_name(station));
    if (base) {
        buffer_puts(&filter, " ");
        put_table(&filter, base->table);
        buffer_puts(&filter, " base=");
        netfilter_put_quoted(&filter, base->name);
    }
    set_place(ret_place, "bypasses", netns, &filter);
    snprintf(ret_place->label, sizeof(ret_place->label), "bypasses at %s",
             bypass_station_name(station));
}
