#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A million flows: what --dump=flows costs beside a bare ctnetlink dump and beside `conntrack -L`, and with
# a filter that the kernel can apply and that keeps 1%; then the panel. A namespace holds as many as nf_conntrack_max says,
# which belongs to the machine and is not touched: the million is spread over as many as it takes.
. "$(dirname "$0")/common.sh"

flows=${FLOWS:-1000000}
max=$(cat /proc/sys/net/netfilter/nf_conntrack_max)
room=$((max - max / 8)) # what is left is for the flows that come and go while the panel is measured
if [ "$flows" -lt "$room" ] || [ "$max" -eq 0 ]; then
    room=$flows
fi

echo "== load $(cut -d' ' -f1 /proc/loadavg), $(nproc) processors"
"$here/fill_flows.py" "$room"
echo "== $room flows in one namespace"
dump="$netscope --dump=flows --format ndjson"
compare 7 "netscope --dump" "$dump" "bare ctnetlink dump" "$bare_read conntrack" \
    "conntrack -L" "conntrack -L"
compare 7 "with a filter of 1%" "$dump --filter mark=1" "without" "$dump"

left=$((flows - room))
places=1
while [ "$left" -gt 0 ]; do
    part=$((left < room ? left : room))
    ip netns add "more-$places"
    ip netns exec "more-$places" "$here/fill_flows.py" "$part"
    left=$((left - part))
    places=$((places + 1))
done
echo "== $flows flows in $places namespaces, all dumped"
conntrack_everywhere="sh -c 'conntrack -L; for n in /run/netns/*; do ip netns exec \${n##*/} conntrack -L; done'"
compare 3 "netscope --dump" "$dump --all-netns" "bare ctnetlink dump" "$bare_read -a conntrack" \
    "conntrack -L, each" "$conntrack_everywhere"
compare 3 "with a filter of 1%" "$dump --all-netns --filter mark=1" "without" "$dump --all-netns"
echo "== $flows flows in memory, put in the order of each field and filtered"
"$(dirname "$bare_read")/flow_view" "$flows"
echo "== the panel, all namespaces"
"$here/flow_panel.py" "$flows" "$netscope" --panel conntrack --all-netns
