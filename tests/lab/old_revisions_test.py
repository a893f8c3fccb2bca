#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: netscope prints older revisions of extensions as iptables-save does. Kernels keep them for
programs that were built long ago; iptables takes the newest, unless old_revisions.so tells it that the
kernel does not know that one."""

import os
import sys

import compare_iptables
from compare_iptables import FAMILIES, IPT_SAVE, run

PRELOAD = os.path.join(os.path.dirname(IPT_SAVE), "old_revisions.so")
NEWEST = 4


def rules_of(text, table, beginnings):
    return [line for line in compare_iptables.table_of(text, table) if line.startswith(beginnings)]


def load(tool, section, environment):
    """Loads the rules that can be said with these revisions. Returns how many."""
    chains = [line for line in section.lines if line[0] == ":"]
    run(f"{tool}-restore", input="\n".join([f"*{section.table}", *chains, "COMMIT\n"]))
    loaded = 0
    for line in section.lines:
        if line[0] == "-":
            text = f"*{section.table}\n{line}\nCOMMIT\n"
            result = run(f"{tool}-restore", "-n", input=text, env=environment)
            loaded += result.returncode == 0
    return loaded


def compare(tool, family, section, revision):
    environment = dict(os.environ, LD_PRELOAD=PRELOAD, XT_REVISION_MAX=str(revision))
    loaded = load(tool, section, environment)
    saved = run(f"{tool}-save", "-t", section.table, env=environment).stdout
    theirs = rules_of(saved, section.table, "-")
    ours = rules_of(run(IPT_SAVE, "legacy", family).stdout, section.table, ("-", "#"))
    run(f"{tool}-restore", input=f"*{section.table}\nCOMMIT\n")
    if len(theirs) != loaded:
        return loaded, [f"{section.name}: {loaded} rules were loaded, {len(theirs)} are there"]
    ours += ["(nothing)"] * (len(theirs) - len(ours))
    return loaded, [
        f"{section.name} up to revision {revision}\n  theirs: {their}\n  ours:   {our}"
        for their, our in zip(theirs, ours)
        if their != our
    ]


def main():
    compare_iptables.enter_namespace()
    directory = os.path.join(compare_iptables.HERE, "xt_rules")
    sections = []
    for name in sorted(os.listdir(directory)):
        sections += compare_iptables.read_sections(os.path.join(directory, name))
    compare_iptables.make_ipsets(sections)
    compare_iptables.make_accounts(sections)
    total, different = 0, []
    for revision in range(NEWEST):
        for section in sections:
            for family in section.families:
                if "legacy" not in section.backends:
                    continue
                count, lines = compare(f"{FAMILIES[family]}-legacy", family, section, revision)
                total += count
                different += lines
    print("\n".join(different))
    print(f"{total} rules, {len(different)} differ")
    sys.exit(1 if different or total == 0 else 0)


if __name__ == "__main__":
    main()
