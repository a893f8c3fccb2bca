#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Names from a file, asked of a knotd on lo: --dump=dns --names-from beside `dig -f` and kdig, each question over
# UDP. NAMES takes another number. The same validated, from a trust anchor two zones above. Then a lookup watched
# 10,000 times, for its memory.
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
  - domain: org
    file: "$dir/org"
  - domain: signed.org
    file: "$dir/signed.org"
CONF

# sign ZONE RECORDS: signed, into a file of its name; its DS stand in dsset-ZONE.
sign() {
    printf '$ORIGIN %s.\n$TTL 300\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n%s\n' "$1" "$2" \
        >"$dir/unsigned"
    dnssec-keygen -q -K "$dir" -a ECDSAP256SHA256 -f KSK "$1" >/dev/null
    dnssec-keygen -q -K "$dir" -a ECDSAP256SHA256 "$1" >/dev/null
    dnssec-signzone -q -S -K "$dir" -d "$dir" -O full -f "$dir/$1" -o "$1" "$dir/unsigned" >/dev/null
}
sign signed.org '*.wild TXT "some text"'
sign org "signed NS ns.signed.org.
ns.signed A 127.0.0.1
$(cat "$dir/dsset-signed.org.")"
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
sed 's/bench.test/signed.org/' "$dir/names" >"$dir/signed-names"
echo "== $names names of a signed zone, validated"
signed="$netscope --dump=dns --server 127.0.0.1 --type TXT --names-from $dir/signed-names"
compare "${RUNS:-5}" "signatures asked for" "$signed --dnssec" \
    "validated" "$signed --validate --anchors $dir/dsset-org."
$signed --validate --anchors "$dir/dsset-org." --format ndjson | grep -c '"validity":"valid"'

echo "== one name, watched"
watch="$bulk --name n1.wild.bench.test --watch 0.001 --count"
compare 1 "10,000 times" "$watch 10000" "1,000 times" "$watch 1000"
