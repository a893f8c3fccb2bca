#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: compare_flows.py EXPECTED

Compares, flow by flow and field by field, what netscope says of connection tracking here and in
the namespaces below /run/netns with what conntrack(8), a reader of ctnetlink of this file's own
and /proc say. EXPECTED has a JSON object a line: fields that some flow of netscope's has to have.
Prints every difference and fails on any."""

import ipaddress
import json
import os
import re
import socket
import struct
import subprocess
import sys

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
PROBLEMS = []


def problem(text):
    PROBLEMS.append(text)
    print(text)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def netscope(*arguments):
    dump = json.loads(run(NETSCOPE, "--format", "json", *arguments))
    for status in dump["status"]:
        if status["state"] != "ok":
            problem(f"status: {status}")
    return dump


# --- conntrack -L -o extended ---------------------------------------------------------------------

# Words of a line, by netscope's names; the first of a name is the original direction's.
TUPLE_KEYS = {
    "src": "src", "dst": "dst", "sport": "sport", "dport": "dport", "srckey": "sport",
    "dstkey": "dport", "type": "icmp_type", "code": "icmp_code", "id": "icmp_id",
    "packets": "packets", "bytes": "bytes",
}  # fmt: skip
PLAIN_KEYS = {
    "mark": "mark", "use": "use", "zone": "zone", "helper": "helper", "zone-orig": "orig_zone",
    "zone-reply": "reply_zone", "delta-time": None,
}  # fmt: skip


def read_value(text):
    if re.fullmatch(r"0x[0-9a-f]+|[0-9]+", text):
        return int(text, 0)
    return str(ipaddress.ip_address(text)) if "." in text or ":" in text else text


def take_word(flow, key, value):
    if key in PLAIN_KEYS:
        if PLAIN_KEYS[key]:
            flow[PLAIN_KEYS[key]] = read_value(value)
        return
    name = TUPLE_KEYS[key]
    if name not in flow:
        flow[name] = read_value(value)
    elif f"reply_{name}" not in flow:
        flow[f"reply_{name}"] = read_value(value)
    elif key == "id":
        flow["id"] = int(value)
    else:
        problem(f"conntrack: {key} a third time")


def parse_line(line):
    """One line of conntrack -L -o extended,id."""
    line = re.sub(r"\[start=[^]]*\]", "", line)
    words = line.split()
    flow = {"family": words[0], "protocol": words[2], "protonum": int(words[3]), "zone": 0}
    rest = words[4:]
    if rest[0].isdigit():
        flow["timeout"] = int(rest.pop(0))
    flags = {word for word in rest if word.startswith("[")}
    rest = [word for word in rest if word not in flags]
    if "=" not in rest[0]:
        flow["state"] = rest.pop(0)
    if flow["protocol"] not in ("icmp", "icmpv6"):
        # Without the ids of ICMP, the id is the flow's.
        flow["id"] = int(rest.pop().split("=")[1])
    for word in rest:
        key, _, value = word.partition("=")
        take_word(flow, key, value)
    flow["unreplied"] = "[UNREPLIED]" in flags
    flow["assured"] = "[ASSURED]" in flags
    flow["offload"] = "[OFFLOAD]" in flags
    if "orig_zone" in flow or "reply_zone" in flow:
        del flow["zone"]
    return flow


def read_conntrack():
    flows = {}
    for family in ("ipv4", "ipv6"):
        text = run("conntrack", "-L", "-f", family, "-o", "extended,id")
        for line in text.splitlines():
            flow = parse_line(line)
            flows[flow["id"]] = flow
    return flows


# --- ctnetlink ------------------------------------------------------------------------------------

CTA = {1: "orig", 2: "reply", 3: "status", 4: "protoinfo", 12: "id", 20: "timestamp", 22: "labels"}
STATUS = [
    "EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED", "SRC_NAT", "DST_NAT", "SEQ_ADJUST",
    "SRC_NAT_DONE", "DST_NAT_DONE", "DYING", "FIXED_TIMEOUT", "TEMPLATE", "NAT_CLASH", "HELPER",
    "OFFLOAD", "HW_OFFLOAD",
]  # fmt: skip
TCP_FLAGS = [
    "WINDOW_SCALE", "SACK_PERM", "CLOSE_INIT", "BE_LIBERAL", "DATA_UNACKNOWLEDGED", "MAXACK_SET",
    "CHALLENGE_ACK", "SIMULTANEOUS_OPEN",
]  # fmt: skip


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def bits(number, names):
    return [name for i, name in enumerate(names) if number >> i & 1]


def read_message(data):
    """What conntrack -L does not print."""
    attrs = {CTA[kind]: value for kind, value in attributes(data).items() if kind in CTA}
    status = int.from_bytes(attrs["status"], "big")
    words = bits(status, STATUS)
    if "SEEN_REPLY" not in words:
        words.append("UNREPLIED")
    flow = {"status": sorted(words)}
    protoinfo = attributes(attrs.get("protoinfo", b""))
    if 1 in protoinfo:
        tcp = attributes(protoinfo[1])
        flow["tcp_wscale"], flow["tcp_reply_wscale"] = tcp[2][0], tcp[3][0]
        flow["tcp_flags"] = sorted(bits(tcp[4][0], TCP_FLAGS))
        flow["tcp_reply_flags"] = sorted(bits(tcp[5][0], TCP_FLAGS))
    if 2 in protoinfo:
        dccp = attributes(protoinfo[2])
        flow["dccp_role"] = ["client", "server"][dccp[2][0]]
        flow["dccp_handshake_seq"] = int.from_bytes(dccp[3], "big")
    if 3 in protoinfo:
        sctp = attributes(protoinfo[3])
        flow["sctp_vtag"] = int.from_bytes(sctp[2], "big")
        flow["sctp_reply_vtag"] = int.from_bytes(sctp[3], "big")
    if "labels" in attrs:
        labels = int.from_bytes(attrs["labels"], "little")
        flow["labels"] = [str(i) for i in range(128) if labels >> i & 1]
    if "timestamp" in attrs:
        flow["start"] = int.from_bytes(attributes(attrs["timestamp"])[1], "big")
    return int.from_bytes(attrs["id"], "big"), {key: v for key, v in flow.items() if v != []}


def read_ctnetlink():
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    kernel.bind((0, 0))
    kernel.send(struct.pack("=IHHIIBBH", 20, 0x101, 0x301, 1, 0, 0, 0, 0))
    flows = {}
    while True:
        data = kernel.recv(1 << 20)
        while data:
            length, kind = struct.unpack_from("=IH", data)
            if kind == 3:
                return flows
            number, flow = read_message(data[20:length])
            flows[number] = flow
            data = data[(length + 3) & ~3 :]


# --- Flows ----------------------------------------------------------------------------------------

# Of netscope's own making: compared with what they are made from.
COMPOSED = {"src_netns", "dst_netns", "reply_src_netns", "reply_dst_netns", "netns", "translation", "return_packet", "nat", "master"}
SAME_STATE = {"SYN_SENT2": "LISTEN"}  # what conntrack still calls it
NAMED_PROTOCOLS = {"unknown"}


def check_composed(where, flow):
    source = "SRC_NAT" in flow["status"]
    destination = "DST_NAT" in flow["status"]
    words = {(1, 0): "SNAT", (0, 1): "DNAT", (1, 1): "SNAT and DNAT"}.get((source, destination))
    if flow.get("nat") != words:
        problem(f"{where}: nat is {flow.get('nat')}, not {words}")
    ports = "sport" in flow

    def end(address, port):
        address = f"[{address}]" if ports and ":" in address else address
        return f"{address}:{flow[port]}" if ports else address

    changes = []
    before, after = end(flow["src"], "sport"), end(flow["reply_dst"], "reply_dport")
    if source:
        changes.append(f"source {before} becomes {after}")
    elif not destination and flow["src"] != flow["reply_dst"]:
        problem(f"{where}: the source changes without NAT")
    before, to = end(flow["dst"], "dport"), end(flow["reply_src"], "reply_sport")
    if destination:
        changes.append(f"destination {before} becomes {to}")
    if flow.get("translation", "") != ", ".join(changes):
        problem(f"{where}: translation is {flow.get('translation')}, not {changes}")
    wanted = f"from {to} to {after}"
    if not flow["return_packet"].startswith(wanted):
        problem(f"{where}: return_packet is {flow['return_packet']}, not {wanted}")
    if flow["return_packet"].endswith(", seen") != ("SEEN_REPLY" in flow["status"]):
        problem(f"{where}: return_packet is {flow['return_packet']}")


def from_time(text):
    """Nanoseconds of 2026-11-24T04:00:00.123456789Z."""
    seconds = int(run("date", "-u", "-d", text[:19] + "Z", "+%s"))
    return seconds * 1000000000 + int(text[20:29])


def compare_flow(where, ours, theirs, raw):
    wanted = dict(theirs)
    for flag, word in (("unreplied", "UNREPLIED"), ("assured", "ASSURED"), ("offload", "OFFLOAD")):
        if wanted.pop(flag) != (word in ours["status"]):
            problem(f"{where}: {word} differs: {ours['status']}")
    wanted.update(raw)
    wanted.pop("timeout", None)
    if wanted["protocol"] in NAMED_PROTOCOLS:
        wanted["protocol"] = ours["protocol"]
    got = {key: value for key, value in ours.items() if key not in COMPOSED | {"timeout"}}
    for key in ("status", "tcp_flags", "tcp_reply_flags"):
        if key in got:
            got[key] = sorted(got[key])
    got = {key: value for key, value in got.items() if value != []}
    if "start" in got:
        got["start"] = from_time(got["start"])
    if "state" in got and SAME_STATE.get(got["state"]) == wanted.get("state"):
        got["state"] = wanted["state"]
    for key in sorted(set(wanted) | set(got)):
        if wanted.get(key) != got.get(key):
            problem(f"{where}: {key}: netscope {got.get(key)}, else {wanted.get(key)}")
    check_composed(where, ours)


def check_timeout(where, ours, before, after):
    first, last = before.get("timeout"), after.get("timeout")
    if (ours is None) != (first is None):
        problem(f"{where}: timeout: netscope {ours}, conntrack {first}")
    elif ours is not None and not last - 1 <= ours <= first + 1:
        problem(f"{where}: timeout: netscope {ours}, conntrack {first} to {last}")


def compare_flows(name):
    before = read_conntrack()
    raw = read_ctnetlink()
    ours = {flow["id"]: flow for flow in netscope("--dump=flows")["flows"]}
    after = read_conntrack()
    stable = set(before) & set(after)
    for number in sorted(stable - set(ours)):
        problem(f"{name}: netscope lacks {before[number]}")
    for number in sorted(set(ours) - set(before) - set(after)):
        problem(f"{name}: only netscope has {ours[number]}")
    for number in sorted(stable & set(ours)):
        flow = ours[number]
        where = f"{name}: {flow['protocol']} {flow['src']} {flow.get('sport', '')} {number}"
        compare_flow(where, flow, before[number], raw[number])
        check_timeout(where, flow.get("timeout"), before[number], after[number])
    return list(ours.values())


def is_of(flow, wanted):
    for key, value in wanted.items():
        got = flow.get(key)
        if value not in got if isinstance(got, list) else value != got:
            return False
    return True


def check_expected(flows, path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            wanted = json.loads(line)
            if not any(is_of(flow, wanted) for flow in flows):
                problem(f"no flow has {wanted}")


# --- Filters --------------------------------------------------------------------------------------

# What the kernel applies, and what it does in a way of its own.
FILTERS = [
    "mark=0x1234", "mark=0", "zone=5", "zone=0", "orig_zone=7", "reply_zone=9", "status=ASSURED",
    "status=UNREPLIED", "status=CONFIRMED,SRC_NAT", "status=EXPECTED", "family=ipv6",
    "src=198.51.100.1", "src=198.51.100.0/24", "dst=203.0.113.20", "dst=2001:db8:2::20",
    "reply_src=203.0.113.5", "reply_dst=192.0.2.1", "reply_dst=192.0.2.1 or reply_dst=198.51.100.1",
    "protocol=tcp", "protocol=tcp dport=80", "protocol=tcp sport=10002 src=198.51.100.1",
    "protocol=udp reply_dport=5000", "protocol=sctp sport=12003", "protocol=udplite sport=11002",
    "protocol=gre", "protocol=icmp icmp_id=2", "protocol=icmp icmp_type=8",
    "protocol=icmpv6 icmp_id=2", "protonum=253", "protocol=tcp status=ASSURED mark=0 zone=0",
    "(protocol=udp dport=53 src=198.51.100.31) or (protocol=udp zone=5)",
]  # fmt: skip


def compare_filters():
    """Rows that are held to be sorted are filtered by netscope alone."""
    for text in FILTERS:
        pushed, own = (
            {flow["id"] for flow in netscope("--dump=flows", "--filter", text, *sort)["flows"]}
            for sort in ((), ("--sort", "id"))
        )
        if pushed != own or not own:
            problem(f"filter {text}: {len(pushed)} flows, without the kernel's help {len(own)}")


# --- Names ----------------------------------------------------------------------------------------


def check_names():
    """Of the pings that went to see whether the ends are there, and of addresses of nobody's."""
    plain = netscope("--dump=flows", "--filter", "protocol=icmp")["flows"]
    if any(key.endswith("_netns") for flow in plain for key in flow):
        problem("names without --names")
    owners = {"10.0.1.2": "client", "10.0.2.2": "server"}
    seen = set()
    for flow in netscope("--dump=flows", "--names")["flows"]:
        for end in ("src", "dst", "reply_src", "reply_dst"):
            name = flow.get(f"{end}_netns")
            if name != owners.get(flow[end], name):
                problem(f"{end} {flow[end]} is of {name}")
            if flow[end].startswith(("198.51.100.", "203.0.113.")) and name:
                problem(f"{end} {flow[end]} is nobody's, not of {name}")
            seen.add(name)
    if not {"client", "server"} <= seen:
        problem(f"names: only {seen}")


