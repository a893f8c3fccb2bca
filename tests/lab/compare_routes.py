#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: compare_routes.py

Compares, field by field and in every namespace, what $NETSCOPE says of routes, policy rules and nexthop
objects with what iproute2 says of them just before and just after. Prints every difference and fails on
any: a value that is another, a row that only one has, a field of iproute2 or of netscope that this file
does not know."""

import collections
import ipaddress
import json
import os
import subprocess
import sys

NETSCOPE = os.environ["NETSCOPE"]

# What iproute2 says of an encapsulation stands between the route's own members, under names that those
# have too: these are its, once each, behind "encap".
ENCAP_KEYS = {
    "mpls": {"dst", "ttl"},
    "ip": {"id", "src", "dst", "ttl", "tos", "key", "csum", "seq", "geneve_opts", "vxlan_opts",
           "erspan_opts"},
    "ip6": {"id", "src", "dst", "hoplimit", "tc", "key", "csum", "seq", "geneve_opts", "vxlan_opts",
            "erspan_opts"},
    "ila": {"locator", "csum_mode", "ident_type", "hook_type"},
    "seg6": {"mode", "segs", "hmac"},
    "seg6local": {"action", "table", "vrftable", "nh4", "nh6", "iif", "oif", "srh", "endpoint", "flavors",
                  "lblen", "nflen"},
    "rpl": {"segs"},
    "ioam6": {"freqk", "freqn", "mode", "tundst", "type", "ns", "size"},
    "xfrm": {"if_id", "link_dev"},
    "bpf": {"in", "out", "xmit", "headroom"},
}  # fmt: skip


class Members(list):
    """A JSON object as pairs, since iproute2 has some names twice."""


def read_json(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # A kernel without MPLS refuses that family, and ip(8) then says nothing.
    text = done.stdout.strip() or "[]"
    return json.loads(text, object_pairs_hook=Members, strict=False)


def plain(value):
    """The same as dictionaries."""
    if isinstance(value, Members):
        return {key: plain(inner) for key, inner in value}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


# --- iproute2's routes in netscope's words --------------------------------------------------------


def split_encap(members):
    """The members without those of the encapsulation, and these, or None."""
    own, encap, keys = Members(), None, set()
    for key, value in members:
        if key == "encap":
            encap = {"type": value}
            keys = set(ENCAP_KEYS[value])
        elif key in keys:
            keys.remove(key)
            encap.update(value if key == "srh" else [(key, value)])
        else:
            own.append((key, value))
            keys = set()
    return own, encap


def options_text(key, options):
    """ "258:1:0011,513:2:22" of a list of objects: the numbers in iproute2's order."""
    lists = [[str(value) for value in plain(option).values()] for option in options]
    return [f"{key} {':'.join(numbers)}" for numbers in lists]


def encap_record(encap):
    """What netscope has of an encapsulation, by iproute2's words."""
    record, rest = {"type": encap["type"]}, []
    renamed = {"hoplimit": "ttl", "tc": "tos", "segs": "segments", "tundst": "dst", "if_id": "id",
               "csum_mode": "mode"}  # fmt: skip
    trace = []
    for key, value in encap.items():
        if key in ("key", "csum", "seq"):
            rest.append(key)
        elif key.endswith("_opts"):
            rest += options_text(key, value)
        elif encap["type"] == "mpls" and key == "dst":
            record["labels"] = value
        elif key in ("type", "id", "src", "dst", "ttl", "tos", "mode", "action") or key in renamed:
            if encap["type"] == "ioam6" and key == "type":
                trace.append(value)
            else:
                record[renamed.get(key, key)] = value
        elif key == "flavors":
            rest += [f"flavors {flavor}" for flavor in value]
        elif key == "locator":
            rest.append(value)
        elif key in ("ident_type", "hook_type"):
            rest.append(f"{key.replace('_', '-')} {value}")
        elif key in ("freqk", "freqn"):
            rest.append(f"freq_{key[-1]} {value}")
        elif key in ("ns", "size"):
            trace.append(f"{key} {value}")
        else:
            rest.append(f"{key} {value}")
    # No address, said with words or without.
    for key in ("src", "dst"):
        if record.get(key) in ("::", "0.0.0.0", "any"):
            del record[key]
    return record, sorted(rest)


def realms(flow):
    both = plain(flow)
    return f"{both['from']}/{both['to']}" if "from" in both else both["to"]


