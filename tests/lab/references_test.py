#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: which chains lead to which others, which are never reached, and which rules never hit, compared with what
this test reads from iptables-save's and nft's own output, and with packets that it sends.

With $RULESETS, a directory, every ruleset in it is compared as well."""

import collections
import glob
import json
import os
import re
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
PARTIAL = 3  # exit status: some could not be read

IPTABLES = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:a - [0:0]
:b - [0:0]
:lost - [0:0]
:lost-too - [0:0]
-A INPUT -j a
-A INPUT -p udp -j a
-A INPUT -s 127.0.0.1/32 -g b
-A a -p icmp -j b
-A a -p tcp -j RETURN
-A lost -j lost-too
-A lost-too -j b
COMMIT
"""

MANY = 2000  # elements of a map: more than are read of any other set
NATIVE = """
table ip t {
    map far { type inet_service : verdict; elements = { %s, 9 : jump only-far } }
    chain only-far { counter; }
    chain many { }
    chain anonymous { counter; }
    chain lost { jump lost-too; }
    chain lost-too { goto many; }
    chain in { type filter hook input priority 0; tcp dport vmap @far; udp dport vmap { 1 : jump anonymous, 2-9 : drop }
        counter jump anonymous; tcp dport 1 accept; tcp dport 2 counter accept; }
}
table inet asleep {
    flags dormant
    chain below { }
    chain in { type filter hook input priority 0; jump below; }
}
""" % ", ".join(f"{1000 + i} : goto many" for i in range(MANY))
DORMANT = ("inet", "asleep")  # libnftables-json does not tell

failures = []


def fail(where, words):
    failures.append(where)
    print(f"FAIL {where}: {words}")


def rows_of(dump, kind):
    return dump["namespaces"][0][kind] if "namespaces" in dump else dump[kind]


def run_inside(load, text, truth):
    """What a tool says of these rules in a fresh namespace, and netscope's rows; None if they cannot be loaded."""
    script = (f'ip link set lo up; {load} || exit 99; ping -q -c 1 -W 1 127.0.0.1 >&2; {truth}; echo "=="; '
              '"$0" --dump=references,chains,rules --format json')
    done = subprocess.run(["unshare", "-n", "sh", "-c", script, NETSCOPE], input=text, capture_output=True, text=True, check=False)
    if done.returncode == 99:
        return None, None
    said, _, dumped = done.stdout.rpartition("==\n")
    if done.returncode not in (0, PARTIAL):
        fail(load, done.stderr)
    dump = json.loads(dumped)
    return said, {kind: rows_of(dump, kind) for kind in ("references", "chains", "rules")}


# What the tools say: every chain with where it is hooked or not, and every call of one by another.

class Truth:
    def __init__(self):
        self.base, self.chains, self.calls = set(), [], collections.Counter()

    def reached(self):
        seen, left = set(), list(self.base)
        while left:
            chain = left.pop()
            if chain not in seen:
                seen.add(chain)
                left += [to for of, to in self.calls if of == chain]
        return seen


def read_save(text, family):
    truth, table = Truth(), None
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:]
        if found := re.match(r":(\S+) (\S+)", line):
            truth.chains.append((family, table, found[1]))
            if found[2] != "-":
                truth.base.add(truth.chains[-1])
    known = set(truth.chains)
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:]
        found = re.match(r"-A (\S+) .*?-[jg] (\S+)( |$)", re.sub(r'"([^"\\]|\\.)*"', '""', line))
        if found and (family, table, found[2]) in known:
            truth.calls[(family, table, found[1]), (family, table, found[2])] += 1
    return truth


