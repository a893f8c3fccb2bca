#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: compare_neighbours.py

Compares, field by field and in every namespace, what $NETSCOPE says of neighbours, forwarding databases
and the kernel's tables of neighbours with what iproute2 and /proc/net/stat say just before and just after.
States pass and ages grow meanwhile: a value is right if it is one of the two or, for ages and counters,
between them; a row that only one of the two has counts for nothing. Where that is not enough, all of it
is read again, a few times. Prints every difference and fails on any, and on a field of iproute2 that
this file does not know.

In the namespaces of make_neighbours, it also looks at owners and at what stands twice."""

import collections
import json
import math
import os
import subprocess
import sys
import time

NETSCOPE = os.environ["NETSCOPE"]
TRIES = 5

STATES = {"PERMANENT", "NOARP", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "INCOMPLETE"}
AGES = {"used", "confirmed", "updated"}
# What netscope has over and above iproute2.
OWN = {"netns", "ifindex", "owner_netns", "owner_ifname", "lladdr_netns", "lladdr_ifname", "duplicate",
       "address_claims", "lladdr_claims", "lladdrs_seen"}  # fmt: skip
COUNTERS = ("allocs", "destroys", "hash_grows", "lookups", "hits", "res_failed", "rcv_probes_mcast",
            "rcv_probes_ucast", "periodic_gc_runs", "forced_gc_runs", "table_fulls")  # fmt: skip


def run(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def inside(path, *command):
    return run(["nsenter", f"--net={path}", *command])


def inside_json(path, *command):
    return json.loads(inside(path, *command).strip() or "[]")


# --- iproute2's rows in netscope's words ------------------------------------------------------------


def neighbour_row(row, proxy):
    row = {key: True if value is None else value for key, value in row.items()}
    if proxy:
        row["proxy"] = True
        row.pop("state", None)
    else:
        row.setdefault("refcnt", 0)
    return row


def neighbour_key(row):
    return row["dst"], row.get("dev"), row.get("proxy", False)


def fdb_row(row):
    renamed = {"viaIf": "via", "linkNetNsId": "link_netnsid"}
    row = {renamed.get(key, key): value for key, value in row.items()}
    if row.get("state") == "":
        del row["state"]
    for key in ("port", "vni", "src_vni", "vlan", "nhid"):
        if key in row:
            row[key] = int(row[key])
    return row


# An entry that two rows may have is told apart by all that does not move.
def fdb_key(row):
    names = ("mac", "ifname", "master", "vlan", "dst", "vni", "src_vni", "port", "via", "nhid", "state")
    return tuple(row.get(name) for name in names) + (tuple(sorted(row["flags"])),)


def by_key(rows, key):
    """{(key, which of those with that key): row}"""
    found, counts = {}, collections.Counter()
    for row in rows:
        found[key(row), counts[key(row)]] = row
        counts[key(row)] += 1
    return found


def read_stats(name):
    """What /proc/net/stat says of a table, which is the whole machine's. Only its first namespace has the
    file: neighbours.sh leaves it open for us. None where it could not."""
    try:
        if f"STAT_FD_{name}" in os.environ:
            text = os.pread(int(os.environ[f"STAT_FD_{name}"]), 1 << 20, 0).decode()
        else:
            with open(f"/proc/net/stat/{name}", encoding="ascii") as file:
                text = file.read()
    except OSError:
        return None
    # A line for each CPU; the first column, the number of entries, is the same in all.
    head, *lines = text.splitlines()
    rows = [[int(word, 16) for word in line.split()] for line in lines]
    stats = dict(zip(head.split(), map(sum, zip(*rows))))
    stats["entries"] = rows[0][0]
    return stats


class Snapshot:
    """What iproute2 and the kernel's files say in one namespace."""

    def __init__(self, path):
        shown, proxies = [], []
        for family in ("-4", "-6"):
            shown += inside_json(path, "ip", family, "-j", "-d", "-s", "neigh", "show", "nud", "all")
            proxies += inside_json(path, "ip", family, "-j", "-d", "-s", "neigh", "show", "proxy")
        rows = [neighbour_row(row, False) for row in shown]
        self.neighbours = by_key(rows + [neighbour_row(row, True) for row in proxies], neighbour_key)
        self.fdb = by_key(map(fdb_row, inside_json(path, "bridge", "-j", "-d", "-s", "fdb")), fdb_key)
        self.stats = {name: read_stats(name) for name in ("arp_cache", "ndisc_cache")}

    def counts(self, family):
        """Entries, those that gc_thresh counts, and proxies."""
        rows = [row for row in self.neighbours.values() if (":" in row["dst"]) == (family == "inet6")]
        entries = [row for row in rows if not row.get("proxy")]
        counted = [
            row for row in entries if row["state"] != ["PERMANENT"] and not row.get("extern_learn")
        ]
        return {"own_entries": len(entries), "own_gc_entries": len(counted),
                "own_proxies": len(rows) - len(entries)}  # fmt: skip


