# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Rules and zones are files in which the values of lab/topology.sh stand by their names.

# expand_file FILE: the file with the values in the place of their names.
expand_file() {
    eval "cat <<EXPAND_END
$(<"$1")
EXPAND_END"
}
