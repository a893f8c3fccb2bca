#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of netfilter, inside the pretend node: the road beside the rules, jumps that are followed and
left, users of chains and sets, other classes of packets, narrow screens.

Names of tests as arguments run only these.
"""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys

from terminal import Terminal, netscope, run_in_node, until

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lab"))
import bpf_programs  # noqa: E402  pylint: disable=wrong-import-position

SHOP = """
table ip shop {
    counter hits { }
    map backends { type inet_service : verdict; elements = { 80 : jump web, 443 : goto web } }
    set friends { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 } }
    chain web { ip saddr @friends counter accept; counter name hits counter drop; }
    chain in { type filter hook input priority 50; policy drop; jump web; tcp dport vmap @backends; }
}
"""


@contextlib.contextmanager
def shop():
    subprocess.run(["nft", "-f", "-"], input=SHOP, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "ip", "shop"], check=True)


def panel(view="rules", width=160, height=50):
    terminal = Terminal(netscope("--panel", "netfilter/" + view), width, height)
    terminal.wait(r"Hooks\]? +\[?Chains")
    return terminal


def test_road():
    with panel() as t:
        t.wait("^from outside to this machine ")
        t.wait("^prerouting")
        t.wait("^ +-100 ip nat PREROUTING DNAT")
        t.wait("^ +conntrack looks for the flow")
        t.keys("}")
        t.wait("^from outside, forwarded ")
        t.wait("^ +100 ip nat POSTROUTING SNAT")
        t.keys("\\")
        t.wait("CHAIN", "^prerouting")
        t.keys("\\")
        t.wait("^prerouting")


def test_jumps_are_followed_and_left():
    with panel() as t:
        t.wait("ip nat PREROUTING DNAT")
        t.keys("]", "]")
        t.wait("ip nat PREROUTING . 1 of [0-9]+ rules")
        t.keys("Enter")
        t.wait("ip nat PREROUTING > ip nat KUBE-SERVICES . 7 of")
        t.keys("Enter")
        t.wait("KUBE-SERVICES > ip nat KUBE-SVC-[A-Z0-9]+ . 2 of")
        t.keys("Escape")
        t.wait("ip nat PREROUTING > ip nat KUBE-SERVICES . 7 of", "KUBE-SVC-[A-Z0-9]+ . 2 of")
        t.keys("Escape")
        t.wait("ip nat PREROUTING . 1 of")


def test_filter_in_a_chain_and_over_all():
    with panel() as t:
        t.wait("ip nat PREROUTING DNAT")
        t.keys("/", ["udp"], "Enter")
        t.wait("KUBE-SERVICES +nat +ip +4 ")
        t.wait("KUBE-SEP-[A-Z0-9]+ +nat +ip +2 ")
        t.keys("Escape")
        t.wait(r"host . \d+ rules")


def test_a_filter_at_a_place_is_over_all_rules():
    with panel() as t:
        t.wait("ip nat PREROUTING DNAT")
        t.keys("]", "]")
        t.wait("ip nat PREROUTING . 1 of [0-9]+ rules")
        t.wait("^.* NUMBER +PACKETS", "CHAIN +TABLE")
        t.keys("/", ["udp"], "Enter")
        t.wait("CHAIN +TABLE")
        t.wait("host . 3 of [0-9]+ rules shown . filter: udp")
        t.wait("KUBE-SERVICES +nat +ip +4 ")
        t.keys("Down", "Enter")
        t.wait("ip nat KUBE-SERVICES > |> ip nat KUBE-", "filter: udp")
        t.keys("Escape")
        t.wait("host . 3 of [0-9]+ rules shown . filter: udp")
        t.keys("Escape")
        t.wait("ip nat PREROUTING . 1 of [0-9]+ rules")
        t.keys("Escape")
        t.wait(r"host . \d+ rules")


def test_a_chain_without_rules():
    with panel() as t:
        t.wait("ip mangle PREROUTING")
        t.keys("]")
        t.wait("ip mangle PREROUTING . 0 of [0-9]+ rules")
        t.wait("no rules here")


def test_users_and_elements():
    with shop(), panel("chains") as t:
        t.keys("/", ["name=web table=shop"], "Enter")
        t.wait("1 of [0-9]+ chains")
        t.keys("u")
        t.wait("users of web . 1 of")
        t.keys("Escape")
        t.wait("chains")
    with shop(), panel("sets") as t:
        t.keys("/", ["name=backends"], "Enter")
        t.wait("1 of [0-9]+ sets")
        t.keys("Enter")
        t.wait("ip shop @backends . 2 of")
        t.keys("Enter")
        t.wait("ip shop @backends > ip shop web . 2 of")
        t.keys("Escape", "u")
        t.wait("ip shop @backends > users of backends . 1 of")
    with shop(), panel() as t:
        t.keys("/", ["table=shop text~daddr or table=shop text~saddr"], "Enter")
        t.wait("1 of [0-9]+ rules")
        t.keys("u")  # of a rule it is its chain, whatever else it leads to
        t.wait("users of web . 1 of")
    with shop(), panel("objects") as t:
        t.keys("/", ["name=hits"], "Enter")
        t.wait("1 of [0-9]+ objects")
        t.keys("u")
        t.wait("users of hits . 1 of")
    with panel("hooks") as t:
        t.wait("PREROUTING")
        t.keys("u")
        t.wait("no rule uses this")


def test_references_as_a_tree():
    with panel("references") as t:
        t.wait(r"^ingress .* PREROUTING +mangle +prerouting|PREROUTING +nat +prerouting")
        t.wait("└─ ▸ KUBE-SERVICES +nat +- +1 ", "KUBE-SVC")
        t.keys("E")
        t.wait("│  └─ KUBE-SEP-[A-Z0-9]+ +nat ")
        t.wait(r"host . \d+ references . tree")
        t.keys("E")
        t.wait("└─ ▸ KUBE-SERVICES +nat", "KUBE-SVC")
        t.keys("/", ["KUBE-SEP"], "Enter")
        t.wait("└─ KUBE-SERVICES +nat .*\n.*─ KUBE-SVC.*\n.*─ KUBE-SEP")
        t.keys("Escape", "/", ["chain=KUBE-SERVICES caller=OUTPUT table=nat"], "Enter")
        t.wait("^input.*└─ KUBE-SERVICES +nat|└─ KUBE-SERVICES +nat", "KUBE-SVC")
        t.keys("Down", "Enter")
        t.wait(r"\[Rules\]")
        t.wait("ip nat KUBE-SERVICES . 7 of")
        t.keys("Escape")
        t.wait(r"\[References\]")


def test_a_closed_row_opens():
    with panel("references") as t:
        t.keys("/", ["chain=KUBE-SERVICES caller=PREROUTING"], "Enter")
        t.wait("2 of [0-9]+ references")
        t.keys("Down", "Escape")
        t.wait("▸ KUBE-SERVICES")
        t.keys("e")
        t.wait("─ ▸ KUBE-SVC", "▸ KUBE-SERVICES")
        t.keys("e")
        t.wait("▸ KUBE-SERVICES", "KUBE-SVC")
        t.keys("F5")
        t.wait("CHAIN.*CALLS", "─ KUBE-")


def test_services():
    with panel(height=60) as t:
        t.wait("ip nat PREROUTING DNAT")
        t.keys("s")
        t.wait(r"\[Services\]")
        t.wait(r"default/web:http +tcp +10.96.45.110/32 +80 +10.244.1.2:8080 \(50%\),10.244.2.2:8080 \(50%\)")
        t.wait(r"default/web:http +tcp +- +30080 ")
        t.wait(r"default/reports:http +tcp +10.96.200.5/32 +80 +- +yes")
        t.wait(r"kube-system/kube-dns:dns +udp +10.96.0.10/32 +53 +10.244.1.4:53 ")
        t.wait("s Services .*F6 Sort")
        t.keys("/", ["name=default/api:http"], "Enter")
        t.wait("1 of 8 services")
        t.keys("Enter")
        t.wait("ip nat KUBE-SERVICES . 7 of")
        t.keys("Escape", "BSpace")
        t.wait(r"\[Rules\]")
        t.keys("s", "S")
        t.wait("^ Sort by")
        t.keys("Escape", "?")
        t.wait("^   s +show services")
        t.wait("^   F6 S +choose the field", "^   s +the same")


def test_never_hit_and_never_reached():
    with panel(height=60) as t:
        t.keys("/", ["hit=no chain=KUBE-SERVICES table=nat"], "Enter")
        t.wait("7 of [0-9]+ rules")
    with shop(), panel() as t:
        t.keys("/", ["table=shop hit=unknown"], "Enter")
        t.wait("2 of [0-9]+ rules")
    with panel("chains") as t:
        t.keys("/", ["reached=no table=nat"], "Enter")
        t.wait("KUBE-PROXY-CANARY")
        t.wait("2 of [0-9]+ chains")


def test_enter_on_a_rule_that_calls_nothing():
    with panel() as t:
        t.keys("/", ["chain=KUBE-MARK-MASQ"], "Enter")
        t.wait("1 of [0-9]+ rules")
        t.keys("Enter")
        t.wait("EXPRESSIONS")
    with shop(), panel() as t:
        t.keys("/", ["table=shop text~vmap"], "Enter")
        t.wait("1 of [0-9]+ rules")
        t.keys("Enter")
        t.wait("ip shop @backends . 2 of")


def test_rules_that_change_while_they_are_shown():
    with panel() as t:
        t.keys("/", ["table=shop"], "Enter")
        t.wait("0 of [0-9]+ rules")
        with shop():
            t.wait("4 of [0-9]+ rules")
        t.wait("0 of [0-9]+ rules")


BYPASSES = """
table inet past {
    chain early { type filter hook prerouting priority raw; udp dport 5353 notrack; tcp dport 9 notrack; }
    chain late { type filter hook output priority 0; notrack; }
}
"""


@contextlib.contextmanager
def past_netfilter():
    """What every kernel has: notrack, a filter of tc that redirects; and a bridge as it comes."""
    subprocess.run(["nft", "-f", "-"], input=BYPASSES, text=True, check=True)
    subprocess.run("ip link add tc0 type veth peer name tc1 && tc qdisc add dev tc0 clsact && "
                   "tc filter add dev tc0 ingress protocol ip u32 match u32 0 0 "
                   "action mirred egress redirect dev tc1", shell=True, check=True)
    try:
        yield
    finally:
        subprocess.run("nft delete table inet past; ip link del tc0", shell=True, check=True)


def test_bypasses_on_the_road():
    with panel() as t:
        t.wait("tc ingress: none", "notrack")
        with past_netfilter():
            t.wait("^ +tc ingress: u32: mirred redirect on tc0")
            t.wait("^ +-300 inet past early")
            t.wait("^ +notrack: 2 rules")
            t.keys("}", "}", "}")
            t.wait("^from this machine out ")
            t.wait("^ +0 inet past late")
            t.wait("^ +notrack: 1 rule, without effect")
            t.keys("B")
            t.wait("tc-ingress +tc-filter +u32: mirred redirect .*tc0 .*sends what it matches to tc1")
            t.wait("output +notrack .*nothing: conntrack has looked")
            t.keys("/", ["type=notrack active=yes"], "Enter")
            t.wait("2 of [0-9]+ bypasses")
            t.keys("o")
            t.wait("inet past early . 2 of [0-9]+ rules")
        t.keys("B", "Escape")
        t.wait("bypasses", "u32: mirred redirect")


@contextlib.contextmanager
def programs():
    """One among the chains of input, and those of a control group that this process is in."""
    top = "/run/cgroups"
    os.makedirs(top, exist_ok=True)
    subprocess.run(["mount", "-t", "cgroup2", "cgroup2", top], check=True)
    group = f"{top}/netscope-road-{os.getpid()}-{os.stat('/proc/self/ns/net').st_ino}"
    os.mkdir(group)
    link = bpf_programs.attach_to_hook(bpf_programs.load("netfilter", "guard"), 2, 1, -5)
    try:
        for kind in ("cgroup_ingress", "cgroup_egress", "connect4"):
            bpf_programs.attach_to_cgroup(kind, bpf_programs.load(kind, f"a_{kind}"[:15]), group)
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(process.pid))
            yield
            process.stdin.close()
            process.wait()
    finally:
        os.close(link)
        os.rmdir(group)
        subprocess.run(["umount", top], check=True)


def test_programs_stand_on_the_road():
    try:
        os.close(bpf_programs.load("netfilter", "guard"))
    except OSError as error:
        print(f"not checked: no BPF programs for netfilter here: {error}")
        return
    with panel() as t, programs():
        t.wait(r"^ +-150 ip mangle INPUT .*\n +-5 BPF ip guard .*\n +0 ip filter INPUT")
        t.wait("^ +cgroup ingress: a_cgroup_ingres")
        t.keys("}", "}", "}")
        t.wait("^from this machine out(?s:.*)^ +cgroup sockets: a_connect4 .*\n +a socket sends")
        t.wait(r"^ +conntrack confirms a new flow .*\n +cgroup egress: a_cgroup_egress")
        t.keys("B")
        t.wait("^.* input +netfilter +guard ")
        t.wait("^.* socket +cgroup +a_connect4 ")


def test_a_station_leads_to_its_bypasses():
    with past_netfilter(), panel() as t:
        t.wait("tc ingress: u32: mirred redirect on tc0")
        t.keys("]")
        t.wait("bypasses at tc-ingress . 1 of [0-9]+ bypasses")
        t.keys("o")
        t.wait("2 Interfaces\\]")
        t.wait("^.*tc0")


def test_bridged_packets_pass_by_the_hooks_of_ip():
    files = [f"/proc/sys/net/bridge/bridge-nf-call-{name}" for name in ("iptables", "ip6tables", "arptables")]
    with panel() as t:
        t.keys("}", "}", "}", "}")
        t.wait("^from port to port of a bridge")
        t.wait("^prerouting, by br_netfilter")
        t.wait("^ +routed, if its destination has changed")
        t.wait("^ +VLAN, PPPoE: past the hooks of IP")
        t.wait("br_netfilter: on to the hooks of IP", "passed by")
        try:
            for path in files:
                with open(path, "w", encoding="ascii") as file:
                    file.write("0")
            t.wait("^ +IP's hooks passed by: cni0, [0-9]+ more", "^prerouting, by br_netfilter")
        finally:
            for path in files:
                with open(path, "w", encoding="ascii") as file:
                    file.write("1")


OF_LO = """
table inet way {
    chain raw { type filter hook prerouting priority -150; counter; }
    chain pre { type nat hook prerouting priority -90; counter; }
    chain in { type nat hook input priority 90; counter; }
    chain out { type nat hook output priority -90; ct state new counter; }
    chain post { type nat hook postrouting priority 90; counter; }
}
table netdev of_lo {
    chain e { type filter hook egress device lo priority 3; counter; }
    chain i { type filter hook ingress devices = { lo, eth0 } priority 3; counter; }
    chain other { type filter hook ingress device eth0 priority 3; counter; }
}
"""


def asked_behind_lo():
    """How often the kernel asks each chain, in a namespace where nobody but ping sends."""
    rules = OF_LO.replace(", eth0", "").split("chain other")[0] + "}"
    script = f"ip link set lo up; nft '{rules}' && ping -q -c 2 -i 0.2 127.0.0.1 >/dev/null && nft -j list ruleset"
    said = subprocess.run(["unshare", "-n", "sh", "-c", script], check=True, capture_output=True, text=True).stdout
    return {part["rule"]["chain"]: expr["counter"]["packets"] for part in json.loads(said)["nftables"] if "rule" in part
            for expr in part["rule"]["expr"] if "counter" in expr}


def test_what_is_sent_to_oneself_passes_lo_and_is_translated_once():
    asked = asked_behind_lo()
    assert asked == {"raw": 4, "pre": 0, "in": 0, "out": 1, "post": 1, "e": 4, "i": 4}, asked
    subprocess.run(["nft", "-f", "-"], input=OF_LO, text=True, check=True)
    try:
        with panel() as t:
            t.keys("}", "}")
            t.wait("^from this machine to itself")
            t.wait("^egress of lo(?s:.*)^ +3 netdev of_lo e(?s:.*)^ingress of lo(?s:.*)^ +3 netdev of_lo i", "of_lo other")
            for chain in ("pre", "in", "out", "post", "raw"):
                t.wait(f"^ +-?[0-9]+ inet way {chain} .*{'accept' if asked[chain] else 'not asked'}")
    finally:
        subprocess.run("nft delete table inet way; nft delete table netdev of_lo", shell=True, check=True)


def flows_with(rules):
    """How many flows a ping makes in a namespace with these rules alone."""
    script = f"ip link set lo up; nft '{rules}' && ping -q -c 1 127.0.0.1 >/dev/null && conntrack -C"
    return int(subprocess.run(["unshare", "-n", "sh", "-c", script], check=True, capture_output=True, text=True).stdout)


def test_conntrack_is_there_only_if_a_rule_asks_for_it():
    """As the kernel has it, in a namespace of its own."""
    asks = {"no rule asks for conntrack": "counter;", "conntrack looks for the flow": "ct state new counter;"}
    for said, rule in asks.items():
        rules = f"table ip alone {{ chain c {{ type filter hook input priority 0; {rule} }}\n}}"
        assert flows_with(rules) == (said != "no rule asks for conntrack")
        command = " ".join(shlex.quote(word) for word in netscope("--panel", "netfilter/rules"))
        with Terminal(["unshare", "-n", "sh", "-c", f"nft {shlex.quote(rules)}; exec {command}"], 160, 50) as t:
            t.wait("ip alone c")
            t.wait(f"^ +{said}", next(other for other in asks if other != said))


def test_rules_that_may_not_be_read():
    """Nothing is said of what nobody knows."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *netscope("--panel", "netfilter/rules")]
    if subprocess.run([*command[:4], os.environ["NETSCOPE"], "--version"], capture_output=True, check=False).returncode != 0:
        print("not checked: nobody else may run the program here")
        return
    with Terminal(command, 160, 50) as t:
        t.wait("none could be read: .*CAP_NET_ADMIN", "no rules")
        t.wait("^ +conntrack looks for the flow", "no rule asks")


