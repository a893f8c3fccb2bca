#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The test: what takes packets past netfilter, with real programs of XDP, tc and tcx, filters of tc with actions,
flowtables, notrack in every form, bridges, and rules of both backends, is what `ip`, `tc`, `bpftool`, `nft`,
`iptables-legacy-save` and /proc say of the same namespace.

--second-kernel: on a kernel that has every filter, action and flowtables, where none of them may be missing.
It runs itself again in namespaces of its own. Only root of the machine may load BPF programs: as anybody else the test
sees to it that what could not be read is said."""

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys

import bpf_programs
from bpf_programs import LINK_CREATE, OBJ_GET, PROG_QUERY, bpf

NETSCOPE = os.environ.get("NETSCOPE", "netscope")
HERE = os.path.dirname(os.path.realpath(__file__))
SECOND_KERNEL = "--second-kernel" in sys.argv
INSIDE = "--inside"
PARTIAL = 3  # exit status: some could not be read
SKIPPED = 77
TCX_INGRESS, TCX_EGRESS = 46, 47

# Filters of tc on v0: which side, how tc takes it, what netscope says of it (None: no row).
FILTERS = [
    ("ingress", "prio 20 protocol ip u32 match u32 0 0 action mirred egress redirect dev v1",
     "sends what it matches to v1, before netfilter sees it"),
    ("ingress", "prio 21 protocol ip u32 match u32 0 0 action mirred egress mirror dev v1", None),
    ("egress", "prio 22 protocol ip u32 match u32 0 0 action mirred ingress redirect dev v1",
     "sends what it matches to v1, after netfilter has seen it"),
    ("ingress", "prio 23 protocol ip flower dst_ip 192.0.2.1 action drop", "drops what it matches, before netfilter sees it"),
    ("ingress", "prio 24 matchall action pass", None),
    ("egress", "prio 25 protocol ip u32 match ip dst 192.0.2.2 police rate 1mbit burst 10k conform-exceed drop",
     "drops what exceeds a limit, after netfilter has seen it"),
    ("egress", "prio 26 matchall action police rate 1mbit burst 10k conform-exceed drop/pipe",
     "drops what exceeds a limit, after netfilter has seen it"),
    ("ingress", "prio 27 protocol ip matchall action pedit ex munge ip ttl set 3 pipe action gact drop",
     "changes what it matches (pedit); drops what it matches, before netfilter sees it"),
    ("egress", "prio 28 matchall action skbedit mark 7", "sets marks or priorities that rules see, after netfilter has seen it"),
    ("ingress", "prio 29 protocol ip matchall action nat ingress 192.0.2.3/32 192.0.2.4",
     "changes what it matches (nat), before netfilter sees it"),
    ("ingress", "prio 30 protocol ip matchall action ct", "has conntrack look at what it matches, before netfilter sees it"),
    ("egress", "prio 31 matchall action trap", "takes what it matches away, after netfilter has seen it"),
    ("egress", "prio 32 matchall action bpf object-pinned /run/bpf/actor",
     "a program may drop, change or redirect what it matches, after netfilter has seen it"),
    ("ingress", "chain 5 prio 23 protocol ip flower dst_ip 192.0.2.9 action drop",
     "drops what it matches, before netfilter sees it"),
]
HERE_AT_LEAST = 3  # of these every kernel has

RULES = """
table inet fw {
    chain more { tcp dport 9 notrack; }
    chain mapped { notrack; }
    chain early { type filter hook prerouting priority raw; udp dport 53 notrack; jump more; meta mark vmap { 1 : jump mapped }; }
    chain out { type filter hook output priority raw; goto more; }
    chain late { type filter hook prerouting priority 0; notrack; }
    chain lost { notrack; }
    chain in { type filter hook input priority 0; tcp dport 1 drop; }
}
table ip asleep { flags dormant; chain early { type filter hook prerouting priority raw; notrack; }; }
"""
FLOWTABLES = """
table inet flows {
    flowtable fast { hook ingress priority 5; devices = { v0, v1 }; }
    flowtable idle { hook ingress priority 6; devices = { lo }; }
    chain through { type filter hook forward priority 0; tcp dport 80 flow add @fast; }
}
"""
LEGACY = [
    "iptables-legacy -t raw -A OUTPUT -p udp -j CT --notrack",
    "iptables-legacy -t raw -A PREROUTING -p icmp -j NOTRACK",
    "iptables-legacy -A INPUT -p udp -j DROP",
    "ip6tables-legacy -t raw -A PREROUTING -p udp -j CT --notrack",
    "iptables-nft -t raw -A PREROUTING -p 47 -j CT --notrack",
    "iptables-nft -t raw -A PREROUTING -p 50 -j CT --zone 3",
]

failures = []


def check(what, ours, theirs):
    if ours != theirs:
        failures.append(what)
        print(f"FAIL {what}:\n  netscope {ours}\n  expected {theirs}")


def run(command, must=True, **more):
    done = subprocess.run(command, shell=isinstance(command, str), capture_output=True, text=True, check=False, **more)
    if must and done.returncode != 0:
        sys.exit(f"{command}: {done.stderr}")
    return done


def read_json(command):
    return json.loads(run(command).stdout or "[]")


def bypasses(status="ok"):
    done = run([NETSCOPE, "--dump=bypasses", "--format", "json"], must=False)
    if done.returncode != (0 if status == "ok" else PARTIAL):
        sys.exit(f"netscope: exit {done.returncode}: {done.stderr}")
    dump = json.loads(done.stdout)
    check("status", dump["status"][0]["state"], status)
    return dump["bypasses"]


def of_type(rows, *types):
    return [row for row in rows if row["type"] in types]


def like(rows, *keys):
    return sorted((tuple(json.dumps(row.get(key)) for key in keys) for row in rows))


def expected(rows):
    return sorted(tuple(json.dumps(value) for value in row) for row in rows)


# --- BPF -----------------------------------------------------------------------------------------


def pack(*words):
    return b"".join(word.to_bytes(size, "little") for word, size in words)


def pin_programs():
    """Loads a program of XDP and one of tc, or says why that cannot be."""
    os.makedirs("/run/bpf", exist_ok=True)
    if run("mount -t bpf bpf /run/bpf", must=False).returncode != 0:
        return False
    return all(run([f"{HERE}/pin_bpf.py", kind, name, f"/run/bpf/{name}"], must=False).returncode == 0
               for kind, name in (("xdp", "dropper"), ("sched_cls", "shaper"), ("sched_act", "actor")))


def attach_tcx(ifindex, hook):
    path = ctypes.create_string_buffer(b"/run/bpf/shaper")
    program, _ = bpf(OBJ_GET, pack((ctypes.addressof(path), 8)))
    link, _ = bpf(LINK_CREATE, pack((program, 4), (ifindex, 4), (hook, 4)))
    return link


def check_xdp():
    # A pair of veths takes a program in the driver only if the other end is up or has one.
    for setup in ("xdpgeneric", "xdpdrv"):
        run(f"ip link set v0 {setup} pinned /run/bpf/dropper")
        rows = of_type(bypasses(), "xdp")
        links = [link for link in read_json("ip -j -d link show") if "xdp" in link]
        modes = {1: "driver", 2: "generic", 3: "offload"}
        check(f"xdp, {setup}", like(rows, "station", "dev", "id", "name", "mode"),
              expected([("xdp", [link["ifname"]], link["xdp"]["prog"]["id"], link["xdp"]["prog"]["name"],
                         modes[link["xdp"]["mode"]]) for link in links]))
        net = read_json("bpftool -j net show")[0]["xdp"]
        check("xdp, bpftool", like(rows, "dev", "id"), expected([([part["devname"]], part["id"]) for part in net]))
        run(f"ip link set v0 {setup} off")
        check("xdp off", of_type(bypasses(), "xdp"), [])


def check_tc_programs():
    run("tc filter add dev v0 ingress prio 7 bpf direct-action pinned /run/bpf/shaper")
    run("tc filter add dev v0 egress prio 8 bpf pinned /run/bpf/shaper")
    run("tc filter add dev v0 egress prio 9 protocol ip bpf pinned /run/bpf/shaper action mirred egress redirect dev v1")
    rows = of_type(bypasses(), "tc")
    theirs = [(f"tc-{side}", ["v0"], part["pref"], part["options"]["prog"]["id"], part["options"]["prog"]["name"],
               "direct-action" if part["options"].get("direct-action") else "classifier")
              for side in ("ingress", "egress") for part in read_json(f"tc -j filter show dev v0 {side}")
              if part["kind"] == "bpf" and "options" in part]
    check("tc", like(rows, "station", "dev", "prio", "id", "name", "mode"), expected(theirs))
    check("tc, how many", len(rows), 3)
    named = {program["id"]: program["name"] for program in read_json("bpftool -j prog show")}
    check("names, bpftool", [row["name"] for row in rows], [named[row["id"]] for row in rows])
    check("effects", [row["effect"] for row in rows],
          ["may drop, change or redirect packets before netfilter sees them",
           "only sorts packets into classes: all of them go on",
           "sends what it matches to v1, after netfilter has seen it"])


def check_tcx():
    ifindex = read_json("ip -j link show dev v1")[0]["ifindex"]
    links = [attach_tcx(ifindex, hook) for hook in (TCX_INGRESS, TCX_EGRESS)]
    if min(links) < 0:
        check("tcx without tcx", of_type(bypasses(), "tcx"), [])
        return print("this kernel has no tcx")
    ids = (ctypes.c_uint32 * 8)()
    theirs = []
    for station, hook in (("tc-ingress", TCX_INGRESS), ("tc-egress", TCX_EGRESS)):
        result, answer = bpf(PROG_QUERY, pack((ifindex, 4), (hook, 4), (0, 8), (ctypes.addressof(ids), 8), (8, 4)))
        check("tcx, query", (result, int.from_bytes(answer[24:28], "little")), (0, 1))
        theirs.append((station, ["v1"], ids[0], "shaper"))
    check("tcx", like(of_type(bypasses(), "tcx"), "station", "dev", "id", "name"), expected(theirs))
    for link in links:
        os.close(link)
    check("tcx, detached", of_type(bypasses(), "tcx"), [])


# --- Programs that are on no interface -----------------------------------------------------------

CGROUP_KINDS = {
    "cgroup_ingress": ("cgroup-ingress", "ingress", "may drop what its processes receive, after netfilter has let it pass"),
    "cgroup_egress": ("cgroup-egress", "egress", "may drop what its processes send, after netfilter has seen it"),
    "sock_ops": ("socket", "sock_ops", "may tune connections, or hand what they send to other sockets of this machine (sockmap): past "
                                       "all hooks"),
    "connect4": ("socket", "connect4", "may refuse connections over IPv4, or have them made to another address before netfilter "
                                       "sees a packet: without DNAT"),
    "sendmsg6": ("socket", "sendmsg6", "may refuse datagrams over IPv6, or send them to another address before netfilter sees "
                                       "them: without DNAT"),
}


@contextlib.contextmanager
def control_group(top):
    """A group of its own with another one in it, without processes."""
    group = f"{top}/netscope-bypass-{os.getpid()}"
    os.makedirs(f"{group}/inner")
    try:
        yield group
    finally:
        os.rmdir(f"{group}/inner")
        os.rmdir(group)


@contextlib.contextmanager
def process_in(group, *before):
    with subprocess.Popen([*before, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"ready\n")
        process.stdin.flush()
        process.stdout.readline()  # it is in its namespace
        with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(process.pid))
        try:
            yield
        finally:
            process.stdin.close()
            process.wait()


def check_cgroups():
    """Of a group that has a process of this namespace, itself or in a group below; of no other."""
    top = bpf_programs.cgroup_top()
    if not top:
        return print("there are no control groups of version 2")
    with control_group(top) as group:
        for kind in CGROUP_KINDS:
            bpf_programs.attach_to_cgroup(kind, bpf_programs.load(kind, f"a_{kind}"[:15]), group)
        listed = read_json(f"bpftool -j cgroup show {group}")
        check("bpftool sees them", len(listed), len(CGROUP_KINDS))
        path = group[len(top):]
        theirs = expected((*CGROUP_KINDS[kind][:2], path, f"a_{kind}"[:15], CGROUP_KINDS[kind][2],
                           next(part["id"] for part in listed if part["name"] == f"a_{kind}"[:15])) for kind in CGROUP_KINDS)

        def ours():
            return like((row for row in of_type(bypasses(), "cgroup") if row["cgroup"].startswith(path)),
                        "station", "mode", "cgroup", "name", "effect", "id")
        check("a group without processes", ours(), [])
        with process_in(group, "unshare", "-n"):
            check("a group of another namespace", ours(), [])
        with process_in(group):
            check("a group with a process", ours(), theirs)
        with process_in(f"{group}/inner"):
            check("a group above a process's", ours(), theirs)


def check_hook_programs():
    """Two among the chains of this namespace, by bpftool's list of links."""
    try:
        program = bpf_programs.load("netfilter", "guard")
    except OSError as error:
        check("netfilter programs on a kernel without", of_type(bypasses(), "netfilter"), [])
        return print(f"this kernel has no BPF programs for netfilter: {error}")
    places = [(2, 1, -5, "input", "ip"), (10, 3, 17, "output", "ip6")]
    with open(f"/proc/self/fdinfo/{program}") as info:  # others on this machine may have a guard, too
        number = int(re.search(r"^prog_id:\s*(\d+)$", info.read(), re.MULTILINE)[1])

    def ours():
        return [row for row in of_type(bypasses(), "netfilter") if row["id"] == number]

    links = [bpf_programs.attach_to_hook(program, *place[:3]) for place in places]
    check("netfilter programs", like(ours(), "station", "mode", "prio", "name"),
          expected((station, family, priority, "guard") for _, _, priority, station, family in places))
    check("as many as bpftool has links of it", len(ours()),
          sum(part.get("prog_id") == number for part in read_json("bpftool -j link show")))
    for link in links:
        os.close(link)
    check("netfilter programs, detached", ours(), [])
    return None


