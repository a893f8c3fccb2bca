#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Names from a file, asked of a knotd on lo: --dump=dns --names-from beside `dig -f` and kdig, each question over
# UDP. NAMES takes another number. Then a lookup watched 10,000 times, for its memory.
. "$(dirname "$0")/common.sh"

names=${NAMES:-10000}
dir=/run/bench-dns
mkdir -p "$dir/run"
cat >"$dir/zone" <<ZONE
\$ORIGIN bench.test.
\$TTL 30
@ SOA ns hostmaster 1 2 3 4 5
@ NS ns
ns A 127.0.0.1
*.wild TXT "some text"
ZONE
cat >"$dir/conf" <<CONF
server:
  rundir: "$dir/run"
  listen: 127.0.0.1@53
database:
  storage: "$dir"
zone:
  - domain: bench.test
    file: "$dir/zone"
CONF
seq -f 'n%.0f.wild.bench.test' "$names" >"$dir/names"
sed 's/$/ TXT/' "$dir/names" >"$dir/questions"
knotd -c "$dir/conf" >/dev/null 2>&1 &
until dig +time=1 +tries=1 +short @127.0.0.1 bench.test SOA 2>/dev/null | grep -q hostmaster; do :; done

echo "== $names names, one server on lo"
bulk="$netscope --dump=dns --server 127.0.0.1 --type TXT"
compare "${RUNS:-5}" "netscope, text" "$bulk --names-from $dir/names" \
    "netscope, ndjson" "$bulk --names-from $dir/names --format ndjson" \
    "dig -f" "dig @127.0.0.1 -f $dir/questions" \
    "kdig" "xargs -a $dir/questions kdig @127.0.0.1"
echo "== one name, watched"
watch="$bulk --name n1.wild.bench.test --watch 0.001 --count"
compare 1 "10,000 times" "$watch 10000" "1,000 times" "$watch 1000"