def ping():
    subprocess.run(["ping", "-q", "-c", "3", "-i", "0.2", "127.0.0.1"], check=True, stdout=subprocess.DEVNULL)


def wait_for_more(terminal, pattern, count):
    """Waits until the number that the pattern finds is larger by at least so many."""
    def number():
        found = re.search(pattern, terminal.screen(), re.M)
        return int(found[1]) if found else None
    until(lambda: number() is not None, lambda: f"no {pattern!r} in:\n{terminal.screen()}")
    least = number() + count
    ping()
    until(lambda: (number() or 0) >= least, lambda: f"no {least} for {pattern!r} in:\n{terminal.screen()}")


def test_policies_are_counted_live():
    with panel("hooks") as t:
        t.keys("}", "}")
        t.wait("^from this machine to itself")
        wait_for_more(t, r"^ +-150 ip mangle OUTPUT +accept (\d+)", 6)
        t.keys("/", ["table=mangle chain=OUTPUT"], "Enter")
        t.wait("1 of [0-9]+ hooks")
        wait_for_more(t, r" output +-150 +ip +mangle +OUTPUT +(?:route +)?accept +(\d+) ", 6)
    with panel("sets") as t:
        t.keys("}", "}")
        wait_for_more(t, r"^ +-150 ip mangle OUTPUT +accept (\d+)", 6)


