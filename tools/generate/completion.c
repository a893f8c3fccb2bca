// SPDX-License-Identifier: GPL-2.0-or-later
// Completions for shells, from the tables of options, kinds and fields. The names of namespaces
// are asked of netscope itself when they are needed.
#include <string.h>

#include "model/kind.h"
#include "options.h"
#include "panels/panels.h"
#include "tools/generate/generate.h"

#define HEAD                                        \
    "# SPDX-License-Identifier: GPL-2.0-or-later\n" \
    "# Made by tools/generate from src/options.c and the fields: do not edit.\n"
#define ASK_NETNS "netscope --dump=namespaces --no-header --fields netns 2>/dev/null"

static void put_kinds(struct buffer *buffer, const char *separator) {
    for (size_t i = 0; i < KIND_COUNT; i++)
        buffer_printf(buffer, "%s%s", i > 0 ? separator : "", kinds[i]->name);
}

// What --dump takes: kinds, and panels that stand for several.
static void put_dumped(struct buffer *buffer) {
    put_kinds(buffer, " ");
    for (size_t i = 0; panels[i]; i++) {
        if (!kind_find(panels[i]->name))
            buffer_printf(buffer, " %s", panels[i]->name);
    }
}

static void put_panels(struct buffer *buffer) {
    for (size_t i = 0; panels[i]; i++) {
        buffer_printf(buffer, "%s%s", i > 0 ? " " : "", panels[i]->name);
        for (size_t j = 0; panels[i]->view_count > 1 && j < panels[i]->view_count; j++)
            buffer_printf(buffer, " %s/%s", panels[i]->name, panels[i]->views[j].name);
    }
}

// A pattern of the shell for the names by which a kind is meant, between commas.
static void put_kind_pattern(struct buffer *buffer, const struct kind *kind) {
    buffer_printf(buffer, "*,%s,*", kind->name);
    for (size_t i = 0; panels[i]; i++) {
        bool shown = false;
        for (size_t j = 0; j < panels[i]->view_count; j++)
            shown |= kinds[panels[i]->views[j].kind] == kind;
        if (shown && !kind_find(panels[i]->name))
            buffer_printf(buffer, " | *,%s,*", panels[i]->name);
    }
}

static void put_formats(struct buffer *buffer) {
    for (size_t i = 0; option_formats[i]; i++)
        buffer_printf(buffer, "%s%s", i > 0 ? " " : "", option_formats[i]);
}

static void put_fields(struct buffer *buffer, const struct kind *kind) {
    const char *space = "";
    for (size_t i = 0; i < kind->field_count; i++) {
        if (field_is_rate(&kind->fields[i]))
            continue;
        buffer_printf(buffer, "%s%s", space, kind->fields[i].key);
        space = " ";
    }
}

// A shell function that prints the fields of the kinds in its first argument, all if it is empty.
static void put_fields_function(struct buffer *buffer) {
    buffer_puts(buffer, "_netscope_fields() {\n");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        buffer_printf(buffer, "    case \",${1:-%s},\" in ", kinds[i]->name);
        put_kind_pattern(buffer, kinds[i]);
        buffer_puts(buffer, ")\n        printf '%s\\n' ");
        put_fields(buffer, kinds[i]);
        buffer_puts(buffer, " ;;\n    esac\n");
    }
    buffer_puts(buffer, "}\n\n");
}

// --- bash ----------------------------------------------------------------------------------------

static const char bash_body[] =
    "# The kinds that --dump= names on this command line.\n"
    "_netscope_kinds() {\n"
    "    local i\n"
    "    for ((i = 1; i < ${#COMP_WORDS[@]}; i++)); do\n"
    "        [[ ${COMP_WORDS[i]} == --dump && ${COMP_WORDS[i + 1]} == = ]] &&\n"
    "            printf '%s' \"${COMP_WORDS[i + 2]}\"\n"
    "    done\n"
    "}\n"
    "\n"
    "# Completes the last item of a list joined by commas.\n"
    "_netscope_list() {\n"
    "    local done=\n"
    "    [[ $cur == *,* ]] && done=${cur%,*},\n"
    "    compopt -o nospace\n"
    "    mapfile -t COMPREPLY < <(compgen -P \"$done\" -W \"$1\" -- \"${cur##*,}\")\n"
    "}\n"
    "\n"
    "_netscope() {\n"
    "    local cur prev words cword split\n"
    "    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    # bash takes '=' for a word of its own.\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    case $prev in\n";

