# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Processes of the pretend world: each with the name that it would have, in the network namespace
# where it belongs.

# process_start PLACE HOSTNAME NAME ARGV0 PROGRAM ARGUMENTS: runs PROGRAM under the name NAME, and
# leaves its process id in process_pid. Like a container it has a host name and, in /etc, files of
# its own.
process_start() {
    local place=$1 hostname=$2 name=$3 argv0=$4 program=$5
    shift 5
    local link=$STATE/bin/$name
    ln -sf "$(command -v "$program")" "$link"
    nsenter --net="$(netns_path "$place")" unshare --mount --uts --ipc bash -euc '
        hostname "$1"
        for file in "/etc/netns/$2"/*; do
            [ ! -e "$file" ] || mount --bind "$file" "/etc/${file##*/}"
        done
        argv0=$3 link=$4
        shift 4
        exec -a "$argv0" "$link" "$@"
    ' "$name" "$hostname" "${POD_NETNS[$place]:-none}" "$argv0" "$link" "$@" \
        </dev/null >"$STATE/log/$hostname.$name" 2>&1 &
    process_pid=$!
}

# process_serve_http PLACE HOSTNAME NAME PORT: a small web server that says where it is.
process_serve_http() {
    local root=$STATE/www/$2
    mkdir -p "$root"
    echo "$2" >"$root/index.html"
    process_start "$1" "$2" "$3" httpd busybox -f -p "$4" -h "$root"
}

process_pause() {
    process_start "$1" "$2" pause /pause sleep infinity
}

# process_set_cgroup PID PATH: what /proc/PID/cgroup says. The file alone is pretended: no control
# group of the machine is made, so none can be left, and it works without privileges.
process_set_cgroup() {
    local file=$STATE/cgroup/$1
    echo "0::$2" >"$file"
    mount --bind "$file" "/proc/$1/cgroup"
}
