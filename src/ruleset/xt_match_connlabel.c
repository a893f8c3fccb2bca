// SPDX-License-Identifier: GPL-2.0-or-later
// connlabel: a bit of a connection's labels; their names stand in /etc/xtables/connlabel.conf.
#include <linux/netfilter/xt_connlabel.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static void write_connlabel(const void *info, struct xt_writer *writer) {
    const struct xt_connlabel_mtinfo *label = info;
    const struct ruleset_names *names = writer->context->names;
    const char *name = names ? nf_names_find(&names->connlabels, label->bit) : NULL;
    xt_option(writer, "--label", label->options & XT_CONNLABEL_OP_INVERT);
    xt_put_quote(writer);
    if (name)
        buffer_puts(writer->value, name);
    else
        buffer_put_uint(writer->value, label->bit);
    xt_put_quote(writer);
    if (label->options & XT_CONNLABEL_OP_SET)
        xt_flag(writer, "--set", false);
}

const struct xt_extension xt_match_connlabel[] = {
    {.name = "connlabel", .size = sizeof(struct xt_connlabel_mtinfo), .write = write_connlabel},
    {0},
};