def test_rules_of_legacy_tables_are_counted_live():
    rule = "OUTPUT -d 127.0.0.1 -p icmp"
    if subprocess.run(f"iptables-legacy -t raw -A {rule}", shell=True, check=False).returncode != 0:
        print("not checked: there is no iptables-legacy")
        return
    try:
        with panel() as t:
            t.keys("/", ["backend=legacy table=raw"], "Enter")
            t.wait("1 of [0-9]+ rules")
            wait_for_more(t, r" OUTPUT +raw +ip +1 +(\d+) ", 6)
            t.keys("/", "C-u", ["hit=yes backend=legacy table=raw"], "Enter")
            t.wait("1 of [0-9]+ rules")
    finally:
        subprocess.run(f"iptables-legacy -t raw -D {rule}", shell=True, check=True)


def test_counters_of_the_screen_alone():
    for _ in range(30):  # as many at once as fit into a socket
        rules = "table ip many {\n chain c {\n" + "counter\n" * 1000 + "}\n }\n"
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)
    try:
        with Terminal(netscope("--panel", "netfilter/rules", "--interval", "0.1"), 160, 50) as t:
            t.wait(r"host . 30\d+ rules")
            t.keys("/", ["table=many"], "Enter")
            t.wait("30000 of [0-9]+ rules")
            t.wait(r" c +many +ip +44 +0 +0 counter")
            with open(f"/proc/{t.ask('pane_pid')}/status", encoding="ascii") as file:
                peak = int(next(line for line in file if line.startswith("VmHWM:")).split()[1])
            assert peak < 60 * 1024, f"{peak} KiB"
    finally:
        subprocess.run(["nft", "delete", "table", "ip", "many"], check=True)