# --- Comparing --------------------------------------------------------------------------------------


def is_asked_for(row):
    """Whether the kernel sends for it now and again: then the number of probes says nothing."""
    return bool({"INCOMPLETE", "PROBE", "FAILED"} & set(row.get("state") or ()))


class Comparison:
    def __init__(self):
        self.took = 0  # seconds between the first readings and the last
        self.differences = []
        self.values = 0
        self.rows = 0
        self.seen = set()
        self.without_stats = False

    def differ(self, where, wanted, got):
        self.differences.append(f"{where}: iproute2 {wanted!r}, netscope {got!r}")

    def value(self, where, key, got, before, after):
        self.values += 1
        self.seen.add(key)
        if got in (before, after):
            return
        numbers = all(isinstance(number, int) for number in (got, before, after))
        # A clock that ticks between two readings, or begins anew: then at any time between them.
        least = before - 1 if numbers and before <= after else 0
        if key in AGES and numbers and least <= got <= max(before + self.took, after) + 1:
            return
        if key in ("refcnt", "probes") and numbers and min(before, after) <= got <= max(before, after):
            return
        self.differ(f"{where}.{key}", [before, after], got)

    def tables(self, where, got, before, after):
        for key in sorted(got.keys() | (before.keys() & after.keys()), key=str):
            name = f"{where} {' '.join(str(part) for part in key[0] if part)}"
            if key not in got or (key not in before and key not in after):
                self.differ(name, before.get(key), got.get(key))
                continue
            self.rows += 1
            first, last = before.get(key, after.get(key)), after.get(key, before.get(key))
            passed = OWN | ({"probes"} if is_asked_for(first) or is_asked_for(last) else set())
            for field in sorted((got[key].keys() | first.keys() | last.keys()) - passed):
                self.value(name, field, got[key].get(field), first.get(field), last.get(field))

    def neighbour_table(self, where, row, before, after):
        self.rows += 1
        first, last = before.stats[row["name"]], after.stats[row["name"]]
        self.without_stats |= not first or not last
        # What goes up and down, with the whole machine, says something only while it stands still.
        still = first and last and first["entries"] == last["entries"]
        for key in (*COUNTERS, *(["entries"] if still else ())) if first and last else ():
            low, high = sorted((first[key], last[key]))
            self.values += 1
            if not low <= row[key] <= high:
                self.differ(f"{where}.{key}", [low, high], row[key])
        before_counts, after_counts = before.counts(row["family"]), after.counts(row["family"])
        for key, count in before_counts.items():
            self.value(where, key, row[key], count, after_counts[key])


def netscope(kind, *arguments):
    # Exit status 3: some process of another user may not be looked at; the statuses are judged.
    process = subprocess.run([NETSCOPE, f"--dump={kind}", "-j", "--all-netns", *arguments],
                             check=False, stdout=subprocess.PIPE, text=True)  # fmt: skip
    return json.loads(process.stdout)


def thresholds():
    """{name: [gc_thresh1, 2, 3]}, where this kernel shows them; only its first namespace does."""
    found = {}
    for name, way in (("arp_cache", "ipv4"), ("ndisc_cache", "ipv6")):
        try:
            found[name] = [int(open(f"/proc/sys/net/{way}/neigh/default/gc_thresh{n}",
                                    encoding="ascii").read()) for n in (1, 2, 3)]  # fmt: skip
        except FileNotFoundError:
            if f"GC_THRESH_{name}" in os.environ:
                found[name] = [int(word) for word in os.environ[f"GC_THRESH_{name}"].split()]
    return found


def compare_tables(comparison, rows, before, after, limits):
    for row in rows:
        where = f"{row['netns']} {row['name']}"
        comparison.neighbour_table(where, row, before[row["netns"]], after[row["netns"]])
        # All namespaces of the node; the kernel's own number has those of others too.
        total = sum(other["own_gc_entries"] for other in rows if other["name"] == row["name"])
        if row["gc_entries"] != total:
            comparison.differ(f"{where}.gc_entries", total, row["gc_entries"])
        limit = limits.get(row["name"])
        got = [row[f"gc_thresh{n}"] for n in (1, 2, 3)]
        if limit and got != limit:
            comparison.differ(f"{where}.gc_thresh", limit, got)


