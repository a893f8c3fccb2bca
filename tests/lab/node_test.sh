#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The test of the pretend node itself: packets go where they should with every flavour of rules, the
# files that tell names are there, the terminal belongs to the command, and nothing is left behind.
#
# The script runs itself inside the node: node_test.sh inside FLAVOUR.

set -u

here=$(dirname "$(realpath "$0")")
lab=$(realpath "$here/../../lab")
. "$lab/topology.sh"
. "$here/check.sh"

# --- Inside the node ------------------------------------------------------------------------------

# says PATTERN COMMAND [ARGUMENTS]: what the command prints matches.
says() {
    local pattern=$1 output
    shift
    output=$("$@" 2>&1)
    grep -qE -- "$pattern" <<<"$output" || { echo "not like '$pattern': $output"; return 1; }
}

# fetch PLACE HOST PORT: the page that a web server answers with.
fetch() {
    # shellcheck disable=SC2016 # for the inner shell
    timeout 15 "$lab/at" "$1" bash -c '
        exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3' bash "$2" "$3"
}

# fetch_all PLACE HOST PORT PATTERN...: each of the endpoints answers within a number of tries.
fetch_all() {
    local place=$1 host=$2 port=$3 pages='' try pattern
    shift 3
    for try in {1..40}; do
        pages+=$(fetch "$place" "$host" "$port")$'\n'
        for pattern in "$@"; do
            grep -q "^$pattern" <<<"$pages" || continue 2
        done
        return 0
    done
    echo "after $try tries: $pages"
    return 1
}

refused() {
    says 'Connection refused' fetch "$@"
}

# dns PATTERN NAME [TYPE]: asked in the pod api, of the server in its resolv.conf.
dns() {
    local pattern=$1
    shift
    says "$pattern" "$lab/at" api kdig +short +timeout=5 "$@"
}

# validated VALIDITY NAME: by the trust anchors of the pretend node, of its server.
validated() {
    says "\"validity\":\"$1\"" "$NETSCOPE" --dump=answers --name "$2" --type A --validate \
        --anchors "$lab/dns/trust-anchors" --format ndjson
}

pings() {
    local place=$1
    shift
    "$lab/at" "$place" ping -c 1 -W 10 "$@"
}

check_routes() {
    check 'the node has a DNS server' \
        says "^$OUTSIDE_IP4$" kdig +short +timeout=5 "mirror.$OUTSIDE_DOMAIN"
    check 'a pod reaches the next' pings web "${POD_IP4[api]}"
    check 'a pod reaches one on the second node' pings web "$POD2_IP4"
    check 'a pod reaches one on the second node by IPv6' pings web "$POD2_IP6"
    check 'the second node reaches a pod' pings pod2 "${POD_IP4[api]}"
    check 'packets cross the vxlan with their addresses' \
        says "icmp.*src=${POD_IP4[web]} dst=$POD2_IP4" conntrack -L -p icmp
    check 'outside reaches the second interface of a pod' pings outside "$API_NET1_IP4"
    check 'so does the node, by its macvlan' ping -c 1 -W 10 "$API_NET1_IP4"
    check 'the container reaches its bridge' pings registry "$DOCKER_BRIDGE_IP4"
}

check_services() {
    check 'a Service has both endpoints' \
        fetch_all api "$WEB_SERVICE_IP4" "$WEB_SERVICE_PORT" "${POD_NAME[web]}" web-on-node-2
    check 'a pod reaches itself by its Service' \
        fetch_all api "$API_SERVICE_IP4" "$API_SERVICE_PORT" "${POD_NAME[api]}"
    check 'the node reaches the API server by its Service' \
        says apiserver bash -c "exec 3<>/dev/tcp/$KUBERNETES_IP4/$KUBERNETES_PORT &&
            printf 'GET / HTTP/1.0\r\n\r\n' >&3 && cat <&3"
    check 'outside reaches the node port, and by it both endpoints' \
        fetch_all outside "$NODE_IP4" "$WEB_NODE_PORT" "${POD_NAME[web]}" web-on-node-2
    check 'a Service without endpoints refuses' \
        refused api "$REPORTS_SERVICE_IP4" "$REPORTS_SERVICE_PORT"
    check 'a pod goes out under the address of its node' pings web "$OUTSIDE_IP4"
    check_dns
}