# --- Summaries ------------------------------------------------------------------------------------


def service_of(flow):
    if flow.get("dport") is None:
        return f"{flow['protocol']} {flow['dst']}"
    brackets = "[{}]" if ":" in flow["dst"] else "{}"
    return f"{flow['protocol']} {brackets.format(flow['dst'])}:{flow['dport']}"


def count_flows(flows):
    """What conntrack(8)'s flows have in common: how many each, and their bytes."""
    counts = {}
    for flow in flows:
        values = {
            "namespace": "host", "state": flow.get("state"), "protocol": flow["protonum"],
            "source": flow["src"], "destination": flow["dst"], "service": service_of(flow),
        }  # fmt: skip
        size = flow.get("bytes", 0) + flow.get("reply_bytes", 0)
        for by, value in values.items():
            if value is not None:
                flows_so_far, bytes_so_far = counts.get((by, value), (0, 0))
                counts[by, value] = flows_so_far + 1, bytes_so_far + size
    return counts


def compare_summaries():
    """Between two lists of conntrack(8)'s nothing has come or gone."""
    before = read_conntrack().values()
    rows = netscope("--dump=flow_summaries")["flow_summaries"]
    numbers = {flow["protocol"]: flow["protonum"] for flow in netscope("--dump=flows")["flows"]}
    words = {flow["protonum"]: flow["protocol"] for flow in netscope("--dump=flows")["flows"]}
    flows = [{**flow, "protocol": words.get(flow["protonum"])} for flow in before]
    wanted = count_flows(flows)
    ours = {}
    for row in rows:
        value = numbers.get(row["value"]) if row["by"] == "protocol" else row["value"]
        ours[row["by"], value] = row["flows"], row.get("bytes", 0)
        if abs(row["share"] - 100 * row["flows"] / len(flows)) > 0.01:
            problem(f"summary {row}: share, of {len(flows)} flows")
    for key in sorted(set(wanted) | set(ours), key=str):
        if wanted.get(key) != ours.get(key):
            problem(f"summary {key}: netscope {ours.get(key)}, conntrack {wanted.get(key)}")


