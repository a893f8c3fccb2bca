#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which route a packet takes, over a million routes: see route_decision.c.
set -eu
"$(dirname "$BARE_READ")/route_decision"