def verdicts(node):
    """The chains that an expression of libnftables-json leads to, those of a map's elements included."""
    if isinstance(node, list):
        for one in node:
            yield from verdicts(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("jump", "goto") and value and "target" in value:
                yield value["target"]
            else:
                yield from verdicts(value)


def read_nft(text):
    truth, maps = Truth(), {}
    items = json.loads(text)["nftables"]
    for item in items:
        if chain := item.get("chain"):
            truth.chains.append((chain["family"], chain["table"], chain["name"]))
            if "hook" in chain and (chain["family"], chain["table"]) != DORMANT:
                truth.base.add(truth.chains[-1])
        if found := item.get("map"):
            maps[found["family"], found["table"], found["name"]] = list(verdicts(found.get("elem", [])))
    for item in items:
        if rule := item.get("rule"):
            table = (rule["family"], rule["table"])
            targets = list(verdicts(rule["expr"]))
            for expr in rule["expr"]:
                data = expr.get("vmap", {}).get("data") if isinstance(expr, dict) else None
                if isinstance(data, str):
                    targets += maps[(*table, data[1:])]
            for target in targets:
                truth.calls[(*table, rule["chain"]), (*table, target)] += 1
    return truth


def check(where, truth, rows):
    found = {}
    for row in rows["references"]:
        table = (row["family"], row["table"])
        if "caller" in row:
            found[(*table, row["caller"]), (*table, row["chain"])] = row["calls"]
    if found != dict(truth.calls):
        differ = {key: (found.get(key), truth.calls.get(key)) for key in {*found, *truth.calls}
                  if found.get(key) != truth.calls.get(key)}
        fail(where, f"(netscope's, the tool's) {differ}")
    stand = {(row["family"], row["table"], row["chain"]) for row in rows["references"]}
    if stand != set(truth.chains):
        fail(where, f"chains that the tree has not, or alone has: {stand ^ set(truth.chains)}")
    reached = truth.reached()
    for row in rows["chains"]:
        chain = (row["family"], row["table"], row["name"])
        if row["reached"] != ("yes" if chain in reached else "no"):
            fail(where, f"{chain} is reached: {row['reached']}")
    return len(found)


def check_order(where, rows):
    """Each row stands below its caller: the nearest row before it that is less deep."""
    way = []
    for row in rows["references"]:
        del way[row["depth"]:]
        if way[-1:] != ([row["caller"]] if "caller" in row else []):
            fail(where, f"{row} stands below {way}")
        way.append(row["chain"])


def check_hits(where, rows, expected):
    found = [(row["chain"], row["hit"], "packets" in row) for row in rows["rules"]]
    if found != expected:
        fail(where, f"hits are {found}")


SAVE = "iptables-nft-save"
CASES = (
    ("iptables-nft-restore", IPTABLES, SAVE, lambda text: read_save(text, "ip")),
    ("iptables-legacy-restore", IPTABLES, "iptables-legacy-save", lambda text: read_save(text, "ip")),
    ("nft -f -", NATIVE, "nft -j list ruleset", read_nft),
)


def check_cases():
    for load, text, tool, read in CASES:
        said, rows = run_inside(load, text, tool)
        if rows is None:
            print(f"not checked: {load} cannot load the rules here")
            continue
        check(load, read(said), rows)
        check_order(load, rows)
        if text == IPTABLES:  # ping's packets come to a, and to b from there and from INPUT
            check_hits(load, rows, [("INPUT", "yes", True), ("INPUT", "no", True), ("INPUT", "yes", True), ("a", "yes", True),
                                    ("a", "no", True), ("lost", "no", True), ("lost-too", "no", True)])
        else:
            check_native_hits(load, rows)


def check_native_hits(where, rows):
    found = {(row["chain"], row["hit"]) for row in rows["rules"]}
    expected = {("only-far", "no"), ("anonymous", "yes"), ("lost", "unknown"), ("lost-too", "unknown"), ("in", "unknown"),
                ("in", "yes"), ("in", "no")}
    if found != expected:
        fail(where, f"hits differ: {found ^ expected}")


def main():
    if subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    check_cases()
    for path in sorted(glob.glob(os.path.join(os.environ.get("RULESETS", "/nowhere"), "*"))):
        native = path.endswith(".nft")
        if not native and not path.endswith(".rules"):
            continue
        with open(path, encoding="utf-8") as file:
            text = file.read()
        load, tool, read = ("nft -f -", "nft -j list ruleset", read_nft) if native else CASES[0][::2] + (CASES[0][3],)
        said, rows = run_inside(load, text, tool)
        print(os.path.basename(path), check(path, read(said), rows) if rows else "cannot be loaded")
    sys.exit(1 if failures else 0)


main()
