#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What netscope prints of tables of iptables, against iptables-save, line by line, with counters
and without: of IPv4 and IPv6, by iptables-nft and iptables-legacy, each in a namespace of its own.

    compare_iptables.py             the rules of xt_rules/, and rulesets: of lab/rulesets and of
                                    $RULESETS, if that is a directory
    compare_iptables.py FILE...     these; of iptables' own tests (extensions/*.t), the valid rules

A file of xt_rules/ has sections, each with a table and, if its rules are not for all, who takes
them; then chains and rules, as iptables-save prints them:

    *mangle ip6 legacy
    :MINE - [0:0]
    -A MINE -m hl --hl-eq 7

A rule that iptables itself does not take (on this kernel) is said, and counts as a failure unless
the section is marked `maybe`.
"""

import ipaddress
import json
import os
import re
import socket
import struct
import shutil
import subprocess
import sys
from collections import namedtuple

HERE = os.path.dirname(os.path.realpath(__file__))
LAB = os.path.join(HERE, "../../lab")
IPT_SAVE = os.path.join(os.path.dirname(os.environ["NETSCOPE"]), "tests/lab/ipt_save")
FAMILIES = {"ip": "iptables", "ip6": "ip6tables"}
BACKENDS = ("nft", "legacy")

# Rules to be loaded together, for one table.
Section = namedtuple("Section", "name table families backends maybe lines")


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", **more)


def enter_namespace():
    """Runs this script again in a network namespace of its own, as root there."""
    if os.environ.get("COMPARE_INSIDE"):
        return
    os.environ["COMPARE_INSIDE"] = "1"
    options = ["-n"] if os.getuid() == 0 else ["-Urn"]
    if run("unshare", *options, "true").returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    os.execvp("unshare", ["unshare", *options, sys.executable, *sys.argv])


# --- What is loaded ------------------------------------------------------------------------------


def read_text(path):
    """A file's text, with the pretend node's names filled in."""
    command = '. "$1/topology.sh"; . "$1/lib/expand.sh"; expand_file "$2"'
    if path.startswith(LAB):
        return run("bash", "-c", command, "-", LAB, path, check=True).stdout
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_sections(path):
    """A file of xt_rules/, or one that iptables-save wrote."""
    sections = []
    for line in read_text(path).split("\n"):
        if line.startswith("*"):
            table, *words = line[1:].split()
            families = [word for word in words if word in FAMILIES] or list(FAMILIES)
            backends = [word for word in words if word in BACKENDS] or list(BACKENDS)
            name = os.path.basename(path)
            sections.append(Section(name, table, families, backends, "maybe" in words, []))
        elif line[:1] in (":", "-", "["):
            sections[-1].lines.append(line)
    return sections


def to_ipv6(line):
    """The line with its IPv4 addresses as IPv6 ones: 10.0.0.0/8 is 2001:db8::a00:0/104."""

    def replace(found):
        try:
            number = int(ipaddress.IPv4Address(found[1]))
        except ValueError:
            return found[0]
        address = str(ipaddress.IPv6Address((0x20010DB8 << 96) + number))
        length = f"/{int(found[2][1:]) + 96}" if found[2] else ""
        port = found[3] or ""
        return f"[{address}]{port}" if port else address + length

    line = re.sub(r"\b(\d+\.\d+\.\d+\.\d+)(/\d+)?(:\d+(?:-\d+)?)?\b", replace, line)
    line = line.replace("icmp-port-unreachable", "icmp6-port-unreachable")
    line = line.replace("icmp-host-prohibited", "icmp6-adm-prohibited")
    return line.replace("-p icmp", "-p ipv6-icmp").replace("-m icmp --icmp-", "-m icmp6 --icmpv6-")


def read_rulesets(directory):
    sections = []
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".rules"):
            continue
        for section in read_sections(os.path.join(directory, name)):
            lines = section.lines
            sections.append(section._replace(families=["ip"]))
            six = section._replace(families=["ip6"], maybe=True, lines=list(map(to_ipv6, lines)))
            sections.append(six)
    return sections


def read_extension_tests(path):
    """The valid rules of one of iptables' own tests."""
    name = os.path.basename(path)
    if name.startswith(("libebt_", "libarpt_")):
        return []
    family = {"libipt": ["ip"], "libip6t": ["ip6"]}.get(name.split("_")[0], list(FAMILIES))
    chain, table, sections = "INPUT", "filter", {}
    for line in read_text(path).split("\n"):
        if line.startswith(":"):
            chain = line[1:].split(",")[0]
        elif line.startswith("*"):
            table = line[1:].strip()
        elif line.startswith("%iptables -I "):  # what the rules behind it need
            sections.setdefault(table, []).append(line.replace("%iptables -I", "-A"))
        elif line[:1] not in ("#", "@", "%", ""):
            rule, _, result = (line.split(";") + ["", ""])[:3]
            if result == "OK":
                sections.setdefault(table, []).append(f"-A {chain} {rule}")
    return [
        Section(name, table, family, list(BACKENDS), True, lines)
        for table, lines in sections.items()
    ]


# --- Loading and comparing -----------------------------------------------------------------------