# --- Expectations ---------------------------------------------------------------------------------


def compare_expectations(name, least):
    """Lines like '298 proto=6 src=1.2.3.4 dst=... mask-src=... master-dst=... class=0 helper=ftp'."""
    theirs = run("conntrack", "-L", "expect").splitlines()
    ours = netscope("--dump=expectations")["expectations"]
    keys = {
        "proto": "protonum", "src": "src", "dst": "dst", "sport": "sport", "dport": "dport",
        "mask-src": "mask_src", "mask-dst": "mask_dst", "master-src": "master_src",
        "master-dst": "master_dst", "class": "class", "helper": "helper",
    }  # fmt: skip
    if len(ours) != len(theirs) or len(ours) < least:
        problem(f"{name}: expectations: netscope {len(ours)}, conntrack {len(theirs)}")
    for line in theirs:
        wanted, prefix = {}, ""
        for word in line.split():
            key, equals, value = word.partition("=")
            if not equals:
                continue
            prefix = key.split("-")[0] + "_" if "-" in key else prefix
            if key in ("sport", "dport"):
                key = prefix + key
            wanted[keys.get(key, key)] = read_value(value)
        wanted = {key: value for key, value in wanted.items() if key in keys.values() or "_" in key}
        if not any(all(flow.get(key) == value for key, value in wanted.items()) for flow in ours):
            problem(f"{name}: no expectation of netscope's has {wanted}: {ours}")


