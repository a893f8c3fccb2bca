#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What netscope prints of native tables of nftables, against nft itself, in a namespace of its own:

- text against `nft list ruleset`, `nft -a` and `nft -s`, line by line;
- the expressions of rules against `nft -j`;
- that text loaded again gives the same expressions in the kernel (`nft --debug=netlink`).

    compare_nft.py              nft_rules/*.nft and, if that is a directory, $RULESETS/*.nft
    compare_nft.py FILE...      these; of nftables' own tests (tests/py/*/*.t), the valid rules

Where our text is nft's own, and nft makes other expressions of it, that is counted and no failure.
A first line "# maybe" says that a kernel may refuse the file, unless $NO_MAYBE is set. Of a file in
parts, with "--" between them, those that are refused are left out.
"""

import ctypes
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
NFT_LIST = os.path.join(os.path.dirname(os.environ["NETSCOPE"]), "tests/lab/nft_list")


# Names that an administrator gives to marks, realms and groups, seen in here only.
GIVEN_NAMES = r"""
saved=$(mktemp -d) && mkdir -p "$saved/names" && cp -r /etc/iproute2/. "$saved/names" 2>/dev/null
if mount -t tmpfs names /etc/iproute2 2>/dev/null; then
    cp -r "$saved/names/." /etc/iproute2
    echo "7 mark-of-seven" >>/etc/iproute2/rt_marks
    echo "9 realm-of-nine" >>/etc/iproute2/rt_realms
    echo "11 group-of-eleven" >>/etc/iproute2/group
fi
rm -r "$saved"
exec "$@"
"""


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, errors="surrogateescape", **more)


def enter_namespace():
    """Runs this script again in a network namespace of its own, as root there."""
    if os.environ.get("COMPARE_INSIDE"):
        return
    os.environ.update(COMPARE_INSIDE="1", TZ="NST-5:30")
    options = ["-nm"] if os.getuid() == 0 else ["-Urnm"]
    if run("unshare", *options, "true").returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    os.execvp("unshare", ["unshare", *options, "sh", "-c", GIVEN_NAMES, "sh", sys.executable, *sys.argv])


class Nft:
    """nft in this process: thousands of rules are loaded one by one."""

    DEBUG_NETLINK = 0x8
    OUTPUT_STATELESS, OUTPUT_HANDLE, OUTPUT_JSON = 1 << 2, 1 << 3, 1 << 4

    def __init__(self, flags=0, debug=0):
        lib = self.lib = ctypes.CDLL("libnftables.so.1")
        lib.nft_ctx_new.restype = ctypes.c_void_p
        lib.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
        lib.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
        self.context = ctypes.c_void_p(lib.nft_ctx_new(0))
        lib.nft_ctx_buffer_output(self.context)
        lib.nft_ctx_buffer_error(self.context)
        lib.nft_ctx_output_set_flags(self.context, flags)
        lib.nft_ctx_output_set_debug(self.context, debug)

    def run(self, commands):
        """Runs commands; returns what went wrong, or "", and what was printed."""
        failed = self.lib.nft_run_cmd_from_buffer(self.context, commands.encode())
        output = self.lib.nft_ctx_get_output_buffer(self.context).decode(errors="replace")
        error = self.lib.nft_ctx_get_error_buffer(self.context).decode(errors="replace")
        return (error or "failed") if failed else "", output


NFT = Nft()
DEBUG = Nft(debug=Nft.DEBUG_NETLINK)
VIEWS = {
    (): NFT,
    ("handles",): Nft(Nft.OUTPUT_HANDLE),
    ("stateless",): Nft(Nft.OUTPUT_STATELESS),
    ("json",): Nft(Nft.OUTPUT_JSON),
}


def netscope(*words):
    result = run(NFT_LIST, *words)
    if result.returncode != 0 or result.stderr:
        raise SystemExit(f"nft_list {words}: {result.returncode} {result.stderr}")
    return result.stdout


def without_time(text):
    """What passes between two readings is not compared."""
    return re.sub(r"expires (\d+(ms|[dhms]))+", "expires", text)


# --- Expressions ---------------------------------------------------------------------------------


def read_elements(dump):
    """The elements of each set in a debug dump, by the set's name."""
    sets, elements = {}, None
    for line in dump.split("\n"):
        found = re.match(r"^\S+ \S+ @(\S+)$", line)
        if found:
            elements = sets[found[1]] = []
        elif elements is not None and line.startswith("\telement"):
            elements.append(re.sub(r"timeout \d+ms|expires \d+ms", "", line.strip()))
        else:
            elements = None
    return sets


