#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: compare_interfaces.py DIRECTORY

Compares, field by field, what netscope said of the interfaces in every namespace with what
iproute2 and the kernel's own files said just before and just after. capture_interfaces filled
DIRECTORY. Prints every difference and fails on any:

- a value that netscope has and iproute2 has otherwise (counters and lifetimes may lie between
  before and after);
- an interface, an address or a namespace that only one of them has;
- a field of iproute2 that is in none of the tables of interfaces_fields.py, where those that
  netscope does not show stand with a reason;
- a field of netscope that iproute2 says nothing of, unless OWN_FIELDS there has it.
"""

import json
import os
import re
import sys

sys.dont_write_bytecode = True
from interfaces_fields import (  # noqa: E402
    COMMON,
    CONVERT,
    FLAGGED_KINDS,
    KIND_DATA,
    NOT_IN_NETSCOPE,
    OWN_FIELDS,
    PROGRAM_MODES,
    RP_FILTERS,
    SLAVE_DATA,
    SYSCTLS,
    UNSAID,
)

# --- What was captured ----------------------------------------------------------------------------


def read_json(path, default=None):
    if default is not None and not os.path.exists(path):
        return default
    with open(path, encoding="utf-8") as file:
        text = file.read()
    # iproute2 leaves control characters in strings as they are.
    return json.loads(text, strict=False) if text.strip() else []


def read_sysctls(path):
    """{interface: {"ipv4/rp_filter": 1}} of lines /proc/sys/net/ipv4/conf/eth0.10/rp_filter:1."""
    settings = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, value = line.rstrip("\n").rsplit(":", 1)
            *_, family, _, interface, setting = name.split("/")
            if value.lstrip("-").isdigit():
                settings.setdefault(interface, {})[f"{family}/{setting}"] = int(value)
    return settings


class Snapshot:
    """What iproute2 and the kernel's files said in one namespace at one time."""

    def __init__(self, directory, names):
        self.directory = directory
        addresses, links, ports, vlans = (
            read_json(f"{directory}/{name}.json")
            for name in ("address", "link", "bridge-link", "bridge-vlan")
        )
        self.links = {link["ifindex"]: link for link in addresses}
        self.indices = {link["ifname"]: link["ifindex"] for link in addresses}
        self.link_modes = {link["ifindex"]: link["linkmode"] for link in links}
        self.ports = {port["ifname"]: port for port in ports}
        self.vlans = {row["ifname"]: row["vlans"] for row in vlans}
        self.sysctls = read_sysctls(f"{directory}/sysctl")
        self.nsids = self.read_nsids(f"{directory}/nsids", names)

    @staticmethod
    def read_nsids(path, names):
        """{nsid: netscope's name of the namespace} of lines "NSID INODE"."""
        with open(path, encoding="utf-8") as file:
            pairs = (line.split() for line in file)
            return {int(nsid): names.get(int(inode)) for nsid, inode in pairs}

    def filters(self, device, direction):
        return read_json(f"{self.directory}/tc-{direction}-{device}.json", default=[])


# --- iproute2's row in netscope's words -----------------------------------------------------------