class Comparison:
    def __init__(self):
        self.equal = 0
        self.refused = 0
        self.different = []
        self.failed = []

    def restore(self, tool, table, lines, keep=False):
        text = f"*{table}\n" + "\n".join(lines) + "\nCOMMIT\n"
        options = ["-c"] + (["-n"] if keep else [])
        return run(f"{tool}-restore", *options, input=text)

    def load(self, section, tool):
        """Loads all lines; where one is refused, one by one. Returns how many were not."""
        if self.restore(tool, section.table, section.lines).returncode == 0:
            return sum(1 for line in section.lines if line[0] != ":")
        chains = [line for line in section.lines if line[0] == ":"]
        loaded = 0
        self.restore(tool, section.table, chains)
        for line in section.lines:
            if line[0] == ":":
                continue
            result = self.restore(tool, section.table, [line], keep=True)
            loaded += result.returncode == 0
            self.refused += result.returncode != 0
            if result.returncode != 0 and not section.maybe:
                self.failed.append(f"{section.name}: {tool} refuses {line}: {result.stderr.strip()}")
        return loaded

    def compare(self, section, family, backend):
        tool = f"{FAMILIES[family]}-{backend}"
        loaded = self.load(section, tool)
        if loaded == 0:
            return
        for way in ([], ["counters"], ["libraries"]):
            theirs = run(f"{tool}-save", "-t", section.table, *(["-c"] if way == ["counters"] else []))
            ours = run(IPT_SAVE, backend, family, *way)
            if ours.returncode != 0 or ours.stderr:
                self.failed.append(f"{section.name}: ipt_save: {ours.returncode} {ours.stderr}")
            self.compare_lines(
                f"{section.name} {tool}",
                [line for line in theirs.stdout.split("\n") if line[:1] not in ("#", "")],
                table_of(ours.stdout, section.table),
                0 if way else loaded,
            )
        self.check_json(section, tool, run(IPT_SAVE, backend, family, "json").stdout)
        self.restore(tool, section.table, [])
        if backend == "nft":
            run("nft", "flush", "ruleset")

    def check_json(self, section, tool, text):
        """A line a rule, each a list of objects of one member; and none with raw bytes."""
        for line in text.rstrip("\n").split("\n"):
            parts = json.loads(line)
            raw = any("raw" in value for part in parts for value in part.values() if value)
            if parts[0].keys() != {"header"} or any(len(part) != 1 for part in parts) or raw:
                self.failed.append(f"{section.name}: {tool}: JSON: {line}")

    def compare_lines(self, name, theirs, ours, loaded):
        differ = 0
        for i in range(max(len(theirs), len(ours))):
            pair = [lines[i] if i < len(lines) else "(nothing)" for lines in (theirs, ours)]
            if pair[0] != pair[1]:
                differ += 1
                self.different.append(f"{name}\n  theirs: {pair[0]}\n  ours:   {pair[1]}")
        self.equal += max(loaded - differ, 0)


def table_of(text, table):
    """The lines of one table of a save."""
    lines, inside = [], False
    for line in text.split("\n"):
        if line.startswith("*"):
            inside = line == f"*{table}"
        if inside and line:
            lines.append(line)
    return lines


def make_ipsets(sections):
    names = set()
    for section in sections:
        for line in section.lines:
            names.update(re.findall(r"--(?:match|add|del|map)-set (\S+)", line))
    for name in names:
        run("ipset", "create", name, "hash:net", "family", "inet")


def make_accounts(sections):
    """Objects of nfnetlink_acct, by name (linux/netfilter/nfnetlink_acct.h)."""
    names = set()
    for section in sections:
        for line in section.lines:
            found = re.search(r'--nfacct-name +(?:"(.*?)"|(\S+))', line)
            if found:
                names.add(found[1] or found[2])
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12) as netlink:
        for name in names:
            text = name.encode() + b"\0"
            attribute = struct.pack("=HH", len(text) + 4, 1) + text + bytes(-len(text) % 4)
            body = bytes(4) + attribute
            # NFNL_SUBSYS_ACCT and NFNL_MSG_ACCT_NEW; NLM_F_REQUEST and NLM_F_CREATE
            netlink.send(struct.pack("=IHHII", 16 + len(body), 7 << 8, 0x401, 0, 0) + body)


def read_arguments():
    sections = []
    for path in sys.argv[1:]:
        sections += read_extension_tests(path) if path.endswith(".t") else read_sections(path)
    return sections


def read_all():
    sections = []
    rules = os.path.join(HERE, "xt_rules")
    for name in sorted(os.listdir(rules)):
        sections += read_sections(os.path.join(rules, name))
    sections += read_rulesets(os.path.join(LAB, "rulesets"))
    more = os.environ.get("RULESETS", "")
    return sections + (read_rulesets(more) if os.path.isdir(more) else [])


def main():
    for tool in ("ipset", "iptables-legacy-save", "iptables-nft-save", "nft"):
        if not shutil.which(tool):
            print(f"skipped: no {tool} here")
            sys.exit(77)
    enter_namespace()
    run("ip", "link", "set", "lo", "up")
    sections = read_arguments() if len(sys.argv) > 1 else read_all()
    make_ipsets(sections)
    make_accounts(sections)
    comparison = Comparison()
    totals = []
    for backend in BACKENDS:
        for family in FAMILIES:
            before = comparison.equal
            for section in sections:
                if family in section.families and backend in section.backends:
                    comparison.compare(section, family, backend)
            totals.append(f"{FAMILIES[family]}-{backend} {comparison.equal - before}")
    print("\n".join(comparison.failed + comparison.different))
    print(
        f"{comparison.equal} rules are equal ({', '.join(totals)}), {len(comparison.different)} lines differ,"
        f" {comparison.refused} are refused by iptables"
    )
    sys.exit(1 if comparison.failed or comparison.different or comparison.equal == 0 else 0)


if __name__ == "__main__":
    main()