def via(value):
    return plain(value)["host"]


def prefix(text, family):
    if text in ("default", "all"):
        text = "0.0.0.0/0" if family == "inet" else "::/0"
    if family == "mpls":
        return text
    return text if "/" in text else f"{text}/{32 if family == 'inet' else 128}"


def nexthop_record(members):
    own, encap = split_encap(members)
    record = plain(own)
    row = {"weight": record.pop("weight", 1), "flags": record.pop("flags", [])}
    if "via" in record:
        row["gateway"] = record.pop("via")["host"]
    for key in ("gateway", "dev", "to"):
        if key in record:
            row[key] = record.pop(key)
    if "flow" in record:
        row["realms"] = realms(dict(own)["flow"])
        record.pop("flow")
    if record:
        raise SystemExit(f"unknown members of a nexthop: {record}")
    return row, encap


# What only netscope says, worked out from the rest here; "encap" of a way is checked by its record.
METRICS = {"congestion": "congctl"}
SAME = ("type", "gateway", "dev", "prefsrc", "metric", "flags", "nhid", "table", "protocol", "scope", "pref",
        "to", "users", "used", "age", "error")  # fmt: skip


def route_metrics(row, metrics):
    for key, value in metrics:
        if key == "ecn":
            row.setdefault("features", []).append("ecn")
        else:
            row[METRICS.get(key, key)] = value


class Place:
    """What is known of one namespace beside its routes."""

    def __init__(self, rules, vrf_tables):
        self.first = {}
        for family in ("inet", "inet6"):
            for rule in rules[family]:
                tables = [rule.get("table")]
                if "l3mdev" in rule and "action" not in rule:
                    tables = vrf_tables
                if "action" in rule or "nop" in rule or "goto" in rule:
                    continue
                for table in tables:
                    self.first.setdefault((family, table), rule["priority"])


def route_row(members, family, cached, place):
    """The row that netscope should have for one of iproute2's."""
    own, encap = split_encap(members)
    row = {"family": family}
    encaps = [encap] if encap else []
    for key, value in own:
        if key == "dst":
            if family == "mpls":
                row["label"] = int(value)
            else:
                row["dst"] = prefix(value, family)
        elif key == "from":
            row["from"] = prefix(value, family)
        elif key in SAME:
            row[key] = value
        elif key == "via" and family == "mpls":
            row["via"] = via(value)
        elif key == "via":
            row["via"] = via(value)
        elif key == "tos":
            row["tos"] = int(value, 16)
        elif key == "flow":
            row["realms"] = realms(value)
        elif key == "metrics":
            for metrics in value:
                route_metrics(row, metrics)
        elif key == "nexthops":
            pairs = [nexthop_record(nexthop) for nexthop in value]
            row["nexthops"] = [pair[0] for pair in pairs]
            encaps += [pair[1] for pair in pairs if pair[1]]
        elif key == "expires":
            row["expires"] = value
        elif key == "ttl-propogate":  # so in iproute2
            row["ttl_propagate"] = value
        elif key not in ("nh_info", "cache", "ipid"):
            raise SystemExit(f"unknown member of a route: {key}: {value}")
    if encap:
        row["encap"] = encap["type"]
    if encaps:
        row["encap_info"] = [encap_record(encap) for encap in encaps]
    if cached:
        row["cached"] = True
    row.setdefault("table", "main")
    if (family, row["table"]) in place.first:
        row["rule"] = place.first[family, row["table"]]
    return row


def as_compared(row):
    """netscope's row without what has no counterpart, or stands otherwise in iproute2's."""
    row = {key: value for key, value in row.items() if key not in ("netns", "dst_len", "locked")}
    if row.get("cached"):
        # ip(8) leaves these out, and what is zero.
        for key in ("protocol", "scope"):
            row.pop(key, None)
        for key in ("users", "used", "age"):
            if row.get(key) == 0:
                del row[key]
    for nexthop in row.get("nexthops", []):
        nexthop.pop("encap", None)
    if "encap_info" in row:
        row["encap_info"] = [
            ({key: value for key, value in record.items() if key != "rest"}, sorted(record.get("rest", [])))
            for record in row["encap_info"]
        ]
    return row


# --- Rules and nexthop objects --------------------------------------------------------------------