# --- Connection tracking as a whole ---------------------------------------------------------------

SETTINGS = {
    "accounting": "acct", "timestamps": "timestamp", "buckets": "buckets", "max": "max",
    "checksum": "checksum", "events": "events", "expect_max": "expect_max",
    "log_invalid": "log_invalid", "tcp_loose": "tcp_loose", "tcp_be_liberal": "tcp_be_liberal",
    "tcp_max_retrans": "tcp_max_retrans",
}  # fmt: skip


def read_sysctls():
    sysctls = {}
    for name in os.listdir("/proc/sys/net/netfilter"):
        if name.startswith("nf_conntrack_"):
            with open(f"/proc/sys/net/netfilter/{name}", encoding="utf-8") as file:
                sysctls[name[len("nf_conntrack_") :]] = int(file.read())
    return sysctls


def read_cpus():
    cpus = []
    for line in run("conntrack", "-S").splitlines():
        words = (word.split("=") for word in line.split())
        cpus.append({key: int(value) for key, value in words})
    return cpus


def compare_cpus(name):
    before = read_cpus()
    rows = netscope("--dump=conntrack_cpus")["conntrack_cpus"]
    after = read_cpus()
    if len(rows) != len(before):
        problem(f"{name}: {len(rows)} rows of processors, not {len(before)}")
    for ours, low, high in zip(rows, before, after):
        for key in low:
            if key not in ours or not low[key] <= ours[key] <= high[key]:
                problem(f"{name}: row of cpu {ours['cpu']}: {key}: {ours.get(key)}, not {low[key]}")


