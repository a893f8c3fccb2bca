#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: what --dump=netfilter says of a ruleset is what `nft -j list ruleset` says, row by row; its text,
loaded into a fresh namespace, gives the same rows; and while rules are replaced all the time, what is read is
never half of one ruleset and half of another.

The rulesets are those of rulesets/, of lab/rulesets and of $RULESETS, if that is a directory; each is loaded
into a namespace of its own."""

import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter, defaultdict

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
HERE = os.path.dirname(os.path.realpath(__file__))
LAB = os.path.join(HERE, "../../lab")
KINDS = ["tables", "hooks", "chains", "rules", "sets", "elements", "objects", "flowtables"]
OBJECTS = ["counter", "quota", "limit", "ct helper", "ct timeout", "ct expectation", "synproxy", "secmark"]
TIMES = re.compile(r"expires [0-9a-z]+")
PARTIAL = 3  # exit status: some could not be read
DUMPS = 60
RULES = 400

failures = []


def fail(where, words):
    failures.append(where)
    print(f"FAIL {where}: {words}")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


class Namespace:
    """A network namespace that lives as long as a process that sleeps in it."""

    def __enter__(self):
        self.sleeper = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo; exec sleep 1000"], stdout=subprocess.PIPE)
        self.sleeper.stdout.readline()
        return self

    def __exit__(self, *_):
        self.sleeper.kill()
        self.sleeper.wait()

    def run(self, *command, **more):
        return run("nsenter", "-t", str(self.sleeper.pid), "-n", *command, **more)

    def nft(self):
        return [part for part in json.loads(self.run("nft", "-j", "list", "ruleset").stdout)["nftables"] if "metainfo" not in part]

    def dump(self, *options):
        done = self.run(NETSCOPE, "--dump=netfilter", "--format", "json", *options)
        if done.returncode not in (0, PARTIAL):
            fail("dump", f"exit {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)


# --- Row by row ----------------------------------------------------------------------------------


def listed(nft, name):
    return [part[name] for part in nft if name in part]


def nft_chains(nft):
    rows = []
    for chain in listed(nft, "chain"):
        rows.append({key: chain.get(key) for key in ("family", "table", "name", "handle", "type", "hook", "prio", "policy")})
    return rows


def counter_of(rule):
    for expr in rule["expr"]:
        if isinstance(expr, dict) and isinstance(expr.get("counter"), dict) and "packets" in expr["counter"]:
            return expr["counter"]["packets"], expr["counter"]["bytes"]
    return None, None


def nft_rules(nft):
    rows = []
    for rule in listed(nft, "rule"):
        packets, size = counter_of(rule)
        rows.append({key: rule.get(key) for key in ("family", "table", "chain", "handle")} | {"packets": packets, "bytes": size})
    return rows


def nft_sets(nft):
    rows = []
    for part in listed(nft, "set") + listed(nft, "map"):
        rows.append({key: part.get(key) for key in ("family", "table", "name", "handle", "size", "timeout")}
                    | {"elements": len(part.get("elem", []))})
    return rows


def nft_objects(nft):
    return [{key: part.get(key) for key in ("family", "table", "name", "handle")} | {"type": kind}
            for kind in OBJECTS for part in listed(nft, kind)]


def like(rows, keys):
    return [{key: row.get(key) for key in keys} for row in rows]


def compare(where, what, ours, theirs, ordered=False):
    freeze = lambda rows: [json.dumps(row, sort_keys=True) for row in rows]
    ours, theirs = freeze(ours), freeze(theirs)
    if ordered and ours != theirs or Counter(ours) != Counter(theirs):
        more, fewer = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
        fail(where, f"{what}: only netscope {sorted(more)[:3]}, only nft {sorted(fewer)[:3]}")


def compare_with_nft(where, dump, nft):
    compare(where, "tables", like(dump["tables"], ("family", "name", "handle")),
            [{key: t[key] for key in ("family", "name", "handle")} for t in listed(nft, "table")], ordered=True)
    chains = nft_chains(nft)
    named = [row for row in dump["chains"] if "binding" not in row.get("flags", [])]
    compare(where, "chains", like(named, ("family", "table", "name", "handle", "type", "hook", "prio", "policy")), chains)
    compare(where, "hooks", [(row["table"], row["chain"]) for row in dump["hooks"]],
            [(row["table"], row["name"]) for row in chains if row["hook"]])
    shown = {(c["family"], c["table"], c["name"]) for c in chains}
    rules = [row for row in dump["rules"] if (row["family"], row["table"], row["chain"]) in shown]
    theirs = nft_rules(nft)
    keys = ("family", "table", "chain", "handle", "packets", "bytes")
    compare(where, "rules", like(rules, keys), theirs)
    by_chain = defaultdict(list)
    for row in rules:
        by_chain[row["family"], row["table"], row["chain"]].append(row["index"])
    for chain, indexes in by_chain.items():
        if indexes != list(range(len(indexes))):
            fail(where, f"{chain}: indexes {indexes}")
    sets = nft_sets(nft)
    counted = Counter((row["family"], row["table"], row["set"]) for row in dump["elements"])
    ours = [row | {"elements": counted[row["family"], row["table"], row["name"]]} for row in dump["sets"]]
    compare(where, "sets", like(ours, ("family", "table", "name", "handle", "size", "timeout", "elements")), sets)
    compare(where, "objects", like(dump["objects"], ("family", "table", "name", "handle", "type")), nft_objects(nft))
    compare(where, "flowtables", like(dump["flowtables"], ("family", "table", "name", "handle")),
            [{key: part[key] for key in ("family", "table", "name", "handle")} for part in listed(nft, "flowtable")])
    for row in dump["rules"]:
        if not row["text"] and row["expr"]:
            fail(where, f"a rule without text: {row}")


# --- Without comments and counts ------------------------------------------------------------------

COMMENTS = re.compile(r' ?-m comment --comment ("[^"]*"|[^ ]+)| comment "[^"]*"$')
COUNTS = re.compile(r"(?<=\bcounter) packets \d+ bytes \d+| used \d+ \w+")
CUT = re.compile(r"[.]{3}$")


def compare_brief(where, space):
    done = space.run(NETSCOPE, "--dump=rules", "--format", "json", "--fields", "text,brief,comment")
    for row in json.loads(done.stdout)["rules"]:
        text, brief = row["text"], row["brief"]
        if "\\" in text:
            continue
        expected = COUNTS.sub("", COMMENTS.sub("", text)).strip()
        if brief != expected and not (CUT.search(brief) and expected.startswith(CUT.sub("", brief))):
            fail(where, f"without its comment and counts {text!r} is {brief!r}")


# --- Text, loaded again --------------------------------------------------------------------------


def without_numbers(dump):
    """All that is the same when the rules are loaded anew."""
    rows = []
    for kind in KINDS:
        for row in dump[kind]:
            kept = {key: value for key, value in row.items() if key not in ("handle", "expires", "order", "expr", "owner", "use")}
            kept["text"] = TIMES.sub("", row.get("text", ""))
            kept |= {key: "nameless" for key in ("name", "chain") if str(row.get(key)).startswith("__chain")}
            kept["elem"] = TIMES.sub("", row.get("elem", ""))
            rows.append((kind, json.dumps(kept, sort_keys=True)))
    return Counter(rows)


READERS = [
    ("syntax = nft", ["nft", "-f", "-"]),
    ("syntax = iptables and family = ip", ["iptables-nft-restore", "-c"]),
    ("syntax = iptables and family = ip6", ["ip6tables-nft-restore", "-c"]),
]


def load_again(where, space, dump):
    with Namespace() as fresh:
        for choice, reader in READERS:
            text = space.run(NETSCOPE, "--dump=netfilter", "--counters", "--filter", choice).stdout
            done = fresh.run(*reader, input=text)
            if done.returncode != 0:
                fail(where, f"{reader[0]} does not take the text: {done.stderr[:400]}")
                return
        ours, again = without_numbers(dump), without_numbers(fresh.dump())
        if ours != again:
            fail(where, f"loaded again it differs: before {list(ours - again)[:2]}, after {list(again - ours)[:2]}")


# --- Rulesets ------------------------------------------------------------------------------------


def read_text(path):
    command = '. "$1/topology.sh"; . "$1/lib/expand.sh"; expand_file "$2"'
    if os.path.realpath(path).startswith(os.path.realpath(LAB)):
        return run("bash", "-c", command, "bash", LAB, path).stdout
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def load(space, path):
    """Loads a ruleset; returns why it could not be, or nothing. Of one in parts, the parts that the kernel takes."""
    text = read_text(path)
    if path.endswith(".rules"):
        return space.run("iptables-nft-restore", input=text).stderr
    if "\n--\n" not in text:
        return space.run("nft", "-f", "-", input=text).stderr
    parts = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).split("--\n")
    refused = [part.strip() for part in parts if space.run("nft", "-f", "-", input=part).returncode != 0]
    print(f"{os.path.basename(path)}: {len(parts) - len(refused)} of {len(parts)} parts; not taken here: "
          + "; ".join(part.splitlines()[0] for part in refused))
    return "nothing was taken" if len(refused) > len(parts) // 2 else ""


def rulesets():
    for place in (os.path.join(HERE, "rulesets"), os.path.join(LAB, "rulesets"), os.environ.get("RULESETS", "")):
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else []:
            if name.endswith((".nft", ".rules")):
                yield os.path.join(place, name)


def check_ruleset(path):
    where = os.path.basename(path)
    with Namespace() as space:
        trouble = load(space, path)
        nft = space.nft()
        if trouble or not nft:
            print(f"{where}: not loaded: {trouble.splitlines()[:1]}")
            return False
        dump = space.dump()
        compare_with_nft(where, dump, nft)
        compare_brief(where, space)
        load_again(where, space, dump)
        unknown = [row["text"] for row in dump["rules"] if row.get("unknown")]
        print(f"{where}: {len(dump['rules'])} rules, {len(unknown)} with something unknown {unknown[:3]}")
    return True


# --- While rules change --------------------------------------------------------------------------


def replace_rules(space, stop):
    """Two rulesets in turn, each of which names itself in every rule."""
    texts = []
    for name in ("one", "two"):
        rules = "\n".join(f'add rule ip torn c{i % 40} tcp dport {i + 1} accept comment "{name}"' for i in range(RULES))
        chains = "\n".join(f"add chain ip torn c{i}" for i in range(40))
        texts.append(f"add table ip torn\ndelete table ip torn\nadd table ip torn\n{chains}\n{rules}\n")
    iptables = ["*filter\n" + "\n".join(f'-A INPUT -p tcp -m tcp --dport {i + 1} -m comment --comment "{name}" -j ACCEPT'
                                        for i in range(RULES)) + "\nCOMMIT\n" for name in ("one", "two")]
    turn = 0
    while not stop.wait(0.1):
        space.run("nft", "-f", "-", input=texts[turn])
        space.run("iptables-nft-restore", input=iptables[turn])
        turn = 1 - turn


def check_torn():
    stop = threading.Event()
    with Namespace() as space:
        writer = threading.Thread(target=replace_rules, args=(space, stop), daemon=True)
        writer.start()
        whole, reasons = 0, Counter()
        for _ in range(DUMPS):
            dump = space.dump()
            reasons.update(status["reason"] for status in dump["status"] if status["state"] != "ok")
            partial = any(status["state"] != "ok" for status in dump["status"])
            names = defaultdict(Counter)
            for row in dump["rules"]:
                names[row["table"]][row["comment"]] += 1
            torn = [table for table, found in names.items() if len(found) > 1 or sum(found.values()) != RULES]
            if torn and not partial:
                fail("torn", f"{ {table: dict(names[table]) for table in torn} }")
            whole += bool(names) and not partial
        stop.set()
        writer.join()
    print(f"torn: {whole} of {DUMPS} dumps whole while rules were replaced; {dict(reasons)}")
    if whole == 0:
        fail("torn", "not one dump was whole")


# --- Control groups -------------------------------------------------------------------------------

# A control group of v2 is in a rule by its number; its name is below /sys/fs/cgroup, here one of our own.
CGROUPS = """
set -e
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /sys/fs/cgroup/netscope-test.slice/web
trap 'rmdir /sys/fs/cgroup/netscope-test.slice/web /sys/fs/cgroup/netscope-test.slice 2>/dev/null || true' EXIT
nft -f - <<END
table inet t {
	chain in {
		type filter hook input priority 0
		socket cgroupv2 level 1 "netscope-test.slice" counter
		socket cgroupv2 level 2 != "netscope-test.slice/web" accept
	}
}
END
look() { nft list ruleset; echo --; "$NETSCOPE" --dump=netfilter | sed '/^# for nft/d'; echo ==; }
look
rmdir /sys/fs/cgroup/netscope-test.slice/web
look
"""


def check_control_groups():
    done = run("unshare", "-n", "-m", "sh", "-c", CGROUPS, env={**os.environ, "NETSCOPE": NETSCOPE})
    looks = [part.split("--\n") for part in done.stdout.split("==\n")[:-1]]
    if len(looks) != 2 or '"netscope-test.slice/web"' not in looks[0][0] or any(nft != ours for nft, ours in looks):
        fail("control groups", done.stdout + done.stderr)


def main():
    if run("unshare", "-n", "true").returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    if sum(check_ruleset(path) for path in (sys.argv[1:] or rulesets())) == 0:
        fail("rulesets", "none could be loaded")
    if not sys.argv[1:]:
        check_torn()
        check_control_groups()
    sys.exit(1 if failures else 0)


main()
