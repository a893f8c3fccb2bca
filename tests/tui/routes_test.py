#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of routes, inside the pretend node, with interfaces of the test's own.

Names of tests as arguments run only these.
"""

import contextlib
import re
import subprocess

from terminal import Terminal, netscope, run_in_node


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@contextlib.contextmanager
def link():
    """test0 (10.9.0.254/24), with a neighbour 10.9.0.1 and nothing behind its other end."""
    ip("link", "add", "test0", "type", "veth", "peer", "name", "test1")
    try:
        for name in ("test0", "test1"):
            ip("link", "set", name, "up")
        ip("addr", "add", "10.9.0.254/24", "dev", "test0")
        ip("neigh", "replace", "10.9.0.1", "lladdr", "02:00:00:09:00:01", "dev", "test0")
        yield
    finally:
        subprocess.run(["ip", "link", "del", "test0"], check=False, stderr=subprocess.DEVNULL)


def panel(view="routes", filter="dst = 10.64.0.0/10"):
    terminal = Terminal(netscope("--interval", "3600", "--panel", "routes/" + view), 140, 30)
    terminal.wait("host")
    terminal.keys("/", [filter], "Enter")
    return terminal


def test_a_route_comes_and_goes():
    with link(), panel() as t:
        t.wait("0 of [0-9]+ routes shown")
        ip("route", "add", "10.77.0.0/16", "via", "10.9.0.1", "metric", "7")
        t.wait(r"10\.77\.0\.0/16 +10\.9\.0\.1 .*test0 .*unicast +main +7 .*boot")
        ip("route", "del", "10.77.0.0/16")
        t.wait("0 of [0-9]+ routes shown")


def test_a_carrier_is_seen():
    """The kernel sends no word of the route then, only of the interface."""
    with link(), panel() as t:
        ip("route", "add", "10.77.0.0/16", "via", "10.9.0.1")
        t.wait(r"10\.77\.0\.0/16", "linkdown")
        ip("link", "set", "test1", "down")
        t.wait(r"10\.77\.0\.0/16 .*linkdown")
        ip("link", "set", "test0", "down")  # takes the route with it
        t.wait("0 of [0-9]+ routes shown")


def test_order_is_the_kernels():
    """The table of the first rule first; in it the longest prefix, and then the least metric."""
    with link():
        ip("rule", "add", "pref", "100", "table", "77")
        try:
            ip("route", "add", "10.77.0.0/16", "dev", "test0")
            ip("route", "add", "10.77.1.0/24", "dev", "test0", "metric", "9")
            ip("route", "add", "10.77.1.0/24", "dev", "test0", "metric", "8")
            ip("route", "add", "10.77.2.0/23", "dev", "test0", "table", "77")
            ip("route", "add", "10.77.1.1/32", "dev", "test0", "table", "78")
            with panel() as t:
                t.wait("5 of [0-9]+ routes shown")
                t.wait(r"10\.77\.0\.0/16")
                found = re.findall(r"10\.77\.[0-9.]+/\d+ .*", t.screen())
                places = [line.split()[0] for line in found]
                assert places == ["10.77.2.0/23", "10.77.1.0/24", "10.77.1.0/24", "10.77.0.0/16",
                                  "10.77.1.1/32"], t.screen()
                assert " 8 " in found[1] and " 9 " in found[2], t.screen()
        finally:
            ip("rule", "del", "pref", "100")


def test_targets():
    with link():
        ip("route", "add", "10.77.0.0/16", "via", "10.9.0.1")
        with panel() as t:
            t.wait(r"10\.77\.0\.0/16")
            t.keys("Enter")
            t.wait(r"^ 10\.77\.0\.0/16 in host")
            t.keys("Escape", "o")
            t.wait(r"\[\d Interfaces\]")
            t.keys("Enter")
            t.wait("^ test0 in host")
        with panel() as t:
            t.wait(r"10\.77\.0\.0/16")
            t.keys("O")
            t.wait(r"\[\d Neighbours\]")
            t.keys("Enter")
            t.wait(r"^ 10\.9\.0\.1 in host")


def test_which_route():
    with link(), panel() as t:
        ip("route", "add", "10.77.0.0/16", "via", "10.9.0.1", "metric", "7")
        ip("route", "add", "10.77.0.0/24", "via", "10.9.0.2")
        t.wait(r"10\.77\.0\.0/24")
        t.keys("w", ["10.77.0.5 from 10.9.0.254"], "Enter")
        t.wait(r"10\.77\.0\.0/24 via 10\.9\.0\.2 dev test0 table main - taken")
        t.wait("shorter prefix: /16 against /24")
        t.wait("The kernel's own answer", "asking")
        t.wait(r"kernel, resolved: 10\.77\.0\.5/32 via 10\.9\.0\.2 dev test0")
        t.wait("the kernel says the same")
        t.keys("Escape", "w", ["10.77"], "Enter")
        t.wait("not an IPv4 or IPv6 address: 10.77")


def test_views():
    with link():
        ip("nexthop", "add", "id", "77", "via", "10.9.0.1", "dev", "test0")
        ip("route", "add", "10.77.0.0/16", "nhid", "77")
        ip("route", "add", "unreachable", "10.78.0.0/24", "metric", "5")
        with panel("classic", "classic_destination ~ 10.7[78].0.0") as t:
            t.wait("Destination +Gateway +Genmask +Flags +Metric +Ref +Use +Iface")
            t.wait(r"10\.77\.0\.0 +10\.9\.0\.1 +255\.255\.0\.0 +UG +0 +0 +0 +test0")
            t.wait(r"10\.78\.0\.0 +- +255\.255\.255\.0 +! +5 +- +0 +-")
        ip("rule", "add", "pref", "100", "from", "10.77.0.0/16", "iif", "gone", "goto", "32766")
        with panel("rules", "priority = 100") as t:
            t.wait(r"100 +inet .*10\.77\.0\.0/16 +- +gone .*goto +- +32766 .*iif_detached")
            ip("rule", "del", "pref", "100")
            t.wait("0 of [0-9]+ routing rules shown")
            t.keys("v", "/", ["id = 77"], "Enter")
            t.wait(r"77 +inet +10\.9\.0\.1 +test0")
            ip("nexthop", "del", "id", "77")
            t.wait("0 of [0-9]+ nexthops shown")
        ip("route", "del", "unreachable", "10.78.0.0/24", "metric", "5")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
