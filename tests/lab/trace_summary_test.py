#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: netscope --trace --summary counts as the kernel's own counters do, in the pretend node."""

import json
import os
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
LAB = os.path.join(os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")), "lab")
DROPPED, PASSED = 7, 4


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def ping(address, count):
    subprocess.run([os.path.join(LAB, "at"), "web", "ping", "-n", "-c", str(count), "-i", "0.05", "-W", "1", address],
                   check=False, capture_output=True)  # fmt: skip


def counter_of(handle):
    for item in json.loads(run("nft", "-j", "-a", "list", "chain", "ip", "filter", "FORWARD"))["nftables"]:
        if item.get("rule", {}).get("handle") == handle:
            return next(e["counter"] for e in item["rule"]["expr"] if "counter" in e)
    sys.exit(f"no rule {handle}")


def trace(*options):
    """Traces what goes to two places, of which a rule drops one; gives the rule's handle and what netscope wrote."""
    text = run("nft", "-j", "-e", "-a", "insert", "rule", "ip", "filter", "FORWARD", "ip", "daddr", "198.51.100.10",
               "icmp", "type", "8", "counter", "drop")  # fmt: skip
    handle = json.loads(text)["nftables"][-1]["insert"]["rule"]["handle"]
    command = [NETSCOPE, "--trace=icmp_type=8", "--summary", "--rate", "1000", "--replies", "no",
               "--count", str(DROPPED + PASSED), *options]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while "netscope-" not in run("nft", "list", "tables"):
            if process.poll() is not None:
                sys.exit("it ended before it began")
        ping("198.51.100.10", DROPPED)
        ping("10.244.1.3", PASSED)
        written = process.communicate(timeout=60)[0]
    if process.returncode != 0:
        sys.exit(f"status {process.returncode}")
    counter = counter_of(handle)
    run("nft", "delete", "rule", "ip", "filter", "FORWARD", "handle", str(handle))
    return handle, counter, written


def check_json():
    handle, counter, written = trace("--format", "json")
    rows = json.loads(written)["packet_summaries"]
    rules = [row for row in rows if row["by"] == "rule"]
    paths = [row for row in rows if row["by"] == "path"]
    dropped = [row for row in rules if row["value"] == f"ip filter FORWARD handle {handle}"]
    assert len(dropped) == 1, rules
    assert dropped[0]["packets"] == counter["packets"] == DROPPED, (dropped, counter)
    assert dropped[0]["bytes"] == counter["bytes"], (dropped, counter)
    assert dropped[0]["outcome"] == "dropped", dropped
    assert sum(row["packets"] for row in rules) == DROPPED + PASSED, rules
    assert sum(row["packets"] for row in paths) == DROPPED + PASSED, paths
    assert abs(sum(row["share"] for row in paths) - 100) < 0.001, paths
    ends = [row for row in paths if row["value"].endswith(f"#{handle}")]
    assert [row["packets"] for row in ends] == [DROPPED], paths
    assert ends[0]["steps"] == ends[0]["value"].count(" > ") + 1, ends


def check_text():
    _, _, written = trace("--fields", "packets,outcome,value")
    lines = written.splitlines()
    assert lines[0].split() == ["PACKETS", "OUTCOME", "BY"], lines
    assert any(line.split()[:2] == [str(DROPPED), "dropped"] for line in lines), lines


def check_refusals():
    for arguments, words in [
        (["--trace=icmp_type=8", "--summary", "--steps"], "--summary has no steps"),
        (["--dump=rules", "--summary"], "does not go with --dump"),
        (["--dump=packet_summaries"], "packet_summaries"),
    ]:
        result = subprocess.run([NETSCOPE, *arguments], capture_output=True, text=True, check=False)
        assert result.returncode == 2 and words in result.stderr, (arguments, result)


def main():
    if sys.argv[1:2] != ["inside"]:
        node = os.path.join(LAB, "node")
        os.execv(node, [node, "--no-traffic", "--", os.path.abspath(sys.argv[0]), "inside"])
    check_json()
    check_text()
    check_refusals()


main()