def compare(limits):
    spaces = {row["netns"]: row["path"] for row in netscope("namespaces")["namespaces"]}
    comparison = Comparison()
    start = time.monotonic()
    before = {name: Snapshot(path) for name, path in spaces.items()}
    dump = netscope("interfaces,neighbours,fdb,neighbour_tables")
    after = {name: Snapshot(path) for name, path in spaces.items()}
    comparison.took = math.ceil(time.monotonic() - start)
    for status in dump["status"]:
        if status["state"] != "ok" and status["source"] in ("neighbours", "fdb", "neighbour_tables"):
            comparison.differ("status", "ok", status)
    for name in spaces:
        for kind, key in (("neighbours", neighbour_key), ("fdb", fdb_key)):
            rows = [row for row in dump[kind] if row["netns"] == name]
            comparison.tables(f"{name} {kind}", by_key(rows, key), getattr(before[name], kind),
                              getattr(after[name], kind))  # fmt: skip
    compare_tables(comparison, dump["neighbour_tables"], before, after, limits)
    return comparison, dump


# --- make_neighbours' namespaces --------------------------------------------------------------------


def find(rows, **wanted):
    found = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    return found[0] if len(found) == 1 else {"found": len(found)}


def check_made(dump):
    """What stands twice there, and whose what is. Returns differences."""
    neighbours, fdb = dump["neighbours"], dump["fdb"]
    states = {row["state"][0] for row in neighbours if row["netns"] == "states" and row.get("state")}
    differences = []
    if STATES - states:
        differences.append(f"states: {sorted(STATES - states)} are not there")

    def expect(row, **wanted):
        got = {key: row.get(key) for key in wanted}
        if got != wanted:
            differences.append(f"{row}: {wanted} is wanted")

    row = find(neighbours, netns="middle", dst="10.3.0.1")
    expect(row, duplicate=["address"], address_claims=["left eth0", "right eth0"], owner_netns="left",
           owner_ifname="eth0", lladdr_netns="left", lladdr_ifname="eth0")  # fmt: skip
    row = find(neighbours, netns="middle", dst="10.3.0.3")
    expect(row, duplicate=["conflict"], owner_netns="third", lladdr_netns=None)
    row = find(neighbours, netns="left", dst="10.3.0.254")
    expect(row, duplicate=None, owner_netns="middle", owner_ifname="br0", lladdr_netns="middle",
           lladdr_ifname="br0")  # fmt: skip
    row = find(fdb, mac="02:00:00:00:03:12", netns="middle", master="br0", vlan=None)
    expect(row, duplicate=["lladdr"], lladdr_claims=["right eth0", "third eth0"])
    row = find(fdb, mac="02:00:00:00:03:01", netns="middle", master="br0", vlan=None)
    expect(row, duplicate=None, owner_netns="middle", owner_ifname="br0")
    # Of the interfaces themselves the same is said.
    row = find(dump["interfaces"], netns="left", ifname="eth0")
    expect(row, duplicate=["address"], address_claims=["left eth0", "right eth0"])
    row = find(dump["interfaces"], netns="third", ifname="eth0")
    # With one MAC they have one link-local address, too.
    expect(row, duplicate=["address", "lladdr"], lladdr_claims=["right eth0", "third eth0"])
    row = find(dump["interfaces"], netns="middle", ifname="br0")
    expect(row, duplicate=None, lladdr_claims=None)
    # 10.3.0.77 is nobody's here, and two namespaces know it under two addresses.
    for name in ("middle", "left"):
        expect(find(neighbours, netns=name, dst="10.3.0.77"), duplicate=["conflict"],
               lladdrs_seen=["02:00:00:00:03:77 in middle br0", "02:00:00:00:03:78 in left eth0"])
    return differences


def main():
    limits = thresholds()
    for _ in range(TRIES):
        comparison, dump = compare(limits)
        if not comparison.differences:
            break
    differences = comparison.differences + check_made(dump)
    for difference in differences:
        print(difference)
    if comparison.without_stats:
        print("/proc/net/stat may not be read: counters of the tables are not compared")
    print(f"{comparison.rows} rows, {len(comparison.seen)} fields, {comparison.values} values: "
          f"{len(differences)} differences")  # fmt: skip
    sys.exit(1 if differences or not comparison.rows else 0)


main()