def check_programs():
    if not pin_programs():
        rows = bypasses("partial")
        check("no programs", of_type(rows, "xdp", "tc", "tcx"), [])
        return print("no BPF programs here: only root of the machine may load them")
    check_xdp()
    check_tc_programs()
    check_tcx()
    check_cgroups()
    check_hook_programs()


# --- Filters of tc -------------------------------------------------------------------------------


def name_of(part):
    """The filter with its actions, from tc's JSON, as netscope has it."""
    actions = part["options"].get("actions", [])
    words = {"drop": "drop", "pass": "pass", "trap": "trap"}
    names = []
    for action in actions:
        name = action.get("kind") or action["type"]  # tc's word for the kind of nat
        if name == "gact":
            name += " " + words[action["control_action"]["type"]]
        if name == "mirred":
            name += " " + action["mirred_action"]
        if "prog" in action:
            name += " " + action["prog"]["name"]
        names.append(name)
    return part["kind"] + (": " + ", ".join(names) if names else "")


def check_filters():
    rows, theirs, added = [], [], 0
    for side, command, effect in FILTERS:
        if run(f"tc filter add dev v0 {side} {command}", must=SECOND_KERNEL).returncode != 0:
            continue
        added += 1
        if effect:
            prio = int(re.search(r"prio (\d+)", command)[1])
            theirs.append((f"tc-{side}", prio, effect))
    check("filters that this kernel has", added >= HERE_AT_LEAST, True)
    rows = of_type(bypasses(STATUS), "tc-filter")
    check("filters", like(rows, "station", "prio", "effect"), expected(theirs))
    listed = {(side, part["pref"], part.get("chain", 0)): name_of(part)
              for side in ("ingress", "egress") for part in read_json(f"tc -j filter show dev v0 {side}")
              if part["kind"] != "bpf" and ("actions" in part.get("options", {}))}
    ours = {row["name"] for row in rows}
    check("names of filters, tc", ours <= set(listed.values()) | {"u32: police"}, True)
    run("tc qdisc add dev v1 ingress_block 21 clsact")
    run("tc filter add block 21 protocol ip prio 3 u32 match u32 0 0 action mirred egress redirect dev v0")
    rows = [row for row in of_type(bypasses(STATUS), "tc-filter") if row["dev"] == ["v1"]]
    check("filters of a shared block", like(rows, "station", "name", "prio", "effect"),
          expected([("tc-ingress", "u32: mirred redirect", 3, "sends what it matches to v0, before netfilter sees it")]))


