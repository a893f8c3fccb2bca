#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bash offers behind the beginning of a command line.
set -u
PATH=$(dirname "$NETSCOPE"):$PATH
compopt() { :; } # works inside a real completion only
. "$srcdir/contrib/completions/netscope.bash"
failed=0

# expect WANTED WORD...: the words as bash splits them, '=' being one of its own.
expect() {
    local wanted=$1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _netscope
    [ "${COMPREPLY[*]}" = "$wanted" ] && return
    echo "$*: '${COMPREPLY[*]}' instead of '$wanted'"
    failed=1
}

expect '--dump --dnssec --dport --duration' netscope --d
expect '--no-header --no-color' netscope --dump --no
expect 'namespaces' netscope --dump = na
expect 'interfaces' netscope --dump = i
expect 'interfaces,namespaces' netscope --dump = interfaces,na
expect 'namespaces' netscope --list-fields = na
expect 'mtu' netscope --dump = interfaces --fields mt
expect '' netscope --dump = namespaces --fields mt
expect 'ifname,mtu' netscope --dump = interfaces --fields ifname,mt
expect 'pod_namespace' netscope --dump = namespaces --sort pod_n
expect 'mtu' netscope --dump = interfaces --filter mt
expect 'ndjson' netscope --format n
expect 'interfaces' netscope --panel i
expect '' netscope --interval 1
own=$("$NETSCOPE" --dump=namespaces --no-header --fields own,netns 2>/dev/null | sed -n 's/^yes *//p')
case $own in
*' '*) ;; # bash would have to quote it
*) expect "$own" netscope --netns "$own" ;;
esac
exit $failed