def ports(rule, name):
    if name in rule:
        return str(rule[name])
    return f"{rule[name + '_start']}-{rule[name + '_end']}" if name + "_start" in rule else None


def rule_row(said, family, position):
    rule = dict(said)
    row = {"family": family, "position": position, "flags": []}
    for side in ("src", "dst"):
        if rule.get(side, "all") != "all":
            length = rule.pop(side + "len", 32 if family == "inet" else 128)
            row[side] = f"{rule[side]}/{length}"
        rule.pop(side, None)
    for flag in ("not", "l3mdev"):
        if flag in rule:
            rule.pop(flag)
            row[flag] = True
    for flag in ("unresolved", "iif_detached", "oif_detached"):
        if flag in rule:
            rule.pop(flag)
            row["flags"].append(flag)
    for side in ("sport", "dport"):
        row[side] = ports(rule, side)
        for key in (side, side + "_start", side + "_end"):
            rule.pop(key, None)
    if "tos" in rule:
        row["tos"] = int(rule.pop("tos"), 16)
    if "suppress_ifgroup" in rule:
        row["suppress_ifgroup"] = int(rule.pop("suppress_ifgroup"))
    if "flow_to" in rule:
        source = rule.pop("flow_from", None)
        row["realms"] = (f"{source}/" if source else "") + rule.pop("flow_to")
    row["action"] = "goto" if "goto" in rule else "nop" if "nop" in rule else "lookup"
    rule.pop("nop", None)
    for key in ("priority", "iif", "oif", "fwmark", "fwmask", "uid_start", "uid_end", "ipproto", "tun_id",
                "table", "suppress_prefixlen", "goto", "action", "protocol"):  # fmt: skip
        if key in rule:
            row[key] = rule.pop(key)
    if rule:
        raise SystemExit(f"unknown members of a rule: {rule}")
    return {key: value for key, value in row.items() if value is not None}


def nexthop_row(members, families):
    own, encap = split_encap(members)
    said = plain(own)
    row = {}
    for key in ("id", "gateway", "dev", "scope", "protocol", "flags", "type"):
        if key in said:
            row[key] = said.pop(key)
    for flag in ("blackhole", "fdb"):
        if flag in said:
            said.pop(flag)
            row[flag] = True
    if "group" in said:
        row["group"] = [{"weight": 1, **member} for member in said.pop("group")]
        row.setdefault("type", "mpath")
    else:
        row["family"] = families[row["id"]]
    row.update(said.pop("resilient_args", {}))
    if encap:
        row["encap"] = encap["type"]
        row["encap_info"] = [encap_record(encap)]
    if said:
        raise SystemExit(f"unknown members of a nexthop object: {said}")
    return row


# --- One namespace as iproute2 has it -------------------------------------------------------------


def read_routes(ip, place):
    rows = []
    for family in ("inet", "inet6", "mpls"):
        shown = [*ip, "-f", family, "route", "show"]
        for members in read_json([*shown, *([] if family == "mpls" else ["table", "all"])]):
            row = route_row(members, family, False, place)
            if family == "mpls":
                row["table"] = "main"
            rows.append(row)
        if family != "mpls":
            # The kernel tells an exception again with each route that goes the same way.
            cached = {}
            for members in read_json([*shown, "table", "all", "cache"]):
                row = route_row(members, family, True, place)
                cached[identity(row)] = row
            rows += cached.values()
    return rows


def read_place(path):
    """Everything that iproute2 says in the namespace behind the path."""
    ip = ["nsenter", f"--net={path}", "ip", "-j", "-d", "-s"]
    rules = {family: plain(read_json([*ip, "-f", family, "rule"])) for family in ("inet", "inet6")}
    vrfs = plain(read_json([*ip, "link", "show", "type", "vrf"]))
    tables = [str(vrf["linkinfo"]["info_data"]["table"]) for vrf in vrfs if vrf]
    families = {}
    for family in ("inet", "inet6"):
        for nexthop in read_json([*ip, "-f", family, "nexthop"]):
            families.setdefault(dict(split_encap(nexthop)[0])["id"], family)
    return {
        "routes": read_routes(ip, Place(rules, tables)),
        "routing_rules": [
            rule_row(rule, family, i)
            for family in ("inet", "inet6")
            for i, rule in enumerate(rules[family])
        ],
        "nexthops": [nexthop_row(nexthop, families) for nexthop in read_json([*ip, "nexthop"])],
    }


