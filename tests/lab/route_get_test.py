#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--route-get in a namespace of its own: against `ip -j route get ... fibmatch`, its exit status,
its words, its text and JSON, and what it says to wrong questions."""

import json
import os
import subprocess
import sys

NETSCOPE = os.environ["NETSCOPE"]

SETUP = """
link set lo up
link add eth0 type veth peer name peer0
link add eth1 type veth peer name peer1
link set eth0 up
link set peer0 up
link set eth1 up
link set peer1 up
addr add 10.0.0.1/24 dev eth0
addr add 10.1.0.1/24 dev eth1
addr add 2001:db8::1/64 dev eth0 nodad
addr add 2001:db8:1::1/64 dev eth1 nodad
neigh add 10.0.0.254 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
route add default via 10.0.0.254
route add 192.0.2.0/24 via 10.1.0.254 metric 20
route add 192.0.2.0/24 via 10.0.0.253 metric 10
route add 198.51.100.0/24 mtu 1300 via 10.0.0.254
route add blackhole 203.0.113.0/24
route add throw 198.18.0.0/15
route add 192.88.99.0/24 nexthop via 10.0.0.7 weight 3 nexthop via 10.1.0.7
route add 10.9.0.0/16 via 10.1.0.9 table 77
rule add pref 50 from 10.1.0.1 fwmark 0x7/0xff lookup 77
route add default via 2001:db8::fe
route add 2001:db8:9::/48 via 2001:db8:1::9
route add 2001:db8:9::/48 from 2001:db8:1::/64 via 2001:db8::9
route add unreachable 2001:db8:8::/48
"""

# What is asked: options, and the same in ip(8)'s words.
QUESTIONS = [
    (["8.8.8.8"], ["8.8.8.8"]),
    (["192.0.2.7"], ["192.0.2.7"]),
    (["192.0.2.7", "--oif", "eth1"], ["192.0.2.7", "oif", "eth1"]),
    (["198.51.100.1"], ["198.51.100.1"]),
    (["203.0.113.5"], ["203.0.113.5"]),
    (["198.18.0.1"], ["198.18.0.1"]),
    (["192.88.99.1"], ["192.88.99.1"]),
    (["10.0.0.1"], ["10.0.0.1"]),
    (["10.0.0.255"], ["10.0.0.255"]),
    (["10.9.1.1"], ["10.9.1.1"]),
    (
        ["10.9.1.1", "--from", "10.1.0.1", "--mark", "0x107"],
        ["10.9.1.1", "from", "10.1.0.1", "mark", "0x107"],
    ),
    (["10.9.1.1", "--from", "10.77.0.1"], ["10.9.1.1", "from", "10.77.0.1"]),
    (
        ["8.8.8.8", "--from", "10.1.0.77", "--iif", "eth1"],
        ["8.8.8.8", "from", "10.1.0.77", "iif", "eth1"],
    ),
    (["8.8.8.8", "--ipproto", "udp", "--dport", "53"], ["8.8.8.8", "ipproto", "udp", "dport", "53"]),
    (["2001:db8:9::1"], ["2001:db8:9::1"]),
    (["2001:db8:9::1", "--from", "2001:db8:1::1"], ["2001:db8:9::1", "from", "2001:db8:1::1"]),
    (["2001:db8:8::1"], ["2001:db8:8::1"]),
    (["2001:db8:7::1"], ["2001:db8:7::1"]),
    (["::1"], ["::1"]),
    (["ff02::1", "--oif", "eth0"], ["ff02::1", "oif", "eth0"]),
]

# What the kernel learned of destinations: two routers on one segment with the node; the one that it uses
# names the other for 10.61/16 and fd61::/64, and has a path of 1300 bytes to 10.62/16 and fd62::/64.
ROUTERS = """
netns add r1
netns add r2
link add seg0 type bridge
link set seg0 up
link add to-r1 type veth peer name eth0 netns r1
link add to-r2 type veth peer name eth0 netns r2
link set to-r1 master seg0 up
link set to-r2 master seg0 up
addr add 10.60.0.2/24 dev seg0
addr add fe80::2/64 dev seg0 nodad
addr add fd60::2/64 dev seg0 nodad
route add 10.61.0.0/16 via 10.60.0.1
route add 10.62.0.0/16 via 10.60.0.1
route add fd61::/64 via fe80::1 dev seg0
route add fd62::/64 via fe80::1 dev seg0
"""
ROUTER1 = """
link set lo up
link set eth0 up
addr add 10.60.0.1/24 dev eth0
addr add fe80::1/64 dev eth0 nodad
addr add fd60::1/64 dev eth0 nodad
route add 10.61.0.0/16 via 10.60.0.3
route add 10.62.0.0/16 via 10.60.0.3 mtu lock 1300
route add fd61::/64 via fe80::3 dev eth0
route add fd62::/64 via fe80::3 dev eth0 mtu 1300
"""
ROUTER2 = """
link set lo up
link set eth0 up
addr add 10.60.0.3/24 dev eth0
addr add fe80::3/64 dev eth0 nodad
addr add fd60::3/64 dev eth0 nodad
addr add 10.61.0.1/32 dev lo
addr add 10.62.0.1/32 dev lo
addr add fd61::1/128 dev lo
addr add fd62::1/128 dev lo
"""
# Destination, the gateway that was learned, the MTU.
LEARNED = [
    ("10.61.0.1", "10.60.0.3", None),
    ("fd61::1", "fe80::3", None),
    ("10.62.0.1", None, 1300),
    ("fd62::1", None, 1300),
]

# What is wrong, and a part of what is said.
WRONG = [
    (["--route-get", "10.0.0"], "not an IPv4 or IPv6 address: 10.0.0"),
    (["--route-get", "10.0.0.1", "--from", "::1"], "different families"),
    (["--route-get", "10.0.0.1", "--oif", "none"], "no such interface: none"),
    (["--route-get", "10.0.0.1", "--mark", "-1"], "mark is a number"),
    (["--route-get", "10.0.0.1", "--sport", "65536"], "sport is a number up to 65535"),
    (["--route-get", "10.0.0.1", "--iif", "eth0", "--oif", "eth0"], "iif and oif"),
    (["--route-get", "10.0.0.1", "--format", "ndjson"], "text or json"),
    (["--route-get", "10.0.0.1", "--dump"], "does not go with"),
    (["--from", "10.0.0.1"], "--from goes with --route-get"),
]

failures = []


def check(right, *words):
    if not right:
        failures.append(" ".join(str(w) for w in words))
        print("FAIL:", *words)


def run(*arguments):
    return subprocess.run([NETSCOPE, *arguments], capture_output=True, text=True, check=False)


def set_up():
    for path in ["default/accept_dad", "all/forwarding"]:
        with open(f"/proc/sys/net/ipv6/conf/{path}", "w", encoding="ascii") as file:
            file.write("0")
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
        file.write("1")
    # Without IPv6 addresses ready at once, routes over them are refused.
    subprocess.run(["ip", "-batch", "-"], input=SETUP, text=True, check=True)
    while b"LOWERLAYERDOWN" in subprocess.run(["ip", "-br", "link"], capture_output=True).stdout:
        pass


def ask_ip(words):
    """The route that the kernel says, None if it says that there is none."""
    done = subprocess.run(
        ["ip", "-j", "-d", "route", "get", "fibmatch", *words], capture_output=True, text=True, check=False
    )
    answer = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else []
    return answer[0] if answer else None


TABLES = {"main": 254, "local": 255, "default": 253}


def prefix_of(route):
    dst = route["dst"]
    if dst == "default":
        dst = "::/0" if ":" in route.get("gateway", "") else "0.0.0.0/0"
    if "/" not in dst:
        dst += "/128" if ":" in dst else "/32"
    return dst


def compare(options, words):
    done = run("--route-get", *options, "--format", "json")
    answer = json.loads(done.stdout)
    route = ask_ip(words)
    ours = answer["answer"]
    check(answer["same"], options, answer.get("difference"))
    if route is None:
        check(done.returncode == 4, options, "exit status", done.returncode, "not 4")
        check("errno" in ours, options, "has no error", ours)
        return
    check(done.returncode == 0, options, "exit status", done.returncode, done.stderr)
    check(ours.get("dst") == prefix_of(route), options, ours, route)
    check(ours.get("metric") == route.get("metric", 0), options, ours, route)
    table = route.get("table", "main")
    check(ours.get("table") == (TABLES.get(table) or int(table)) or ours.get("type") != "unicast", options, ours, route)
    check(any(way["usable"] for way in answer["ways"]), options, "no way is usable")


def check_words():
    text = run("--route-get", "192.0.2.7").stdout
    check("higher metric: 20 against 10" in text, text)
    check("shorter prefix: /0 against /24" in text, text)
    check("rule 50:" in text and "no match" in text, text)
    check("the kernel says the same" in text, text)
    check("\033" not in text, "colours in a pipe")
    text = run("--route-get", "198.51.100.1").stdout
    check("mtu 1300 (route)" in text and "02:00:00:00:00:01 permanent" in text, text)
    text = run("--route-get", "192.88.99.1").stdout
    check(text.count("may go via") == 2, text)
    text = run("--route-get", "198.18.0.1").stdout
    check("throw, so the next rule decides" in text, text)


def batch(lines, *netns):
    subprocess.run(["ip", *netns, "-batch", "-"], input=lines, text=True, check=True)


def sysctl(name, value, *command):
    subprocess.run([*command, "sysctl", "-qw", f"{name}={value}"], check=True)


def make_routers():
    batch(ROUTERS)
    for name, lines in (("r1", ROUTER1), ("r2", ROUTER2)):
        inside = ["ip", "netns", "exec", name]
        sysctl("net.ipv4.ip_forward", 1, *inside)
        sysctl("net.ipv6.conf.all.forwarding", 1, *inside)
        for conf in ("all", "eth0"):
            sysctl(f"net.ipv4.conf.{conf}.rp_filter", 0, *inside)
            sysctl(f"net.ipv4.conf.{conf}.send_redirects", 1, *inside)
        batch(lines, "-n", name)
    for conf in ("all", "seg0"):
        sysctl(f"net.ipv4.conf.{conf}.accept_redirects", 1)


def learn(dst, gateway, mtu):
    """Sends until the kernel has learned it; the kernel says when."""
    wanted = "mtu 1300" if mtu else f"via {gateway} "
    while True:
        words = subprocess.run(["ip", "route", "get", dst], capture_output=True, text=True, check=True).stdout
        if wanted in words:
            return
        size = ["-M", "do", "-s", "1400"] if mtu else []
        subprocess.run(["ping", "-q", "-c", "1", "-W", "0.3", *size, dst], capture_output=True, check=False)


def check_learned():
    make_routers()
    for dst, gateway, mtu in LEARNED:
        learn(dst, gateway, mtu)
        done = run("--route-get", dst, "--format", "json")
        answer = json.loads(done.stdout)
        check(answer["same"], dst, answer.get("difference"))
        way = answer["ways"][0]
        if gateway:
            check(way["gateway"] == gateway, dst, way)
            check("redirect" in way["why"], dst, way)
        else:
            check(way["mtu"] == mtu and way["mtu_from"] == "learned path MTU", dst, way)
        kernel = answer["kernel_resolved"]["text"]
        check(f"via {way['gateway']} " in kernel, dst, kernel)


def check_wrong():
    for arguments, words in WRONG:
        done = run(*arguments)
        check(done.returncode == 2, arguments, "exit status", done.returncode)
        check(words in done.stderr, arguments, done.stderr)


def main():
    if "ROUTE_GET_TEST" not in os.environ:
        os.environ["ROUTE_GET_TEST"] = "inside"
        flags = ["--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "run", "/run"], check=True)
    set_up()
    for options, words in QUESTIONS:
        compare(options, words)
    check_words()
    check_wrong()
    check_learned()
    print(f"{len(QUESTIONS)} questions, {len(WRONG)} wrong ones, {len(LEARNED)} learned, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