def compare_conntrack(name):
    sysctls = read_sysctls()
    before = read_cpus()
    (row,) = netscope("--dump=conntrack")["conntrack"]
    after = read_cpus()
    count = (sysctls["count"], int(run("conntrack", "-C")))
    if not min(count) <= row["count"] <= max(count):
        problem(f"{name}: count: netscope {row['count']}, conntrack {count}")
    for key, setting in SETTINGS.items():
        if setting in sysctls and int(row.get(key, -1)) != sysctls[setting]:
            problem(f"{name}: {key}: netscope {row.get(key)}, sysctl {sysctls[setting]}")
    timeouts = {
        key.replace("_timeout", ""): value for key, value in sysctls.items() if "_timeout" in key
    }
    if {entry["name"]: entry["seconds"] for entry in row["timeouts"]} != timeouts:
        problem(f"{name}: timeouts: netscope {row['timeouts']}, sysctl {timeouts}")
    if len(row["cpus"]) != len(before):
        problem(f"{name}: {len(row['cpus'])} processors, not {len(before)}")
    for ours, low, high in zip(row["cpus"], before, after):
        for key in low:
            if key not in ours or not low[key] <= ours[key] <= high[key]:
                problem(f"{name}: cpu {ours['cpu']}: {key}: {ours.get(key)}, not {low[key]}")
    compare_cpus(name)
    for key in before[0]:
        if key != "cpu" and row[key] != sum(cpu[key] for cpu in row["cpus"]):
            problem(f"{name}: {key} is not the sum")
    if row["insert"] + row["found"] == 0 and row["count"] > 0:
        problem(f"{name}: nothing was counted")
    expected = 100 * row["count"] / row["max"]
    if abs(row["used"] - expected) > 0.01:
        problem(f"{name}: used is {row['used']}, not {expected}")


# --------------------------------------------------------------------------------------------------


def main():
    flows = compare_flows("here")
    check_expected(flows, sys.argv[1])
    compare_filters()
    check_names()
    compare_summaries()
    compare_expectations("here", 1)
    compare_conntrack("here")
    for name in sorted(os.listdir("/run/netns")):
        counted = int(run("ip", "netns", "exec", name, "conntrack", "-C"))
        dump = netscope("--dump=flows", "--netns", name)
        if len(dump["flows"]) != counted:
            problem(f"{name}: netscope {len(dump['flows'])} flows, conntrack {counted}")
    print(f"{len(flows)} flows compared, {len(PROBLEMS)} differences")
    sys.exit(1 if PROBLEMS or len(flows) < 40 else 0)


if __name__ == "__main__":
    main()