# --- What route(8) shows: the kernel's own file ---------------------------------------------------

CLASSIC = "destination gateway genmask flags metric ref use iface".split()


def address(number):
    return str(ipaddress.IPv4Address(int(number, 16).to_bytes(4, sys.byteorder)))


def read_classic(path):
    """The lines of /proc/net/route as route -n shows them."""
    command = ["nsenter", f"--net={path}", "cat", "/proc/net/route"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines[1:]:
        iface, destination, gateway, flags, ref, use, metric, mask, *_ = line.split()
        flags = int(flags, 16)
        # Older kernels write the metric as a signed number.
        refused = flags & 0x200
        letters = ("!" if refused else "U") + ("G" if flags & 2 else "") + ("H" if flags & 4 else "")
        row = [address(destination), address(gateway), address(mask), letters, int(metric) % 2**32, int(ref),
               int(use), iface]  # fmt: skip
        if refused:
            row[1] = row[5] = row[7] = None
        yield tuple(row)


def compare_classic(name, path):
    keys = [f"classic_{key}" for key in CLASSIC]
    command = [NETSCOPE, "--dump=routes", "-j", "--netns", name, "--fields", ",".join(keys), "--filter",
               "family = inet and table = main and cached != yes and type != broadcast and "
               "type != multicast"]  # fmt: skip
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    got = collections.Counter(tuple(row.get(key) for key in keys) for row in said["routes"])
    wanted = collections.Counter(read_classic(path))
    for row in (wanted - got).elements():
        yield f"{name}: only /proc/net/route has {row}"
    for row in (got - wanted).elements():
        yield f"{name}: only netscope has the classic {row}"


# --- Comparing ------------------------------------------------------------------------------------

MOVING = ("expires", "age", "used", "users", "unbalanced_time")


def identity(row):
    return json.dumps({key: value for key, value in row.items() if key not in MOVING}, sort_keys=True)


def times_differ(got, before, after):
    for key in MOVING:
        values = [row.get(key, 0) for row in (before, after)]
        if not min(values) - 1 <= got.get(key, 0) <= max(values) + 1:
            return f"{key}: {got.get(key)} is not between {values}"
    return None


def compare(where, got, before, after):
    """Every row that one has and the other has not; rows in the order in which the kernel gave them."""
    differences = []
    wanted, have = (collections.Counter(map(identity, rows)) for rows in (before, got))
    for row in (wanted - have).elements():
        differences.append(f"{where}: only iproute2 has  {row}")
    for row in (have - wanted).elements():
        differences.append(f"{where}: only netscope has {row}")
    if not differences:
        triples = (sorted(rows, key=identity) for rows in (got, before, after))
        for rows in zip(*triples):
            said = times_differ(*rows)
            if said:
                differences.append(f"{where}: {identity(rows[0])}: {said}")
    return differences


def read_netscope():
    kinds = "namespaces,routes,routing_rules,nexthops"
    command = [NETSCOPE, f"--dump={kinds}", "-j", "--all-netns"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def read_all(paths):
    return {name: read_place(path) for name, path in paths.items()}


def at_rest(before, after):
    return all(
        sorted(map(identity, before[name][kind])) == sorted(map(identity, after[name][kind]))
        for name in before
        for kind in before[name]
    )


def main():
    netscope = read_netscope()
    paths = {row["netns"]: row["path"] for row in netscope["namespaces"]}
    for _ in range(10):
        before = read_all(paths)
        netscope = read_netscope()
        after = read_all(paths)
        if at_rest(before, after):
            break
    else:
        sys.exit("the routes did not come to rest")
    differences = [f"status: {status}" for status in netscope["status"] if status["state"] != "ok"]
    counts, keys = collections.Counter(), set()
    for kind in ("routes", "routing_rules", "nexthops"):
        for name in paths:
            got = [row for row in netscope[kind] if row["netns"] == name]
            got = [as_compared(row) for row in got]
            keys |= {f"{kind}.{key}" for row in got for key in row}
            counts[kind] += len(got)
            differences += compare(f"{name} {kind}", got, before[name][kind], after[name][kind])
    for name, path in paths.items():
        differences += compare_classic(name, path)
    for difference in differences:
        print(difference)
    said = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{said} in {len(paths)} namespaces, {len(keys)} fields: {len(differences)} differences")
    sys.exit(1 if differences or not all(counts.values()) else 0)


main()