class Expected:
    """The row that netscope should have for one interface, as one snapshot has it."""

    def __init__(self, snapshot, link, unknown):
        self.row = {}
        self.unknown = unknown
        self.link = link
        self.take(link, COMMON, "")
        self.take_kind(link.get("linkinfo", {}))
        # ip(8)'s own word for a lower device that is down.
        self.row["flags"] = [flag for flag in link["flags"] if flag != "M-DOWN"]
        self.take_lower(snapshot)
        self.take_counters(link.get("stats64", {}))
        self.row["addr_info"] = [self.address(address) for address in link["addr_info"]]
        self.row["linkmode"] = snapshot.link_modes.get(link["ifindex"])
        # A device that is down does not say whether it would have carrier.
        if "UP" in link["flags"]:
            self.row["carrier"] = "LOWER_UP" in link["flags"]
        self.take_address_class()
        self.take_port(snapshot)
        self.take_sysctls(snapshot)
        self.row["programs"] = list(self.programs(snapshot))

    def take(self, said, names, prefix):
        for name, value in said.items():
            if name in names:
                key = names[name]
                self.row[key] = CONVERT[key](value) if key in CONVERT else value
            elif isinstance(value, dict) and any(known.startswith(name + ".") for known in names):
                self.take({f"{name}.{inner}": value[inner] for inner in value}, names, prefix)
            elif prefix + name not in NOT_IN_NETSCOPE:
                self.unknown.add(prefix + name)

    def take_kind(self, linkinfo):
        kind = linkinfo.get("info_kind")
        slave_kind = linkinfo.get("info_slave_kind")
        data = dict(linkinfo.get("info_data", {}))
        self.row["info_slave_kind"] = slave_kind
        # Without a kind of the kernel's there is netscope's word.
        if kind is None and "LOOPBACK" in self.link["flags"]:
            kind = "loopback"
        elif kind is None:
            kind = "physical" if "parentdev" in self.link else "virtual"
        self.row["info_kind"] = kind
        if kind in FLAGGED_KINDS:
            key, flags = FLAGGED_KINDS[kind]
            self.row[key] = [flag for flag in flags if data.pop(flag, False)]
        self.take(data, KIND_DATA.get(kind, {}), f"{kind}.")
        slave_data = linkinfo.get("info_slave_data", {})
        self.take(slave_data, SLAVE_DATA.get(slave_kind, {}), f"{slave_kind}-slave.")

    def take_lower(self, snapshot):
        """ip(8) names a lower device of this namespace, and gives the index of one in another."""
        name = self.link.get("link")
        self.row["link"] = name
        self.row["link_index"] = snapshot.indices.get(name, self.link.get("link_index"))
        if "link_netnsid" in self.link:
            self.row["link_netns"] = snapshot.nsids.get(self.link["link_netnsid"])

    def take_counters(self, stats):
        for direction, counters in stats.items():
            self.take(counters, {name: f"{direction}_{name}" for name in counters}, "")
        self.row["carrier_changes"] = self.row.pop("tx_carrier_changes", None)
        self.row.pop("rx_otherhost", None)

    @staticmethod
    def address(said):
        return {name.replace("-", "_"): value for name, value in said.items()}

    def take_address_class(self):
        address = self.link.get("address", "")
        if re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", address) and address != "00:00:00:00:00:00":
            first = int(address[:2], 16)
            whose, whom = "local" if first & 2 else "universal", "group" if first & 1 else "unicast"
            self.row["address_class"] = f"{whose} {whom}"

    def take_port(self, snapshot):
        """bridge(8) says again what the interface's slave data said; only it tells the VLANs."""
        name = self.link["ifname"]
        said = dict(snapshot.ports.get(name, {}))
        for again in "ifindex ifname flags mtu master link link_index operstate".split():
            said.pop(again, None)
        self.take(said, SLAVE_DATA["bridge"], "bridge-slave.")
        for vlan in snapshot.vlans.get(name, []):
            flags = vlan.get("flags", [])
            pvid = " PVID" if "PVID" in flags else ""
            untagged = " untagged" if "Egress Untagged" in flags else ""
            self.row.setdefault("port_vlans", []).append(f"{vlan['vlan']}{pvid}{untagged}")

    def take_sysctls(self, snapshot):
        own = snapshot.sysctls.get(self.link["ifname"], {})
        for name in SYSCTLS.keys() & own.keys():
            key = SYSCTLS[name]
            self.row[key] = CONVERT[key](own[name]) if key in CONVERT else own[name]
        if "ipv4/rp_filter" in own:
            in_effect = max(own["ipv4/rp_filter"], snapshot.sysctls["all"]["ipv4/rp_filter"])
            self.row["ipv4_rp_filter_in_effect"] = RP_FILTERS[in_effect]

    def programs(self, snapshot):
        for attached in self.link.get("xdp", {}).get("attached", []):
            program = attached["prog"]
            place = {"attached": PROGRAM_MODES[attached["mode"]]}
            yield {**place, "id": program["id"], "name": program["name"]}
        for direction in ("ingress", "egress"):
            for filter in snapshot.filters(self.link["ifname"], direction):
                place = {"attached": f"tc-{direction}", "priority": filter["pref"]}
                program = filter.get("options", {}).get("prog")
                if program:
                    yield {**place, "id": program["id"], "name": program["name"]}
                elif "bytecode" in filter.get("options", {}):  # classic BPF: no program of its own
                    yield place


# --- Comparing ------------------------------------------------------------------------------------


def add_other_ends(rows, links):
    """Adds what only both ends of a pair tell together to the rows, by (namespace, ifindex)."""
    for (netns, ifindex), row in rows.items():
        if row["info_kind"] not in ("veth", "netkit"):
            continue
        there = (row.get("link_netns", netns), row["link_index"])
        ends = [links[end] for end in ((netns, ifindex), there) if end in links]
        row["peer_netns"] = there[0]
        row["peer"] = links[there]["ifname"] if there in links else None
        up = all(end["operstate"] in ("UP", "UNKNOWN") for end in ends)
        row["pair_state"] = "up" if up else "down"