# --- Bridges -------------------------------------------------------------------------------------


def write_setting(name, value):
    with open(f"/proc/sys/net/bridge/bridge-nf-call-{name}", "w", encoding="ascii") as file:
        file.write(value)


def bridges_by_themselves():
    """Which bridges do not hand packets to IP's hooks, from the kernel's files and iproute2."""
    found = []
    for link in read_json("ip -j -d link show type bridge"):
        words = []
        for word, setting in (("IPv4", "iptables"), ("IPv6", "ip6tables"), ("ARP", "arptables")):
            try:
                with open(f"/proc/sys/net/bridge/bridge-nf-call-{setting}", encoding="ascii") as file:
                    of_all = int(file.read())
            except FileNotFoundError:
                words.append(word)
                continue
            if not of_all and not link["linkinfo"]["info_data"][f"nf_call_{setting}"]:
                words.append(word)
        if words:
            found.append((link["ifname"], [link["ifname"]],
                          ", ".join(words) + " from port to port meets the rules of family bridge only"))
    return found


def check_tagged():
    """Frames with tags, which br_netfilter passes by unless it is told to look into them."""
    names = {"vlan": "VLAN", "pppoe": "PPPoE"}
    calling = [link["ifname"] for link in read_json("ip -j -d link show type bridge")
               if any(link["linkinfo"]["info_data"][f"nf_call_{name}"] for name in ("iptables", "ip6tables", "arptables"))]
    for looks in ((), ("vlan",), ("pppoe",), ("vlan", "pppoe")):
        for name in names:
            with open(f"/proc/sys/net/bridge/bridge-nf-filter-{name}-tagged", "w", encoding="ascii") as file:
                file.write(str(int(name in looks)))
        check(f"tagged, looks into {looks}", like(of_type(bypasses(STATUS), "tagged"), "station", "name", "dev", "evidence"),
              expected(("bridge", word, calling, f"bridge-nf-filter-{name}-tagged 0") for name, word in names.items()
                       if name not in looks))