def read_expressions():
    """The expressions of each rule, as libnftnl shows them; sets without a name by what is in them."""
    error, dump = DEBUG.run("list ruleset")
    if error:
        raise SystemExit(error)
    sets, rules, rule = read_elements(dump), [], None

    def content(found):
        return f"{found[1]} {sorted(sets.get(found[0], []))}"

    for line in dump.split("\n"):
        if re.match(r"^(ip|ip6|inet|arp|bridge|netdev) \S+ \S+ \d+", line):
            rules.append(rule := [])
        elif line.startswith("  [") and rule is not None:
            line = re.sub(r"pkts \d+ bytes \d+|consumed \d+", "", line)
            line = re.sub(r"__chain\d+", "__chain", line)
            rule.append(re.sub(r"(__set|__map)\d+", content, line.strip()))
    named = {name: sorted(items) for name, items in sets.items() if not name.startswith("__")}
    return rules, named


# --- Comparing -----------------------------------------------------------------------------------


class Comparison:
    def __init__(self):
        self.counts = dict.fromkeys(
            ("files", "refused", "rules", "lines", "text", "json", "again", "unreadable", "raw"), 0
        )
        self.wrong = []

    def note(self, where, text):
        if os.environ.get("VERBOSE"):
            print(f"{where}: {text}")

    def say(self, where, what, theirs, ours):
        self.wrong.append(f"{where}: {what}\n  nft:  {theirs}\n  ours: {ours}")

    def compare_text(self, where, words):
        theirs = without_time(VIEWS[words].run("list ruleset")[1]).split("\n")
        ours = without_time(netscope(*words)).split("\n")
        equal = 0
        for i in range(max(len(theirs), len(ours))):
            pair = [lines[i] if i < len(lines) else "(nothing)" for lines in (theirs, ours)]
            equal += pair[0] == pair[1]
            if pair[0] != pair[1]:
                self.say(where, " ".join(words) or "text", *pair)
                if len(theirs) != len(ours):
                    break
        self.counts["lines"] += len(theirs)
        self.counts["text"] += equal

    def compare_json(self, where):
        listing = json.loads(VIEWS[("json",)].run("list ruleset")[1])["nftables"]
        theirs = [item["rule"].get("expr", []) for item in listing if "rule" in item]
        ours = [json.loads(line) for line in netscope("json").splitlines()]
        self.counts["rules"] += len(theirs)
        if len(theirs) != len(ours):
            self.say(where, "rules in JSON", len(theirs), len(ours))
        for expected, found in zip(theirs, ours):
            self.counts["raw"] += not found["understood"]
            self.counts["json"] += expected == found["expr"]
            if expected != found["expr"] and not is_text(expected):
                self.say(where, "JSON", json.dumps(expected), json.dumps(found["expr"]))

    def compare_again(self, where, load):
        """The same rules, loaded from our text."""
        before, sets_before = read_expressions()
        text = netscope()
        is_theirs = without_time(text) == without_time(NFT.run("list ruleset")[1])
        NFT.run("flush ruleset")
        refused = load(text)
        if refused:
            self.say(where, "loaded again", "", refused)
            return
        after, sets_after = read_expressions()
        if len(before) != len(after):
            self.say(where, "rules loaded again", len(before), len(after))
        for one, other in zip(before, after):
            self.counts["again"] += one == other
            if one != other and not is_theirs:
                self.say(where, "expressions", " ".join(one), " ".join(other))
            if one != other:
                self.note(where, "not again: " + " ".join(one))
        if sets_before != sets_after and not is_theirs:
            self.say(where, "elements", sets_before, sets_after)

    def compare_file(self, path):
        where = os.path.basename(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        NFT.run("flush ruleset")
        parts = re.split(r"^--$", text, flags=re.M)
        errors = [NFT.run(part)[0] for part in parts]
        error = errors[0] if len(parts) == 1 else ""
        self.counts["files"] += 1
        if error:
            self.counts["refused"] += 1
            if not text.startswith("# maybe") or os.environ.get("NO_MAYBE"):
                errors = re.findall(r"^Error: .*\n.*\n.*$", error, re.M)
                self.wrong.append(f"{where}: nft refuses it: " + "\n".join(errors or [error]))
            return
        for words in ((), ("handles",), ("stateless",)):
            self.compare_text(where, words)
        self.compare_json(where)
        self.compare_again(where, lambda text: NFT.run(text)[0])


def is_text(expressions):
    """nft has no JSON for some statements, and gives text in its place."""
    return any(isinstance(expression, str) for expression in expressions)


# --- nftables' own tests -------------------------------------------------------------------------

OBJECTS = "ct helper|ct timeout|ct expectation|counter|quota|limit|synproxy|secmark"


def declare(line):
    """What a line of a test that begins with a mark declares, as a command with room for a table."""
    line = line[: line.rindex(";ok")]
    name, rest = line[1:].split(" ", 1)
    if line[0] == "?":
        return f"add element {{}} {name} {{{{ {rest} }}}}"
    if line[0] == "%":
        kind, rest = re.match(rf"type ({OBJECTS})\s*(.*)$", rest).groups()
        rest = rest if not rest or rest[0] == "{" else f"{{ {rest} }}"
        return f"add {kind} {{}} {name} " + rest.replace("{", "{{").replace("}", "}}")
    more = ""
    for word in ("timeout", "flags"):
        if found := re.search(rf" {word} (\S+)", rest):
            rest = rest.replace(found[0], "")
            more += f" {word} {found[1]};"
    kind = "map" if " : " in rest else "set"
    return f"add {kind} {{}} {name} {{{{ {rest}; {more} }}}}"


class OwnTest:
    """A file of tests/py: which chains, in which tables, with which sets and rules."""

    def __init__(self, path):
        self.chains, self.tables, self.declared, self.rules = {}, [], [], []
        with open(path, encoding="utf-8") as file:
            for line in file.read().split("\n"):
                self.read(line)

    def read(self, line):
        if line[:1] in ("", "#", "-"):
            return
        if line[0] == ":":
            name, what = line[1:].split(";", 1)
            self.chains[name] = what
        elif line[0] == "*":
            family, name, chains = line[1:].split(";")
            self.tables.append((f"{family} {name}", chains.split(",")[0]))
        elif line[0] in "!?%":
            if line.endswith(";ok"):
                self.declared.append(declare(line))
        elif found := re.match(r"^(.*?);ok(;.*)?$", line):
            self.rules.append(found[1])

    def begin(self, table, chain):
        NFT.run("flush ruleset")
        NFT.run(f"add table {table}")
        error, _ = NFT.run(f"add chain {table} {chain} {{ {self.chains[chain]}; }}")
        for command in self.declared:
            NFT.run(command.format(table))
        return not error

    def compare(self, comparison, where):
        for table, chain in self.tables:
            comparison.counts["files"] += 1
            if not self.begin(table, chain):
                comparison.counts["refused"] += 1
                continue
            for rule in self.rules:
                comparison.counts["refused"] += bool(NFT.run(f"add rule {table} {chain} {rule}")[0])
            comparison.compare_text(f"{where} {table}", ())
            comparison.compare_json(f"{where} {table}")
            comparison.compare_again(
                f"{where} {table}", lambda text: self.load_again(comparison, table, chain, text)
            )

    def load_again(self, comparison, table, chain, text):
        """Rule by rule: there are some that nft does not read as it prints them."""
        self.begin(table, chain)
        inside = re.search(rf"\tchain {chain} {{\n(.*?)^\t}}", text, re.S | re.M)[1]
        for line in inside.split("\n")[1:-1]:
            if error := NFT.run(f"add rule {table} {chain} {line.strip()}")[0]:
                comparison.counts["unreadable"] += 1
                NFT.run(f"add rule {table} {chain} continue")  # in its place
                comparison.note(table, f"nft does not read: {line.strip()}: {error.split(chr(10))[0]}")
        return ""


# --- All -----------------------------------------------------------------------------------------


def find_files():
    if len(sys.argv) > 1:
        return sys.argv[1:]
    directories = [os.path.join(HERE, "nft_rules")]
    more = os.environ.get("RULESETS", "")
    directories += [more] if os.path.isdir(more) else []
    return [
        os.path.join(directory, name)
        for directory in directories
        for name in sorted(os.listdir(directory))
        if name.endswith(".nft")
    ]


def main():
    enter_namespace()
    run("ip", "link", "set", "lo", "up")
    comparison = Comparison()
    for path in find_files():
        if path.endswith(".t"):
            OwnTest(path).compare(comparison, os.path.basename(path))
        else:
            comparison.compare_file(path)
    counts = comparison.counts
    print("\n".join(comparison.wrong))
    print(
        f"{counts['files']} rulesets, {counts['refused']} refused; {counts['text']} of {counts['lines']}"
        f" lines are equal; of {counts['rules']} rules {counts['json']} are equal in JSON,"
        f" {counts['again']} the same when loaded again, {counts['unreadable']} unreadable for nft,"
        f" {counts['raw']} not understood"
    )
    sys.exit(1 if comparison.wrong or counts["lines"] == 0 else 0)


if __name__ == "__main__":
    main()