def spread_vlans(texts):
    """["2-4 untagged"] as ["2 untagged", "3 untagged", "4 untagged"]."""
    for text in texts:
        numbers, *flags = text.split(" ", 1)
        first, *last = numbers.split("-")
        for vlan in range(int(first), int(last[0] if last else first) + 1):
            yield " ".join([str(vlan), *flags])


def agrees(got, before, after):
    """At rest the three are the same; a counter or a lifetime lies between."""
    if got in (before, after):
        return True
    if all(type(value) in (int, float) for value in (got, before, after)):
        return min(before, after) <= got <= max(before, after)
    return False


class Comparison:
    def __init__(self):
        self.differences = []
        self.unknown = set()
        self.compared = 0
        self.keys = set()

    def differ(self, where, wanted, got):
        wanted, got = json.dumps(wanted), json.dumps(got)
        self.differences.append(f"{where}: iproute2 {wanted}, netscope {got}")

    def rows(self, where, got, before, after):
        """One row, or one object of a row's list: every key that anybody has."""
        # ip(8) tells the permanent address only where it is another than the address.
        if got.get("permaddr") == got.get("address"):
            got = {key: value for key, value in got.items() if key != "permaddr"}
        for key in sorted((set(got) | set(before) | set(after)) - OWN_FIELDS):
            self.value(f"{where}.{key}", key, got.get(key), before.get(key), after.get(key))

    def value(self, where, key, got, before, after):
        self.compared += 1
        self.keys.add(key)
        if key in ("addr_info", "programs") and got and before and after:
            self.records(where, got, before, after)
            return
        if key == "port_vlans":
            got = list(spread_vlans(got or []))
        # Nothing, said with words or without.
        if got in (None, []) and before in (None, []) and after in (None, []):
            return
        if before is None and after is None and key in UNSAID and got in UNSAID[key]:
            return
        if not agrees(got, before, after):
            self.differ(where, before if before == after else [before, after], got)

    def records(self, where, got, before, after):
        if not len(got) == len(before) == len(after):
            self.differ(where, before, got)
            return
        for i, items in enumerate(zip(got, before, after)):
            self.rows(f"{where}[{i}]", *items)

    def interfaces(self, got, before, after):
        """Everything that netscope and the two snapshots have, by (namespace, ifindex)."""
        for place in sorted(got.keys() | (before.keys() & after.keys()), key=str):
            name = " ".join(str(part) for part in place)
            if place not in got or place not in before or place not in after:
                wanted = [rows.get(place, {}).get("ifname") for rows in (before, after)]
                self.differ(name, wanted, got.get(place, {}).get("ifname"))
            else:
                self.rows(f"{name} {got[place]['ifname']}", got[place], before[place], after[place])


def expected_rows(directory, names, unknown):
    """{(namespace, ifindex): the row that netscope should have}."""
    rows, links = {}, {}
    for inode, name in names.items():
        snapshot = Snapshot(f"{directory}/{inode}", names)
        for ifindex, link in snapshot.links.items():
            links[name, ifindex] = link
            rows[name, ifindex] = Expected(snapshot, link, unknown).row
    add_other_ends(rows, links)
    return rows


def main():
    directory = sys.argv[1]
    netscope = read_json(f"{directory}/netscope.json")
    comparison = Comparison()
    for status in netscope["status"]:
        if status["state"] == "partial" and os.geteuid() != 0:
            print(f"without root: {status['reason']}")
        elif status["state"] != "ok":
            comparison.differ("status", "ok", status)
    with open(f"{directory}/namespaces", encoding="utf-8") as file:
        inodes = {int(line.split()[0]) for line in file}
    names = {row["inode"]: row["netns"] for row in netscope["namespaces"]}
    if inodes != set(names):
        comparison.differ("namespaces", sorted(inodes), sorted(names))
    names = {inode: name for inode, name in names.items() if inode in inodes}

    got = {(row["netns"], row["ifindex"]): row for row in netscope["interfaces"]}
    if len(got) != len(netscope["interfaces"]):
        comparison.differ("interfaces by index", len(got), len(netscope["interfaces"]))
    before, after = (
        expected_rows(f"{directory}/{when}", names, comparison.unknown)
        for when in ("before", "after")
    )
    comparison.interfaces(got, before, after)

    for field in sorted(comparison.unknown):
        print(f"{field} of iproute2 has no key in netscope and no reason in NOT_IN_NETSCOPE")
    for difference in comparison.differences:
        print(difference)
    failures = len(comparison.differences) + len(comparison.unknown)
    print(
        f"{len(got)} interfaces in {len(names)} namespaces, {len(comparison.keys)} fields, "
        f"{comparison.compared} values: {failures} differences"
    )
    sys.exit(1 if failures or not got else 0)


main()