def check_bridges():
    run("ip link add br0 type bridge nf_call_iptables 1 && ip link add br1 type bridge && ip link add br2 type bridge nf_call_iptables 1 nf_call_ip6tables 1 nf_call_arptables 1")
    if SECOND_KERNEL:
        rows = of_type(bypasses(STATUS), "bridge")
        check("bridges without br_netfilter", like(rows, "name", "evidence"),
              expected([(name, "no br_netfilter: there is no /proc/sys/net/bridge") for name in ("br0", "br1", "br2")]))
        check("bridges without br_netfilter, effect", like(rows, "name", "dev", "effect"), expected(bridges_by_themselves()))
        run("modprobe br_netfilter")
    for values in (("1", "1", "1"), ("0", "1", "1"), ("0", "0", "1"), ("0", "0", "0")):
        for name, value in zip(("iptables", "ip6tables", "arptables"), values):
            write_setting(name, value)
        rows = of_type(bypasses(STATUS), "bridge")
        check(f"bridges, {values}", like(rows, "name", "dev", "effect"), expected(bridges_by_themselves()))
    check_tagged()
    check("bridges, evidence", [row["evidence"] for row in rows if row["name"] == "br0"],
          ["bridge-nf-call-ip6tables 0, its own nf-call-ip6tables 0, bridge-nf-call-arptables 0, its own nf-call-arptables 0"])