static void put_bash_value(struct buffer *buffer, const struct option_spec *spec) {
    buffer_printf(buffer, "    --%s)\n        ", spec->name);
    switch (spec->value) {
    case OPTION_NONE:
        break;
    case OPTION_KINDS:
        buffer_puts(buffer, "[[ ${COMP_WORDS[COMP_CWORD]} == = || "
                            "${COMP_WORDS[COMP_CWORD - 1]} == = ]] &&\n"
                            "            _netscope_list '");
        put_dumped(buffer);
        buffer_puts(buffer, "' && return\n        ;;\n");
        return;
    case OPTION_KIND:
        buffer_puts(buffer, "[[ ${COMP_WORDS[COMP_CWORD]} == = || "
                            "${COMP_WORDS[COMP_CWORD - 1]} == = ]] &&\n"
                            "            mapfile -t COMPREPLY < <(compgen -W '");
        put_kinds(buffer, " ");
        buffer_puts(buffer, "' -- \"$cur\") && return\n        ;;\n");
        return;
    case OPTION_FORMAT:
        buffer_puts(buffer, "mapfile -t COMPREPLY < <(compgen -W '");
        put_formats(buffer);
        buffer_puts(buffer, "' -- \"$cur\")\n");
        break;
    case OPTION_FILTER:
        buffer_puts(buffer, "compopt -o nospace\n"
                            "        mapfile -t COMPREPLY < <(compgen -W "
                            "\"$(_netscope_fields \"$(_netscope_kinds)\")\" -- \"$cur\")\n");
        break;
    case OPTION_FIELDS:
    case OPTION_SORT:
        buffer_puts(buffer, "_netscope_list \"$(_netscope_fields \"$(_netscope_kinds)\")\"\n");
        break;
    case OPTION_NETNS:
        buffer_puts(buffer,
                    "mapfile -t COMPREPLY < <(compgen -W \"$(" ASK_NETNS ")\" -- \"$cur\")\n");
        break;
    case OPTION_PANEL:
        buffer_puts(buffer, "mapfile -t COMPREPLY < <(compgen -W '");
        put_panels(buffer);
        buffer_puts(buffer, "' -- \"$cur\")\n");
        break;
    case OPTION_FILE:
        buffer_puts(buffer, "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
        break;
    case OPTION_SECONDS:
    case OPTION_TEXT:
    case OPTION_ROUTE:
    case OPTION_TRACE:
    case OPTION_TRACE_WORD:
        break;
    }
    buffer_puts(buffer, "        return\n        ;;\n");
}

void completion_format_bash(struct buffer *buffer) {
    buffer_puts(buffer, HEAD "# shellcheck shell=bash\n\n");
    put_fields_function(buffer);
    buffer_puts(buffer, bash_body);
    for (size_t i = 0; i < option_count; i++) {
        if (option_specs[i].value != OPTION_NONE)
            put_bash_value(buffer, &option_specs[i]);
    }
    buffer_puts(buffer, "    esac\n"
                        "    mapfile -t COMPREPLY < <(compgen -W '");
    for (size_t i = 0; i < option_count; i++)
        buffer_printf(buffer, "%s--%s", i > 0 ? " " : "", option_specs[i].name);
    buffer_puts(buffer, "' -- \"$cur\")\n"
                        "}\n"
                        "complete -F _netscope netscope\n");
}

// --- fish ----------------------------------------------------------------------------------------

// The words for people, inside single quotes.
static void put_quoted(struct buffer *buffer, const char *text, const char *quote) {
    for (; *text; text++) {
        if (*text == '\'')
            buffer_puts(buffer, quote);
        else
            buffer_putc(buffer, *text);
    }
}

static void put_fish_value(struct buffer *buffer, enum option_value value) {
    switch (value) {
    case OPTION_NONE:
        return;
    case OPTION_KINDS:
        buffer_puts(buffer, " -a '(__fish_append , ");
        put_dumped(buffer);
        buffer_puts(buffer, ")'");
        return;
    case OPTION_KIND:
        buffer_puts(buffer, " -a '");
        put_kinds(buffer, " ");
        buffer_puts(buffer, "'");
        return;
    case OPTION_PANEL:
        buffer_puts(buffer, " -a '");
        put_panels(buffer);
        buffer_puts(buffer, "'");
        return;
    case OPTION_FORMAT:
        buffer_puts(buffer, " -a '");
        put_formats(buffer);
        buffer_puts(buffer, "'");
        return;
    case OPTION_FILTER:
        buffer_puts(buffer, " -a '(__netscope_fields)'");
        return;
    case OPTION_FIELDS:
    case OPTION_SORT:
        buffer_puts(buffer, " -a '(__fish_append , (__netscope_fields))'");
        return;
    case OPTION_NETNS:
        buffer_puts(buffer, " -a '(" ASK_NETNS ")'");
        return;
    case OPTION_SECONDS:
    case OPTION_FILE:
    case OPTION_TEXT:
    case OPTION_ROUTE:
    case OPTION_TRACE:
    case OPTION_TRACE_WORD:
        return;
    }
}

// What can be a path is completed as one too.
static bool is_path(enum option_value value) {
    return value == OPTION_NETNS || value == OPTION_FILE;
}

static void put_fish_option(struct buffer *buffer, const struct option_spec *spec) {
    buffer_printf(buffer, "complete -c netscope -l %s", spec->name);
    if (spec->letter)
        buffer_printf(buffer, " -s %c", spec->letter);
    if (spec->value != OPTION_NONE && !option_value_is_optional(spec->value))
        buffer_puts(buffer, is_path(spec->value) ? " -r" : " -x");
    put_fish_value(buffer, spec->value);
    buffer_puts(buffer, " -d '");
    put_quoted(buffer, spec->help, "\\'");
    buffer_puts(buffer, "'\n");
}

void completion_format_fish(struct buffer *buffer) {
    buffer_puts(buffer, HEAD "\n"
                             "# The fields of the kinds that --dump= names, of all if it names "
                             "none.\n"
                             "function __netscope_fields\n"
                             "    set -l kinds (commandline -opc | string replace -rf "
                             "'^--dump=' '' | string split ,)\n");
    for (size_t i = 0; i < KIND_COUNT; i++) {
        buffer_printf(buffer,
                      "    if test -z \"$kinds\"; or contains %s $kinds\n"
                      "        printf '%%s\\n' ",
                      kinds[i]->name);
        put_fields(buffer, kinds[i]);
        buffer_puts(buffer, "\n    end\n");
    }
    buffer_puts(buffer, "end\n\ncomplete -c netscope -f\n");
    for (size_t i = 0; i < option_count; i++)
        put_fish_option(buffer, &option_specs[i]);
}

// --- zsh -----------------------------------------------------------------------------------------

static const char zsh_lists[] =
    "# Completes the last item of a list joined by commas.\n"
    "_netscope_list() {\n"
    "    compset -P '*,'\n"
    "    compadd -q -S ',' -- \"$@\"\n"
    "}\n"
    "\n"
    "_netscope_key() {\n"
    "    compadd -- $(_netscope_fields ${${(M)words:#--dump=*}#--dump=})\n"
    "}\n"
    "\n"
    "_netscope_keys() {\n"
    "    _netscope_list $(_netscope_fields ${${(M)words:#--dump=*}#--dump=})\n"
    "}\n"
    "\n"
    "_netscope_netns() {\n"
    "    compadd -- ${(f)\"$(" ASK_NETNS ")\"}\n"
    "}\n"
    "\n";

static void put_zsh_value(struct buffer *buffer, const struct option_spec *spec) {
    if (spec->value == OPTION_NONE)
        return;
    buffer_printf(buffer, "%s:%s:", option_value_is_optional(spec->value) ? ":" : "",
                  spec->value_name);
    switch (spec->value) {
    case OPTION_NONE:
        return;
    case OPTION_KINDS:
        buffer_puts(buffer, " _netscope_list ");
        put_dumped(buffer);
        return;
    case OPTION_KIND:
        buffer_putc(buffer, '(');
        put_kinds(buffer, " ");
        buffer_putc(buffer, ')');
        return;
    case OPTION_PANEL:
        buffer_putc(buffer, '(');
        put_panels(buffer);
        buffer_putc(buffer, ')');
        return;
    case OPTION_FORMAT:
        buffer_putc(buffer, '(');
        put_formats(buffer);
        buffer_putc(buffer, ')');
        return;
    case OPTION_FILTER:
        buffer_puts(buffer, " _netscope_key");
        return;
    case OPTION_FIELDS:
    case OPTION_SORT:
        buffer_puts(buffer, " _netscope_keys");
        return;
    case OPTION_NETNS:
        buffer_puts(buffer, " _netscope_netns");
        return;
    case OPTION_FILE:
        buffer_puts(buffer, "_files");
        return;
    case OPTION_SECONDS:
    case OPTION_TEXT:
    case OPTION_ROUTE:
    case OPTION_TRACE:
    case OPTION_TRACE_WORD:
        buffer_putc(buffer, ' ');
        return;
    }
}

static void put_zsh_help(struct buffer *buffer, const char *help) {
    buffer_putc(buffer, '[');
    put_quoted(buffer, help, "'\\''");
    buffer_putc(buffer, ']');
}

void completion_format_zsh(struct buffer *buffer) {
    buffer_puts(buffer, "#compdef netscope\n" HEAD "\n");
    put_fields_function(buffer);
    buffer_puts(buffer, zsh_lists);
    buffer_puts(buffer, "_arguments -s");
    for (size_t i = 0; i < option_count; i++) {
        const struct option_spec *spec = &option_specs[i];
        const char *equals = spec->value == OPTION_NONE              ? ""
                             : option_value_is_optional(spec->value) ? "=-"
                                                                     : "=";
        buffer_printf(buffer, " \\\n    '--%s%s", spec->name, equals);
        put_zsh_help(buffer, spec->help);
        // A value name with brackets or colons would be taken for more.
        put_zsh_value(buffer, spec);
        buffer_puts(buffer, "'");
        if (spec->letter) {
            buffer_printf(buffer, " \\\n    '-%c", spec->letter);
            put_zsh_help(buffer, spec->help);
            buffer_puts(buffer, "'");
        }
    }
    buffer_putc(buffer, '\n');
}