check_dns() {
    local domain=svc.$CLUSTER_DOMAIN
    check 'DNS: a Service' dns "^$WEB_SERVICE_IP4$" "web.default.$domain"
    check 'DNS: over TCP' dns "^$WEB_SERVICE_IP4$" +tcp "web.default.$domain"
    check 'DNS: a headless Service' dns "^$POD2_IP4$" "web-peers.default.$domain"
    check 'DNS: IPv6' dns "^$POD2_IP6$" "web-peers.default.$domain" AAAA
    check 'DNS: a port' dns "^0 100 $WEB_SERVICE_PORT web" "_http._tcp.web.default.$domain" SRV
    check 'DNS: a pod' dns "^${POD_IP4[web]}$" "${POD_IP4[web]//./-}.default.pod.$CLUSTER_DOMAIN"
    check 'DNS: back from an address' dns "^web.default.$domain.$" -x "$WEB_SERVICE_IP4"
    check 'DNS: what is not there' says NXDOMAIN "$lab/at" api kdig "nothing.default.$domain"
    check 'DNS: a name that DNSSEC proves' validated valid "www.signed.$OUTSIDE_DOMAIN"
    check 'DNS: a name whose signature is wrong' validated bogus "broken.signed.$OUTSIDE_DOMAIN"
    check 'DNS: a text that needs TCP' says '"tcp"' "$NETSCOPE" --dump=queries \
        --name "big.$OUTSIDE_DOMAIN" --type TXT --format ndjson
    check 'DNS: by the search list of resolv.conf' says "^$WEB_SERVICE_IP4 " \
        "$lab/at" api getent ahostsv4 web
}

check_docker() {
    check 'outside reaches the published port' \
        fetch_all outside "$NODE_IP4" "$REGISTRY_PORT" "$REGISTRY_NAME"
    check 'the container goes out under the address of the node' pings registry "$OUTSIDE_IP4"
}

# annotation POD KEY: of the specification of its container.
annotation() {
    jq -er --arg key "io.kubernetes.cri.$2" '.annotations[$key]' \
        "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$(pod_container_id "$1")/config.json"
}