# --- Rules ---------------------------------------------------------------------------------------

UNTRACKED = "conntrack does not look at what it matches: no flow, no NAT, ct state untracked"
TOO_LATE = "nothing: conntrack has looked at the packet before"


def handles(table):
    rules = [part["rule"] for part in read_json("nft -j list ruleset")["nftables"] if "rule" in part]
    return {rule["chain"]: rule["handle"] for rule in rules if rule["table"] == table and {"notrack": None} in rule["expr"]}


def can_read(path):
    try:
        with open(path, encoding="ascii") as file:
            return file.read() != ""
    except OSError:
        return False


def check_notrack():
    run("nft -f -", input=RULES)
    for command in LEGACY:
        run(command)
    readable = can_read("/proc/thread-self/net/ip_tables_names")
    rows = of_type(bypasses(STATUS), "notrack")
    fw = handles("fw")
    native = [
        ("prerouting", "inet", "fw", "early", fw["early"], "early", UNTRACKED),
        ("prerouting", "inet", "fw", "more", fw["more"], "early", UNTRACKED),
        ("output", "inet", "fw", "more", fw["more"], "out", UNTRACKED),
        ("prerouting", "inet", "fw", "mapped", fw["mapped"], "early", UNTRACKED),
        ("prerouting", "inet", "fw", "late", fw["late"], "late", TOO_LATE),
        ("nowhere", "inet", "fw", "lost", fw["lost"], None, "nothing now: no base chain leads to it"),
        ("prerouting", "ip", "asleep", "early", handles("asleep")["early"], "early", "nothing now: its table is dormant"),
    ]
    ours = [row for row in rows if row["table"] in ("fw", "asleep")]
    check("notrack", like(ours, "station", "family", "table", "chain", "handle", "base", "effect"), expected(native))
    for family, tools in (("ip", ("iptables-legacy-save", "iptables-nft-save")), ("ip6", ("ip6tables-legacy-save", "ip6tables-nft-save"))):
        for backend, tool in list(zip(("legacy", "nftables"), tools))[0 if readable else 1:]:
            saved = re.findall(r"^-A (\S+) (.*(?:--notrack|NOTRACK).*)$", run(f"{tool} -t raw").stdout, re.MULTILINE)
            ours = [row for row in rows if row["family"] == family and row["backend"] == backend and row["table"] == "raw"]
            check(f"notrack, {tool}", like(ours, "station", "chain", "rule", "effect"),
                  expected([(chain.lower(), chain, rule, UNTRACKED) for chain, rule in saved]))


