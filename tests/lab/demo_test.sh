#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test of tools/demo: it builds the program, opens it inside the pretend node, keeps standard
# output clean, and leaves nothing behind, killed or not.

set -u

here=$(dirname "$(realpath "$0")")
demo=$here/../../tools/demo
. "$here/../../lab/topology.sh"
. "$here/check.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export XDG_CACHE_HOME=$scratch/cache TMPDIR=$scratch/tmp
mkdir "$TMPDIR"
. "$here/leftovers.sh"

# until_there PATTERN: files of that pattern.
until_there() {
    local try
    for try in {1..300}; do
        ! compgen -G "$1" >/dev/null || return 0
        sleep 0.1
    done
    echo "no $1 after $try tries"
    return 1
}

# killed_while_it_builds SIGNAL STATUS
killed_while_it_builds() {
    local demo_pid ended=0
    rm -rf "$XDG_CACHE_HOME"
    "$demo" --version &
    demo_pid=$!
    until_there "$XDG_CACHE_HOME/netscope-demo/*/build/src/*/*.o" || return 1
    kill -s "$1" "$demo_pid"
    wait "$demo_pid" 2>/dev/null || ended=$?
    [ "$ended" -eq "$2" ] || { echo "exit status $ended"; return 1; }
    nothing_left
}

# What the program sees is the pretend node; the rest is for standard error.
shows_the_node() {
    "$demo" --dump=interfaces --all-netns -j >"$scratch/out.json" 2>"$scratch/errors" &&
        jq -e --arg node "$NODE_NAME" --arg veth "${POD_VETH[web]}" '
            .netscope.hostname == $node and any(.interfaces[]; .ifname == $veth)' "$scratch/out.json" &&
        return
    head -c 1000 "$scratch/out.json" "$scratch/errors"
    return 1
}

builds_only_once() {
    "$demo" --version 2>"$scratch/errors" && ! grep . "$scratch/errors"
}

check 'terminated while it builds' killed_while_it_builds TERM 143
check 'killed while it builds' killed_while_it_builds KILL 137
check 'it goes on from there and shows the node' shows_the_node
check 'nothing is left' nothing_left
check 'nor in the directory for temporary files' rmdir "$TMPDIR"
mkdir -p "$TMPDIR"
check 'the next time it starts at once' builds_only_once
[ "$failures" -eq 0 ]