def test_narrow():
    with Terminal(netscope("--panel", "netfilter/bypasses"), 80, 24) as t:
        t.wait("7 Netfilter]")
        # Where not all views have room, the current one does.
        t.wait(r"^. .*\[Bypasses\]")
        t.keys(*["V"] * 9)
        t.wait(r"^ \[Rules\] .* Flowtables", r"Bypasses")
        t.resize(40, 10)
        t.wait(r"^. .*\[7 Netfilter\]")


def test_narrow_screens_show_the_road_in_place_of_the_rules():
    with panel(width=80, height=24) as t:
        t.wait("KUBE-", "^prerouting")
        t.keys("\\")
        t.wait("^prerouting", "KUBE-")
        t.keys("Down", "Down")
        t.wait("ip nat PREROUTING . 1 of [0-9]+ rules")
        t.wait("^prerouting")
        t.keys("Enter")
        t.wait("KUBE-SERVICES", "^prerouting")
        t.keys("Enter", "Down", "Enter")
        # The way gets shorter from its beginning.
        t.wait("^ host . … > ip nat KUBE-S[A-Z0-9-]+ . [0-9]+ of [0-9]+ rules shown")
        t.keys("Escape", "Escape", "\\")
        t.wait("^prerouting")
        t.keys("s")  # asks for rows
        t.wait("^.NAME", "^prerouting")
        t.keys("Escape", "BSpace")
        t.resize(160, 50)
        t.wait("^prerouting")
        t.keys("a")
        t.wait("all namespaces", "^prerouting")
        t.keys("}")
        t.wait("there is no list beside these rows")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
