#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# First process of the pretend world: world.sh FLAVOUR TRAFFIC COMMAND... Started by lab/node in
# namespaces of its own, of which the network namespace becomes that of the node. Makes files and
# links, starts what runs beyond the node, then the node itself in a process namespace of its own:
# the node sees its own processes only, as nodes do.
set -eu
LAB=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$LAB/topology.sh"
. "$LAB/lib/dns.sh"
. "$LAB/lib/expand.sh"
. "$LAB/lib/files.sh"
. "$LAB/lib/links.sh"
. "$LAB/lib/process.sh"
. "$LAB/lib/run.sh"
. "$LAB/lib/traffic.sh"

# The keyboard's signals are for COMMAND.
trap : INT QUIT
trap 'exit 143' TERM
trap 'exit 129' HUP

hostname "$NODE_NAME"
files_make_private
links_make

dns_start_outside
process_serve_http node2 apiserver kube-apiserver "$APISERVER_PORT"
process_serve_http pod2 web-on-node-2 nginx "$WEB_PORT"

[ "$2" = no ] || traffic_start_outside

run_to_end unshare --pid --fork --kill-child --mount --mount-proc "$LAB/lib/node.sh" "$@"
exit "$run_status"
