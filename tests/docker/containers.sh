#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test: on a node with a real Docker engine, netscope names every namespace after its container,
# and every veth's other end too.

here=$(dirname "$(realpath "$0")")
exec "$here/engine" "$here/check_containers.py"
