# SPDX-License-Identifier: GPL-2.0-or-later
# What the scripts of `make bench` share. A script begins with
#
#     . "$(dirname "$0")/common.sh"
#
# and goes on in namespaces of its own (network, mounts, processes), with lo up and a /run of its own,
# all of which is gone when it ends, killed or not. Needs root, or the user namespaces of an ordinary user.
set -eu

netscope=${NETSCOPE:?is set by make bench}
bare_read=${BARE_READ:?is set by make bench}
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" != inside ]; then
    user=
    [ "$(id -u)" -eq 0 ] || user=--map-root-user
    exec unshare $user --net --mount --pid --fork --kill-child --mount-proc sh "$0" inside
fi

mount -t tmpfs tmpfs /run
ip link set lo up

# compare RUNS NAME COMMAND NAME COMMAND ...: medians, and ratios round by round (compare.py).
compare() {
    runs=$1
    shift
    "$here/compare.py" -n "$runs" "$@"
}