def check_backends():
    rows = of_type(bypasses(STATUS), "backends")
    check("two backends", like(rows, "station", "name"), expected([
        ("prerouting", "legacy: ip raw; nftables: inet fw, ip raw"),
        ("output", "legacy: ip raw; nftables: inet fw"),
        ("input", "legacy: ip filter; nftables: inet fw"),
        ("prerouting", "legacy: ip6 raw; nftables: inet fw"),
    ]))


def check_flowtables():
    if run("nft -f -", must=SECOND_KERNEL, input=FLOWTABLES).returncode != 0:
        return print("this kernel has no flowtables")
    rows = of_type(bypasses(STATUS), "flowtable", "flow-add")
    listed = [part["flowtable"] for part in read_json("nft -j list ruleset")["nftables"] if "flowtable" in part]
    used = "packets of its flows leave from here: prerouting, forward and postrouting do not see them"
    idle = "nothing now: no rule puts flows into it"
    for part in listed:
        part["dev"] = sorted(part["dev"] if isinstance(part["dev"], list) else [part["dev"]])
    for row in rows:
        row["dev"] = sorted(row.get("dev", []))
    check("flowtables", like(of_type(rows, "flowtable"), "station", "name", "prio", "dev", "mode", "effect"),
          expected([("ingress", part["name"], part["prio"], part["dev"], "software", used if part["name"] == "fast" else idle)
                    for part in listed]))
    check("flow add", like(of_type(rows, "flow-add"), "station", "name", "chain", "rule"),
          expected([("forward", "flows through", "through", "tcp dport 80 flow add @fast")]))


def main():
    global STATUS
    run("ip link set lo up && ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up")
    run("tc qdisc add dev v0 clsact")
    check_programs()
    STATUS = "ok" if os.path.exists("/run/bpf/shaper") else "partial"
    check_filters()
    check_bridges()
    check("before any rule", of_type(bypasses(STATUS), "notrack", "backends", "flowtable", "flow-add"), [])
    check_notrack()
    if can_read("/proc/thread-self/net/ip_tables_names"):
        check_backends()
    else:
        print("the kernel does not let this user see legacy tables")
    check_flowtables()
    orders = [row["order"] for row in bypasses(STATUS)]
    check("order", orders, list(range(1, len(orders) + 1)))
    sys.exit(1 if failures else 0)


def enter():
    """Runs this program again in namespaces of its own with an empty /run."""
    inside = f'mount -t tmpfs run /run && exec "$0" "$@" {INSIDE}'
    for flags in ("-nm", "-Urnm"):
        if run(["unshare", flags, "true"], must=False).returncode == 0:
            os.execvp("unshare", ["unshare", flags, "sh", "-c", inside, *sys.argv])
    print("no namespaces of its own can be had")
    sys.exit(SKIPPED)


STATUS = "ok"
if INSIDE in sys.argv:
    main()
else:
    enter()