check_names() {
    local pod log docker
    for pod in web api; do
        check "containerd: the name of $pod" says "^${POD_NAME[$pod]}$" annotation "$pod" sandbox-name
        check "containerd: the namespace of $pod" says "^${POD_NAMESPACE[$pod]}$" \
            annotation "$pod" sandbox-namespace
    done
    for pod in "${PODS[@]}"; do
        log=${POD_NAME[$pod]}_${POD_NAMESPACE[$pod]}_${POD_APP[$pod]}-$(pod_container_id "$pod").log
        check "kubelet: the log of $pod" test -s "/var/log/containers/$log"
        check "control groups: the container of $pod" \
            grep -qs "$(pod_container_id "$pod")" /proc/[0-9]*/cgroup
        check "ip netns: the namespace of $pod" ip netns exec "${POD_NETNS[$pod]}" true
    done
    docker=(/var/lib/docker/containers/*/config.v2.json)
    check 'Docker: the name of the container' says "^/$REGISTRY_NAME$" jq -r .Name "${docker[@]}"
    check 'Docker: its namespace' says "/$REGISTRY_NETNS$" jq -r .NetworkSettings.SandboxKey "${docker[@]}"
    check 'Docker: its process is in that namespace' test \
        "/proc/$(jq .State.Pid "${docker[@]}")/ns/net" -ef "/run/docker/netns/$REGISTRY_NETNS"
}

check_rules() {
    case $1 in
    kube-proxy-iptables) says '^-A KUBE-SVC-.*--mode random' iptables-nft-save ;;
    kube-proxy-nftables) says 'numgen random mod 2 vmap' nft list table ip kube-proxy ;;
    legacy-iptables) says '^-A KUBE-SVC-.*--mode random' iptables-legacy-save ;;
    docker) says '^-A DOCKER .*DNAT' iptables-nft-save ;;
    esac
}

inside() {
    check "rules of $1" check_rules "$1"
    check_routes
    case $1 in
    docker) check_docker ;;
    *) check_services ;;
    esac
    check_names
    [ "$failures" -eq 0 ]
}

if [ "${1:-}" = inside ]; then
    inside "$2"
    exit
fi

# --- Around the node ------------------------------------------------------------------------------

# The ordinary user of the test. The copy is for trees that only their owner may read.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir "$scratch/tests"
cp -r "$lab" "$scratch"
cp -r "$here" "$scratch/tests"
cp "$NETSCOPE" "$scratch/netscope"
NETSCOPE=$scratch/netscope
chmod -R a+rX "$scratch/lab" "$scratch/tests" "$NETSCOPE"
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)

. "$here/leftovers.sh"

# wait_for FILE: the command inside says by it that it runs.
wait_for() {
    local try
    for try in {1..100}; do
        [ ! -e "$1" ] || return 0
        sleep 0.1
    done
    echo "no $1 after $try tries"
    return 1
}

deaf_to_the_end() {
    local ready=$scratch/ready node
    rm -f "$ready"
    "$lab/node" --no-traffic sh -c "trap '' TERM; touch $ready; sleep 1000" &
    node=$!
    wait_for "$ready" || return 1
    kill "$node"
    exits_with 143 wait "$node" && nothing_left
}

# killed SIGNAL STATUS [MOMENT]: once the command runs, or after MOMENT seconds while the node is
# made.
killed() {
    local signal=$1 status=$2 moment=${3:-} ready=$scratch/ready node ended=0
    rm -f "$ready"
    "$lab/node" --no-traffic sh -c "touch '$ready'; sleep 1000" &
    node=$!
    if [ -n "$moment" ]; then sleep "$moment"; else wait_for "$ready" || return 1; fi
    kill -s "$signal" "$node"
    wait "$node" 2>/dev/null || ended=$?
    [ "$ended" -eq "$status" ] || { echo "exit status $ended"; return 1; }
    nothing_left
}

exits_with() {
    local status=$1 ended=0
    shift
    "$@" || ended=$?
    [ "$ended" -eq "$status" ] || { echo "exit status $ended"; return 1; }
}

# The key for 'interrupt', pressed on a terminal: for the command, not for what is around it.
interrupted() {
    local line
    # exec: script runs this by $SHELL, and some shells stay in between and die of the signal.
    coproc script -qec "exec '$lab/node' --no-traffic sh -c 'trap \"echo interrupted; exit 5\" INT
        echo ready; sleep 10'" /dev/null
    # shellcheck disable=SC2153 # set by coproc
    local from=${COPROC[0]} to=${COPROC[1]} pid=$COPROC_PID
    while read -r -t 20 line <&"$from" && [[ $line != ready* ]]; do :; done
    printf '\003' >&"$to"
    while read -r -t 20 line <&"$from" && [[ $line != *interrupted* ]]; do :; done
    [[ $line == *interrupted* ]] || { echo "last line: $line"; return 1; }
    exits_with 5 wait "$pid"
}

# A terminal program restores the terminal when it is terminated: it must hear of it.
told_of_end() {
    local ready=$scratch/ready told=$scratch/told node
    rm -f "$ready" "$told"
    "$lab/node" --no-traffic sh -c "trap 'touch $told; exit' TERM; touch $ready; sleep 1000 & wait" &
    node=$!
    wait_for "$ready" || return 1
    kill "$node"
    exits_with 143 wait "$node" && [ -e "$told" ]
}

counters_move() {
    # shellcheck disable=SC2016 # for the inner shell
    "$lab/node" bash -c '
        counter=/sys/class/net/flannel.1/statistics/rx_packets
        first=$(cat $counter)
        for try in {1..80}; do
            [ "$(cat $counter)" -le $((first + 4)) ] || exit 0
            sleep 0.1
        done
        exit 1'
}

if ! "${as_user[@]}" unshare --user --map-root-user --net true; then
    echo 'skipped: an ordinary user may not make namespaces here'
    exit 77
fi

for flavour in kube-proxy-iptables kube-proxy-nftables legacy-iptables docker; do
    echo "# $flavour"
    "$lab/node" --flavour "$flavour" --no-traffic "$0" inside "$flavour" ||
        failures=$((failures + 1))
done
check 'nothing is left' nothing_left

echo '# an ordinary user'
"${as_user[@]}" "$scratch/lab/node" --no-traffic --flavour kube-proxy-nftables \
    "$scratch/tests/lab/node_test.sh" inside kube-proxy-nftables || failures=$((failures + 1))
check 'nothing is left' nothing_left

echo '# the command'
check 'traffic moves the counters' counters_move
check 'its exit status is passed on' exits_with 7 "$lab/node" --no-traffic sh -c 'exit 7'
check 'a signal that ended it too' exits_with 137 "$lab/node" --no-traffic sh -c 'kill -KILL $$'
check 'an unknown flavour is refused' exits_with 125 "$lab/node" --flavour nonsense true
check 'it reads standard input' says '^hello$' "$lab/node" --no-traffic cat <<<hello
check 'it has the keyboard' interrupted
check 'it is told of the end' told_of_end
check 'if it does not listen, it ends all the same' deaf_to_the_end

echo '# killed'
check 'killed while it runs' killed KILL 137
check 'terminated while it runs' killed TERM 143
check 'hung up while it runs' killed HUP 129
for moment in 0.05 0.2 0.4 0.6; do
    check "killed after $moment s" killed KILL 137 "$moment"
    check "terminated after $moment s" killed TERM 143 "$moment"
done

[ "$failures" -eq 0 ]
